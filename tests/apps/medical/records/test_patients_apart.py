"""The migration that sets patients apart, with rows of before, and the way back, on both databases."""

from sqlalchemy import select, text

from apps.medical.records.entries import studies
from apps.medical.records.studies import Identity, add_study
from apps.medical.records.tables import PatientRow, StudyRow
from apps.store import migrations
from apps.store.engine import WRITE
from apps.store.store import Store
from tests.apps.medical.records.made import save_scan

NOBODY, KNOWN = Identity("ANON", "ANONYMOUS"), Identity("4711", "DOE^JANE", birth_date="19500101")
BEFORE = "medical_0001"


def patients(store: Store) -> dict[str, list[str]]:
    """Studies' UIDs by the row of the patient."""
    with store.engine.connect() as connection:
        rows = connection.execute(select(PatientRow.id)).scalars().all()
        found = connection.execute(select(StudyRow.patient_row_id, StudyRow.study_uid)).all()
    return {row: sorted(uid for patient, uid in found if patient == row) for row in rows}


def one_row_of_before(store: Store, identity: Identity, *uids: str) -> None:
    """A patient's row as it was, with studies."""
    row = {"id": f"p-{uids[0]}", "number": identity.patient_id, "name": identity.name, "born": identity.birth_date}
    with store.engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(text("INSERT INTO patient VALUES (:id, :number, :name, :born, '')"), row)
        for uid in uids:
            connection.execute(
                text(
                    "INSERT INTO study (id, patient_row_id, study_uid, added_at) "
                    "VALUES (:study, :id, :uid, '2026-01-02 03:04:05')"
                ),
                {"id": row["id"], "uid": uid, "study": f"s-{uid}"},
            )


def test_nobody_s_studies_get_a_row_each_and_a_known_patient_s_stay_together(store: Store) -> None:
    migrations.downgrade(store.engine, store.settings, BEFORE)
    one_row_of_before(store, NOBODY, "1.1", "1.2", "1.3")
    one_row_of_before(store, KNOWN, "2.1", "2.2")
    migrations.upgrade(store.engine, store.settings)
    assert sorted(patients(store).values()) == [["1.1"], ["1.2"], ["1.3"], ["2.1", "2.2"]]
    with store.engine.connect() as connection:
        kept = connection.execute(select(PatientRow.apart, PatientRow.issuer, PatientRow.name)).all()
    assert sorted(kept) == [("", "", "DOE^JANE"), *((f"1.{k}", "", "ANONYMOUS") for k in (1, 2, 3))]
    # What is read again is the study that is there.
    assert add_study(store, NOBODY, "1.2", []) == "s-1.2"
    assert add_study(store, KNOWN, "2.2", []) == "s-2.2"
    assert add_study(store, NOBODY, "1.4", []) not in {"s-1.1", "s-1.2", "s-1.3"}
    assert sorted(patients(store).values()) == [["1.1"], ["1.2"], ["1.3"], ["1.4"], ["2.1", "2.2"]]


def test_the_way_back_joins_rows_and_loses_no_study(store: Store) -> None:
    ids = {uid: add_study(store, NOBODY, uid, []) for uid in ("1.1", "1.2")}
    ours = Identity("4711", "DOE^JANE", birth_date="19500101", issuer="HOSPITAL")
    ids |= {uid: add_study(store, KNOWN, uid, []) for uid in ("2.1", "2.2")}
    ids["2.3"], twin = add_study(store, ours, "2.3", []), add_study(store, ours, "2.2", [])
    reading = save_scan(store, twin, 4)
    migrations.downgrade(store.engine, store.settings, BEFORE)
    with store.engine.connect() as connection:
        found = connection.execute(text("SELECT id, study_uid FROM study")).all()
        names = connection.execute(text("SELECT name FROM patient")).scalars().all()
    assert sorted(found) == sorted([*((row, uid) for uid, row in ids.items()), (twin, "2.2")])
    assert sorted(names) == ["ANONYMOUS", "DOE^JANE", "DOE^JANE"]  # the study that two rows have stays in both
    migrations.upgrade(store.engine, store.settings)
    assert sorted(map(len, patients(store).values())) == [1, 1, 1, 3]
    listed = {entry.study.id: entry for entry in studies(store)}
    assert set(listed) == {*ids.values(), twin}
    assert [made.reading.id for made in listed[twin].readings] == [reading]
