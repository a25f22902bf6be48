"""Worker processes for tests, each ended with its test."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.jobs import Progress, Worker, watch
from apps.settings import Settings
from apps.store import workers
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
