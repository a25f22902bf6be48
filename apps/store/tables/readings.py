"""A reading: one document that a job made, with the four things that it follows from."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from apps.store.tables.base import HASH, ID, Base, UtcDateTime


class ReadingRow(Base):
    """One reading. ``key`` is unique: the four of the provenance, and the job where a second run was asked for."""

    __tablename__ = "reading"
    __table_args__ = (
        Index(
            "ix_reading_provenance", "kind", "input_hash", "code_version", "weights_hash", "settings_hash", "created_at"
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(HASH, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    input_id: Mapped[str | None] = mapped_column(ForeignKey("input.id", ondelete="SET NULL"), index=True)
    study_id: Mapped[str | None] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    document_sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"))
    input_hash: Mapped[str] = mapped_column(HASH)
    code_version: Mapped[str] = mapped_column(Text)
    weights_hash: Mapped[str] = mapped_column(HASH)
    settings_hash: Mapped[str] = mapped_column(HASH)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
