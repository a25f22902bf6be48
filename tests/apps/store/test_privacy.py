"""What is stored is for this user alone, whoever makes it first and whatever the umask lets through."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps import cli
from apps.settings import load_settings
from apps.store import blobs
from apps.store.store import Store
from tests.apps.reading import reader


@pytest.fixture(autouse=True)
def generous_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that is not there yet, which the commands use."""
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path / "new" / "data"))
    monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)
    return tmp_path / "new" / "data"


def open_to_others(folder: Path) -> list[str]:
    """Names of the folder and of what lies in it, as far as others can use them."""
    return [path.name for path in (folder, *folder.iterdir()) if path.stat().st_mode & 0o077]


def tandem(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["tandem", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_the_data_folder_is_for_its_user_alone(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "new" / "data", database_url="", blobs_dir=tmp_path / "elsewhere")
    with Store(settings) as store:
        blobs.put(store, "job-1", "volume", b"images")
        assert open_to_others(settings.data_dir) == []
    assert settings.blobs.stat().st_mode & 0o077 == 0


def test_the_records_of_the_jobs_are_for_their_user_alone_in_a_folder_that_others_could_enter(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with reader(folder):
        made = {path.name for path in folder.iterdir()}
        assert {"tandem.db", "tandem.db-wal", "tandem.jobs.db", "tandem.jobs.db-wal"} <= made
        assert open_to_others(folder) == []


def test_db_upgrade_makes_a_new_database_in_a_new_folder_for_its_user_alone(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    assert tandem(monkeypatch, "db", "upgrade") == 0
    assert capsys.readouterr().err.strip() == "the database has schema 0002, finance_0001, medical_0002"
    assert (data / "tandem.db").stat().st_size > 0
    assert open_to_others(data) == []
    Store(load_settings()).close()


def test_db_upgrade_makes_a_new_database_in_an_old_folder_for_its_user_alone(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.mkdir(parents=True)
    assert tandem(monkeypatch, "db", "upgrade") == 0
    assert open_to_others(data) == []


def test_the_demo_makes_the_data_folder_for_its_user_alone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Enough(Exception):
        pass

    def stop(folder: Path, *_: object) -> None:
        folder.mkdir()
        raise Enough

    monkeypatch.setattr("apps.demo.run.make_input", stop)
    from apps.demo.run import run_demo

    with pytest.raises(Enough):
        run_demo(3)
    assert (data / "demo" / "seed-3").is_dir()
    assert open_to_others(data) == []


@pytest.mark.parametrize("words", [("jobs", "list"), ("db", "upgrade"), ("demo", "--no-ui")])
def test_a_data_folder_that_cannot_be_made_is_one_sentence_without_its_path(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("TANDEM_DATA_DIR", "/dev/null/x")
    monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)
    monkeypatch.setattr("apps.console.err.width", 400)
    assert tandem(monkeypatch, *words) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == (
        "tandem: the data folder cannot be used (Not a directory); set TANDEM_DATA_DIR to a folder that can be written."
    )
