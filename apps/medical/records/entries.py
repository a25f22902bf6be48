"""What the screens and ``tandem medical list`` ask: studies, their patients, series and readings."""

from dataclasses import dataclass

from sqlalchemy import select

from apps.medical.records.tables import PatientRow, SeriesRow, StudyReadingRow, StudyRow
from apps.store.store import Store
from apps.store.tables import BlobReferenceRow, ReadingRow
from core_model.errors import NotFound


@dataclass(frozen=True, slots=True)
class StudyReading:
    """A reading of a study.

    Attributes:
        reading: The reading.
        num_shown: Its findings at or above the operating point.
    """

    reading: ReadingRow
    num_shown: int


@dataclass(frozen=True, slots=True)
class StudyEntry:
    """A line of the list of studies: the study, its patient, and its readings, the newest first."""

    study: StudyRow
    patient: PatientRow
    readings: list[StudyReading]


def studies(store: Store, limit: int = 100) -> list[StudyEntry]:
    """The newest studies first, with their patients and readings."""
    query = select(StudyRow, PatientRow).join(PatientRow, PatientRow.id == StudyRow.patient_row_id)
    with store.read() as session:
        pairs = session.execute(query.order_by(StudyRow.added_at.desc(), StudyRow.id).limit(limit)).all()
        made: dict[str, list[StudyReading]] = {study.id: [] for study, _ in pairs}
        of = select(StudyReadingRow, ReadingRow).join(ReadingRow, ReadingRow.id == StudyReadingRow.reading_id)
        of = of.where(StudyReadingRow.study_id.in_(made)).order_by(ReadingRow.created_at.desc(), ReadingRow.id)
        for link, reading in session.execute(of):
            made[link.study_id].append(StudyReading(reading, link.num_shown))
        return [StudyEntry(study, patient, made[study.id]) for study, patient in pairs]


@dataclass(frozen=True, slots=True)
class ReadStudy:
    """A line of the list of studies that were read, from rows alone.

    Attributes:
        study: The study.
        patient: Whose it is.
        reading: Its newest reading.
        num_shown: Findings of that reading at or above the operating point.
        series: The series that it read; None where the series was imported again since with other slices.
    """

    study: StudyRow
    patient: PatientRow
    reading: ReadingRow
    num_shown: int
    series: SeriesRow | None


def read_studies(store: Store, limit: int = 100) -> list[ReadStudy]:
    """The newest studies that were read, with what their newest reading found."""
    entries = [entry for entry in studies(store, limit) if entry.readings]
    newest = [entry.readings[0].reading.id for entry in entries]
    volumes = select(BlobReferenceRow.owner, BlobReferenceRow.sha256)
    volumes = volumes.where(BlobReferenceRow.owner.in_(newest), BlobReferenceRow.name == "volume")
    series = select(SeriesRow).where(SeriesRow.study_id.in_([entry.study.id for entry in entries]))
    with store.read() as session:
        volume_of = {row[0]: row[1] for row in session.execute(volumes)}
        read = session.execute(series).scalars()
        series_of_volume: dict[tuple[str, str | None], SeriesRow] = {
            (row.study_id, row.volume_sha256): row for row in read
        }
    return [
        ReadStudy(
            entry.study,
            entry.patient,
            entry.readings[0].reading,
            entry.readings[0].num_shown,
            series_of_volume.get((entry.study.id, volume_of.get(entry.readings[0].reading.id))),
        )
        for entry in entries
    ]


def study_of(store: Store, reading_id: str) -> StudyEntry:
    """The study that a reading is of, with its patient and this reading alone.

    Raises:
        NotFound: There is no such reading of a study.
    """
    query = (
        select(StudyRow, PatientRow, ReadingRow, StudyReadingRow.num_shown)
        .join(PatientRow, PatientRow.id == StudyRow.patient_row_id)
        .join(StudyReadingRow, StudyReadingRow.study_id == StudyRow.id)
        .join(ReadingRow, ReadingRow.id == StudyReadingRow.reading_id)
        .where(ReadingRow.id == reading_id)
    )
    with store.read() as session:
        row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            "there is no reading '{id}' of a study",
            action="see the list of studies",
            code="no_reading_of_study",
            values={"id": reading_id[:40]},
        )
    study, patient, reading, num_shown = row
    return StudyEntry(study, patient, [StudyReading(reading, num_shown)])


def series_of(store: Store, study_id: str) -> list[SeriesRow]:
    """The series of a study that were read, by UID."""
    query = select(SeriesRow).filter_by(study_id=study_id).order_by(SeriesRow.series_uid)
    with store.read() as session:
        return list(session.execute(query).scalars())
