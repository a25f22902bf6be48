"""The database behind the store: SQLite by default, PostgreSQL by URL, with the same promises on both.

SQLite runs in WAL mode with ``synchronous=FULL`` (with NORMAL the last commits can be lost with the power), foreign
keys on, a busy timeout, and ``BEGIN IMMEDIATE`` for every transaction that writes, so that two writers wait for each
other instead of failing half-way. What the database says when it is locked, full, read-only or gone becomes one typed
sentence, and the transaction is undone.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from core_model.errors import TandemError, Unavailable

BUSY_TIMEOUT_S = 10.0
WRITE = "tandem_write"


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite URL, also of one like ``sqlite:///file:PATH?mode=ro&uri=true``; None for PostgreSQL."""
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    name = parsed.database or ""
    if not name or name == ":memory:":
        raise Unavailable(
            "the database URL names no file", allowed="sqlite:////absolute/file", code="database_url_rejected"
        )
    return Path(name.removeprefix("file:"))


def make_engine(url: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """An engine on which plain transactions read, and those with the option ``WRITE`` take the write lock at once."""
    if _parsed(url).get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": busy_timeout_s, "check_same_thread": False})
        event.listen(engine, "connect", _set_pragmas(busy_timeout_s))
        event.listen(engine, "begin", _begin)
        return engine
    driver = _parsed(url).set(drivername="postgresql+psycopg")
    try:
        return create_engine(driver, pool_pre_ping=True, connect_args={"connect_timeout": int(busy_timeout_s)})
    except ImportError:
        raise Unavailable(
            "the driver of PostgreSQL is not installed",
            action="run: pip install 'tandem[postgres]'",
            code="driver_missing",
        ) from None


def _parsed(url: str) -> URL:
    """The URL's parts; what cannot be read is refused without repeating it, since it can hold a password."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise Unavailable(
            "the database URL cannot be read",
            allowed="sqlite:////absolute/file or postgresql://user:password@host:port/name",
            action="correct TANDEM_DATABASE_URL; signs such as @ : / in a password are written as %40 %3A %2F",
            code="database_url_rejected",
        ) from None


def _set_pragmas(busy_timeout_s: float) -> Any:
    def set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun by _begin alone
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(busy_timeout_s * 1000)}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten: names and paths, too
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                cursor.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if "readonly" not in str(error):  # a read-only file is refused at its first write, with a sentence
                    raise
        cursor.close()

    return set_pragmas


def _begin(connection: Any) -> None:
    write = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def read_session(engine: Engine) -> Iterator[Session]:
    """A session that reads one consistent state."""
    with translated_errors(), Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def write_session(engine: Engine) -> Iterator[Session]:
    """A session whose changes are kept together when the block ends, or not at all when it raises."""
    with (
        translated_errors(),
        Session(engine.execution_options(**{WRITE: True}), expire_on_commit=False) as session,
        session.begin(),
    ):
        session.connection()  # takes the write lock now, not at the first statement
        yield session


def lock(session: Session, name: str) -> None:
    """Let nobody else pass here with the same name until this transaction ends.

    On SQLite the transaction holds the write lock already. On PostgreSQL it is an advisory lock; who takes several
    takes them in sorted order, and the audit chain's comes last.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"tandem:{name}"})


def forget_deleted(engine: Engine) -> None:
    """Take what was deleted out of SQLite's log as well, where no other process is in the middle of reading it."""
    if engine.dialect.name == "sqlite":
        with translated_errors(), engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def database_time(session: Session) -> float:
    """Seconds since 1970 by the clock that all workers on this database share."""
    if session.get_bind().dialect.name == "sqlite":
        return time.time()
    return float(session.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise what a database says about its own state as ``Unavailable``; other errors pass unchanged."""
    try:
        yield
    except DBAPIError as error:
        meaning = state_error(error)
        if meaning is None:
            raise
        raise meaning from None


# What SQLite and PostgreSQL say: part of the message, our code, what it means, what to do.
_STATES = (
    ("readonly", "database_read_only", "the database can only be read", "make its file and folder writable"),
    ("read-only", "database_read_only", "the database can only be read", "connect to one that takes writes"),
    ("locked", "database_locked", "another program holds the database", "end that program, or try again later"),
    ("disk is full", "disk_full", "the disk is full, nothing was stored", "free some space and try again"),
    ("no space left", "disk_full", "the disk is full, nothing was stored", "free some space and try again"),
    ("disk i/o error", "database_io", "the disk under the database fails", "check the disk, then try again"),
    ("malformed", "database_damaged", "the database file is damaged", "restore it from a backup"),
    ("not a database", "database_damaged", "the file is no database", "restore it from a backup"),
    ("unable to open", "database_unreachable", "the database cannot be opened", "check that its folder can be used"),
)


def state_error(error: DBAPIError) -> TandemError | None:
    """The state of the database that ``error`` tells of; None where it tells of a mistake in a statement."""
    said = str(error.orig).lower()
    for part, code, what, action in _STATES:
        if part in said:
            return Unavailable(what, action=action, code=code)
    if isinstance(error, OperationalError) and (error.connection_invalidated or "connection" in said):
        return Unavailable(
            "the database server does not answer",
            action="start it, or correct TANDEM_DATABASE_URL",
            code="database_unreachable",
        )
    return None
