"""Patients, studies and series; findings of a medical reading as rows; and what pages ask of them.

Who a patient is stands in the row of ``patient`` alone. Everything else, and every address, uses the row's id.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from apps.store import audit, blobs
from apps.store.engine import lock
from apps.store.ids import derived_id, hash_of, new_id, now
from apps.store.store import Store
from apps.store.tables import Base, BlobReferenceRow, FindingRow, PatientRow, ReadingRow, SeriesRow, StudyRow
from core_model.errors import NotFound

SCHEMA = "tandem.medical.reading/2"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a patient is, as the headers say. It goes into one table and is never a step's result.

    Attributes:
        patient_id: (0010,0020).
        name: (0010,0010).
        issuer: (0010,0021), empty where absent.
        birth_date: (0010,0030) as written, empty where absent.
        sex: (0010,0040), empty where absent.
    """

    patient_id: str
    name: str
    issuer: str = ""
    birth_date: str = ""
    sex: str = ""


@dataclass(frozen=True, slots=True)
class SeriesEntry:
    """One series of a study.

    Attributes:
        uid: Series instance UID.
        modality: ``"CT"`` and so on.
        num_images: How many images it has.
        number: Series number, where there is one.
        skipped_because: Why it is not read; empty where it is.
        geometry: ``size`` and ``spacing_mm`` (z, y, x), ``origin_mm``, ``direction`` (LPS), ``quality``.
        volume_sha256: Blob of its volume, where it was read.
    """

    uid: str
    modality: str
    num_images: int
    number: int | None = None
    skipped_because: str = ""
    geometry: dict[str, Any] = field(default_factory=dict)
    volume_sha256: str | None = None


def add_study(
    store: Store,
    identity: Identity,
    uid: str,
    series: Sequence[SeriesEntry],
    *,
    study_date: date | None = None,
    input_id: str | None = None,
) -> str:
    """Keep a study with its patient and series; adding it again updates it and changes no id.

    Args:
        store: The open store.
        identity: The patient. Equal ones share a row.
        uid: Study instance UID.
        series: All series that were found; a volume's blob is stored already.
        study_date: Its date, where known.
        input_id: Row of the input that it came from.

    Returns:
        The study's id.
    """
    with store.write() as session:
        lock(session, hash_of([identity.patient_id, identity.issuer, identity.name, identity.birth_date]))
        patient = _patient(session, identity)
        query = select(StudyRow).where(StudyRow.patient_row_id == patient.id, StudyRow.uid == uid)
        study = session.execute(query).scalar_one_or_none()
        if study is None:
            study = StudyRow(id=new_id("study"), patient_row_id=patient.id, uid=uid, added_at=now())
            session.add(study)
        study.study_date, study.input_id = study_date, input_id
        session.flush()
        for entry in series:
            _put_series(session, study.id, entry)
        audit.record(session, "study.add", study.id, hash_of(sorted(entry.uid for entry in series)))
        return study.id


def _patient(session: Session, identity: Identity) -> PatientRow:
    same = select(PatientRow).filter_by(
        patient_id=identity.patient_id, issuer=identity.issuer, name=identity.name, birth_date=identity.birth_date
    )
    patient = session.execute(same).scalar_one_or_none()
    if patient is None:
        patient = PatientRow(
            id=new_id("patient"),
            patient_id=identity.patient_id,
            issuer=identity.issuer,
            name=identity.name,
            birth_date=identity.birth_date,
            sex=identity.sex,
        )
        session.add(patient)
        session.flush()
    return patient


def series_id(study_id: str, uid: str) -> str:
    """The id of a series: it follows from its study and UID."""
    return derived_id("series", hash_of([study_id, uid]))


def _put_series(session: Session, study_id: str, entry: SeriesEntry) -> None:
    identifier = series_id(study_id, entry.uid)
    row = session.get(SeriesRow, identifier)
    if row is None:
        row = SeriesRow(id=identifier, study_id=study_id, uid=entry.uid)
        session.add(row)
    row.modality, row.number, row.num_images = entry.modality, entry.number, entry.num_images
    row.skipped_because, row.geometry = entry.skipped_because, entry.geometry
    if entry.volume_sha256 is not None:
        row.volume_sha256 = entry.volume_sha256
        blobs.refer(session, identifier, "volume", entry.volume_sha256)
    session.flush()


