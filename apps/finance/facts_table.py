"""The facts of a filing as a Parquet table, one row a fact, with a fixed schema whatever the filing holds."""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from apps.finance.filings import Dimension, Fact
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
        ("box", pa.list_(pa.float32())),
        ("tuple_id", pa.string()),
        ("tuple_concept", pa.string()),
        ("tuple_parent", pa.string()),
        ("tuple_order", pa.string()),
        ("markup", pa.string()),
    ]
)
"""``value`` is exact decimal text for numbers, else text without markup; ``dimensions`` a JSON object from axis to
member; ``not_available`` the reason as a JSON object of its code and values; ``page`` and ``box`` (left, top, right,
bottom in points) are null for HTML, and ``box`` is a list of any length, as many readers take no null in place of one
of four; ``tuple_...`` say which tuple groups the fact with others, and where in it; ``markup`` is the XHTML of escaped
facts, its addresses resolved."""


MOST_BYTES = 2**31 - 1
"""Of the texts of a column in one piece; more are left to ``pyarrow``, which makes several."""


def to_parquet(facts: Iterable[Fact]) -> bytes:
    """The table as a Parquet file, the same bytes for the same facts."""
    facts = list(facts)
    columns = [_column([_VALUES[field.name](fact) for fact in facts], field.type) for field in SCHEMA]
    table = pa.Table.from_arrays(columns, schema=SCHEMA)
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    """A column of texts, or of truths, or one without values, put together from its buffers: ``pa.array`` takes all of
    pandas in, which costs as much as to read a report."""
    there = [value is not None for value in values]
    if kind == pa.string():
        ends, texts = np.zeros(len(values) + 1, np.int64), bytearray()
        for number, value in enumerate(values, 1):
            if value is not None:
                texts += value.encode()
            ends[number] = len(texts)
        if len(texts) > MOST_BYTES:
            return pa.array(values, kind)
        buffers = [_bits(there), pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(texts)]
    elif kind == pa.bool_():
        buffers = [_bits(there), _bits([bool(value) for value in values])]
    else:
        assert not any(there), f"a column of {kind} has no values yet"
        return pa.nulls(len(values), kind)
    return pa.Array.from_buffers(kind, len(values), buffers)


def _bits(truths: Sequence[bool]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(np.array(truths, dtype=bool), bitorder="little"))


def reason_of(text: str) -> Message:
    """Why a fact has no value, from the table; a table of an earlier version has the English words."""
    if text.startswith('{"code"'):
        return Message.from_dict(json.loads(text))
    return Message("as_written", {"text": text})


def _reason(fact: Fact) -> str | None:
    reason = fact.not_available
    return None if reason is None else json.dumps(reason.as_dict(), ensure_ascii=False)


@lru_cache(maxsize=4096)
def _dimensions(dimensions: tuple[Dimension, ...]) -> str:
    return json.dumps({each.axis: each.member for each in dimensions}, ensure_ascii=False)


_VALUES: dict[str, Callable[[Fact], Any]] = {
    **{name: attrgetter(name) for name in SCHEMA.names},
    "value": lambda fact: fact.value if fact.kind == "number" else fact.text,
    "not_available": _reason,
    "dimensions": lambda fact: _dimensions(fact.dimensions),
    "page": lambda _: None,
    "box": lambda _: None,
    "tuple_id": lambda fact: fact.tuple_id or None,
    "tuple_concept": lambda fact: (fact.in_tuple and fact.in_tuple.concept) or None,
    "tuple_parent": lambda fact: (fact.in_tuple and fact.in_tuple.parent) or None,
    "markup": lambda fact: fact.value if fact.escaped else None,
}
"""How each column comes from a fact. One column is made after the other, so that no row is held whole."""
