"""The migrations add up to the tables, on both databases, and refuse what they do not know."""

import threading
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, inspect, text

from apps.settings import Settings, load_settings
from apps.store import applications, migrations
from apps.store.engine import WRITE, make_engine
from apps.store.store import Store
from apps.store.tables import metadata
from core_model.errors import Unavailable
from tests.apps.conftest import Postgres

KNOWN = applications.load(("apps.finance.records", "apps.medical.records"))


def models() -> MetaData:
    """All tables: the store's and the applications'."""
    everything = MetaData()
    for part in (metadata, *(each.metadata for each in KNOWN)):
        for table in part.tables.values():
            table.to_metadata(everything)
    return everything


def schema(engine: Engine) -> dict[str, Any]:
    """Tables, columns, keys and indexes as the database tells them."""
    inspector = inspect(engine)

    def by_name(found: Any) -> list[str]:
        return sorted(str(sorted(each.items(), key=str)) for each in found)

    return {
        table: {
            "columns": by_name(inspector.get_columns(table)),
            "primary": inspector.get_pk_constraint(table),
            "foreign": by_name(inspector.get_foreign_keys(table)),
            "unique": by_name(inspector.get_unique_constraints(table)),
            "checks": by_name(inspector.get_check_constraints(table)),
            "indexes": by_name(inspector.get_indexes(table)),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def at(engine: Engine) -> frozenset[str]:
    with engine.connect() as connection:
        return migrations.current(connection)


def test_an_upgraded_database_has_the_tables_of_the_models_and_nothing_else(store: Store) -> None:
    everything = models()
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": everything}
        )
        assert compare_metadata(context, everything) == []
    assert migrations.is_newest(at(store.engine), KNOWN)


def test_the_heads_that_are_written_down_are_the_newest_revisions_and_depend_on_what_is_said() -> None:
    script = migrations.script_of(KNOWN)
    newest = {name: script.get_revision(f"{name}@head") for name in ("store", *(each.name for each in KNOWN))}
    assert {name: revision.revision for name, revision in newest.items()} == {
        "store": migrations.HEAD,
        **{each.name: each.head for each in KNOWN},
    }
    for each in KNOWN:
        assert newest[each.name].dependencies == each.needs
        assert each.head.rpartition("_")[0] == each.name


def test_every_revision_can_be_undone_and_done_again(store: Store) -> None:
    engine, settings = store.engine, store.settings
    full = schema(engine)
    assert set(full) == set(models().tables)
    migrations.downgrade(engine, settings, "0001")
    first = schema(engine)
    migrations.downgrade(engine, settings, "base")
    assert schema(engine) == {}
    assert migrations.upgrade(engine, settings, "0001") == frozenset()
    assert schema(engine) == first, "what was undone is what 0001 makes"
    assert migrations.upgrade(engine, settings) == {"0001"}
    assert schema(engine) == full


def test_a_newer_schema_is_refused_and_left_alone(settings: Settings) -> None:
    for newer in ("9999", "finance_9999"):
        engine = make_engine(settings.database_url)
        with Store(settings) as store, store.write() as session:
            session.execute(text(f"UPDATE alembic_version SET version_num = '{newer}' WHERE version_num LIKE 'fin%'"))
        with pytest.raises(Unavailable, match="newer than this version") as refused:
            Store(settings)
        assert refused.value.code == "schema_newer"
        with pytest.raises(Unavailable):
            migrations.upgrade(engine, settings)
        assert newer in at(engine)
        with engine.execution_options(**{WRITE: True}).begin() as connection:
            back = f"UPDATE alembic_version SET version_num = 'finance_0001' WHERE version_num = '{newer}'"
            connection.execute(text(back))
        engine.dispose()


def test_an_empty_postgresql_database_asks_for_the_upgrade(postgres: Postgres, tmp_path) -> None:
    url = postgres.new_database("template1")
    settings = load_settings(data_dir=tmp_path, database_url=url)
    with pytest.raises(Unavailable, match="tandem db upgrade") as refused:
        Store(settings)
    assert refused.value.code == "schema_missing"
    engine = make_engine(url)
    assert migrations.upgrade(engine, settings) == frozenset()
    engine.dispose()
    Store(settings).close()
    postgres.drop(url)


def test_a_migration_that_fails_half_way_leaves_the_database_empty(
    new_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    def fail(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(op, "execute", fail)  # the triggers come last
    with pytest.raises(RuntimeError):
        Store(new_settings)
    monkeypatch.undo()
    engine = make_engine(new_settings.database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    Store(new_settings).close()


def test_processes_that_meet_a_new_file_make_its_tables_once(new_settings: Settings) -> None:
    errors: list[BaseException] = []

    def open_it() -> None:
        try:
            Store(new_settings).close()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize("table", ["reading", "filing", "patient"])
def test_a_database_of_another_program_is_not_overwritten(new_settings: Settings, table: str) -> None:
    new_settings.data_dir.mkdir()
    engine = make_engine(new_settings.database_url)
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(text(f"CREATE TABLE {table} (mine TEXT)"))
    engine.dispose()
    with pytest.raises(Unavailable) as refused:
        Store(new_settings)
    assert refused.value.code == "database_foreign"


def test_a_migration_leaves_sqlite_looking_at_the_keys_again(new_settings: Settings) -> None:
    with Store(new_settings) as store:
        migrations.downgrade(store.engine, new_settings, "0001")
        migrations.upgrade(store.engine, new_settings)
        with store.engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