def rows_of(reading_id: str, document: dict[str, Any]) -> Iterator[Base]:
    """The rows of a document of a medical reading: its findings, shown or not."""
    findings = document["findings"]
    for finding in findings if isinstance(findings, list) else []:
        heatmap = finding.get("heatmap")
        yield FindingRow(
            reading_id=reading_id,
            finding_id=finding["id"],
            tracking_uid=finding["tracking_uid"],
            rank=finding["rank"],
            probability=finding["probability"],
            shown=finding.get("shown", True),
            side=finding["side"] if isinstance(finding.get("side"), str) else None,
            long_axis_mm=_number(finding.get("long_axis_mm")),
            short_axis_mm=_number(finding.get("short_axis_mm")),
            volume_mm3=_number(finding.get("volume_mm3")),
            centre_mm=finding["centre_mm"],
            centre_voxel=finding["centre_voxel"],
            heatmap_sha256=heatmap if isinstance(heatmap, str) and len(heatmap) == 64 else None,
        )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class StudyEntry:
    """A line of the list of studies: the study, its patient, and its readings, the newest first."""

    study: StudyRow
    patient: PatientRow
    readings: list[ReadingRow]


def studies(store: Store, limit: int = 100) -> list[StudyEntry]:
    """The newest studies first, with their patients and readings."""
    query = select(StudyRow, PatientRow).join(PatientRow, PatientRow.id == StudyRow.patient_row_id)
    with store.read() as session:
        pairs = session.execute(query.order_by(StudyRow.added_at.desc(), StudyRow.id).limit(limit)).all()
        made: dict[str, list[ReadingRow]] = {study.id: [] for study, _ in pairs}
        of = select(ReadingRow).where(ReadingRow.study_id.in_(made)).order_by(ReadingRow.created_at.desc())
        for reading in session.execute(of).scalars():
            made[str(reading.study_id)].append(reading)
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
    newest = [entry.readings[0].id for entry in entries]
    counted = select(FindingRow.reading_id, func.count()).where(FindingRow.reading_id.in_(newest), FindingRow.shown)
    volumes = select(BlobReferenceRow.owner, BlobReferenceRow.sha256)
    volumes = volumes.where(BlobReferenceRow.owner.in_(newest), BlobReferenceRow.name == "volume")
    series = select(SeriesRow).where(SeriesRow.study_id.in_([entry.study.id for entry in entries]))
    with store.read() as session:
        shown = {row[0]: row[1] for row in session.execute(counted.group_by(FindingRow.reading_id))}
        volume_of = {row[0]: row[1] for row in session.execute(volumes)}
        read = session.execute(series.where(SeriesRow.volume_sha256.is_not(None))).scalars()
        series_of_volume = {(row.study_id, row.volume_sha256): row for row in read}
    return [
        ReadStudy(
            entry.study,
            entry.patient,
            entry.readings[0],
            shown.get(entry.readings[0].id, 0),
            series_of_volume.get((entry.study.id, volume_of.get(entry.readings[0].id))),
        )
        for entry in entries
    ]


def study(store: Store, study_id: str) -> StudyEntry:
    """One study.

    Raises:
        NotFound: There is no such study.
    """
    with store.read() as session:
        row = session.get(StudyRow, study_id)
        if row is None:
            raise NotFound(f"there is no study '{study_id[:40]}'", action="see the list of studies")
        patient = session.get_one(PatientRow, row.patient_row_id)
        of = select(ReadingRow).where(ReadingRow.study_id == study_id).order_by(ReadingRow.created_at.desc())
        return StudyEntry(row, patient, list(session.execute(of).scalars()))


def series_of(store: Store, study_id: str) -> list[SeriesRow]:
    """The series of a study: those that were read first, then by number."""
    query = select(SeriesRow).filter_by(study_id=study_id)
    with store.read() as session:
        rows = list(session.execute(query).scalars())
    return sorted(rows, key=lambda row: (row.skipped_because != "", row.number is None, row.number, row.uid))


def findings(store: Store, reading_id: str, *, shown_only: bool = False) -> list[FindingRow]:
    """The findings of a reading by rank; also those below the operating point, unless ``shown_only``."""
    query = select(FindingRow).filter_by(reading_id=reading_id).order_by(FindingRow.rank, FindingRow.id)
    with store.read() as session:
        return list(session.execute(query.filter_by(shown=True) if shown_only else query).scalars())
