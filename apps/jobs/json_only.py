"""What DBOS recorded is data: JSON alone is read back, whatever a row says of itself.

Each row of DBOS names the form of its content. One that says ``py_pickle`` would be unpickled, and with that executed,
whatever the serializer of the worker: whoever can write to the database could run programs in the worker. So the
unpickling serializer is taken out of DBOS here, and rows of another form than JSON are removed with the attempt that
they belong to; its job begins anew.
"""

import logging
from typing import Any, NoReturn

import sqlalchemy as sa
from dbos._serialization import DBOSPortableJSONSerializer, DefaultSerializer

from core_model.errors import Unavailable

log = logging.getLogger(__name__)
JSON = DBOSPortableJSONSerializer()


def _refuse(*_: Any) -> NoReturn:
    raise Unavailable(
        "the record of a step is not JSON, and is not read",
        action="retry the job; it begins anew",
        code="record_not_json",
    )


DefaultSerializer.deserialize = _refuse  # type: ignore[method-assign, assignment]


def others(engine: sa.Engine, schema: str | None) -> list[str]:
    """Ids of the attempts of which DBOS holds something in another form than JSON.

    Args:
        engine: Of the database of DBOS.
        schema: Where its tables lie there.
    """
    found: set[str] = set()
    with engine.connect() as connection:
        for name in ("workflow_status", "operation_outputs"):
            form: sa.ColumnClause[str] = sa.column("serialization")
            attempt: sa.ColumnClause[str] = sa.column("workflow_uuid")
            table = sa.table(name, form, attempt, schema=schema)
            query = sa.select(attempt).select_from(table).where(form.is_not(None), form != JSON.name()).distinct()
            found.update(connection.execute(query).scalars())
    if found:
        log.warning("%d attempts whose records are not JSON are removed; their jobs begin anew", len(found))
    return sorted(found)
