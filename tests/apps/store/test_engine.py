"""What the database promises, and what it says when it cannot keep it."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from apps.medical.records.studies import Identity, add_study
from apps.medical.records.tables import PatientRow, StudyRow
from apps.settings import Settings, load_settings
from apps.store import audit, blobs, inputs, jobs
from apps.store.deletion import delete_everything_of
from apps.store.engine import IDLE_TIMEOUT_S, state_error
from apps.store.store import Store
from apps.store.tables import InputRow
from core_model.errors import Unavailable
from tests import needs
from tests.apps.conftest import Postgres
from tests.apps.jobs.conftest import wait_for


def test_sqlite_runs_with_the_pragmas_of_the_design(sqlite_settings: Settings) -> None:
    with Store(sqlite_settings) as store, store.read() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_block_that_raises_leaves_nothing(store: Store, tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with store.write() as session:
            audit.record(session, "test", "job-1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert audit.verify(store).count == 0


def test_a_reader_sees_one_state_although_others_write_meanwhile(store: Store, tmp_path: Path) -> None:
    identity = Identity("7Q", "ROE^JANE")
    study_id = add_study(store, identity, "1.2.3", [])
    with Store(store.settings, busy_timeout_s=0.2) as other, store.read() as session:
        row = session.get_one(StudyRow, study_id)
        delete_everything_of(other, row.patient_row_id)
        assert session.get_one(PatientRow, row.patient_row_id).name == "ROE^JANE"
    with store.read() as session:
        assert session.query(PatientRow).count() == session.query(StudyRow).count() == 0


def test_writers_wait_for_each_other_and_lose_no_increment(store: Store) -> None:
    job_id = jobs.create(store, "test", None, {}).id

    def add_ten() -> None:
        for _ in range(10):
            with store.write() as session:
                value = session.execute(
                    text("SELECT starts FROM job FOR UPDATE" if postgres else "SELECT starts FROM job")
                )
                session.execute(text("UPDATE job SET starts = :n"), {"n": value.scalar_one() + 1})

    postgres = store.engine.dialect.name == "postgresql"
    threads = [threading.Thread(target=add_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert jobs.get(store, job_id).starts == 40


def test_a_read_only_database_is_refused_with_a_sentence_and_unchanged(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    with Store(sqlite_settings) as store:
        inputs.add(store, tmp_path)
    file = sqlite_settings.data_dir / "tandem.db"
    before = file.read_bytes()
    only_read = load_settings(data_dir=sqlite_settings.data_dir, database_url=f"sqlite:///file:{file}?mode=ro&uri=true")
    with Store(only_read) as store:
        with store.read() as session:
            assert session.query(InputRow).count() == 1
        with pytest.raises(Unavailable, match="only be read") as refused:
            jobs.create(store, "test", None, {})
        assert refused.value.code == "database_read_only"
        with pytest.raises(Unavailable, match="only be read"):
            blobs.put(store, "job-1", "x", b"content")
    assert [path for path in sqlite_settings.blobs.rglob("*") if path.is_file()] == []
    assert file.read_bytes() == before


def test_a_missing_database_opened_for_reading_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    with pytest.raises(Unavailable) as refused:
        Store(load_settings(data_dir=tmp_path, database_url=f"sqlite:///file:{file}?mode=ro&uri=true"))
    assert refused.value.code == "database_not_opened"
    assert not file.exists()


def test_a_locked_database_is_refused_after_the_timeout(sqlite_settings: Settings) -> None:
    Store(sqlite_settings).close()
    holder = sqlite3.connect(sqlite_settings.data_dir / "tandem.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with Store(sqlite_settings, busy_timeout_s=0.2) as store:
        with pytest.raises(Unavailable, match="another program holds the database") as refused:
            jobs.create(store, "test", None, {})
        assert refused.value.code == "database_locked"
        holder.execute("ROLLBACK")
        assert jobs.listing(store) == []
        jobs.create(store, "test", None, {})
    holder.close()


def test_a_damaged_file_is_refused(sqlite_settings: Settings) -> None:
    (sqlite_settings.data_dir / "tandem.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(Unavailable) as refused:
        Store(sqlite_settings)
    assert refused.value.code == "file_no_database"


def test_a_server_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="does not answer") as refused:
        Store(load_settings(data_dir=tmp_path, database_url="postgresql://nobody:secret@127.0.0.1:1/none"), 1.0)
    assert refused.value.code == "database_unreachable"
    assert "secret" not in str(refused.value)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    mount = needs.program("mount")
    folder = tmp_path / "small"
    folder.mkdir()
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    made = subprocess.run([mount, "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", folder], capture_output=True)
    if made.returncode:
        pytest.skip("this machine mounts no tmpfs (a container without the right to)")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_in_the_middle_of_an_import_leaves_the_store_unchanged(small_disk: Path, tmp_path: Path) -> None:
    with Store(load_settings(data_dir=small_disk, database_url=f"sqlite:///{small_disk}/tandem.db")) as store:
        (small_disk / "ballast").write_bytes(os.urandom(1 << 20))
        kept = blobs.put(store, "job-1", "kept", b"kept")
        before = audit.verify(store)
        with pytest.raises(Unavailable, match="disk is full") as refused:
            blobs.put(store, "job-1", "too large", os.urandom(6 << 20))
        assert refused.value.code == "disk_full"
        assert blobs.owned(store, "job-1") == {"kept": kept}
        assert [path.name for path in small_disk.glob("blobs/??/*")] == [kept]

        done = 0
        with pytest.raises(Unavailable) as refused:  # noqa: PT012
            for done in range(10_000):  # noqa: B007
                jobs.create(store, "test", None, {"text": "x" * 100_000})
        assert refused.value.code == "disk_full"
        assert 0 < done < 10_000
        assert len(jobs.listing(store, limit=20_000)) == done
        (small_disk / "ballast").unlink()
        assert len(jobs.listing(store, limit=2000)) == done
        assert audit.verify(store).count == before.count + done
        jobs.create(store, "test", None, {})
        assert blobs.get(store, kept) == b"kept"


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(sqlite_settings: Settings, tmp_path: Path) -> None:
    """SIGKILL proves nothing about the power: the calls to fsync are counted instead."""
    strace = needs.program("strace")
    script = tmp_path / "writes.py"
    script.write_text(
        "import os, sys\n"
        "from apps.settings import load_settings\n"
        "from apps.store import blobs, jobs\n"
        "from apps.store.store import Store\n"
        "store = Store(load_settings())\n"
        "for number in range(5):\n"
        "    os.write(1, b'begin')\n"
        "    jobs.create(store, 'test', None, {})\n"
        "    os.write(1, b'acknowledged')\n"
        "os.write(1, b'begin')\n"
        "blobs.put(store, 'job-1', 'x', b'content')\n"
        "os.write(1, b'acknowledged')\n"
    )
    Store(sqlite_settings).close()
    trace = tmp_path / "trace"
    run = subprocess.run(
        [strace, "-f", "-y", "-e", "trace=fsync,fdatasync,write,rename,renameat2", "-o", trace, sys.executable, script],
        env={**os.environ, **sqlite_settings.environment(), "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
    )
    if "ptrace" in run.stderr and "not permitted" in run.stderr:
        pytest.skip("this machine lets nobody trace a process (a container without the right to)")
    assert run.returncode == 0, run.stderr
    acts: list[list[str]] = []
    for line in trace.read_text().splitlines():
        if '"begin"' in line:
            acts.append([])
        elif acts and '"acknowledged"' not in line:
            acts[-1].append(line)
    assert len(acts) == 6
    for act in acts:
        assert any("sync(" in line and "tandem.db-wal" in line for line in act)
    blob = [line for line in acts[-1] if "/blobs/" in line and "/.mark-" not in line]
    synced = [number for number, line in enumerate(blob) if "fsync(" in line and ".new-" in line]
    renamed = [number for number, line in enumerate(blob) if "rename" in line]
    folder = [number for number, line in enumerate(blob) if "fsync(" in line and ".new-" not in line]
    assert synced[0] < renamed[0] < folder[0]


def test_a_data_folder_that_cannot_be_looked_up_is_refused_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        Store(load_settings(data_dir=tmp_path / ("x" * 300), database_url=""))
    assert refused.value.code == "data_dir_unusable"
    assert str(refused.value) == (
        "the data folder cannot be used (File name too long); set TANDEM_DATA_DIR to a folder that can be written."
    )


def test_a_postgresql_url_without_its_driver_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Unavailable, match=r"tandem\[postgres\]") as refused:
        Store(load_settings(data_dir=tmp_path, database_url="postgresql://u:secret@host/name"))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["postgresql://u:secret@host:port/name", "postgresql://u:secret@[::1/name"])
def test_a_database_url_that_cannot_be_read_is_refused_without_repeating_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(Unavailable, match="cannot be read") as refused:
        Store(load_settings(data_dir=tmp_path, database_url=url))
    assert "secret" not in str(refused.value)


class Said(Exception):
    """What a driver raises: its words, and the code that is not in them."""

    def __init__(self, words: str, **codes: object) -> None:
        super().__init__(words)
        for name, value in codes.items():
            setattr(self, name, value)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Said('violates check constraint "door_locked"', sqlstate="23514"), None),
        (Said("invalid input value: 'disk is full, read-only, malformed'", sqlstate="22P02"), None),
        (Said("UNIQUE constraint failed: readonly.locked", sqlite_errorcode=sqlite3.SQLITE_CONSTRAINT_UNIQUE), None),
        (Said("connection to a mistake", sqlstate="42601"), None),
        (Said("无法在只读事务中执行", sqlstate="25006"), "server_read_only"),
        (Said("could not obtain lock", sqlstate="55P03"), "database_locked"),
        (Said("could not extend file", sqlstate="53100"), "disk_full"),
        (Said("sorry, too many clients already", sqlstate="53300"), "database_busy"),
        (Said("terminating", sqlstate="57P01"), "database_unreachable"),
        (Said("lost", sqlstate="08006"), "database_unreachable"),
        (Said("Passwort falsch", sqlstate="28P01"), "database_refused"),
        (Said("connection refused", sqlstate=None, pgconn=None), "database_unreachable"),
        (Said("undone", sqlstate="25P03"), "database_locked"),
        (Said("密码错误", sqlstate=None, pgconn=SimpleNamespace(used_password=True)), "database_refused"),
        (Said("no password", sqlstate=None, pgconn=SimpleNamespace(needs_password=True)), "database_refused"),
        (Said("snapshot", sqlite_errorcode=sqlite3.SQLITE_BUSY_SNAPSHOT), "database_locked"),
        (Said("moved", sqlite_errorcode=sqlite3.SQLITE_READONLY_DBMOVED), "database_read_only"),
        (Said("fsync", sqlite_errorcode=sqlite3.SQLITE_IOERR_FSYNC), "database_io"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_the_state_of_a_database_follows_from_its_code_and_never_from_words(said: Said, code: str | None) -> None:
    meaning = state_error(OperationalError("SELECT 1", {}, said))
    assert (meaning.code if meaning else None) == code


def test_a_connection_that_is_gone_is_no_mistake_of_a_statement_whatever_the_server_gave_as_its_reason() -> None:
    said = Said("terminating connection due to idle-session timeout", sqlstate="57P05")
    gone = state_error(OperationalError("SELECT 1", {}, said, connection_invalidated=True))
    assert gone is not None
    assert gone.code == "database_unreachable"
    assert state_error(OperationalError("SELECT 1", {}, said)) is None


def test_postgresql_says_its_own_states_and_its_mistakes_stay_mistakes(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.new_database()
    with Store(load_settings(data_dir=tmp_path, database_url=url)) as store:
        with pytest.raises(Unavailable) as refused, store.write() as session:
            session.execute(text("SET TRANSACTION READ ONLY; CREATE TABLE other (id int)"))
        assert refused.value.code == "server_read_only"
        with pytest.raises(DBAPIError, match="locked, read-only"), store.read() as session:
            session.execute(text("SELECT 'the disk is locked, read-only'::int"))
        with pytest.raises(Unavailable) as refused, store.read() as session:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        assert refused.value.code == "database_unreachable"
        assert jobs.listing(store) == []
    postgres.drop(url)
    with pytest.raises(Unavailable, match="correct TANDEM_DATABASE_URL") as refused:
        Store(load_settings(data_dir=tmp_path, database_url=url))
    assert refused.value.code == "database_unreachable"


def test_postgresql_waits_for_a_lock_and_keeps_one_only_so_long(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.new_database()
    settings = load_settings(data_dir=tmp_path, database_url=url)
    with Store(settings, busy_timeout_s=0.3) as store, Store(settings) as other:
        with other.write() as session:
            session.execute(text("LOCK TABLE job IN ACCESS EXCLUSIVE MODE"))
            with pytest.raises(Unavailable) as refused:
                jobs.create(store, "test", None, {})
            assert refused.value.code == "database_locked"
        with store.read() as session:
            idle = session.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
        assert idle == f"{IDLE_TIMEOUT_S:.0f}s"
    postgres.drop(url)


@pytest.mark.skipif(not hasattr(os, "statvfs"), reason="no such storage here")
def test_a_store_on_storage_that_can_only_be_read_is_listed_and_refuses_to_be_written(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    with Store(sqlite_settings) as store:
        job = jobs.create(store, "test", None, {})
    place = tmp_path / "mounted ? #1%"
    place.mkdir()
    mount = ["mount", "--bind", str(sqlite_settings.data_dir), str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(place)], check=True)
        with Store(load_settings(data_dir=place, database_url="")) as store:
            assert [row.id for row in jobs.listing(store)] == [job.id]
            with pytest.raises(Unavailable) as refused:
                jobs.create(store, "test", None, {})
        assert refused.value.code == "database_read_only"
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX systems")
def test_a_store_in_a_folder_that_nobody_may_write_to_is_listed_and_refuses_to_be_written(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(sqlite_settings) as store:
        job = jobs.create(store, "test", None, {})
    monkeypatch.setattr(os, "access", lambda *_, **__: False)  # who runs this may be allowed everything
    sqlite_settings.data_dir.chmod(0o500)
    try:
        with Store(sqlite_settings) as store:
            assert [row.id for row in jobs.listing(store)] == [job.id]
            with pytest.raises(Unavailable) as refused:
                jobs.create(store, "test", None, {})
        assert refused.value.code == "database_read_only"
        assert not list(sqlite_settings.data_dir.glob("*-shm"))
    finally:
        sqlite_settings.data_dir.chmod(0o700)


def test_a_password_that_is_not_right_is_called_so(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.new_database()
    with Store(load_settings(data_dir=tmp_path, database_url=url)) as store, store.read() as session:
        rules = Path(session.execute(text("SHOW hba_file")).scalar_one())
        session.execute(text("CREATE ROLE guarded LOGIN PASSWORD 'right'"))
        session.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO guarded"))
        session.commit()
        before = rules.read_text()
        rules.write_text(f"local all guarded scram-sha-256\nhost all guarded all scram-sha-256\n{before}")
        try:
            session.execute(text("SELECT pg_reload_conf()"))
            wait_for(lambda: code_of_opening(url, tmp_path, "wrong"), 10)  # the server reads its rules in its own time
            codes = [code_of_opening(url, tmp_path, password) for password in ("wrong", None)]
            assert code_of_opening(url, tmp_path, "right") == ""
        finally:
            rules.write_text(before)
            session.execute(text("SELECT pg_reload_conf()"))
            session.execute(text("DROP OWNED BY guarded"))
            session.execute(text("DROP ROLE guarded"))
            session.commit()
    assert codes == ["database_refused"] * 2
    postgres.drop(url)


def code_of_opening(url: str, folder: Path, password: str | None) -> str:
    """Why a store cannot be opened by the guarded user with a password; empty where it can."""
    guarded = make_url(url).set(username="guarded", password=password).render_as_string(hide_password=False)
    try:
        Store(load_settings(data_dir=folder, database_url=guarded)).close()
    except Unavailable as refused:
        return refused.code
    return ""
