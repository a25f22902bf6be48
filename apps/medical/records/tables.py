"""Patients, studies, series, and the readings of studies. Names and ids of patients stand in ``patient`` and nowhere
else."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from apps.store.tables import ID, BlobRow, InputRow, Json, ReadingRow, UtcDateTime, named_metadata


class Base(DeclarativeBase):
    """Base of the tables of this application."""

    metadata = named_metadata()


class PatientRow(Base):
    """A person. Two spellings of a name make two rows: to join two persons by mistake would be worse.

    ``issuer`` gave the number. ``apart`` is the study's UID where the headers do not say who the patient is (no number,
    or "ANONYMOUS"): there each study has a row of its own; "" else.
    """

    __tablename__ = "patient"
    __table_args__ = (UniqueConstraint("patient_id", "issuer", "name", "birth_date", "apart"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    patient_id: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    birth_date: Mapped[str] = mapped_column(Text)
    sex: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    apart: Mapped[str] = mapped_column(Text)


class StudyRow(Base):
    """One examination of a patient."""

    __tablename__ = "study"
    __table_args__ = (UniqueConstraint("patient_row_id", "study_uid"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    patient_row_id: Mapped[str] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    input_id: Mapped[str | None] = mapped_column(ForeignKey(InputRow.id, ondelete="SET NULL"), index=True)
    study_uid: Mapped[str] = mapped_column(Text)
    study_date: Mapped[date | None] = mapped_column(Date)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SeriesRow(Base):
    """One series of a study that was read: its geometry and volume. Those that were skipped stand in the document.

    ``geometry`` holds ``size``, ``spacing_mm`` (both z, y, x), ``origin_mm`` and ``direction`` (patient coordinates,
    LPS) as the document has them, and ``quality``. The description that the scanner wrote is free text, in which names
    occur: not kept.
    """

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("study_id", "series_uid"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"))
    series_uid: Mapped[str] = mapped_column(Text)
    geometry: Mapped[dict[str, Any]] = mapped_column(Json)
    volume_sha256: Mapped[str] = mapped_column(ForeignKey(BlobRow.sha256))


class StudyReadingRow(Base):
    """A reading of a study, with the number of findings that it shows: those at or above the operating point."""

    __tablename__ = "study_reading"

    reading_id: Mapped[str] = mapped_column(ForeignKey(ReadingRow.id, ondelete="CASCADE"), primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    num_shown: Mapped[int] = mapped_column(Integer)
