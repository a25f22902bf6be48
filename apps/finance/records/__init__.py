"""What of the readings of reports the store keeps in rows: one a report, for the lists of the screens and of
``tandem finance list``. All else stands in the readings' documents.

- ``tables``  the rows; ``filings`` what is asked of them
- ``carry``   documents of earlier versions to the present form; ``migrations`` the branch ``finance``
"""

from collections.abc import Sequence

from sqlalchemy.orm import DeclarativeBase

from apps.finance.records.tables import Base
from apps.store.applications import Application


def _rows_of(document: bytes) -> Sequence[DeclarativeBase]:
    """The row that a document says it has."""
    from apps.documents import from_json
    from apps.finance.reading import FinanceReading
    from apps.finance.records.filings import row_of

    return [row_of(from_json(FinanceReading, document))]


application = Application(
    name="finance",
    package="apps.finance.records",
    head="finance_0001",
    needs="0002",
    metadata=Base.metadata,
    listed_by="tandem finance list",
    rows_of={"finance.read": _rows_of},
)
