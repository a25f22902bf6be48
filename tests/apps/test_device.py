"""``TANDEM_DEVICE`` is obeyed, or refused by what would have used it."""

from pathlib import Path

import pytest
import torch

from apps.doctor import examine
from apps.finance import jobs
from apps.medical import jobs as medical_jobs
from core_model.errors import Unavailable


@pytest.fixture(autouse=True)
def without_a_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TANDEM_DEVICE", "cuda:1")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def test_captions_are_not_read_on_another_device_in_silence() -> None:
    with pytest.raises(Unavailable, match="the device cuda:1 is not there; PyTorch sees 0 CUDA devices"):
        jobs.embedding("cuda:1", "")(["Net income"])
    assert jobs.embedding("cpu", "")(["Net income"]).shape == (1, 384)


def test_nodules_are_not_looked_for_on_another_device_in_silence() -> None:
    with pytest.raises(Unavailable, match="the device cuda:1 is not there"):
        medical_jobs.shipped_detector("cuda:1", {})
    detector = medical_jobs.shipped_detector("cpu", {})
    assert {parameter.device.type for fold in detector.folds for parameter in fold.stem.parameters()} == {"cpu"}


def test_doctor_says_that_the_device_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    report = examine()
    assert report["device"] == "cuda:1"
    assert [problem for problem in report["problems"] if problem["code"] == "device_missing"]
    assert not report["healthy"]
    monkeypatch.setenv("TANDEM_DEVICE", "cpu")
    assert not [problem for problem in examine()["problems"] if "device" in problem["code"]]
