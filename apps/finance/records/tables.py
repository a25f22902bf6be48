"""What lists ask of a report that was read."""

from datetime import date

from sqlalchemy import Date, ForeignKey, Integer, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from apps.store.tables import ReadingRow, named_metadata


class Base(DeclarativeBase):
    """Base of the tables of this application."""

    metadata = named_metadata()


class FilingRow(Base):
    """The report that a finance reading read."""

    __tablename__ = "filing"

    reading_id: Mapped[str] = mapped_column(ForeignKey(ReadingRow.id, ondelete="CASCADE"), primary_key=True)
    company: Mapped[str] = mapped_column(Text, index=True)
    form: Mapped[str] = mapped_column(Text)
    period_end: Mapped[date | None] = mapped_column(Date)
    fiscal_year: Mapped[int | None] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(Text)
    num_facts: Mapped[int] = mapped_column(Integer)
    num_anomalies: Mapped[int] = mapped_column(Integer)
