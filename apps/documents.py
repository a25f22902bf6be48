"""Readings as JSON documents: frozen dataclasses, exactly to and from JSON, and the JSON Schema that follows from them.

    document = to_json(reading)                       # bytes, the same for equal readings
    reading == from_json(FinanceReading, document)    # always
    schema_of(FinanceReading)                         # what other programs may rely on

An application's reading is a frozen dataclass of plain parts: text, whole numbers, floats, ``Exact`` decimals, tuples,
mappings, other such dataclasses, ``Message``; and ``Missing`` where something is not available.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import PlainSerializer, TypeAdapter, ValidationError

from core_model.errors import InputRejected, Message, Phrase

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue

Reading = TypeVar("Reading")
Known = TypeVar("Known")

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


def or_none(value: Known | Missing) -> Known | None:
    """The value; None where there is none, for code that need not say why."""
    return None if isinstance(value, Missing) else value


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    """What writes and reads a kind, made once."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


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
            "a document that is not a {kind}: {fault}",
            action="read the input again",
            code="document_unreadable",
            values={"kind": kind.__name__, "fault": _fault(first["type"], ".".join(map(str, first["loc"])))},
        ) from None


def _fault(name: str, place: str) -> Phrase:
    """What is wrong, by pydantic's name of the error, and where."""
    if name == "json_invalid":
        return Phrase("document_no_json", "it is not JSON")
    if not place:
        return Phrase("document_no_object", "its JSON has another form")
    if name == "missing":
        return Phrase("document_lacks", "{place} is absent", {"place": place})
    return Phrase("document_unfit", "{place} does not fit", {"place": place})


def schema_of(kind: type[Any]) -> "JsonSchemaValue":
    """The JSON Schema (2020-12) of a reading's documents: every property is always written, and described in the words
    of the type's docstring. A kind whose documents name their schema has that name in its id."""
    from pydantic.json_schema import GenerateJsonSchema

    class Written(GenerateJsonSchema):
        def field_is_required(self, field: Any, total: bool) -> bool:
            return True

        def field_title_should_be_set(self, schema: Any) -> bool:
            return False

    schema = _adapter(kind).json_schema(mode="serialization", schema_generator=Written)
    for part in (schema, *schema.get("$defs", {}).values()):
        _describe(part)
    name = schema.get("properties", {}).get("schema", {}).get("const")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **({"$id": f"urn:tandem:{name}"} if name else {}),
        **schema,
    }


_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)


def _describe(part: dict[str, Any]) -> None:
    """Give each property its line of the docstring's section of attributes."""
    said, _, attributes = part.get("description", "").partition("\n\nAttributes:\n")
    if not attributes:
        return
    part["description"] = " ".join(said.split())
    for name, text in _ATTRIBUTE.findall(attributes):
        if name in part["properties"]:
            part["properties"][name]["description"] = " ".join(text.split())
