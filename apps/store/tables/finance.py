"""What pages ask of a report: its company, the lines of its statements, its checks and anomalies."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Date, Float, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from apps.store.tables.base import ID, Base, Json


class FilingRow(Base):
    """The report that a finance reading read."""

    __tablename__ = "filing"

    reading_id: Mapped[str] = mapped_column(ForeignKey("reading.id", ondelete="CASCADE"), primary_key=True)
    company: Mapped[str] = mapped_column(Text, index=True)
    form: Mapped[str] = mapped_column(Text)
    period_end: Mapped[date | None] = mapped_column(Date)
    fiscal_year: Mapped[int | None] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    num_facts: Mapped[int] = mapped_column(Integer)
    num_anomalies: Mapped[int] = mapped_column(Integer)


class StatementValueRow(Base):
    """One cell of a standardised statement: a value as exact decimal text, or the reason why there is none."""

    __tablename__ = "statement_value"
    __table_args__ = (
        UniqueConstraint("reading_id", "statement", "position", "column_number"),
        CheckConstraint("(value IS NULL) <> (not_available IS NULL)", name="value_or_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    reading_id: Mapped[str] = mapped_column(ForeignKey("reading.id", ondelete="CASCADE"))
    statement: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)
    column_number: Mapped[int] = mapped_column(Integer)
    line: Mapped[str] = mapped_column(Text, index=True)
    label: Mapped[str] = mapped_column(Text)
    concept: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float | None] = mapped_column(Float)
    reason: Mapped[str] = mapped_column(Text)
    derived: Mapped[bool]
    start: Mapped[date | None] = mapped_column(Date)
    end: Mapped[date | None] = mapped_column(Date)
    value: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    not_available: Mapped[str | None] = mapped_column(Text)
    fact_ids: Mapped[list[Any]] = mapped_column(Json)


class CheckRow(Base):
    """One consistency check of a reading and its verdict."""

    __tablename__ = "consistency_check"
    __table_args__ = (CheckConstraint("verdict IN ('holds', 'fails', 'not_applicable')", name="verdict"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    reading_id: Mapped[str] = mapped_column(ForeignKey("reading.id", ondelete="CASCADE"), index=True)
    check_id: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    difference: Mapped[str | None] = mapped_column(Text)
    tolerance: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    fact_ids: Mapped[list[Any]] = mapped_column(Json)


class AnomalyRow(Base):
    """One ranked anomaly of a reading; ``anomaly_id`` stays the same when the file is read again."""

    __tablename__ = "anomaly"
    __table_args__ = (UniqueConstraint("reading_id", "anomaly_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    reading_id: Mapped[str] = mapped_column(ForeignKey("reading.id", ondelete="CASCADE"))
    anomaly_id: Mapped[str] = mapped_column(ID, index=True)
    rank: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float | None] = mapped_column(Float)
    reason: Mapped[str] = mapped_column(Text)
    fact_ids: Mapped[list[Any]] = mapped_column(Json)
