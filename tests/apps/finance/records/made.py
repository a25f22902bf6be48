"""Readings of reports in the store, as the job leaves them, without one."""

from datetime import date
from typing import Any

from apps.finance.records.tables import FilingRow
from apps.store import readings
from apps.store.ids import canonical
from apps.store.store import Store
from tests.apps.store.documents import provenance

KIND = "finance.read"


def save_report(store: Store, company: str = "Example Corp", **changed: Any) -> str:
    """Save the reading of a report of a company; its id.

    Args:
        store: The open store.
        company: Its name.
        changed: Parts of the provenance, and ``input_id`` and ``files`` of the reading.
    """
    claims = {name: changed.pop(name) for name in ("input_id", "files") if name in changed}
    made = provenance(**changed)
    row = FilingRow(
        reading_id=readings.id_of(KIND, made),
        company=company,
        form="10-K",
        period_end=date(2024, 12, 31),
        fiscal_year=2024,
        currency="USD",
        num_facts=3,
        num_anomalies=2,
    )
    return readings.save(store, KIND, canonical({"company": company}), made, rows=[row], **claims)
