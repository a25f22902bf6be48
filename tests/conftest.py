"""Shared by all tests."""

import gc
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from sqlalchemy import Engine

# An absolute time is never asserted, nor is the one that an example takes on a busy machine.
hypothesis.settings.register_profile("busy", deadline=None)
hypothesis.settings.load_profile("busy")
# Tests may not call out: hubs, usage statistics, update checks.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "false")
# One thread a process: on small tensors threads that wait for each other burn a third of the CPU and save no time.
for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")


class _Collector:
    """Lets the garbage collector leave alone, from the next file of tests on, what has come to stay: all the tests, the
    libraries, what is kept for a whole run. Else each of its full rounds costs a second or two."""

    def __init__(self) -> None:
        self._file = ""
        self._due = True
        gc.callbacks.append(self._seen)

    def _seen(self, phase: str, about: dict[str, int]) -> None:
        self._due |= phase == "stop" and about["generation"] == 2

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        file = nodeid.partition("::")[0]
        if file != self._file and self._due:
            gc.collect()
            gc.freeze()
            self._due = False
        self._file = file


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Collector())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How tests are shared out where they run in several processes (``pytest -n 2``)."""
    from tests.at_once import Files

    return Files(config, log)


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


@cache
def _worked() -> bytes:
    """The file of DBOS as a worker that had nothing to do leaves it, likewise."""
    from apps.jobs.records import file_engine

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tandem.jobs.db"
        engine = file_engine(file)
        make_steps_of_jobs(f"sqlite:///{file}", engine)
        engine.dispose()
        return file.read_bytes()


def make_steps_of_jobs(url: str, engine: "Engine | None" = None) -> None:
    """Make what the first start of a worker makes in a database: DBOS's tables, and its queue. A worker makes what is
    missing by itself; it takes its first job a second later then."""
    from dbos._sys_db import SystemDatabase

    from apps.jobs import durable, json_only
    from apps.store.steps import SCHEMA

    made = SystemDatabase.create(url, {}, engine, SCHEMA, json_only.JSON, None, app_name="tandem")
    try:
        made.run_migrations()
        made.create_application_version(durable.STEPS_VERSION)
        made.upsert_queue(
            name=durable.QUEUE,
            concurrency=None,
            worker_concurrency=1,
            rate_limit_max=None,
            rate_limit_period_sec=None,
            polling_interval_sec=durable.POLL_S,
            update_existing=True,
        )
    finally:
        made.destroy()


def put_empty_database(data_dir: Path, *, worked: bool = False) -> None:
    """Put a new SQLite database into a data folder, where none is, as a store makes one there; with ``worked`` also
    DBOS's own file, as a worker leaves it."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, made in (("tandem.db", _migrated), ("tandem.jobs.db", _worked))[: 2 if worked else 1]:
        file = data_dir / name
        if not file.exists():
            file.touch(mode=0o600)
            file.write_bytes(made())
