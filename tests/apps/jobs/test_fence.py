"""A worker that was thought dead and wakes: it ends nothing, and writes nothing, that is another's by then."""

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from apps.jobs import Worker, delete, enqueue, show
from apps.store import audit, blobs, jobs, readings, workers
from apps.store.store import Store
from apps.store.tables import JobRow, WorkerRow
from core_model.errors import Refusal
from tests.apps.jobs.conftest import SAMPLES, log_of, wait_for


def taken_over(store: Store, job_id: str) -> None:
    """Another worker has the job from now on."""
    with store.write() as session:
        session.execute(update(JobRow).where(JobRow.id == job_id).values(worker="worker-other"))


@pytest.mark.parametrize("gone", [False, True], ids=["taken over", "deleted"])
def test_a_step_that_sleeps_through_the_end_of_its_job_writes_nothing_back(
    store: Store, tmp_path: Path, gone: bool
) -> None:
    (tmp_path / "deaf").touch()
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES) as worker:
        wait_for(lambda: show(store, job_id).step == "second" and "second begin" in log_of(tmp_path))
        taken_over(store, job_id)
        if gone:
            jobs.end(store, job_id, 1, "done", worker="worker-other")
            blobs.release(store, job_id)
            delete(store, job_id)
        (tmp_path / "deaf").unlink()
        wait_for(lambda: not worker.busy)
    assert log_of(tmp_path) == ["first begin", "first end", "second begin"]
    assert readings.listing(store) == []
    assert [entry for entry in audit.listing(store) if entry.action == "reading.save"] == []
    if gone:
        assert list(store.blobs_dir.glob("??/*")) == []
    else:
        assert set(blobs.owned(store, job_id)) == {"between the steps"}
        assert show(store, job_id).state == "running"


def test_who_no_longer_has_a_job_does_not_end_it(store: Store) -> None:
    job = jobs.create(store, "test.steps", None, {})
    jobs.start(store, job.id, 1, "worker-sleeper")
    taken_over(store, job.id)
    assert not jobs.end(store, job.id, 1, "failed", worker="worker-sleeper", error=Refusal("defect"))
    assert show(store, job.id).state == "running"
    assert jobs.end(store, job.id, 1, "done", worker="worker-other")
    assert not jobs.end(store, job.id, 1, "failed", worker="worker-sleeper", error=Refusal("defect"))
    assert (show(store, job.id).state, show(store, job.id).error) == ("done", None)


def test_a_reading_deleted_while_its_job_ends_leaves_a_failed_job(store: Store) -> None:
    job = jobs.create(store, "test.steps", None, {})
    assert jobs.end(store, job.id, 1, "done", reading_id="reading-gone")
    end = show(store, job.id)
    assert (end.state, end.reading_id, end.error) == ("failed", None, Refusal("reading_gone"))


def test_a_heartbeat_from_the_future_is_no_sign_of_life(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock was a day ahead when the worker, on another machine, died."""
    monkeypatch.setattr(workers, "machine", lambda: "f" * 64)
    workers.beat(store, "worker-ahead")
    monkeypatch.undo()
    with store.write() as session:
        session.get_one(WorkerRow, "worker-ahead").beat += 86400
    assert workers.live(store) == []
    assert [row.id for row in workers.dead(store)] == ["worker-ahead"]
    workers.beat(store, "worker-here")
    assert [(row.id, row.pid) for row in workers.live(store)] == [("worker-here", os.getpid())]


def test_clocks_set_forth_and_back_let_the_others_beat_before_their_jobs_are_taken(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall, ahead = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: wall() + ahead[0])
    worker = Worker(store, SAMPLES)
    worker._durable = SimpleNamespace(reconcile=lambda: None, hand_over=lambda: None)  # type: ignore[assignment]
    for leap in (3600.0, -3600.0, 86400.0, -86400.0):
        workers.beat(store, "worker-other")
        worker._beaten = time.time()
        ahead[0] += leap
        worker._round()
        assert "worker-other" in workers.known(store)
