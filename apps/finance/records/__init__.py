"""What of the readings of reports the store keeps in rows: one a report, for the lists of the screens and of
``tandem finance list``. All else stands in the readings' documents.

- ``tables``  the rows; ``filings`` what is asked of them
- ``carry``   documents of earlier versions to the present form; ``migrations`` the branch ``finance``
"""

from apps.finance.records.tables import Base
from apps.store.applications import Application

application = Application(
    name="finance",
    package="apps.finance.records",
    head="finance_0001",
    needs="0002",
    metadata=Base.metadata,
    listed_by="tandem finance list",
)
