"""The store's own tables, one concept a file. ``metadata`` is what its migrations must add up to."""

from apps.store.tables.audit import AuditRow
from apps.store.tables.base import HASH, ID, Base, Json, NullJson, UtcDateTime, named_metadata
from apps.store.tables.blobs import BlobReferenceRow, BlobRow
from apps.store.tables.inputs import InputRow
from apps.store.tables.jobs import JobRow, WorkerRow
from apps.store.tables.readings import ReadingRow

metadata = Base.metadata

__all__ = [
    "HASH",
    "ID",
    "AuditRow",
    "Base",
    "BlobReferenceRow",
    "BlobRow",
    "InputRow",
    "JobRow",
    "Json",
    "NullJson",
    "ReadingRow",
    "UtcDateTime",
    "WorkerRow",
    "metadata",
    "named_metadata",
]
