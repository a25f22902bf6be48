"""The database behind the store: SQLite by default, PostgreSQL by URL, with the same promises on both.

SQLite runs in WAL mode with ``synchronous=FULL`` (with NORMAL the last commits can be lost with the power), foreign
keys on, a busy timeout, and ``BEGIN IMMEDIATE`` for every transaction that writes, so that two writers wait for each
other instead of failing half-way. What the database says when it is locked, full, read-only or gone becomes one typed
sentence, and the transaction is undone.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from core_model.errors import TandemError, Unavailable

BUSY_TIMEOUT_S = 10.0
IDLE_TIMEOUT_S = 20.0  # PostgreSQL ends a transaction whose process stands still so long, with all its locks
LOOK_AGAIN_S = 0.01
WRITE = "tandem_write"
SQLITE = "sqlite:///"


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite URL, also of one like ``sqlite:///file:PATH?mode=ro&uri=true``; None for PostgreSQL."""
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    name = parsed.database or ""
    if not name or name == ":memory:":
        raise Unavailable(
            "the database URL names no file", allowed="sqlite:////absolute/file", code="database_url_without_file"
        )
    if not name.startswith("file:"):
        return Path(name)
    return Path(unquote(name.removeprefix("file:").partition("#")[0]))  # a URI, as SQLite reads it


