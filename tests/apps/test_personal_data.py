"""Twenty canaries in headers and file names: they may stand in the tables of patients and inputs, and nowhere else."""

import logging
import shutil
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from sqlalchemy import inspect, text

from apps.demo import faults
from apps.demo.phantom import make_phantom_ct
from apps.store import medical
from apps.store.deletion import delete_everything_of
from apps.store.store import Store
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
ALL = [f"CANARY{number:02}" for number in range(1, 21)]


def plant(folder: Path) -> Path:
    """Canaries in every header, one nested in a sequence of a private block's neighbour, one in each file's name."""
    target = folder.with_name("CANARY20 Jane Roe")
    shutil.copytree(folder, target)
    for path in target.rglob("*"):
        if not path.is_file():
            continue
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
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            if table in PERSONAL_TABLES:
                continue
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                places += [f"table {table}: {row}" for canary in ALL if canary in str(tuple(row))]
    for path in data.rglob("*"):
        places += [f"name {path}" for canary in ALL if canary in path.name]
        if path.is_file() and not path.name.startswith("tandem.db"):
            content = path.read_bytes()
            places += [f"file {path.name}: {canary}" for canary in ALL if canary.encode() in content]
    places += [f"log: {record.getMessage()}" for record in caplog.records if "CANARY" in record.getMessage()]
    return places


@pytest.mark.slow
def test_names_and_ids_of_patients_stand_in_one_table_only(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    make_phantom_ct(tmp_path / "ct", 5, size="small")
    planted = plant(tmp_path / "ct")
    broken = tmp_path / "CANARY20 broken"
    shutil.copytree(planted, broken)
    faults.truncate_file(broken)
    data = tmp_path / "data"
    with reader(data) as reads:
        end = reads.study(planted)
        assert end.state == "done", end.error_text
        assert reads.study(broken).state == "failed"
        with reads.store.read() as session:
            kept = session.execute(text("SELECT name, patient_id FROM patient")).all()
        assert [tuple(row) for row in kept] == [("CANARY01^NAME", "CANARY02")]
        assert found_in(data, reads.store, caplog) == []

        (entry,) = medical.studies(reads.store)
        delete_everything_of(reads.store, entry.patient.id)
        with reads.store.read() as session:
            assert session.execute(text("SELECT count(*) FROM patient")).scalar() == 0
            assert session.execute(text("SELECT count(*) FROM study")).scalar() == 0
        assert reads.store.blobs_dir.exists()
    raw = b"".join(path.read_bytes() for path in data.glob("tandem.db*"))
    assert b"CANARY01" not in raw, "a deleted name can still be read from the database file"
