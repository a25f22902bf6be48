"""What readings follow from, and documents that mean nothing to the store, for its tests."""

from typing import Any

from apps.provenance import Provenance
from apps.store.ids import canonical


def provenance(**changed: Any) -> Provenance:
    """What a reading follows from, with other parts where they are given."""
    whole: dict[str, Any] = {
        "input_hash": "a" * 64,
        "steps": {"facts": "1"},
        "settings": {"reader": "inline-xbrl"},
        "weights": {"core": "b" * 64},
        "libraries": {"lxml": "5.4.0"},
    }
    return Provenance(**{**whole, **changed})


def document(what: str = "a report") -> bytes:
    """A document with something in it."""
    return canonical({"schema": "example/1", "what": what})
