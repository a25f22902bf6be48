"""``TANDEM_DEVICE`` is obeyed, or refused by what would have used it."""

from pathlib import Path

import pytest
import torch

from apps.demo.report import make_example_report
from apps.doctor import examine
from apps.medical import jobs as medical_jobs
from apps.medical.nodules.detector_weights import WEIGHTS, load_detector
from apps.medical.nodules.training import __main__ as training
from apps.settings import load_settings
from core_model.device import NAME
from core_model.errors import InputRejected, Unavailable
from tests.apps.reading import reader


@pytest.fixture(autouse=True)
def without_a_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TANDEM_DEVICE", "cuda:1")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def test_nodules_are_not_looked_for_on_another_device_in_silence() -> None:
    with pytest.raises(Unavailable, match="the device cuda:1 is not there"):
        medical_jobs.shipped_detector("cuda:1", {})
    detector = medical_jobs.shipped_detector("cpu", {})
    assert {parameter.device.type for fold in detector.folds for parameter in fold.stem.parameters()} == {"cpu"}


def test_a_detector_asked_for_without_a_device_is_on_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable, match="the device cuda:1 is not there"):
        load_detector()
    assert load_detector(str(WEIGHTS), device="cpu").folds


def test_trainings_of_the_detector_refuse_another_device_before_they_read_anything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert training.main(["head", "--out", "nowhere", "--fold", "A"]) == 1
    assert "the device cuda:1 for what runs on the CPU alone" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["cpu", "cuda", "cuda:0", "cuda:12", "cpu:0", "cuda:", "gpu", "CUDA", "cuda:\u0663"])
def test_settings_and_the_core_know_the_same_names(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("TANDEM_DEVICE", name)
    if NAME.fullmatch(name):
        assert load_settings().device == name
    else:
        with pytest.raises(InputRejected):
            load_settings()


def test_doctor_says_that_the_device_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    report = examine()
    assert report["device"] == "cuda:1"
    assert [problem for problem in report["problems"] if problem["code"] == "device_missing"]
    assert not report["healthy"]
    monkeypatch.setenv("TANDEM_DEVICE", "cpu")
    assert not [problem for problem in examine()["problems"] if "device" in problem["code"]]


def test_a_report_is_refused_at_once_too_though_it_may_need_no_model(tmp_path: Path) -> None:
    make_example_report(tmp_path / "report.html", 1)
    settings = load_settings(data_dir=tmp_path / "data", database_url="", device="cuda:1")
    with reader(tmp_path / "data", settings) as reads:
        end = reads.report(tmp_path / "report.html")
    assert end.error is not None
    assert (end.state, end.error.code, end.step) == ("failed", "device_missing", "read")
