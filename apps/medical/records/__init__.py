"""Patients, studies and series in the store, and which reading is of which study: what lists ask for, and what has to
be deleted together. All else stands in the readings' documents.

- ``tables``    the rows; ``studies`` keeps a study; ``entries`` what is asked of them
- ``deletion``  what goes with a study, a patient, and a job that had only begun one
- ``carry``     documents of earlier versions to the present form; ``migrations`` the branch ``medical``

Who a patient is stands in the row of ``patient`` alone. Everything else, and every address, uses the row's id.
"""

from collections.abc import Sequence

from sqlalchemy.orm import DeclarativeBase

from apps.medical.records import deletion
from apps.medical.records.tables import Base, StudyRow
from apps.store.applications import Application


def _rows_of(document: bytes) -> Sequence[DeclarativeBase]:
    """The row that a document says it has."""
    from apps.documents import from_json
    from apps.medical.reading import MedicalReading
    from apps.medical.records.studies import row_of

    return [row_of(from_json(MedicalReading, document))]


application = Application(
    name="medical",
    package="apps.medical.records",
    head="medical_0001",
    needs="0002",
    metadata=Base.metadata,
    listed_by="tandem medical list",
    kinds=("patient", "study", "series"),
    removers={"patient": deletion.remove_patient, "study": deletion.remove_study},
    inputs=(StudyRow.input_id,),
    rows_of={"medical.read": _rows_of},
    left_by_job=deletion.remove_unread_studies,
)
