"""Worker processes for tests, each ended with its test."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from apps.jobs import Progress, Worker, watch
from apps.jobs.records import jobs_file
from apps.settings import Settings
from apps.store import workers
from apps.store.engine import sqlite_file
from apps.store.store import Store
from tests.apps.conftest import database

SAMPLES = ["tests.apps.jobs.sample_jobs"]


class Workers:
    """Starts worker processes and knows which are alive."""

    def __init__(self, settings: Settings, errors: Path) -> None:
        self.settings, self.errors = settings, errors
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, store: Store) -> subprocess.Popen[bytes]:
        """A new worker, alive when this returns."""
        with self.errors.open("ab") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "apps.jobs", "--module", SAMPLES[0]],
                env={**os.environ, **self.settings.environment()},
                stderr=errors,
            )
        self.processes.append(process)
        wait_for(lambda: process.pid in [row.pid for row in workers.live(store)] or process.poll() is not None)
        assert process.poll() is None, self.errors.read_text()
        return process

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store whose jobs a worker in this process runs, on both databases; shared by the tests of a module."""
    with (
        database(request, tmp_path_factory.mktemp("served")) as settings,
        Store(settings) as store,
        Worker(store, SAMPLES),
    ):
        yield store


def last(store: Store, job_id: str) -> Progress:
    """How a job ended."""
    return list(watch(store, job_id))[-1]


def code_of(end: Progress) -> str:
    """Why a job failed, by its code; empty where it did not."""
    return end.error.code if end.error else ""


@pytest.fixture
def worker_processes(settings: Settings, tmp_path: Path) -> Iterator[Workers]:
    made = Workers(settings, tmp_path / "workers.err")
    yield made
    made.end()


def wait_for(condition: Callable[[], object], seconds: float = 40.0) -> None:
    """Wait until something holds; fail where it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"did not happen within {seconds} s"
        time.sleep(0.05)


def stand_still(process: subprocess.Popen[bytes], store: Store) -> None:
    """Stop a worker between its transactions.

    Who is stopped within one keeps its lock, and with SQLite nobody else writes until it wakes or dies: no worker can
    take anything over from it. That is the database's rule, and not what is tested.
    """
    for _ in range(50):
        os.kill(process.pid, signal.SIGSTOP)
        if not _locked(store):
            return
        os.kill(process.pid, signal.SIGCONT)
        time.sleep(0.05)
    raise AssertionError("the worker was within a transaction 50 times out of 50")


def _locked(store: Store) -> bool:
    """Whether somebody keeps a transaction that wrote open for as long as a second."""
    files = [file for file in (sqlite_file(store.settings.database_url), jobs_file(store)) if file is not None]
    for file in files:
        with closing(sqlite3.connect(file, timeout=1, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            connection.execute("ROLLBACK")
    if files:
        return False
    open_ones = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database()"
    )
    since = time.monotonic()
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.execute(open_ones).scalar_one():
            if time.monotonic() - since > 1:
                return True
            time.sleep(0.02)
    return False


def log_of(folder: Path) -> list[str]:
    """What the sample steps noted: ``"first begin"`` and so on."""
    file = folder / "log"
    return [line.rsplit(" ", 1)[0] for line in file.read_text().splitlines()] if file.exists() else []


@pytest.fixture
def hold(tmp_path: Path) -> Path:
    """While this file is there the second sample step goes on."""
    file = tmp_path / "hold"
    file.touch()
    return file
