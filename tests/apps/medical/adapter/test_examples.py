"""The command writes each source with its card from folders or archives, and leaves out what is absent."""

import json
import sys
import tarfile
import zipfile

import numpy as np
import pytest

from apps.medical.adapter import examples
from apps.medical.adapter.folders import background_names, identity_of, unpacked
from benchmarks import shared_data
from core_model.errors import InputRejected, NotFound
from core_model.training.mixture.cards import read_card
from core_model.training.mixture.reading import open_source
from core_model.training.splits import split_of
from tests import needs
from tests.apps.medical.adapter.test_records import PATIENTS as PEOPLE
from tests.apps.medical.adapter.test_records import RECORD, bundle
from tests.apps.medical.nodules.training.sources.test_fields import PATIENTS, write


def run(monkeypatch, *given):
    monkeypatch.setattr(sys, "argv", ["examples", *map(str, given)])
    examples.main()


def made(folder):
    """Fields as a zip, records as a tar, questions as CSV; test identities among all of them."""
    (folder / "f").mkdir(parents=True)
    write(folder / "f", with_test_pictures=True)
    with zipfile.ZipFile(folder / "lidc_nodule_slices.zip", "w") as held:
        for path in (folder / "f").rglob("*"):
            held.write(path, path.relative_to(folder / "f"))
    (folder / "f" / "series.csv").rename(folder / "lidc_series.csv")
    (folder / "r").mkdir()
    for patient in PEOPLE.values():
        (folder / "r" / f"{patient}.json").write_text(bundle(patient, *RECORD))
    with tarfile.open(folder / "synthea_fhir_r4.tar.xz", "w:xz") as tar:
        tar.add(folder / "r", "synthea_fhir_r4")
    named = [f"topic {n}" for n in range(99)]
    lines = [f"{next(n for n in named if split_of(n) == split)},Why?,So." for split in ("train", "test")]
    (folder / "medical_questions.csv").write_text("focus,question,answer\n" + "\n".join(lines))
    return folder


def test_every_source_is_written_with_its_card_and_holds_no_test_identity(tmp_path, monkeypatch, capsys):
    data, out = made(tmp_path / "data"), tmp_path / "out"
    monkeypatch.setattr(examples, "PIXEL_MM", 0.5)
    run(monkeypatch, "--data", data, "--out", out, "--only", "facts", "pairs", "images")
    assert capsys.readouterr().out.splitlines() == [
        "medical_facts: 3 to train on, 0 to validate",
        "medical_questions: 1 to train on, 0 to validate",
        "medical_images: 2 to train on, 0 to validate",
    ]
    for name, kind in (("facts", "facts"), ("questions", "pairs"), ("images", "images")):
        card = read_card(out / f"medical_{name}.card.json")
        card.verify(out)
        assert (card.kind, card.domain, card.identities["validation"]) == (kind, "medical", 0)
        assert card.licence
        assert f"--only {'pairs' if name == 'questions' else name} --seed 2026" in card.command
        source = open_source(out, card)
        row = source.row("train", 0)
        assert split_of(row["identity"]) == "train"
        source.close()
    images = open_source(out, read_card(out / "medical_images.card.json"))
    row = images.row("train", 1)
    assert row["arrays"]["fields"].shape == (1, 48, 48)
    assert row["identity"] == PATIENTS["train"]
    assert row["columns"]["label"] == [1]
    assert row["columns"]["malignancy"] == [3.0]


def test_what_is_absent_is_left_out_with_a_line(tmp_path, monkeypatch, capsys):
    run(monkeypatch, "--data", tmp_path, "--out", tmp_path / "out", "--only", "facts", "pairs", "images")
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.split(",")[0] for line in said.err.splitlines()] == [
        "facts: left out",
        "pairs: left out",
        "images: left out",
    ]


def test_an_archive_is_unpacked_once_and_a_damaged_one_is_named(tmp_path):
    data = made(tmp_path / "data")
    first = unpacked(data, "synthea_fhir_r4", tmp_path / "cache")
    assert len(list(first.glob("*.json"))) == 2
    (first / "mark").touch()
    assert (unpacked(data, "synthea_fhir_r4", tmp_path / "cache") / "mark").exists()
    with pytest.raises(NotFound, match="holds no ct_X"):
        unpacked(data, "ct_X", tmp_path / "cache")
    (data / "ct_X.tar.xz").write_bytes(b"no archive")
    with pytest.raises(InputRejected, match="cannot be unpacked"):
        unpacked(data, "ct_X", tmp_path / "cache")


def test_whole_ct_of_test_patients_is_never_taken(tmp_path):
    names = {split: next(f"C{n}" for n in range(99) if split_of(f"C{n}") == split) for split in ("train", "test")}
    for name in names.values():
        (tmp_path / f"ct_{name}.tar.xz").touch()
        (tmp_path / f"ct_CCTMD-{name}_lungs").mkdir()
    assert background_names(tmp_path) == [names["train"], f"CCTMD-{names['train']}"]
    assert identity_of(f"CCTMD-{names['train']}") == names["train"]


@pytest.mark.shared_data
def test_the_real_records_and_questions_give_what_their_cards_say(tmp_path, monkeypatch):
    needs.shared_data()
    data = shared_data.file("medical/lidc_series.csv").parent
    assert background_names(data) == [
        "C3N-00247", "CCTMD-cap002", "CCTMD-normal001", "CCTMD-normal002", "LIDC-IDRI-0002",
    ]  # fmt: skip
    run(monkeypatch, "--data", data, "--out", tmp_path, "--only", "facts", "pairs")
    facts = json.loads((tmp_path / "medical_facts.card.json").read_text())
    assert facts["count"] == {"train": 541, "validation": 52}
    assert facts["identities"] == {"train": 52, "validation": 5}
    pairs = json.loads((tmp_path / "medical_questions.card.json").read_text())
    assert pairs["count"] == {"train": 3396, "validation": 348}


@pytest.mark.shared_data
def test_real_images_of_nodules_and_background_differ_in_the_middle_and_not_at_the_rim(tmp_path, monkeypatch):
    needs.shared_data()
    data = tmp_path / "data"
    data.mkdir()
    for name in ("lidc_series.csv", "lidc_nodules.csv"):
        (data / name).symlink_to(shared_data.file(f"medical/{name}"))
    (data / "lidc_nodule_slices").symlink_to(shared_data.folder("medical/lidc_nodule_slices"))
    run(monkeypatch, "--data", data, "--out", tmp_path, "--only", "images", "--most", "60")
    source = open_source(tmp_path, read_card(tmp_path / "medical_images.card.json"))
    rows = [source.row(split, n) for split in ("train", "validation") for n in range(source.count(split))]
    pixels = np.concatenate([row["arrays"]["fields"] for row in rows]).astype(float)
    label = np.array([row["columns"]["label"][0] for row in rows])
    assert min(label.sum(), (1 - label).sum()) > 30
    middle = pixels[:, 18:30, 18:30].mean((1, 2))
    rim = np.concatenate([pixels[:, :4].reshape(len(pixels), -1), pixels[:, -4:].reshape(len(pixels), -1)], axis=1)
    spread = rim.mean(1).std()
    assert middle[label == 1].mean() - middle[label == 0].mean() > 10
    assert abs(rim.mean(1)[label == 1].mean() - rim.mean(1)[label == 0].mean()) < spread
