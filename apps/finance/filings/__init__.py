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
        Fact,
        Filing,
        Footnote,
        Relationship,
        Unit,
    )
    from apps.finance.filings.reader import read_facts

_HOMES = {
    "read_facts": "reader",
    "Context": "model",
    "Dimension": "model",
    "DocumentInformation": "model",
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
    "Fact",
    "Filing",
    "Footnote",
    "Relationship",
    "Unit",
    "read_facts",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
