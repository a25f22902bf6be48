"""A store that cannot be written, through the real commands: exit 1, one sentence, nothing half-stored."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from apps import cli
from apps.demo.report import make_example_report
from apps.medical.nodules.findings import NoduleResult
from apps.settings import load_settings
from apps.store import blobs, disk, inputs, readings
from apps.store.store import Store
from core_model.errors import Refusal
from tests import needs
from tests.apps.medical.dicom.making import Grid, make_series
from tests.apps.reading import reader
from tests.apps.store.documents import provenance
from tests.conftest import put_empty_database

REPOSITORY = Path(__file__).resolve().parents[2]
TABLES = ("input", "patient", "study", "series", "reading", "blob", "blob_reference", "study_reading", "filing")


def counts(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


def read_only(data: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setenv("TANDEM_DATABASE_URL", f"sqlite:///file:{data}/tandem.db?mode=ro&uri=true")
    return lambda: None


def locked(data: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setattr(Store.__init__, "__defaults__", (0.3,))  # how long a writer waits for another: 10 s else
    holder = sqlite3.connect(data / "tandem.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    return holder.close


def newer(data: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    with sqlite3.connect(data / "tandem.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999' WHERE version_num = 'finance_0001'")
    return lambda: None


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an empty store, which the commands use."""
    folder = tmp_path / "data"
    monkeypatch.setenv("TANDEM_DATA_DIR", str(folder))
    monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)
    monkeypatch.setattr("apps.console.err.width", 400)
    put_empty_database(folder)
    return folder


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Path]:
    """One good input for each of the commands."""
    make_example_report(tmp_path / "report.html", 1)
    return {"finance": tmp_path / "report.html", "medical": make_series().write(tmp_path / "ct")}


@pytest.mark.parametrize("command", ["finance", "medical"])
@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (read_only, "the database can only be read; make its file and folder writable."),
        (locked, "another program holds the database; end that program, or try again later."),
        (
            newer,
            "the database has schema 9999, newer than this version of Tandem knows "
            "(allowed: schema 0002, finance_0001 and medical_0002 and older); "
            "install the newer version of Tandem, or use another database.",
        ),
    ],
    ids=["read-only", "locked", "newer"],
)
def test_a_database_that_takes_no_writes_is_one_sentence_and_stays_as_it_is(
    data: Path,
    given: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    harm: Callable[[Path, pytest.MonkeyPatch], Callable[[], None]],
    sentence: str,
    command: str,
) -> None:
    end = harm(data, monkeypatch)
    before = counts(data / "tandem.db")
    monkeypatch.setattr(sys, "argv", ["tandem", command, "read", str(given[command]), "--json"])
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        end()
    out, err = capsys.readouterr()
    assert ended.value.code == 1
    assert out == ""
    assert err.strip() in (f"tandem: {sentence}", f"tandem: {given[command]}: {sentence}")
    assert counts(data / "tandem.db") == before == dict.fromkeys(TABLES, 0)
    assert [path for path in (data / "blobs").rglob("*") if path.is_file()] == []
    assert not (data / "inbox").exists()


