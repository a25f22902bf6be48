"""One upgrade carries a store of the foundation over, on both databases: what was read, begun and failed in it is
listed, opened, retried and deleted with the present code, and the audit chain still holds."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from apps.documents import from_json, to_json
from apps.finance.reading import FinanceReading
from apps.finance.records.filings import filings
from apps.medical.reading import MedicalReading
from apps.medical.records.entries import read_studies, series_of, studies, study_of
from apps.messages import refused
from apps.settings import Settings, load_settings
from apps.store import audit, blobs, inputs, jobs, migrations, readings
from apps.store.deletion import delete_everything_of
from apps.store.engine import make_engine
from apps.store.store import Store
from apps.store.verification import verify
from core_model.errors import Refusal, Unavailable
from tests.apps.conftest import database
from tests.apps.store import foundation

TYPES: dict[str, type[Any]] = {"finance.read": FinanceReading, "medical.read": MedicalReading}


def carry(settings: Settings) -> Settings:
    """Make a store of the foundation, and upgrade it."""
    foundation.make(settings)
    with pytest.raises(Unavailable, match="tandem db upgrade") as older:
        Store(settings)
    assert older.value.code == "schema_older"
    upgrade(settings)
    return settings


@pytest.fixture
def carried(settings: Settings) -> Settings:
    """A store of the foundation, upgraded."""
    return carry(settings)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def looked_at(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The same, for the tests that change nothing in it."""
    with database(request, tmp_path_factory.mktemp("foundation") / "data") as settings:
        yield carry(settings)


def upgrade(settings: Settings) -> None:
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine, settings)
    engine.dispose()


def everything(store: Store) -> dict[str, list[tuple]]:
    """All rows of all tables."""
    with store.read() as session:
        return {
            name: sorted(map(tuple, session.execute(text(f'SELECT * FROM "{name}"'))), key=repr)
            for name in inspect(store.engine).get_table_names()
        }


def test_everything_verifies_afterwards(looked_at: Settings) -> None:
    first, last = foundation.rows("audit")[0], foundation.rows("audit")[-1]
    with Store(looked_at) as store:
        found = verify(store, audit.Head(last["seq"], last["hash"]))
        assert found.problems == []
        assert found.head.count == last["seq"] + len(foundation.rows("reading"))
        assert found.num_blobs == len(foundation.rows("blob"))
        assert (looked_at.blobs / ".store" / first["hash"]).is_dir()
        newest = audit.listing(store, limit=len(foundation.rows("reading")))
        assert {(row.action, row.subject) for row in newest} == {
            ("reading.carry", row["id"]) for row in foundation.rows("reading")
        }


def test_reports_and_studies_are_listed_as_before(looked_at: Settings) -> None:
    companies = {row["reading_id"]: row for row in foundation.rows("filing")}
    with Store(looked_at) as store:
        listed = {entry.reading.id: entry.filing for entry in filings(store)}
        assert set(listed) == set(companies)
        for reading_id, row in companies.items():
            filing = listed[reading_id]
            for name in ("company", "form", "fiscal_year", "currency", "num_facts", "num_anomalies"):
                assert getattr(filing, name) == row[name], name
            assert str(filing.period_end) == row["period_end"]
        (read,) = read_studies(store)
        shown = sum(row["shown"] for row in foundation.rows("finding"))
        assert (read.num_shown, shown > 0) == (shown, True)
        assert read.series is not None
        before = {row["uid"]: row for row in foundation.rows("series")}
        assert before[read.series.series_uid]["geometry"] == read.series.geometry
        names = {row["id"]: row["name"] for row in foundation.rows("patient")}
        assert {entry.patient.id: entry.patient.name for entry in studies(store)} == names
        assert study_of(store, read.reading.id).study.id == read.study.id
        kept = [series for entry in studies(store) for series in series_of(store, entry.study.id)]
        volumes = {uid: row["volume_sha256"] for uid, row in before.items() if row["volume_sha256"]}
        assert {series.series_uid: series.volume_sha256 for series in kept} == volumes
        people = {row["id"]: (row["birth_date"], row["sex"]) for row in foundation.rows("patient")}
        assert {entry.patient.id: (entry.patient.birth_date, entry.patient.sex) for entry in studies(store)} == people


def test_documents_are_opened_and_name_what_they_follow_from(looked_at: Settings) -> None:
    with Store(looked_at) as store:
        for row in foundation.rows("reading"):
            before = foundation.document(row["id"])
            document, reading = readings.document(store, row["id"]), readings.get(store, row["id"])
            typed = from_json(TYPES[row["kind"]], document)
            assert json.loads(to_json(typed)) == json.loads(document), "nothing is lost or made up on the way"
            made = typed.provenance
            assert (made.input_hash, made.steps) == (row["input_hash"], {"code": row["code_version"]})
            assert (made.weights, made.settings) == ({"all": row["weights_hash"]}, before["provenance"]["settings"])
            assert (reading.provenance_hash, reading.provenance) == (made.hash, made.as_dict())
            assert readings.find(store, row["kind"], made) is not None
            files = readings.files(store, row["id"])
            assert files["document"] == reading.document_sha256
            named = {each["name"] for each in foundation.rows("blob_reference") if each["owner"] == row["id"]}
            assert set(files) == named
            for sha256 in files.values():
                assert blobs.path_of(store, sha256, trust=False).is_file()


