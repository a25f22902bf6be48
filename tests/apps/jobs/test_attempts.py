"""Each attempt of a job is begun by one worker, once; what nobody does begins again, wherever it went astray."""

import sqlite3
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from dbos import DBOS, _queue
from dbos._sys_db import SystemDatabase
from sqlalchemy.exc import OperationalError

from apps.jobs import Worker, delete, durable, enqueue, retry, show
from apps.jobs.durable import QUEUE
from apps.jobs.records import WORKFLOW, jobs_file
from apps.settings import Settings
from apps.store import jobs, workers
from apps.store.store import Store
from core_model.errors import Unavailable
from tests.apps.jobs.conftest import SAMPLES, code_of, last, log_of, wait_for
from tests.thinned import first_of

WHOLE = ["first begin", "first end", "second begin", "second end"]


# On PostgreSQL, where a worker takes its time to start, they are slow.
sqlite_first = pytest.mark.parametrize("settings", first_of("sqlite", "postgresql"), indirect=True)


@pytest.fixture
def quick_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "BEAT_S", 0.3)
    monkeypatch.setattr(durable, "TAKEN_WITHIN_S", 0.2)


def test_a_worker_that_slept_between_taking_and_beginning_a_job_takes_it_from_nobody(store: Store) -> None:
    """DBOS gave it the first attempt; by the time it wakes another worker is in the middle of the job."""
    job_id = jobs.create(store, "test.steps", None, {}).id
    assert jobs.start(store, job_id, 1, "worker-other") is not None
    assert jobs.start(store, job_id, 1, "worker-sleeper") is None
    assert jobs.get(store, job_id).worker == "worker-other"


def test_a_worker_that_wakes_when_its_job_waits_again_does_not_begin_the_attempt_of_another(store: Store) -> None:
    job_id = jobs.create(store, "test.steps", None, {}).id
    assert jobs.start(store, job_id, 1, "worker-sleeper") is not None
    assert jobs.requeue(store, "worker-sleeper", died=True) == [job_id]
    assert jobs.start(store, job_id, 1, "worker-sleeper") is None
    assert jobs.start(store, job_id, 2, "worker-other") is not None
    assert not jobs.end(store, job_id, 1, "failed", worker="worker-sleeper")


def test_a_beginning_that_is_asked_for_again_counts_once(store: Store) -> None:
    """The server kept it, and went away before it said so."""
    job_id = jobs.create(store, "test.steps", None, {}).id
    for _ in range(2):
        row = jobs.start(store, job_id, 1, "worker-here")
        assert row is not None
        assert row.starts == 1


def test_what_has_gone_on_since_it_was_looked_at_does_not_begin_again(store: Store) -> None:
    job_id = jobs.create(store, "test.steps", None, {}).id
    seen = jobs.get(store, job_id)
    assert jobs.start(store, job_id, 1, "worker-here") is not None
    jobs.begin_again(store, seen)
    row = jobs.get(store, job_id)
    assert (row.state, row.attempt, row.worker) == ("running", 1, "worker-here")


