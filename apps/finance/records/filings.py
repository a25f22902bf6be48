"""The row of a report that was read, and the list of them."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from apps.documents import Missing
from apps.finance.records.tables import FilingRow
from apps.store.store import Store
from apps.store.tables import ReadingRow

if TYPE_CHECKING:
    from apps.finance.reading import FinanceReading

ROWS_AT_A_TIME = 200


def row_of(reading: "FinanceReading") -> FilingRow:
    """The row of a reading."""
    about = reading.document
    return FilingRow(
        reading_id=reading.id,
        company=_known(about.company, ""),
        form=_known(about.form, ""),
        period_end=date.fromisoformat(about.period_end[:10]) if isinstance(about.period_end, str) else None,
        fiscal_year=_known(about.fiscal_year, None),
        currency=_known(about.currency, ""),
        num_facts=reading.facts.count,
        num_anomalies=len(reading.anomalies),
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


def _known(value: Any, otherwise: Any) -> Any:
    return otherwise if isinstance(value, Missing) else value
