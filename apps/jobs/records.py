"""Where DBOS keeps the recorded steps, and how they go.

On SQLite it has a file of its own beside ours (``tandem.jobs.db``): it makes and migrates its tables by itself, takes
the write lock at every poll, and what it holds can be thrown away without losing a reading, so our schema, our backups
and our commits stay apart from it. A damaged one is replaced by a new one: jobs that were not done begin anew. On
PostgreSQL it has its own schema (``dbos``) in the same database.
"""

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa
from dbos import DBOSClient
from sqlalchemy import URL, Engine, create_engine, event, inspect

from apps.jobs import json_only
from apps.store import jobs
from apps.store.disk import private_file
from apps.store.engine import forget_deleted, keep_promises, lock
from apps.store.steps import SCHEMA, steps_file
from apps.store.store import Store

WORKFLOW = "tandem.job"  # what all attempts of all jobs are called in DBOS
BUSY_TIMEOUT_S = 30.0  # DBOS's threads write at every poll, and wait for each other
ROTTEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
log = logging.getLogger(__name__)


def jobs_file(store: Store) -> Path | None:
    """DBOS's own SQLite file; None where it has a schema of the PostgreSQL database."""
    return steps_file(store.settings.database_url)


def server_url(store: Store) -> str:
    """The URL of PostgreSQL as DBOS takes it."""
    return store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def file_engine(path: Path) -> Engine:
    """DBOS's own SQLite file, with the promises of ours: for this user alone, too."""
    private_file(path)
    engine = create_engine(
        URL.create("sqlite", database=str(path)),  # put together, not written: a path may hold ? and #
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"  # as DBOS sets it on an engine that it makes itself
        keep_promises(connection, BUSY_TIMEOUT_S)

    return engine


def identity(store: Store) -> tuple[int, int] | None:
    """Which file lies where DBOS's own does; None where none does, or where it has none."""
    file = jobs_file(store)
    if file is None:
        return None
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_rotten(store: Store) -> bool:
    """Whether DBOS's own file is damaged. One that is locked or cannot be opened is not called so."""
    file = jobs_file(store)
    if file is None or not file.exists():
        return False
    try:
        with closing(sqlite3.connect(file, timeout=1)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
    except sqlite3.DatabaseError as error:
        return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in ROTTEN


def replace_rotten(store: Store) -> bool:
    """Remove DBOS's own file where it is damaged, so that a new one is begun. Returns whether it was."""
    if not is_rotten(store):
        return False
    file = jobs_file(store)
    assert file is not None
    with store.write() as session:
        lock(session, "jobs file")
        if not is_rotten(store):  # another worker was quicker
            return False
        for path in file.parent.glob(f"{file.name}*"):
            path.unlink(missing_ok=True)
    log.warning("the file of the recorded steps was damaged and is begun anew; so are the jobs that were not done")
    return True


def refuse_other_than_json(store: Store) -> None:
    """Remove the attempts of which something is recorded in another form than JSON, see ``json_only``."""
    with _client(store) as client:
        if client is not None:
            found = json_only.others(client._sys_db.engine, SCHEMA if jobs_file(store) is None else None)
            if found:
                client.delete_workflows(found)


def forget(store: Store, job_ids: Iterable[str]) -> None:
    """Remove what DBOS recorded of jobs: the results of their steps."""
    replace_rotten(store)
    with _client(store) as client:
        if client is None:
            return
        for job_id in job_ids:
            attempts = client.list_workflows(workflow_id_prefix=f"{job_id}.", load_input=False, load_output=False)
            client.delete_workflows([attempt.workflow_id for attempt in attempts])


def forget_orphans(store: Store) -> list[str]:
    """Remove what DBOS holds of jobs that are no more: a worker handed one over while it was deleted. Returns their
    ids."""
    with _client(store) as client:
        if client is None:
            return []
        attempt: sa.ColumnClause[str] = sa.column("workflow_uuid")
        name: sa.ColumnClause[str] = sa.column("name")
        table = sa.table("workflow_status", attempt, name, schema=SCHEMA if jobs_file(store) is None else None)
        with client._sys_db.engine.connect() as connection:
            ours = sa.select(attempt).select_from(table).where(name == WORKFLOW)
            attempts = list(connection.execute(ours).scalars())
        # Asked after DBOS: each job has a row of ours before DBOS gets it.
        gone = {each.rpartition(".")[0] for each in attempts} - jobs.all_ids(store)
        lost = [each for each in attempts if each.rpartition(".")[0] in gone]
        if lost:
            client.delete_workflows(lost)
        return sorted(gone)


@contextmanager
def _client(store: Store) -> Iterator[DBOSClient | None]:
    """DBOS for one who runs no jobs; None where no worker has ever run."""
    file = jobs_file(store)
    if file is None:
        with store.engine.connect() as connection:
            there = inspect(connection).has_table("workflow_status", schema=SCHEMA)
    else:
        there = file.exists()
    if not there:
        yield None
        return
    engine = None if file is None else file_engine(file)
    client = DBOSClient(
        system_database_url=server_url(store) if engine is None else None,
        system_database_engine=engine,
        serializer=json_only.JSON,
    )
    try:
        yield client
    finally:
        client.destroy()
        if engine is not None:
            forget_deleted(engine)
            engine.dispose()
