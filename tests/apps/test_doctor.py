"""``tandem doctor``: what is there is found, what is wrong is said with what to do, and no password is repeated."""

from pathlib import Path

import pytest

import core_model
from apps.doctor import examine
from apps.medical import nodules
from apps.notices import NOTICE
from tests.apps.test_documents import validator


def test_the_weights_that_ship_are_found_under_the_name_on_their_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    folders = [Path(str(package.__file__)).parent / "weights" for package in (core_model, nodules)]
    shipped = {path.name for folder in folders for path in folder.glob("*.safetensors")}
    assert {name.partition("-")[0] for name in shipped} == {
        "core",
        "nodule_detector",
        "nodule_plain_nets",
        "nodule_second_look",
    }
    report = examine()
    validator("tandem.doctor-1.json").validate(report)
    assert (report["notice"], report["store"]["state"]) == (NOTICE, "open")
    assert set(report["weights"]) == shipped
    assert not [problem for problem in report["problems"] if "weights" in problem]


def test_a_database_url_that_cannot_be_read_is_a_problem_and_not_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TANDEM_DATABASE_URL", "postgresql://u:secret@host:port/name")
    report = examine()
    validator("tandem.doctor-1.json").validate(report)
    assert report["healthy"] is False
    assert any("TANDEM_DATABASE_URL" in problem for problem in report["problems"])
    assert "secret" not in str(report)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://jane:hunter2@127.0.0.1:1/db", "postgresql://jane:***@127.0.0.1:1/db"),
        ("postgresql://127.0.0.1:1/db?user=jane&password=hunter2", "postgresql://127.0.0.1:1/db"),
        ("postgresql://127.0.0.1:1/db?sslpassword=hunter2&passfile=/hunter2", "postgresql://127.0.0.1:1/db"),
        ("postgresql://jane:not@hunter2@127.0.0.1:1/db", "a URL that cannot be read"),
        ("postgresql://jane:not@so/hunter2@127.0.0.1:1/db", "a URL that cannot be read"),
        ("postgresql://jane@corp:hunter2@127.0.0.1:1/db", "postgresql://jane%40corp:***@127.0.0.1:1/db"),
    ],
)
def test_a_password_is_not_repeated_wherever_in_the_url_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, shown: str
):
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TANDEM_DATABASE_URL", url)
    report = examine()
    assert report["database"].partition(";")[0] == shown
    assert "hunter2" not in str(report)


def test_a_data_folder_that_cannot_be_looked_up_is_a_problem_and_not_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path / ("x" * 300)))
    monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)
    report = examine()
    assert report["store"] == {"state": "cannot be opened"}
    assert report["problems"][0].startswith("the data folder cannot be used (File name too long)")
    assert report["disk_free_gb"] > 0
