"""The audit chain. A trigger of the migration refuses to change or delete its rows."""

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from apps.store.tables.base import HASH, ID, Base


class AuditRow(Base):
    """One act. ``hash`` covers all other columns; ``at`` is text, so that what is kept is what is hashed."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(ID)
    subject_hash: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(HASH)
    hash: Mapped[str] = mapped_column(HASH, unique=True)
