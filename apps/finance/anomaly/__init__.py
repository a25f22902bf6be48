"""Consistency checks on a report and the list of what does not fit: ``check_statements(filing, statements)``.

Names are loaded on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.finance.anomaly.checking import check_statements
    from apps.finance.anomaly.model import Anomaly, CheckResult

_HOMES = {"check_statements": "checking", "Anomaly": "model", "CheckResult": "model"}

__all__ = ["Anomaly", "CheckResult", "check_statements"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
