"""Patients, studies, series and findings. Names and ids of patients stand in ``patient`` and nowhere else."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Float, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from apps.store.tables.base import HASH, ID, Base, Json, UtcDateTime


class PatientRow(Base):
    """A person. Two spellings of a name make two rows: to join two persons by mistake would be worse."""

    __tablename__ = "patient"
    __table_args__ = (UniqueConstraint("patient_id", "issuer", "name", "birth_date"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    patient_id: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    birth_date: Mapped[str] = mapped_column(Text)
    sex: Mapped[str] = mapped_column(Text)


class StudyRow(Base):
    """One examination of a patient."""

    __tablename__ = "study"
    __table_args__ = (UniqueConstraint("patient_row_id", "uid"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    patient_row_id: Mapped[str] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    input_id: Mapped[str | None] = mapped_column(ForeignKey("input.id", ondelete="SET NULL"), index=True)
    uid: Mapped[str] = mapped_column(Text, index=True)
    study_date: Mapped[date | None] = mapped_column(Date)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SeriesRow(Base):
    """One series of a study: its geometry and volume where it was read, the reason where it was skipped.

    ``geometry`` holds ``size``, ``spacing_mm`` (both z, y, x), ``origin_mm`` and ``direction`` (patient coordinates,
    LPS) as the document has them. The description that the scanner wrote is free text, in which names occur: not kept.
    """

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("study_id", "uid"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"))
    uid: Mapped[str] = mapped_column(Text)
    modality: Mapped[str] = mapped_column(Text)
    number: Mapped[int | None] = mapped_column(Integer)
    num_images: Mapped[int] = mapped_column(Integer)
    skipped_because: Mapped[str] = mapped_column(Text)
    geometry: Mapped[dict[str, Any]] = mapped_column(Json)
    volume_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))


class FindingRow(Base):
    """One finding of a medical reading; ``finding_id`` stays the same when the series is read again."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("reading_id", "finding_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    reading_id: Mapped[str] = mapped_column(ForeignKey("reading.id", ondelete="CASCADE"))
    finding_id: Mapped[str] = mapped_column(ID, index=True)
    tracking_uid: Mapped[str] = mapped_column(Text)
    rank: Mapped[int] = mapped_column(Integer)
    probability: Mapped[float] = mapped_column(Float)
    shown: Mapped[bool]
    side: Mapped[str | None] = mapped_column(Text)
    long_axis_mm: Mapped[float | None] = mapped_column(Float)
    short_axis_mm: Mapped[float | None] = mapped_column(Float)
    volume_mm3: Mapped[float | None] = mapped_column(Float)
    centre_mm: Mapped[list[Any]] = mapped_column(Json)
    centre_voxel: Mapped[list[Any]] = mapped_column(Json)
    heatmap_sha256: Mapped[str | None] = mapped_column(HASH)
