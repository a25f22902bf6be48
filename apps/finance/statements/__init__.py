"""The three statements of a report, as printed and as 30 key lines: ``build_statements(source, filing)``.

Names are loaded on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.finance.statements.build import build_statements
    from apps.finance.statements.lines import LINES, KeyLine
    from apps.finance.statements.model import (
        STATEMENTS,
        ReportedLine,
        StatementLine,
        StatementName,
        Statements,
        StatementValue,
    )

_HOMES = {
    "build_statements": "build",
    "LINES": "lines",
    "KeyLine": "lines",
    "STATEMENTS": "model",
    "ReportedLine": "model",
    "StatementLine": "model",
    "StatementName": "model",
    "Statements": "model",
    "StatementValue": "model",
}

__all__ = [
    "LINES",
    "STATEMENTS",
    "KeyLine",
    "ReportedLine",
    "StatementLine",
    "StatementName",
    "StatementValue",
    "Statements",
    "build_statements",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
