"""Keeping a study: its patient, the series that are read, and that a reading is of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.medical.records.tables import PatientRow, SeriesRow, StudyReadingRow, StudyRow
from apps.store import audit, blobs
from apps.store.engine import lock
from apps.store.ids import derived_id, hash_of, new_id, now
from apps.store.store import Store

if TYPE_CHECKING:
    from apps.medical.reading import MedicalReading


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a patient is, as the headers say. It goes into one table and is never a step's result.

    Attributes:
        patient_id: (0010,0020).
        name: (0010,0010).
        birth_date: (0010,0030) as written, empty where absent.
        sex: (0010,0040), empty where absent.
        issuer: (0010,0021), who gave the number; empty where absent.
    """

    patient_id: str
    name: str
    birth_date: str = ""
    sex: str = ""
    issuer: str = ""

    @property
    def known(self) -> bool:
        """Whether it says who the patient is: by a number, or by a name with the birth date. Words that stand for any
        patient do not."""
        return _says(self.patient_id) or (_says(self.name) and bool(self.birth_date.strip()))


NOBODY = frozenset(
    {"anonym", "anonymous", "anonymized", "anonymised", "anon", "anonymus", "deidentified", "de", "identified",
     "removed", "unknown", "unnamed", "noname", "no", "name", "none", "null", "nil", "na", "n", "a", "id", "patient",
     "hidden", "xxx", "xxxx", "test", "dummy", "subject", "person", "匿名", "未知"}
)  # fmt: skip
"""Words of which the name or number of a patient who is not named is made."""


def _says(text: str) -> bool:
    """Whether a name or number is of one person."""
    words = [word for word in re.split(r"[\W_]+", text.casefold()) if word]
    return any(word not in NOBODY and word.strip("0x") for word in words)


@dataclass(frozen=True, slots=True)
class SeriesEntry:
    """One series of a study that is read.

    Attributes:
        series_uid: Series instance UID.
        volume_sha256: Blob of its volume.
        geometry: ``size`` and ``spacing_mm`` (z, y, x), ``origin_mm``, ``direction`` (LPS), ``quality``.
    """

    series_uid: str
    volume_sha256: str
    geometry: Mapping[str, Any] = field(default_factory=dict)


def add_study(
    store: Store,
    identity: Identity,
    study_uid: str,
    series: Sequence[SeriesEntry],
    *,
    study_date: date | None = None,
    input_id: str | None = None,
) -> str:
    """Keep a study with its patient and series; adding it again updates it and changes no id.

    Args:
        store: The open store.
        identity: The patient. Equal ones share a row, if they say who it is.
        study_uid: Study instance UID.
        series: Those that are read; a volume's blob is stored already. Why others were skipped stands in the reading.
        study_date: Its date, where known.
        input_id: Row of the input that it came from.

    Returns:
        The study's id.
    """
    with store.write() as session:
        lock(session, hash_of([identity.patient_id, identity.name, identity.birth_date]))
        patient = _patient(session, identity, "" if identity.known else study_uid)
        query = select(StudyRow).where(StudyRow.patient_row_id == patient.id, StudyRow.study_uid == study_uid)
        study = session.execute(query).scalar_one_or_none()
        if study is None:
            study = StudyRow(id=new_id("study"), patient_row_id=patient.id, study_uid=study_uid, added_at=now())
            session.add(study)
        study.study_date, study.input_id = study_date, input_id
        session.flush()
        for entry in series:
            _put_series(session, study.id, entry)
        audit.record(session, "study.add", study.id, hash_of(sorted(entry.series_uid for entry in series)))
        return study.id


def _patient(session: Session, identity: Identity, apart: str) -> PatientRow:
    same = select(PatientRow).filter_by(
        patient_id=identity.patient_id,
        issuer=identity.issuer,
        name=identity.name,
        birth_date=identity.birth_date,
        apart=apart,
    )
    patient = session.execute(same).scalar_one_or_none()
    if patient is None:
        patient = PatientRow(
            id=new_id("patient"),
            patient_id=identity.patient_id,
            name=identity.name,
            birth_date=identity.birth_date,
            sex=identity.sex,
            issuer=identity.issuer,
            apart=apart,
        )
        session.add(patient)
        session.flush()
    return patient


def row_of(reading: "MedicalReading") -> StudyReadingRow:
    """The row that says of which study a reading is."""
    return StudyReadingRow(reading_id=reading.id, study_id=reading.study.id, num_shown=len(reading.shown))


def series_id(study_id: str, series_uid: str) -> str:
    """The id of a series: it follows from its study and UID."""
    return derived_id("series", hash_of([study_id, series_uid]))


def _put_series(session: Session, study_id: str, entry: SeriesEntry) -> None:
    identifier = series_id(study_id, entry.series_uid)
    row = session.get(SeriesRow, identifier, with_for_update=True)
    if row is None:
        row = SeriesRow(id=identifier, study_id=study_id, series_uid=entry.series_uid)
        session.add(row)
    row.geometry, row.volume_sha256 = dict(entry.geometry), entry.volume_sha256
    blobs.refer(session, identifier, "volume", entry.volume_sha256)
    session.flush()
