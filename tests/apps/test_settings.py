"""Settings: what is given goes before the environment, which goes before the defaults; what is wrong is named."""

import subprocess
import sys
from pathlib import Path

import pytest

from apps.settings import PREFIX, Settings, load_settings
from core_model.errors import InputRejected


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


def test_everything_stands_in_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    made = load_settings(data_dir=tmp_path)
    assert made.database_url == f"sqlite:///{tmp_path}/tandem.db"
    assert made.blobs == tmp_path / "blobs"
    assert (made.device, made.port) == ("cpu", 8501)


def test_the_environment_is_read_when_asked_and_given_values_go_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TANDEM_PORT", "9000")
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TANDEM_JOB_MODULES", "one, two")
    assert (load_settings().port, load_settings().data_dir) == (9000, tmp_path)
    assert load_settings().job_modules == ("one", "two")
    assert load_settings(port=9001).port == 9001


def test_a_relative_folder_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(data_dir="here").data_dir == tmp_path / "here"


def test_a_variable_set_to_nothing_is_unset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    usual = load_settings()
    monkeypatch.setenv("TANDEM_DATA_DIR", "")
    monkeypatch.setenv("TANDEM_PORT", "")
    assert load_settings() == usual
    assert load_settings().data_dir != tmp_path


@pytest.mark.parametrize("given", ["~/tandem", None])
def test_a_user_without_a_home_is_asked_for_a_folder(monkeypatch: pytest.MonkeyPatch, given: str | None) -> None:
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    if given:
        monkeypatch.setenv("TANDEM_DATA_DIR", given)
    with pytest.raises(InputRejected, match="TANDEM_DATA_DIR.* no home folder"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PORT", "70000", "less than or equal to 65535"),
        ("PORT", "web", "valid integer"),
        ("DEVICE", "tpu", "a device is cpu, cuda or cuda:N"),
        ("DATABASE_URL", "mysql://host/name", "starts with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "tandem.db", "starts with sqlite:/// or postgresql://"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(InputRejected, match=reason) as refused:
        load_settings()
    assert f"TANDEM_{name}" in str(refused.value)


def test_a_password_in_the_database_url_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_DATABASE_URL", "mysql://me:secret@host/name")
    with pytest.raises(InputRejected) as refused:
        load_settings()
    assert "secret" not in str(refused.value)


def test_another_process_gets_the_same_settings_through_its_environment(tmp_path: Path) -> None:
    made = load_settings(data_dir=tmp_path, port=9002, device="cuda:1", job_modules=("one",))
    script = "from apps.settings import load_settings; print(load_settings().model_dump_json())"
    run = subprocess.run(
        [sys.executable, "-c", script], env=made.environment(), capture_output=True, text=True, check=True
    )
    assert Settings.model_validate_json(run.stdout) == made


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings(data_dir=tmp_path).port = 1  # type: ignore[misc]


@pytest.mark.parametrize("name", ["what?", "a#1", "100%", "a%3Fb", "with space", "中文"])
def test_a_data_folder_with_signs_that_a_url_gives_a_meaning_holds_its_database(tmp_path: Path, name: str) -> None:
    from apps.jobs.records import jobs_file
    from apps.store import jobs
    from apps.store.store import Store

    made = load_settings(data_dir=tmp_path / name)
    with Store(made) as store:
        job = jobs.create(store, "test", None, {})
    assert (tmp_path / name / "tandem.db").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    with Store(load_settings(**made.model_dump())) as store:  # as a worker gets it
        assert jobs.get(store, job.id).kind == "test"
        assert jobs_file(store) == tmp_path / name / "tandem.jobs.db"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///here.db", "sqlite:///{folder}/here.db"),
        ("sqlite:///sub/here.db", "sqlite:///{folder}/sub/here.db"),
        ("sqlite:///file:here.db?mode=ro&uri=true", "sqlite:///file:{folder}/here.db?mode=ro&uri=true"),
        ("sqlite:////elsewhere/here.db", "sqlite:////elsewhere/here.db"),
    ],
)
def test_a_relative_database_file_is_made_absolute(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    made = load_settings(data_dir=tmp_path, database_url=url)
    assert made.database_url == expected.format(folder=tmp_path)
    monkeypatch.chdir("/")
    assert load_settings(**made.model_dump()).database_url == made.database_url


@pytest.mark.parametrize("url", ["sqlite://", "sqlite://tandem.db"])
def test_a_database_url_with_a_slash_too_few_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputRejected, match="starts with sqlite:///"):
        load_settings(data_dir=tmp_path, database_url=url)
