"""A reading: one document that a job made, with what it follows from."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from apps.store.tables.base import HASH, ID, Base, Json, UtcDateTime


class ReadingRow(Base):
    """One reading. ``key`` is unique: its kind and provenance, and the job where a second run was asked for."""

    __tablename__ = "reading"
    __table_args__ = (Index("ix_reading_provenance", "kind", "provenance_hash", "created_at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(HASH, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    input_id: Mapped[str | None] = mapped_column(ForeignKey("input.id", ondelete="SET NULL"), index=True)
    document_sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"))
    provenance: Mapped[dict[str, Any]] = mapped_column(Json)
    provenance_hash: Mapped[str] = mapped_column(HASH)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
