"""The migrations add up to the tables, on both databases, and refuse what they do not know."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from apps.settings import Settings, load_settings
from apps.store import migrations
from apps.store.engine import WRITE, make_engine
from apps.store.store import Store
from apps.store.tables import metadata
from core_model.errors import Unavailable


def test_an_upgraded_database_has_the_tables_of_the_models_and_nothing_else(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []
        assert migrations.current(connection) == migrations.HEAD


def test_the_head_that_is_written_down_is_the_newest_revision() -> None:
    assert migrations.known()[-1] == migrations.HEAD


def test_every_revision_can_be_undone_and_done_again(store: Store) -> None:
    def tables() -> set[str]:
        return set(inspect(store.engine).get_table_names()) - {"alembic_version"}

    full = tables()
    assert full == set(metadata.tables)
    migrations.downgrade(store.engine, "base")
    assert tables() == set()
    assert migrations.upgrade(store.engine) == (None, migrations.HEAD)
    assert tables() == full


def test_a_newer_schema_is_refused_and_left_alone(settings: Settings) -> None:
    with Store(settings) as store, store.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="newer than this version") as refused:
        Store(settings)
    assert refused.value.code == "schema_newer"
    engine = make_engine(settings.database_url)
    with pytest.raises(Unavailable):
        migrations.upgrade(engine)
    with engine.connect() as connection:
        assert migrations.current(connection) == "9999"
    engine.dispose()


def test_an_empty_postgresql_database_asks_for_the_upgrade(postgres, tmp_path) -> None:
    url = postgres.new_database("template1")
    settings = load_settings(data_dir=tmp_path, database_url=url)
    with pytest.raises(Unavailable, match="tandem db upgrade") as refused:
        Store(settings)
    assert refused.value.code == "schema_missing"
    engine = make_engine(url)
    assert migrations.upgrade(engine) == (None, migrations.HEAD)
    engine.dispose()
    Store(settings).close()
    postgres.drop(url)


def test_a_migration_that_fails_half_way_leaves_the_database_empty(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    def fail(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(op, "execute", fail)  # the triggers come last
    with pytest.raises(RuntimeError):
        Store(sqlite_settings)
    monkeypatch.undo()
    engine = make_engine(sqlite_settings.database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    Store(sqlite_settings).close()


def test_processes_that_meet_a_new_file_make_its_tables_once(sqlite_settings: Settings) -> None:
    errors: list[BaseException] = []

    def open_it() -> None:
        try:
            Store(sqlite_settings).close()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_database_of_another_program_is_not_overwritten(sqlite_settings: Settings) -> None:
    sqlite_settings.data_dir.mkdir()
    engine = make_engine(sqlite_settings.database_url)
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(text("CREATE TABLE reading (mine TEXT)"))
    engine.dispose()
    with pytest.raises(Unavailable) as refused:
        Store(sqlite_settings)
    assert refused.value.code == "database_foreign"
