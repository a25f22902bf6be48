"""Workers for tests: quick ones, in this process and in others, each ended with its test."""

import os
import signal
import sqlite3
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
from tests.apps.jobs.forked import Forked, work
from tests.apps.jobs.sample_jobs import QUICK
from tests.apps.quick import quick
from tests.conftest import put_empty_database

SAMPLES = ["tests.apps.jobs.sample_jobs"]


@pytest.fixture(scope="package", autouse=True)
def _quick() -> Iterator[None]:
    """What looks again and again looks more often here, also in workers that are started, so that no test waits."""
    with pytest.MonkeyPatch.context() as patched:
        quick(patched.setattr)
        patched.setenv(QUICK, "1")
        yield


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a database of their own, on both databases, at which a worker has been before."""
    with database(request, tmp_path / "data", worked=True) as made:
        yield made


@pytest.fixture
def worked_settings(new_settings: Settings) -> Settings:
    """The same on SQLite alone."""
    put_empty_database(new_settings.data_dir, worked=True)
    return new_settings


class Workers:
    """Starts worker processes and knows which are alive."""

    def __init__(self, settings: Settings, errors: Path) -> None:
        self.settings, self.errors = settings, errors
        self.processes: list[Forked] = []

    def start(self, store: Store, *, dead_after_s: float = workers.DEAD_AFTER_S) -> Forked:
        """A new worker, alive when this returns.

        Args:
            store: Where it shows its life.
            dead_after_s: Its patience with silent workers.
        """
        process = Forked(work, (SAMPLES, dead_after_s), self.settings, self.errors)
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
def serving(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A worker in this process, on both databases; shared by the tests of a module."""
    with (
        database(request, tmp_path_factory.mktemp("served"), worked=True) as settings,
        Store(settings) as store,
        Worker(store, SAMPLES) as worker,
    ):
        yield worker


@pytest.fixture
def served(serving: Worker) -> Store:
    """The store whose jobs it runs."""
    return serving.store


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


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something holds; fail where it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"did not happen within {seconds} s"
        time.sleep(0.02)


def stand_still(process: Forked, store: Store) -> None:
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
