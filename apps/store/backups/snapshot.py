"""A consistent copy of the database while others write to it, and a database from such a copy."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, inspect, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateSchema, DropSchema

from apps.store.disk import data_dir_errors
from apps.store.engine import make_engine, sqlite_file, sqlite_state, translated_errors
from apps.store.steps import SCHEMA as STEPS
from core_model.errors import Unavailable

AT_ONCE = -1  # copied in pieces, it would begin anew at each write of another process, and never end
SCHEMA = "public"
FILLING = "tandem_restore"  # a schema that is there while the other one is being filled
SQLITE, POSTGRESQL = "sqlite", "postgresql"
DUMPED = ("--format=custom", "--no-owner", "--no-privileges", f"--exclude-schema={STEPS}")  # that one begins anew


@contextmanager
def taken(engine: Engine, url: str, file: Path) -> Iterator[Session]:
    """Copy the database into a new file, as it stood at one moment, and read what it held then.

    Raises:
        Unavailable: The database, the disk, or the program that does it (codes ``program_missing``,
            ``program_failed``) cannot be used.
    """
    if sqlite_file(url) is None:
        frozen = engine.execution_options(isolation_level="REPEATABLE READ")
        with translated_errors(), Session(frozen) as session:
            session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # as long as it takes to copy
            name = session.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            run("pg_dump", url, *DUMPED, f"--snapshot={name}", f"--file={file}")
            yield session
        return
    with translated_errors(), engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        with data_dir_errors(), closing(sqlite3.connect(file)) as copy:
            raw.backup(copy, pages=AT_ONCE)  # in WAL mode nobody waits for it
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
            if copy.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite_state(sqlite3.SQLITE_CORRUPT)
    held = create_engine(URL.create("sqlite", database=str(file)))
    try:
        with translated_errors(), Session(held) as session:
            yield session
    finally:
        held.dispose()


def put_back(url: str, file: Path) -> None:
    """Fill an empty PostgreSQL database from a copy, whole or not at all. It is marked as being filled until
    ``is_filled``: one whose restore was killed is emptied and filled anew.

    Raises:
        Unavailable: The program that does it cannot be used, or failed.
    """
    engine = make_engine(url)
    try:
        with translated_errors(), engine.begin() as connection:
            if inspect(connection).has_schema(FILLING):
                _empty(connection)
            else:
                connection.execute(CreateSchema(FILLING))
    finally:
        engine.dispose()
    run("pg_restore", url, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(file))


def run(program: str, url: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on a database; the password does not stand on its command line."""
    path = shutil.which(program)
    if path is None:
        raise Unavailable(
            "the program {program} of PostgreSQL is not installed",
            action="install the client programs of the server's version, and put them on the PATH",
            code="program_missing",
            values={"program": program},
        )
    with connection_of(url) as (where, variables):
        done = subprocess.run(  # noqa: S603  # a program of the database, found by its name
            [path, "--dbname", where, *arguments],
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
    if done.returncode:
        raise Unavailable(
            "the program {program} failed with status {status}",
            action="see whether it is of the server's version: {program} --version",
            code="program_failed",
            values={"program": program, "status": done.returncode},
        )


@contextmanager
def connection_of(url: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The URL as PostgreSQL's programs take it, and the variables in which they look for what is secret: the password,
    and the file of this user alone that holds the one of the client's key, for which there is no variable."""
    parsed = make_url(url)
    among = {name: given if isinstance(given, str) else given[-1] for name, given in parsed.query.items()}
    password = among.pop("password", parsed.password)  # libpq takes it there, too
    key_password = among.pop("sslpassword", None)
    variables = {} if password is None else {"PGPASSWORD": str(password)}
    with ExitStack() as stack:
        if key_password is not None:
            services = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "services"  # a folder of mode 0700
            services.write_text(f"[tandem]\nsslpassword={key_password}\n", encoding="utf-8")
            among["service"], variables["PGSERVICEFILE"] = "tandem", str(services)
        # (``URL.set(password=None)`` leaves it as it is.)
        where = URL.create("postgresql", parsed.username, None, parsed.host, parsed.port, parsed.database, among)
        yield where.render_as_string(hide_password=False), variables


def url_of(file: Path) -> str:
    """The URL of an SQLite file."""
    return "sqlite:///" + str(file).replace("%", "%25").replace("?", "%3F").replace("#", "%23")


def holds_tables(engine: Engine) -> bool:
    """Whether a PostgreSQL database holds tables already, others than those of a restore that was killed."""
    with translated_errors(), engine.connect() as connection:
        found = inspect(connection)
        return bool(found.get_table_names(SCHEMA)) and not found.has_schema(FILLING)


def is_filled(engine: Engine) -> None:
    """The database is whole: from now on it is a store like any other."""
    with translated_errors(), engine.begin() as connection:
        connection.execute(DropSchema(FILLING, if_exists=True))


def _empty(connection: Connection) -> None:
    """Remove what a restore that was killed has put into the database."""
    quoted = connection.dialect.identifier_preparer.quote
    for table in inspect(connection).get_table_names(SCHEMA):
        connection.execute(text(f"DROP TABLE {SCHEMA}.{quoted(table)} CASCADE"))
    functions = text("SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = CAST(:schema AS regnamespace)")
    for function in connection.execute(functions, {"schema": SCHEMA}).scalars().all():
        connection.execute(text(f"DROP FUNCTION {function} CASCADE"))
