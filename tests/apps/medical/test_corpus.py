"""Nothing of a test or validation patient enters the text that the vocabulary is counted on and experts learn from."""

import json
from pathlib import Path

from apps.medical import corpus
from core_model.training.splits import split_of


def test_only_terms_of_training_patients_are_read(tmp_path: Path) -> None:
    patients = [f"identity-{number}" for number in range(20)]
    assert {split_of(patient) for patient in patients} == {"train", "validation", "test"}
    for patient in patients:
        (tmp_path / f"{patient}.json").write_text(json.dumps({"display": f"finding of {split_of(patient)} \u00e9"}))
    documents = list(corpus.record_documents(tmp_path))
    assert len(documents) == sum(split_of(patient) == "train" for patient in patients)
    assert {line for document in documents for line in document} == {"finding of train \u00e9"}
