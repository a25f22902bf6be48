"""Readings as JSON documents: frozen dataclasses, exactly to and from JSON, and the JSON Schema that follows from them.

    document = to_json(reading)                       # bytes, the same for equal readings
    reading == from_json(FinanceReading, document)    # always
    schema_of(FinanceReading)                         # what other programs may rely on

An application's reading is a frozen dataclass of plain parts: text, whole numbers, floats, ``Exact`` decimals, tuples,
mappings, other such dataclasses, ``Message``; and ``Missing`` where something is not available.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import PlainSerializer, TypeAdapter, ValidationError

from core_model.errors import InputRejected, Message

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue

Reading = TypeVar("Reading")

Exact = Annotated[Decimal, PlainSerializer(lambda value: f"{value:f}", return_type=str, when_used="json")]
"""A decimal number, written in full as text: no exponent, no lost digit."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What stands in place of a value that there is none of: n/a, because.

    Attributes:
        not_available: The reason.
    """

    not_available: Message


def missing(code: str, **values: Any) -> Missing:
    """Not available, because."""
    return Missing(Message(code, values))


@cache
def _adapter(kind: type[Reading]) -> TypeAdapter[Reading]:
    return TypeAdapter(kind)


def to_json(reading: object) -> bytes:
    """A reading as a JSON document in UTF-8."""
    return _adapter(type(reading)).dump_json(reading)


def from_json(kind: type[Reading], document: bytes) -> Reading:
    """The reading of a document.

    Args:
        kind: Its type.
        document: From ``to_json``.

    Raises:
        InputRejected: It is no such document.
    """
    try:
        return _adapter(kind).validate_json(document, strict=False)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise InputRejected(
            "a document that is no {kind}: {place}: {why}",
            action="read the input again",
            code="document_unreadable",
            values={
                "kind": kind.__name__,
                "place": ".".join(map(str, first["loc"])) or "the whole",
                "why": first["msg"],
            },
        ) from None


def schema_of(kind: type[Any]) -> "JsonSchemaValue":
    """The JSON Schema (2020-12) of a reading's documents."""
    schema = _adapter(kind).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
