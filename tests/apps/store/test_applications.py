"""The store works without any application, takes one in later, and does not go on without one that it holds rows of."""

from pathlib import Path

import pytest

from apps.settings import Settings, load_settings
from apps.store import jobs, migrations, readings
from apps.store.deletion import delete_everything_of
from apps.store.engine import make_engine
from apps.store.store import Store
from core_model.errors import NotFound, Unavailable
from tests.apps.store.documents import document, provenance

NONE = {"applications": ()}


def with_applications(settings: Settings, *packages: str) -> Settings:
    given = {"data_dir": settings.data_dir, "database_url": settings.database_url}
    return load_settings(**given, applications=packages)


def test_a_store_without_applications_keeps_lists_and_deletes_readings(new_settings: Settings) -> None:
    with Store(with_applications(new_settings)) as store:
        reading_id = readings.save(store, "example.count", document(), provenance())
        job = jobs.create_done(store, "example.count", None, {}, reading_id)
        assert readings.document(store, reading_id) == document()
        assert delete_everything_of(store, reading_id).rows == {"job": [job.id], "reading": [reading_id]}
        with pytest.raises(NotFound, match="nothing with the id 'study-1'.*; see 'tandem jobs list'"):
            delete_everything_of(store, "study-1")


def test_an_application_is_taken_in_later_by_the_upgrade(new_settings: Settings) -> None:
    with Store(with_applications(new_settings, "apps.finance.records")) as store:
        reading_id = readings.save(store, "finance.read", document(), provenance())
    with pytest.raises(Unavailable, match="tandem db upgrade") as refused:
        Store(new_settings)
    assert refused.value.code == "schema_older"
    engine = make_engine(new_settings.database_url)
    assert migrations.upgrade(engine, new_settings) == {"finance_0001"}
    engine.dispose()
    with Store(new_settings) as store:
        assert readings.document(store, reading_id) == document()


def test_a_database_with_rows_of_an_application_is_not_opened_without_it(settings: Settings) -> None:
    Store(settings).close()
    with pytest.raises(Unavailable, match="not among the settings: medical; name .* TANDEM_APPLICATIONS") as refused:
        Store(with_applications(settings, "apps.finance.records"))
    assert refused.value.code == "application_missing"
    Store(settings).close()


def test_an_application_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"the package no\.such\.records, .*TANDEM_APPLICATIONS") as refused:
        Store(load_settings(data_dir=tmp_path, database_url="", applications=("no.such.records",)))
    assert refused.value.code == "records_missing"
