"""Shared by all tests."""

import os
import tempfile
from functools import cache
from pathlib import Path

import pytest

# Tests may not call out: hubs, usage statistics, update checks.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "false")
# One thread a process: on small tensors threads that wait for each other burn a third of the CPU and save no time.
for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """See ``of_other_things``."""
    return of_other_things(tmp_path / "elsewhere")


def of_other_things(folder: Path) -> Path:
    """A folder where somebody works on other things, with modules that have the names of ours; run, they leave the
    file ``ran`` there and fail."""
    for module in ("apps/__init__", "core_model/__init__", "ui/__init__", "dbos", "lxml", "streamlit"):
        path = folder / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"open({str(folder / 'ran')!r}, 'w').close()\nraise SystemExit(1)\n")
    return folder


@cache
def _migrated() -> bytes:
    """The file of a new SQLite database with Tandem's tables, made once in a run of the tests."""
    from apps.settings import load_settings
    from apps.store.store import Store

    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder) / "data", database_url="")
        Store(settings).close()
        return (settings.data_dir / "tandem.db").read_bytes()


def put_empty_database(data_dir: Path) -> None:
    """Put a new SQLite database into a data folder, where none is, as a store makes one there."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = data_dir / "tandem.db"
    if file.exists():
        return
    file.touch(mode=0o600)
    file.write_bytes(_migrated())