def test_jobs_keep_their_states_and_say_the_same_sentences(carried: Settings) -> None:
    before = {row["id"]: row for row in foundation.rows("job")}
    assert Counter(row["state"] for row in before.values()).keys() == {
        "queued", "running", "done", "failed", "cancelled",
    }  # fmt: skip
    with Store(carried) as store:
        listed = {row.id: row for row in jobs.listing(store)}
        assert set(listed) == set(before)
        for job_id, row in before.items():
            job = listed[job_id]
            for name in ("kind", "input_id", "settings", "state", "attempt", "step", "fraction", "reading_id"):
                assert getattr(job, name) == row[name], name
            error = Refusal.from_dict(job.error) if job.error else None
            assert (refused(error) if error else "") == row["error_text"]
            assert (error.values["code"] if error else "") == row["error_code"]
            if job.state in ("failed", "cancelled"):
                assert jobs.retry(store, job_id).state == "queued"
            elif job.state == "running":
                assert jobs.requeue(store, str(job.worker), died=True) == [job_id]


def test_everything_is_deleted_in_the_present_way(carried: Settings) -> None:
    with Store(carried) as store:
        for job in jobs.listing(store, jobs.ACTIVE):
            jobs.cancel(store, job.id)
        for row in foundation.rows("reading"):
            if row["kind"] == "finance.read":
                delete_everything_of(store, row["id"])
        (entry,) = [entry for entry in studies(store) if entry.readings]
        delete_everything_of(store, entry.study.id)
        for job in jobs.listing(store):
            if job.id in {left.id for left in jobs.listing(store)}:
                delete_everything_of(store, job.id)
        left = {name for name, rows in everything(store).items() if rows}
        assert left == {"audit", "alembic_version", "worker"}
        assert not list(inputs.inbox(store).glob("*"))
        blobs.sweep(store)
        audit.verify(store)


def test_down_and_up_again_gives_the_same_rows(carried: Settings) -> None:
    with Store(carried) as store:
        once = everything(store)
        migrations.downgrade(store.engine, carried, "0001")
        assert {row.id: row.code_version for row in everything_of_reading(store)} == {
            row["id"]: row["code_version"] for row in foundation.rows("reading")
        }
        migrations.upgrade(store.engine, carried)
        again = everything(store)
    assert again.keys() == once.keys()
    for name, rows in once.items():
        if name not in ("blob", "blob_reference", "reading", "audit"):
            assert again[name] == rows, name
    assert len(again["reading"]) == len(once["reading"])


def everything_of_reading(store: Store) -> list:
    with store.read() as session:
        return list(session.execute(text("SELECT id, code_version FROM reading")))


def test_a_lost_document_keeps_nobody_from_the_others(new_settings: Settings) -> None:
    settings = new_settings
    foundation.make(settings)
    lost, *others = foundation.rows("reading")
    path = settings.blobs / lost["document_sha256"][:2] / lost["document_sha256"]
    path.unlink()
    upgrade(settings)
    with Store(settings) as store:
        assert readings.get(store, lost["id"]).document_sha256 == lost["document_sha256"]
        for row in others:
            assert "steps" in json.loads(readings.document(store, row["id"]))["provenance"]
        delete_everything_of(store, lost["id"])


def test_a_folder_of_another_store_is_left_alone_and_the_database_as_it_was(settings: Settings, tmp_path: Path) -> None:
    foundation.make(settings)
    given = {"data_dir": settings.data_dir, "database_url": settings.database_url}
    elsewhere = load_settings(**given, blobs_dir=tmp_path / "elsewhere")
    engine = make_engine(settings.database_url)
    with pytest.raises(Unavailable, match="TANDEM_BLOBS_DIR") as wrong:
        migrations.upgrade(engine, elsewhere)
    assert wrong.value.code == "blobs_elsewhere"
    assert foundation.migrations_of(engine) == {"0001"}
    engine.dispose()
    assert not (tmp_path / "elsewhere").exists()
    upgrade(settings)
    Store(settings).close()


def test_documents_are_on_the_disk_before_the_database_names_them(
    new_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the folder cannot be written, nothing of the upgrade stays."""
    from apps.store import disk

    foundation.make(new_settings)
    held = {path.name for path in new_settings.blobs.glob("??/*")}

    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "write", full)
    with pytest.raises(Unavailable) as refused_:
        upgrade(new_settings)
    assert refused_.value.code == "disk_full"
    assert {path.name for path in new_settings.blobs.glob("??/*")} == held
    monkeypatch.undo()
    upgrade(new_settings)
    Store(new_settings).close()
