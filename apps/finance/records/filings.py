"""The row of a report that was read, and the list of them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import select

from apps.finance.records.tables import FilingRow
from apps.store.store import Store
from apps.store.tables import ReadingRow

ROWS_AT_A_TIME = 200


def row_of(reading_id: str, document: Mapping[str, Any]) -> FilingRow:
    """The row of a document ``tandem.finance.reading/1``."""
    about, anomalies = document["document"], document["anomalies"]
    return FilingRow(
        reading_id=reading_id,
        company=_text(about.get("company")),
        form=_text(about.get("form")),
        period_end=_date(about.get("period_end")),
        fiscal_year=_integer(about.get("fiscal_year")),
        currency=_text(about.get("currency")),
        num_facts=_integer(document["facts"].get("count")) or 0,
        num_anomalies=len(anomalies),
    )


@dataclass(frozen=True, slots=True)
class FilingEntry:
    """A line of the list of reports: the filing and its reading."""

    filing: FilingRow
    reading: ReadingRow


def filings(store: Store, company: str = "", limit: int = 100) -> list[FilingEntry]:
    """The newest readings of reports first; of companies whose name contains ``company`` where given, in capitals or
    not: compared here, since each database has its own idea of the capitals beyond ASCII."""
    query = select(FilingRow, ReadingRow).join(ReadingRow, ReadingRow.id == FilingRow.reading_id)
    query = query.order_by(ReadingRow.created_at.desc(), ReadingRow.id).execution_options(yield_per=ROWS_AT_A_TIME)
    wanted = _folded(company)
    with store.read() as session:
        found = (FilingEntry(*row) for row in session.execute(query) if wanted in _folded(row[0].company))
        return list(islice(found, limit))


def _folded(name: str) -> str:
    """A name for comparison: without capitals, and with its accents always written in the same way."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _date(value: Any) -> date | None:
    return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None
