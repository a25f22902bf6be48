"""The facts of a filing as a Parquet table, one row a fact, with a fixed schema whatever the filing holds."""

import io
import json
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from apps.finance.filings import Fact
from core_model.errors import Message

SCHEMA = pa.schema(
    [
        ("fact_id", pa.string()),
        ("concept", pa.string()),
        ("kind", pa.string()),
        ("value", pa.string()),
        ("nil", pa.bool_()),
        ("not_available", pa.string()),
        ("unit", pa.string()),
        ("start", pa.string()),
        ("end", pa.string()),
        ("instant", pa.bool_()),
        ("dimensions", pa.string()),
        ("decimals", pa.string()),
        ("scale", pa.string()),
        ("sign", pa.string()),
        ("format", pa.string()),
        ("entity", pa.string()),
        ("element_id", pa.string()),
        ("hidden", pa.bool_()),
        ("page", pa.int32()),
        ("box", pa.list_(pa.float32(), 4)),
    ]
)
"""``value`` is exact decimal text for numbers; ``dimensions`` a JSON object from axis to member; ``not_available`` the
reason as a JSON object of its code and values; ``page`` and ``box`` (left, top, right, bottom in points) are null for
HTML."""


def to_parquet(facts: Iterable[Fact]) -> bytes:
    """The table as a Parquet file, the same bytes for the same facts."""
    rows = [_row(fact) for fact in facts]
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def reason_of(text: str) -> Message:
    """Why a fact has no value, from the table; a table of an earlier version has the English words."""
    if text.startswith('{"code"'):
        return Message.from_dict(json.loads(text))
    return Message("as_written", {"text": text})


def _row(fact: Fact) -> dict:
    reason = fact.not_available
    return {
        "fact_id": fact.fact_id,
        "concept": fact.concept,
        "kind": fact.kind,
        "value": fact.value if fact.kind == "number" else fact.text,
        "nil": fact.nil,
        "not_available": reason and json.dumps(reason.as_dict(), ensure_ascii=False),
        "unit": fact.unit,
        "start": fact.start,
        "end": fact.end,
        "instant": fact.instant,
        "dimensions": json.dumps({d.axis: d.member for d in fact.dimensions}, ensure_ascii=False),
        "decimals": fact.decimals,
        "scale": fact.scale,
        "sign": fact.sign,
        "format": fact.format,
        "entity": fact.entity,
        "element_id": fact.element_id,
        "hidden": fact.hidden,
        "page": None,
        "box": None,
    }
