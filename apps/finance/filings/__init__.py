"""Inline XBRL to facts: ``read_facts(path)`` needs lxml alone.

Names are loaded on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.finance.filings.model import (
        Context,
        Dimension,
        DocumentInformation,
        Duplicates,
        Fact,
        Filing,
        Footnote,
        Relationship,
        Unit,
    )
    from apps.finance.filings.reader import read_facts
    from apps.finance.filings.source import Location, locate, locate_all

_HOMES = {
    "read_facts": "reader",
    "Location": "source",
    "locate": "source",
    "locate_all": "source",
    "Context": "model",
    "Dimension": "model",
    "DocumentInformation": "model",
    "Duplicates": "model",
    "Fact": "model",
    "Filing": "model",
    "Footnote": "model",
    "Relationship": "model",
    "Unit": "model",
}

__all__ = [
    "Context",
    "Dimension",
    "DocumentInformation",
    "Duplicates",
    "Fact",
    "Filing",
    "Footnote",
    "Location",
    "Relationship",
    "Unit",
    "locate",
    "locate_all",
    "read_facts",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