@pytest.mark.parametrize("at", range(1, 5))
def test_a_disk_that_fills_anywhere_in_an_import_leaves_the_store_unchanged_and_a_retry_goes_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """The first image, the volume, the notes and the row of the study: the disk is full at each in turn."""
    from apps.jobs import retry, watch
    from apps.medical.records import studies

    monkeypatch.setattr("apps.medical.nodules.findings.find_nodules", lambda *_, **__: NoduleResult([], []))
    write, add_study, written = disk.write, studies.add_study, []

    def full(*what: object) -> None:
        written.append(what)
        if len(written) == at:
            raise OSError(28, "No space left on device", str(tmp_path))

    def write_until_full(folder: Path, chunks: object) -> Path:
        full(folder)
        return write(folder, chunks)  # type: ignore[arg-type]

    def add_until_full(*args: object, **kwargs: object) -> str:
        with disk.blob_errors():
            full("study")
        return add_study(*args, **kwargs)  # type: ignore[arg-type]

    folder = make_series().write(tmp_path / "ct")
    with reader(tmp_path / "data") as reads:
        input_id = inputs.add(reads.store, folder)
        before = counts(tmp_path / "data" / "tandem.db")
        monkeypatch.setattr(disk, "write", write_until_full)
        monkeypatch.setattr(studies, "add_study", add_until_full)
        end = reads.study(folder)
        assert (end.state, end.error) == ("failed", Refusal("disk_full"))
        assert counts(tmp_path / "data" / "tandem.db") == before
        assert [path for path in reads.store.blobs_dir.rglob("*") if path.is_file()] == []
        assert inputs.path_of(reads.store, input_id) == folder
        retry(reads.store, end.job_id)
        *_, end = watch(reads.store, end.job_id)
        assert end.state == "done", end.error


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 10 MB."""
    mount = needs.program("mount")
    folder = tmp_path / "small"
    folder.mkdir()
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    made = subprocess.run([mount, "-t", "tmpfs", "-o", "size=10m,mode=700", "tmpfs", folder], capture_output=True)
    if made.returncode:
        pytest.skip("this machine mounts no tmpfs (a container without the right to)")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_the_command_says_that_the_disk_is_full_and_the_store_stays_as_it_was(small_disk: Path, tmp_path: Path) -> None:
    folder = make_series(Grid(size=(50, 256, 256), spacing_mm=(4.0, 1.25, 1.25))).write(tmp_path / "ct")  # 6.6 MB
    environment = {**os.environ, "TANDEM_DATA_DIR": str(small_disk / "data"), "PYTHONPATH": str(REPOSITORY)}
    environment.pop("TANDEM_DATABASE_URL", None)
    put_empty_database(small_disk / "data", worked=True)
    room = shutil.disk_usage(small_disk).free - 4_000_000  # for the database, and not for the volume
    (small_disk / "ballast").write_bytes(bytes(max(room, 0)))
    command = [sys.executable, "-m", "apps.cli", "medical", "read", str(folder), "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=280)
    assert (done.returncode, done.stdout) == (1, "")
    told = "the disk is full, nothing was stored; free some space and try again."
    assert done.stderr.strip() == f"tandem: {folder}: {told}"
    held = counts(small_disk / "data" / "tandem.db")
    assert held == {**dict.fromkeys(TABLES, 0), "input": 1}
    assert [path for path in (small_disk / "data" / "blobs").rglob("*") if path.is_file()] == []


def test_a_disk_too_small_for_a_backup_or_a_store_from_it_is_one_sentence_and_keeps_no_part(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr("apps.console.err.width", 400)

    def tandem(data: Path, *words: str) -> tuple[int, str]:
        monkeypatch.setenv("TANDEM_DATA_DIR", str(data))
        monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)
        monkeypatch.setattr(sys, "argv", ["tandem", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capsys.readouterr().err.strip()

    data, file = tmp_path / "data", tmp_path / "backup"
    with Store(load_settings(data_dir=data, database_url="")) as store:
        blobs.put(store, "reading-1", "volume", os.urandom(1_000_000))
        readings.save(store, "test", b"{}", provenance())
    for room in (100_000, 900_000):  # for a part of the database; for the database without what it speaks of
        (small_disk / "ballast").write_bytes(bytes(shutil.disk_usage(small_disk).free - room))
        status, said = tandem(data, "backup", str(small_disk / "backup"))
        assert status == 1
        assert said in (
            "tandem: the disk is full, nothing was stored; free some space and try again.",
            "tandem: the backup cannot be written (No space left on device); "
            "give a place with enough room that can be written.",
        )
        assert [path.name for path in small_disk.iterdir()] == ["ballast"]
        (small_disk / "ballast").unlink()
    assert tandem(data, "backup", str(file))[0] == 0
    (small_disk / "ballast").write_bytes(bytes(shutil.disk_usage(small_disk).free - 900_000))
    status, said = tandem(small_disk / "data", "restore", str(file))
    assert (status, said) == (
        1,
        "tandem: the data folder cannot be used (No space left on device); "
        "set TANDEM_DATA_DIR to a folder that can be written.",
    )
    assert [path for path in (small_disk / "data").rglob("*") if path.is_file()] == []
