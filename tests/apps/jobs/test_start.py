"""A worker that cannot start does nothing: it runs no job, and shows no life."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.jobs import Worker, enqueue, show
from apps.jobs.durable import Durable
from apps.settings import Settings
from apps.store import blobs, inputs, workers
from apps.store.store import Store
from core_model.errors import Unavailable
from tests.apps.jobs.conftest import SAMPLES, last

BEGINNINGS = [(blobs, "sweep"), (inputs, "sweep"), (workers, "beat")]
"""What a start does with the database, in whatever order."""


@pytest.fixture
def impatient(worked_settings: Settings) -> Iterator[Store]:
    """A store whose writers wait for nobody."""
    with Store(worked_settings, busy_timeout_s=0.2) as store:
        yield store


@pytest.fixture
def rival(impatient: Store) -> Iterator[sqlite3.Connection]:
    """Another program on the same database."""
    connection = sqlite3.connect(
        impatient.settings.data_dir / "tandem.db", isolation_level=None, check_same_thread=False
    )
    yield connection
    connection.close()


def before(act: Callable[..., Any], first: Callable[[], object]) -> Callable[..., Any]:
    def both(*given: Any, **named: Any) -> Any:
        first()
        return act(*given, **named)

    return both


@pytest.mark.parametrize(("where", "act"), BEGINNINGS, ids=lambda part: getattr(part, "__name__", part))
def test_a_rival_s_lock_on_the_way_leaves_no_worker_behind(
    impatient: Store, rival: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: Any, act: str
) -> None:
    job_id = enqueue(impatient, "test.steps", None, {"folder": str(tmp_path)})
    with monkeypatch.context() as patched:
        patched.setattr(where, act, before(getattr(where, act), lambda: lock(rival)))
        worker = Worker(impatient, SAMPLES)
        with pytest.raises(Unavailable) as refused:
            worker.start()
    assert refused.value.code == "database_locked"
    rival.execute("ROLLBACK")
    assert_nothing_goes_on(impatient, job_id)
    with Worker(impatient, SAMPLES):
        assert last(impatient, job_id).state == "done"


def lock(rival: sqlite3.Connection) -> None:
    if not rival.in_transaction:
        rival.execute("BEGIN IMMEDIATE")


def assert_nothing_goes_on(store: Store, job_id: str) -> None:
    time.sleep(1.0)  # a worker of these tests takes a job within two tenths
    assert show(store, job_id).state == "queued"
    assert workers.live(store) == []
    assert [thread.name for thread in threading.enumerate() if thread.name == "tandem-heartbeat"] == []


def test_threads_that_cannot_all_be_started_are_ended(
    impatient: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = enqueue(impatient, "test.steps", None, {"folder": str(tmp_path)})
    launch = Durable.launch

    def launch_and_fail(durable: Durable) -> None:
        launch(durable)
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(Durable, "launch", launch_and_fail)
        with pytest.raises(RuntimeError):
            Worker(impatient, SAMPLES).start()
    assert_nothing_goes_on(impatient, job_id)
    with Worker(impatient, SAMPLES):
        assert last(impatient, job_id).state == "done"
