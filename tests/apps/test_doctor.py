"""``tandem doctor``: what is there is found, what is wrong is said with what to do, and no password is repeated."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

import core_model
from apps import doctor, provenance
from apps.doctor import FOR_TRAINING, PACKAGES, examine
from apps.medical import nodules
from apps.messages import refused
from apps.notices import NOTICE
from core_model.errors import Refusal
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
    validator("tandem.doctor-2.json").validate(report)
    assert (report["notice"], report["store"]["state"]) == (NOTICE, "open")
    assert set(report["weights"]) == shipped
    assert not [problem for problem in report["problems"] if "weights" in problem["code"]]


def test_a_misspelt_setting_is_a_problem_and_another_variable_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TANDEM_DEVCE", "cuda")
    monkeypatch.setenv("TANDEM_REQUIRE", "postgres")
    report = examine()
    validator("tandem.doctor-2.json").validate(report)
    (problem,) = [problem for problem in report["problems"] if problem["code"] == "setting_unknown"]
    assert problem["text"] == "there is no setting TANDEM_DEVCE; write TANDEM_DEVICE, if that is meant."


def test_a_database_url_that_cannot_be_read_is_a_problem_and_not_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TANDEM_DATABASE_URL", "postgresql://u:secret@host:port/name")
    report = examine()
    validator("tandem.doctor-2.json").validate(report)
    assert report["healthy"] is False
    assert any("TANDEM_DATABASE_URL" in problem["text"] for problem in report["problems"])
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
    (problem,) = [each for each in report["problems"] if each["code"] == "data_dir_unusable"]
    assert problem["text"].startswith("the data folder cannot be used (File name too long)")
    assert problem["values"]["why"]["code"] == "system_enametoolong"
    assert report["disk_free_gb"] > 0


def requirements(extra: str = "") -> list[str]:
    """Names of what ``pyproject.toml`` asks for."""
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text("utf8"))["project"]
    asked = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return [re.split(r"[^\w.-]", text, maxsplit=1)[0] for text in asked]


def test_every_dependency_is_looked_for():
    assert requirements() == list(PACKAGES)
    assert requirements("train") == list(FOR_TRAINING)


@pytest.mark.parametrize(
    ("absent", "problems"),
    [(FOR_TRAINING, []), (("nh3", "pandas"), [("library_missing", {"name": "nh3"})])],
    ids=["training", "a screen"],
)
def test_a_plain_installation_is_healthy_and_one_that_lacks_a_library_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, absent: tuple[str, ...], problems: list
):
    def version_of(name: str) -> str:
        if name in absent:
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(doctor, "ENOUGH_DISK_GB", 0.0)
    monkeypatch.setattr(provenance, "installed", version_of)
    report = examine()
    validator("tandem.doctor-2.json").validate(report)
    assert [(problem["code"], problem["values"]) for problem in report["problems"]] == problems
    assert report["healthy"] is (not problems)
    assert {report["packages_for_training"][name] for name in absent if name in FOR_TRAINING} == {"missing"}
    assert report["packages"]["torch"] == "1.0"


def test_a_disk_with_little_room_is_said_in_the_language_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(doctor, "_free_gb", lambda folder: 1.26)
    (problem,) = [each for each in examine()["problems"] if each["code"] == "disk_nearly_full"]
    assert problem["text"].startswith("only 1.3 GB are free")
    assert refused(Refusal.from_dict(problem), "zh").startswith("数据所在磁盘仅剩 1.3 GB")


def test_a_torn_card_is_a_problem_and_not_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "core.json").write_text('{"weights_f')
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(core_model, "__file__", str(tmp_path / "__init__.py"))
    monkeypatch.setattr(nodules, "__file__", str(tmp_path / "__init__.py"))
    codes = [problem["code"] for problem in examine()["problems"]]
    assert "weights_card_unreadable" in codes
    assert "no_weights" in codes
