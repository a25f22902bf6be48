"""Readings of studies in the store, as the job leaves them, without one."""

from typing import Any

from apps.medical.records.tables import StudyReadingRow
from apps.store import readings
from apps.store.ids import canonical
from apps.store.store import Store
from tests.apps.store.documents import provenance

KIND = "medical.read"


def save_scan(store: Store, study_id: str, num_shown: int = 1, **changed: Any) -> str:
    """Save a reading of a study; its id.

    Args:
        store: The open store.
        study_id: The study.
        num_shown: Findings that it shows.
        changed: Parts of the provenance, and ``input_id`` and ``files`` of the reading.
    """
    claims = {name: changed.pop(name) for name in ("input_id", "files") if name in changed}
    made = provenance(**changed)
    row = StudyReadingRow(reading_id=readings.id_of(KIND, made), study_id=study_id, num_shown=num_shown)
    return readings.save(store, KIND, canonical({"study": study_id}), made, rows=[row], **claims)