@pytest.mark.usefixtures("quick_beats")
def test_a_job_that_dbos_gave_to_a_worker_which_did_not_learn_so_is_done(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection went between what the server kept and its answer; the worker lives on."""
    real, given = _queue.execute_dequeued_workflow, []

    def lost_once(dbos: Any, status: Any, owner: str) -> Any:
        given.append(status["workflow_uuid"])
        if len(given) == 1:
            raise ConnectionError
        return real(dbos, status, owner)

    monkeypatch.setattr(_queue, "execute_dequeued_workflow", lost_once)
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES):
        wait_for(lambda: show(store, job_id).ended, 20)
    assert show(store, job_id).state == "done"
    assert log_of(tmp_path) == WHOLE


PASSING = {  # what DBOS itself does not wait for
    "sqlite": sqlite3.OperationalError("locking protocol"),
    "postgresql": psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"),
}
FULL = sqlite3.OperationalError("database or disk is full")
PASSING["sqlite"].sqlite_errorcode = sqlite3.SQLITE_PROTOCOL  # type: ignore[attr-defined]
FULL.sqlite_errorcode = sqlite3.SQLITE_FULL


def fails_once(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let the record of the second step's end meet an error."""
    real, met = SystemDatabase.record_operation_result, []

    def record(self: Any, result: Any, **named: Any) -> None:
        if result["function_name"] == "second" and not met:
            met.append(result)
            raise OperationalError("INSERT", {}, error)
        real(self, result, **named)

    monkeypatch.setattr(SystemDatabase, "record_operation_result", record)


@sqlite_first
@pytest.mark.usefixtures("quick_beats")
def test_a_job_whose_record_is_locked_for_a_while_begins_again_at_its_step(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_once(monkeypatch, PASSING[store.engine.dialect.name])
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES):
        wait_for(lambda: show(store, job_id).ended, 20)
    assert show(store, job_id).state == "done"
    assert log_of(tmp_path) == [*WHOLE, "second begin", "second end"]


def test_a_job_whose_record_finds_no_room_says_so(
    worked_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_once(monkeypatch, FULL)
    with Store(worked_settings) as store:
        job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
        with Worker(store, SAMPLES):
            assert code_of(last(store, job_id)) == "disk_full"


@sqlite_first
def test_what_dbos_recorded_may_go_while_an_attempt_is_made_of_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker found that it was not JSON; the job begins anew, and the heart goes on."""
    (tmp_path / "fail").touch()
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES) as worker:
        assert code_of(last(store, job_id)) == "defect"
        (tmp_path / "fail").unlink()
        real = DBOS.list_workflow_steps

        def steps(name: str) -> Any:
            found = real(name)
            DBOS.delete_workflow(name)
            return found

        monkeypatch.setattr(DBOS, "list_workflow_steps", steps)
        retry(store, job_id)
        assert last(store, job_id).state == "done"
        assert worker._broken is None


def test_a_job_begun_before_goes_before_those_that_wait_to_begin(
    worked_settings: Settings, tmp_path: Path, hold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "POLL_S", 0.5)  # time for the worker to give back what was begun
    with Store(worked_settings) as store:
        begun, *new = (enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": n}) for n in range(3))
        with Worker(store, SAMPLES):
            wait_for(lambda: show(store, begun).step == "second" and all(jobs.get(store, each).handed for each in new))
        hold.unlink()
        with Worker(store, SAMPLES):  # it finds a new one at once, and then the other two
            assert {last(store, each).state for each in (begun, *new)} == {"done"}
        assert max((begun, *new), key=lambda each: str(jobs.get(store, each).ended_at)) == new[1]


def test_a_worker_whose_file_of_recorded_steps_was_replaced_begins_with_the_new_one(
    worked_settings: Settings,
) -> None:
    """``tandem delete`` found it damaged; this worker would go on with a file that nobody else sees."""
    with Store(worked_settings) as store, Worker(store, SAMPLES) as worker:
        file = jobs_file(store)
        assert file is not None
        file.rename(file.with_name("moved away"))
        wait_for(lambda: worker._broken is not None, 10)
        with pytest.raises(Unavailable) as told:
            worker.wait(threading.Event())
    assert told.value.code == "jobs_file_damaged"


@sqlite_first
def test_what_dbos_holds_of_a_job_that_is_no_more_goes_when_a_worker_starts(store: Store, tmp_path: Path) -> None:
    kept, gone = (enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": n}) for n in (1, 2))
    with Worker(store, SAMPLES):
        assert {last(store, each).state for each in (kept, gone)} == {"done"}
        delete(store, gone)
        DBOS.enqueue_workflow_with_options(  # as a worker does that saw the job before it was deleted
            {"workflow_name": WORKFLOW, "queue_name": QUEUE, "workflow_id": f"{gone}.1"}, gone
        )
    with Worker(store, SAMPLES):
        assert DBOS.get_workflow_status(f"{gone}.1") is None
        assert DBOS.get_workflow_status(f"{kept}.1") is not None


def test_a_job_on_its_way_to_the_thread_that_runs_it_is_left_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow database takes seconds between giving a job and telling so: it would begin again each time, for ever."""
    job_id = jobs.create(store, "test.steps", None, {}).id
    jobs.mark_handed(store, job_id, 1)
    given = SimpleNamespace(status="PENDING", executor_id="worker-here", app_version=durable.STEPS_VERSION)
    monkeypatch.setattr(DBOS, "get_workflow_status", lambda _: given)
    clock = [0.0]
    monkeypatch.setattr(durable.time, "monotonic", lambda: clock[0])
    kept = durable.Durable(store, "worker-here", lambda: False)
    for share, attempt in ((0.0, 1), (0.2, 1), (0.6, 1), (0.3, 2)):
        clock[0] += share * durable.TAKEN_WITHIN_S
        kept.reconcile()
        assert jobs.get(store, job_id).attempt == attempt


def test_a_worker_taken_to_be_dead_goes_on_with_nothing_when_another_has_its_job(store: Store) -> None:
    """Seen from the one that takes over: what it asks of the database, in the order that leaves nothing undone."""
    job_id = jobs.create(store, "test.steps", None, {}).id
    workers.beat(store, "worker-gone")
    assert jobs.start(store, job_id, 1, "worker-gone") is not None
    with store.write() as session:
        session.get_one(workers.WorkerRow, "worker-gone").beat = 0.0
    worker = Worker(store, SAMPLES)
    worker._durable = SimpleNamespace()  # type: ignore[assignment]
    worker._take_over()
    row = jobs.get(store, job_id)
    assert (row.state, row.attempt, row.worker) == ("queued", 2, None)
    assert jobs.report(store, job_id, 1, "worker-gone", step="first", fraction=0.1, eta_s=None, ended=True) == "lost"
