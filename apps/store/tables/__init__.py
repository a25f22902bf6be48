"""All tables, one concept a file. ``metadata`` is what the migrations must add up to."""

from apps.store.tables.audit import AuditRow
from apps.store.tables.base import Base
from apps.store.tables.blobs import BlobReferenceRow, BlobRow
from apps.store.tables.finance import AnomalyRow, CheckRow, FilingRow, StatementValueRow
from apps.store.tables.inputs import InputRow
from apps.store.tables.jobs import JobRow, WorkerRow
from apps.store.tables.medical import FindingRow, PatientRow, SeriesRow, StudyRow
from apps.store.tables.readings import ReadingRow

metadata = Base.metadata

__all__ = [
    "AnomalyRow",
    "AuditRow",
    "Base",
    "BlobReferenceRow",
    "BlobRow",
    "CheckRow",
    "FilingRow",
    "FindingRow",
    "InputRow",
    "JobRow",
    "PatientRow",
    "ReadingRow",
    "SeriesRow",
    "StatementValueRow",
    "StudyRow",
    "WorkerRow",
    "metadata",
]
