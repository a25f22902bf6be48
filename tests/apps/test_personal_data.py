"""Canaries in headers and file names: they may stand in the tables of patients and inputs, and nowhere else.

Twenty of a study, two of a report; on both databases, the schema of the jobs included. Addresses are looked at in
``tests/ui/test_addresses.py``.
"""

import logging
import shutil
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from sqlalchemy import inspect, text

from apps.demo import faults
from apps.demo.report import make_example_report
from apps.finance.jobs import submit
from apps.jobs import delete, watch
from apps.medical.nodules.findings import NoduleResult
from apps.medical.records import entries
from apps.settings import Settings
from apps.store.store import Store
from tests.apps.jobs.conftest import code_of
from tests.apps.medical.small_chest import write_small_chest
from tests.apps.reading import reader

PERSONAL_TABLES = {"patient", "input"}
HEADER_CANARIES = {
    "PatientName": "CANARY01^NAME",
    "PatientID": "CANARY02",
    "OtherPatientIDs": "CANARY03",
    "PatientAddress": "CANARY04 STREET",
    "PatientTelephoneNumbers": "CANARY05",
    "PatientMotherBirthName": "CANARY06",
    "ReferringPhysicianName": "CANARY07^REF",
    "PerformingPhysicianName": "CANARY08^PERF",
    "OperatorsName": "CANARY09^OP",
    "InstitutionName": "CANARY10 HOSPITAL",
    "InstitutionAddress": "CANARY11 ROAD",
    "AccessionNumber": "CANARY12",
    "StudyID": "CANARY13",
    "StudyDescription": "CANARY14 CHEST",
    "SeriesDescription": "CANARY15 AXIAL",
    "ProtocolName": "CANARY16",
    "ImageComments": "CANARY17",
    "RequestedProcedureDescription": "CANARY18",
}
ALL = [f"CANARY{number:02}" for number in range(1, 23)]


def plant(folder: Path) -> Path:
    """Canaries in every header, one nested in a sequence of a private block's neighbour, one in each file's name."""
    target = folder.with_name("CANARY20 Jane Roe")
    shutil.copytree(folder, target)
    for path in target.rglob("*.dcm"):
        image = pydicom.dcmread(path)
        for name, value in HEADER_CANARIES.items():
            setattr(image, name, value)
        nested = Dataset()
        nested.ScheduledPerformingPhysicianName = "CANARY19^NESTED"
        image.RequestAttributesSequence = [nested]
        image.save_as(path)
        path.rename(path.with_name(f"CANARY20-{path.name}"))
    return target


def found_in(data: Path, store: Store, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Where canaries stand, apart from the two personal tables."""
    places = []
    engine = store.engine
    own = "public" if engine.dialect.name == "postgresql" else "main"
    inspector = inspect(engine)
    schemas = [name for name in inspector.get_schema_names() if name != "information_schema"]
    looked_at = set()
    with engine.connect() as connection:
        for schema, table in [(name, table) for name in schemas for table in inspector.get_table_names(name)]:
            if schema == own and table in PERSONAL_TABLES:
                continue
            looked_at.add(table)
            for row in connection.execute(text(f'SELECT * FROM "{schema}"."{table}"')):
                places += [f"table {table}: {row}" for canary in ALL if canary in str(tuple(row))]
    assert {"job", "audit", "reading"} <= looked_at
    assert own == "main" or "operation_outputs" in looked_at, "the recorded steps were not looked at"
    for path in data.rglob("*"):
        places += [f"name {path}" for canary in ALL if canary in path.name]
        if path.is_file() and not path.name.startswith("tandem.db"):
            content = path.read_bytes()
            places += [f"file {path.name}: {canary}" for canary in ALL if canary.encode() in content]
    places += [f"log: {record.getMessage()}" for record in caplog.records if "CANARY" in record.getMessage()]
    return places


def database_file(settings: Settings) -> bytes:
    """What SQLite's files hold, with their logs; nothing for PostgreSQL, whose server overwrites in its own time."""
    raw = b"".join(path.read_bytes() for path in settings.data_dir.glob("tandem.db*"))
    assert (b"SQLite format 3" in raw) == settings.database_url.startswith("sqlite")
    return raw


def test_names_and_ids_of_patients_stand_in_one_table_only(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    caplog.set_level(logging.DEBUG)
    if settings.database_url.startswith("postgresql"):  # what is found is the same on both, and looked for on one
        monkeypatch.setattr("apps.medical.nodules.findings.find_nodules", lambda *_, **__: NoduleResult([], []))
    planted = plant(write_small_chest(tmp_path / "ct"))
    broken = tmp_path / "CANARY20 broken"
    shutil.copytree(planted, broken)
    faults.truncate_file(broken, k=0)
    data = settings.data_dir
    with reader(data, settings) as reads:
        end = reads.study(planted)
        assert end.state == "done", end.error
        assert reads.study(broken).state == "failed"
        with reads.store.read() as session:
            kept = session.execute(text("SELECT name, patient_id FROM patient")).all()
        assert [tuple(row) for row in kept] == [("CANARY01^NAME", "CANARY02")]
        assert found_in(data, reads.store, caplog) == []

        (entry,) = entries.studies(reads.store)
        delete(reads.store, entry.patient.id)
        with reads.store.read() as session:
            assert session.execute(text("SELECT count(*) FROM patient")).scalar() == 0
            assert session.execute(text("SELECT count(*) FROM study")).scalar() == 0
        assert reads.store.blobs_dir.exists()
    assert b"CANARY01" not in database_file(settings), "a deleted name can still be read from the database file"


def test_the_path_and_name_of_a_report_stand_in_the_table_of_inputs_only(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    folder = tmp_path / "CANARY21 Jane Roe"
    good, broken, gone = (folder / f"CANARY22 {name}.html" for name in ("good", "broken", "gone"))
    for path in (good, broken, gone):
        make_example_report(path, 4)
    faults.plain_html(broken)
    with reader(settings.data_dir, settings) as reads:
        end = reads.report(good)
        assert end.state == "done", end.error
        assert code_of(reads.report(broken)) != "defect"
        job_id = submit(reads.store, gone)
        gone.unlink()
        *_, end = watch(reads.store, job_id)
        assert end.state in ("failed", "done")
        with reads.store.read() as session:
            paths = set(session.execute(text("SELECT path FROM input")).scalars())
        assert paths == {str(good), str(broken), str(gone)}
        assert found_in(settings.data_dir, reads.store, caplog) == []

        delete(reads.store, str(reads.report(good).reading_id))
        with reads.store.read() as session:
            assert str(good) not in set(session.execute(text("SELECT path FROM input")).scalars())
    assert b"CANARY22 good" not in database_file(settings), "a deleted path can still be read from the database file"
