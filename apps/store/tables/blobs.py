"""What stands in the blob folder, and who needs it."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from apps.store.tables.base import HASH, ID, Base, UtcDateTime


class BlobRow(Base):
    """A blob by its content hash. The row is written after the file, which without one belongs to nobody."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(HASH, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BlobReferenceRow(Base):
    """``owner`` (the id of a job, a reading, or what an application keeps) needs the blob, under ``name``."""

    __tablename__ = "blob_reference"

    owner: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"), index=True)
