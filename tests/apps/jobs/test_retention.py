"""Jobs that ended long ago go with what they kept; their readings, and younger jobs, stay."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from apps.jobs import Worker, enqueue, retry
from apps.jobs.retention import forget_old_jobs
from apps.store import blobs, inputs, jobs, readings
from apps.store.ids import now
from apps.store.store import Store
from apps.store.tables import JobRow
from tests.apps.jobs.conftest import SAMPLES, last
from tests.apps.jobs.test_worker import everything_stored


def ended(store: Store, job_id: str, days_ago: float) -> None:
    with store.write() as session:
        moment = now() - timedelta(days=days_ago)
        session.execute(update(JobRow).where(JobRow.id == job_id).values(ended_at=moment))


def test_jobs_that_ended_long_ago_go_and_their_readings_stay(store: Store, tmp_path: Path) -> None:
    folder, failing = tmp_path / "works", tmp_path / "fails"
    folder.mkdir()
    failing.mkdir()
    (failing / "fail").touch()
    input_id = inputs.add(store, failing)
    done, young = (enqueue(store, "test.steps", None, {"folder": str(folder), "number": each}) for each in (1, 2))
    failed = enqueue(store, "test.steps", input_id, {"folder": str(failing)})
    retried = enqueue(store, "test.steps", None, {"folder": str(failing)})
    with Worker(store, SAMPLES):
        reading_id = last(store, done).reading_id
        for job_id in (young, failed, retried):
            last(store, job_id)
    retry(store, retried)
    for job_id, days in ((done, 91), (failed, 91), (young, 89)):
        ended(store, job_id, days)
    assert blobs.owned(store, failed)
    assert sorted(forget_old_jobs(store)) == sorted([done, failed])
    assert sorted(row.id for row in jobs.listing(store)) == sorted([young, retried])
    assert blobs.owned(store, failed) == {}
    assert readings.is_stored(store, str(reading_id))
    stored = everything_stored(store)
    assert f"{done}.1" not in stored
    assert f"{failed}.1" not in stored
    assert f"{young}.1" in stored
    assert forget_old_jobs(store) == []


def test_an_old_job_takes_no_younger_one_on_the_same_input_with_it(store: Store, tmp_path: Path) -> None:
    """A reading that failed long ago is no reason to lose the one that failed yesterday, and its upload."""
    (tmp_path / "fail").touch()
    input_id = inputs.add(store, tmp_path)
    old, young = (enqueue(store, "test.steps", input_id, {"folder": str(tmp_path), "number": each}) for each in (1, 2))
    other = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES):
        for job_id in (old, young, other):
            last(store, job_id)
    ended(store, old, 91)
    assert forget_old_jobs(store) == []
    assert sorted(row.id for row in jobs.listing(store)) == sorted([old, young, other])
    assert inputs.path_of(store, input_id) == tmp_path
    ended(store, young, 91)
    assert sorted(forget_old_jobs(store)) == sorted([old, young])
    stored = everything_stored(store)
    assert [f"{each}.1" in stored for each in (old, young, other)] == [False, False, True]


def test_a_worker_removes_them_when_it_starts_and_none_where_all_are_to_be_kept(store: Store, tmp_path: Path) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES):
        last(store, job_id)
    ended(store, job_id, 4000)
    keep_all = Store(store.settings.model_copy(update={"keep_jobs_days": 0}))
    assert forget_old_jobs(keep_all) == []
    keep_all.close()
    with Worker(store, SAMPLES):
        pass
    assert jobs.listing(store) == []