def make_engine(url: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """An engine on which plain transactions read, and those with the option ``WRITE`` take the write lock at once."""
    if _parsed(url).get_backend_name() == "sqlite":
        given = _as_it_lies(_parsed(url))
        engine = create_engine(given, connect_args={"timeout": busy_timeout_s, "check_same_thread": False})
        event.listen(engine, "connect", _set_pragmas(busy_timeout_s))
        event.listen(engine, "begin", _begin)
        return engine
    driver = _parsed(url).set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(driver, pool_pre_ping=True, connect_args={"connect_timeout": int(busy_timeout_s)})
    except ImportError:
        raise Unavailable(
            "the driver of PostgreSQL is not installed",
            action="run: pip install 'tandem[postgres]'",
            code="driver_missing",
        ) from None
    event.listen(engine, "connect", _set_timeouts(busy_timeout_s))
    return engine


def _as_it_lies(url: URL) -> URL:
    """The URL of an SQLite file, to be read without its log where it lies on storage, or in a folder, that can only be
    read: no other process changes it there, and SQLite could not make the files that readers share."""
    name = url.database or ""
    if name in ("", ":memory:") or name.startswith("file:") or os.name != "posix":
        return url
    try:
        folder = Path(name).parent
        only_read = os.statvfs(folder).f_flag & os.ST_RDONLY or not (
            folder.stat().st_mode & 0o222 or os.access(folder, os.W_OK)
        )
        logged = os.path.exists(f"{name}-wal") and os.path.getsize(f"{name}-wal") > 0
    except OSError:
        return url
    if not only_read or logged:
        return url
    return url.set(database=f"file:{quote(name)}", query={"mode": "ro", "immutable": "1", "uri": "true"})


def _parsed(url: str) -> URL:
    """The URL's parts; what cannot be read is refused without repeating it, since it can hold a password.

    Of an SQLite URL the path is percent-decoded, so that ? and # can stand in it; one that begins with ``file:`` goes
    to SQLite as it is. (SQLAlchemy's own reading of it changed with 2.1.)
    """
    if url.startswith(SQLITE):
        name, _, query = url.removeprefix(SQLITE).partition("?")
        database = name if name.startswith("file:") else unquote(name)
        return URL.create("sqlite", database=database or None, query=dict(parse_qsl(query)))
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise Unavailable(
            "the database URL cannot be read",
            allowed="sqlite:////absolute/file or postgresql://user:password@host:port/name",
            action="correct TANDEM_DATABASE_URL; signs such as @ : / in a password are written as %40 %3A %2F",
            code="database_url_rejected",
        ) from None


def _set_timeouts(busy_timeout_s: float) -> Callable[[Any, object], None]:
    """On PostgreSQL: wait for another's lock as long as on SQLite, and keep one no longer than a process that lives."""

    def set_timeouts(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {int(busy_timeout_s * 1000)}")
            cursor.execute(f"SET idle_in_transaction_session_timeout = {int(IDLE_TIMEOUT_S * 1000)}")
        connection.commit()  # else the rollback with which a connection goes back to the pool would undo it

    return set_timeouts


def _set_pragmas(busy_timeout_s: float) -> Callable[[sqlite3.Connection, object], None]:
    def set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun by _begin alone
        keep_promises(connection, busy_timeout_s)

    return set_pragmas


def keep_promises(connection: sqlite3.Connection, busy_timeout_s: float) -> None:
    """Set what each connection to an SQLite file of ours is to keep to."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={int(busy_timeout_s * 1000)}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten: names and paths, too
    _keep_a_log(cursor, busy_timeout_s)
    cursor.close()


def _keep_a_log(cursor: sqlite3.Cursor, busy_timeout_s: float) -> None:
    """Change to write-ahead logging. Of several that do so at once SQLite turns all but one away without a wait."""
    until = time.monotonic() + busy_timeout_s
    while True:
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            code = error.sqlite_errorcode & 0xFF
            if code == sqlite3.SQLITE_READONLY:
                return  # a read-only file is refused at its first write, with a sentence
            if code != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(LOOK_AGAIN_S)


def _begin(connection: Any) -> None:
    write = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def read_session(engine: Engine) -> Iterator[Session]:
    """A session that reads one consistent state: that of its first statement, whatever others write meanwhile."""
    if engine.dialect.name == "postgresql":  # SQLite in WAL mode does so anyway
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
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
    except PoolTimeout:
        raise _STATES["crowded"]() from None
    except (DBAPIError, sqlite3.Error) as error:  # the second where the driver is used without SQLAlchemy
        meaning = state_error(error)
        if meaning is None:
            raise
        raise meaning from None


_STATES: dict[str, Callable[[], Unavailable]] = {
    "read_only": lambda: Unavailable(
        "the database can only be read", action="make its file and folder writable", code="database_read_only"
    ),
    "no_writes": lambda: Unavailable(
        "the database can only be read", action="connect to one that takes writes", code="server_read_only"
    ),
    "locked": lambda: Unavailable(
        "another program holds the database", action="end that program, or try again later", code="database_locked"
    ),
    "full": lambda: Unavailable(
        "the disk is full, nothing was stored", action="free some space and try again", code="disk_full"
    ),
    "io": lambda: Unavailable(
        "the disk under the database fails", action="check the disk, then try again", code="database_io"
    ),
    "damaged": lambda: Unavailable(
        "the database file is damaged",
        action="move it away and run 'tandem restore FILE' with a backup",
        code="database_damaged",
    ),
    "no_database": lambda: Unavailable(
        "the file is not a database",
        action="move it away and run 'tandem restore FILE' with a backup",
        code="file_no_database",
    ),
    "cannot_open": lambda: Unavailable(
        "the database cannot be opened", action="check that its folder can be used", code="database_not_opened"
    ),
    "no_answer": lambda: Unavailable(
        "the database server does not answer",
        action="start it, or correct TANDEM_DATABASE_URL",
        code="database_unreachable",
    ),
    "crowded": lambda: Unavailable(
        "the database server has no room for another connection", action="try again later", code="database_busy"
    ),
    "refused": lambda: Unavailable(
        "the database server refuses this user, or its password",
        action="correct TANDEM_DATABASE_URL",
        code="database_refused",
    ),
}
"""What a database can say of its own state: what it means, what to do."""
PASSING = frozenset({"database_locked", "database_unreachable", "database_busy", "database_refused"})
"""Codes of the states that pass for one who had been let in before: another program's transaction, a restart, a crowd
(which a server can tell of at its door, where it gives no code), a password that is being changed."""

# Primary result codes of SQLite (https://www.sqlite.org/rescode.html).
_SQLITE = {
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_PROTOCOL: "locked",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "io",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "no_database",
    sqlite3.SQLITE_CANTOPEN: "cannot_open",
}
# SQLSTATE codes of PostgreSQL, then their classes (its manual, appendix A).
_POSTGRESQL = {
    "25006": "no_writes",  # read_only_sql_transaction
    "55P03": "locked",  # lock_not_available
    "40P01": "locked",  # deadlock_detected
    "40001": "locked",  # serialization_failure
    "25P03": "locked",  # idle_in_transaction_session_timeout: this process stood still, and was undone
    "53100": "full",  # disk_full
    "53300": "crowded",  # too_many_connections
    "58030": "io",  # io_error
    "XX001": "damaged",  # data_corrupted
    "XX002": "damaged",  # index_corrupted
    "57P01": "no_answer",  # admin_shutdown
    "57P02": "no_answer",  # crash_shutdown
    "57P03": "no_answer",  # cannot_connect_now
    "42501": "refused",  # insufficient_privilege
}
_POSTGRESQL_CLASSES = {"08": "no_answer", "28": "refused"}


def sqlite_state(code: int) -> Unavailable:
    """The state that a primary result code of SQLite tells of."""
    return _STATES[_SQLITE[code]]()


def state_error(error: DBAPIError | sqlite3.Error) -> TandemError | None:
    """The state of the database that ``error`` tells of by its code; None where it tells of a mistake in a statement.

    What the database says in words is not looked at: values of ours, and other languages, stand in it.
    """
    said = error.orig if isinstance(error, DBAPIError) else error
    code, sqlstate = getattr(said, "sqlite_errorcode", None), getattr(said, "sqlstate", None)
    if code is not None:
        state = _SQLITE.get(code & 0xFF)  # the extended codes hold the primary one in their lowest byte
    elif sqlstate is not None:
        state = _POSTGRESQL.get(sqlstate) or _POSTGRESQL_CLASSES.get(sqlstate[:2])
        if state is None and isinstance(error, DBAPIError) and error.connection_invalidated:
            state = "no_answer"  # whatever the server's reason was: the connection is gone
    elif not isinstance(error, DBAPIError):
        state = None
    elif error.connection_invalidated or (isinstance(error, OperationalError) and hasattr(said, "pgconn")):
        # The driver lost the server, never reached it, or was turned away at the door, where it gets no code.
        door = getattr(said, "pgconn", None)
        asked = getattr(door, "used_password", False) or getattr(door, "needs_password", False)
        state = "no_answer" if error.connection_invalidated or not asked else "refused"
    else:
        state = None
    return None if state is None else _STATES[state]()
