"""What goes with a study, with a patient, and with a job that had only begun a study."""

from sqlalchemy import delete, select

from apps.medical.records.tables import PatientRow, SeriesRow, StudyReadingRow, StudyRow
from apps.store.deletion import Removal, listing_commands
from apps.store.ids import hash_of
from apps.store.tables import ReadingRow
from core_model.errors import NotFound


def remove_study(removal: Removal, identifier: str) -> None:
    """Delete a study with its readings and series, and its patient where it leaves them without a study.

    Raises:
        NotFound: There is no such study.
        NotAllowed: A job reads it.
    """
    study = removal.session.get(StudyRow, identifier)
    if study is None:
        raise NotFound(
            "there is no study '{id}'",
            action="see {commands}",
            code="no_such_study",
            values={"id": identifier[:40], "commands": listing_commands(removal.applications)},
        )
    _study(removal, study)
    _patient_without_study(removal, study.patient_row_id)


def remove_patient(removal: Removal, identifier: str) -> None:
    """Delete a patient with all studies.

    Raises:
        NotFound: There is no such patient.
        NotAllowed: A job reads one of the studies.
    """
    if removal.session.get(PatientRow, identifier) is None:
        raise NotFound(
            "there is no patient '{id}'",
            action="see {commands}",
            code="no_such_patient",
            values={"id": identifier[:40], "commands": listing_commands(removal.applications)},
        )
    for study in removal.session.execute(select(StudyRow).where(StudyRow.patient_row_id == identifier)).scalars().all():
        _study(removal, study)
    removal.remove("patient", [identifier], delete(PatientRow).where(PatientRow.id == identifier))
    removal.record("patient.delete", identifier)


def remove_unread_studies(removal: Removal, input_id: str) -> None:
    """Delete the studies that the import of an input had begun, and of which no reading came: no page shows them."""
    read = select(StudyReadingRow.reading_id).where(StudyReadingRow.study_id == StudyRow.id).exists()
    unread = select(StudyRow).where(StudyRow.input_id == input_id, ~read)
    for study in removal.session.execute(unread).scalars().all():
        _study(removal, study)
        _patient_without_study(removal, study.patient_row_id)


def _study(removal: Removal, study: StudyRow) -> None:
    session = removal.session
    of_study = select(ReadingRow).join(StudyReadingRow, StudyReadingRow.reading_id == ReadingRow.id)
    readings = session.execute(of_study.where(StudyReadingRow.study_id == study.id)).scalars().all()
    removal.let_go([study.input_id])
    removal.readings(readings)
    series = session.execute(select(SeriesRow.id).where(SeriesRow.study_id == study.id)).scalars().all()
    removal.remove("series", series, delete(SeriesRow).where(SeriesRow.study_id == study.id))
    removal.remove("study", [study.id], delete(StudyRow).where(StudyRow.id == study.id))
    removal.record("study.delete", study.id, hash_of(sorted(reading.document_sha256 for reading in readings)))


def _patient_without_study(removal: Removal, patient_row_id: str) -> None:
    others = select(StudyRow.id).where(StudyRow.patient_row_id == patient_row_id)
    if removal.session.execute(others.limit(1)).first() is None:
        removal.remove("patient", [patient_row_id], delete(PatientRow).where(PatientRow.id == patient_row_id))
