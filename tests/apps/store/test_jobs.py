"""Every end of a job stands in the audit chain, whoever ends it."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from apps.store import audit, jobs, readings
from apps.store.store import Store
from apps.store.tables import JobRow
from tests.apps.store.documents import provenance

WORKER = "worker-1"


def acts(store: Store, job_id: str) -> list[tuple[str, str]]:
    """Actions and outcomes, the oldest first."""
    return [(row.action, row.outcome) for row in reversed(audit.listing(store, job_id))]


def started(store: Store) -> str:
    job = jobs.create(store, "test", None, {})
    assert jobs.start(store, job.id, 1, WORKER) is not None
    return job.id


def ask_to_cancel(store: Store, job_id: str) -> None:
    with store.write() as session:
        session.get_one(JobRow, job_id).cancel_requested = True


def test_a_job_whose_workers_died_is_audited_as_failed(store: Store) -> None:
    job_id = started(store)
    for attempt in range(2, jobs.MAX_STARTS + 1):
        assert jobs.requeue(store, WORKER, died=True) == [job_id]
        assert jobs.start(store, job_id, attempt, WORKER) is not None
    jobs.requeue(store, WORKER, died=True)
    assert jobs.start(store, job_id, jobs.MAX_STARTS + 1, WORKER) is None
    row = jobs.get(store, job_id)
    assert (row.state, (row.error or {})["code"]) == ("failed", "worker_died")
    assert acts(store, job_id) == [("job.create", "done"), ("job.failed", "worker_died")]
    assert jobs.start(store, job_id, jobs.MAX_STARTS + 1, WORKER) is None
    assert len(acts(store, job_id)) == 2


def test_a_job_that_is_found_cancelled_at_its_start_is_audited(store: Store) -> None:
    job_id = jobs.create(store, "test", None, {}).id
    ask_to_cancel(store, job_id)
    assert jobs.start(store, job_id, 1, WORKER) is None
    assert jobs.get(store, job_id).state == "cancelled"
    assert acts(store, job_id) == [("job.create", "done"), ("job.cancelled", "done")]


def test_jobs_that_a_dead_worker_was_to_cancel_are_audited_and_the_others_wait_again(store: Store) -> None:
    cancelled, again = sorted(started(store) for _ in range(2)), started(store)
    for job_id in cancelled:
        ask_to_cancel(store, job_id)
    assert jobs.requeue(store, WORKER, died=True) == [again]
    assert [jobs.get(store, job_id).state for job_id in (*cancelled, again)] == ["cancelled", "cancelled", "queued"]
    for job_id in cancelled:
        assert acts(store, job_id) == [("job.create", "done"), ("job.cancelled", "done")]
    assert acts(store, again) == [("job.create", "done")]
    assert audit.verify(store).count == 5


def test_a_job_that_has_nothing_to_do_is_never_there_for_a_worker_to_take(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that looks at the queue between its beginning and its end finds nothing."""
    reading_id = readings.save(store, "test", b"read before", provenance())
    real, found = audit.record, []

    def record(session: Session, action: str, *given: Any, **named: Any) -> None:
        found.append((action, [row.id for row in jobs.waiting(store)]))
        real(session, action, *given, **named)

    monkeypatch.setattr(audit, "record", record)
    done = jobs.create_done(store, "test", None, {}, reading_id)
    gone = jobs.create_done(store, "test", None, {}, "reading-gone")
    assert found == [("job.create", []), ("job.done", []), ("job.create", []), ("job.failed", [])]
    assert [(row.state, row.reading_id) for row in (jobs.get(store, done.id), jobs.get(store, gone.id))] == [
        ("done", reading_id),
        ("failed", None),
    ]
    assert acts(store, gone.id) == [("job.create", "done"), ("job.failed", "reading_gone")]
