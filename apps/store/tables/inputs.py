"""What was given to read. A path is personal: this table, and no other, holds it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from apps.store.tables.base import HASH, ID, Base, UtcDateTime


class InputRow(Base):
    """A file, folder or zip on the user's machine."""

    __tablename__ = "input"
    __table_args__ = (CheckConstraint("kind IN ('file', 'folder')", name="kind"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text, unique=True)
    sha256: Mapped[str | None] = mapped_column(HASH)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
