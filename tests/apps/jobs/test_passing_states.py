"""A database that is locked or away for a while: the job waits, and neither fails nor keeps the error as a result."""

from pathlib import Path
from typing import Any

import pytest

from apps.jobs import Worker, enqueue, retry
from apps.jobs.run import MAX_INTERRUPTIONS
from apps.store import jobs, readings
from apps.store.engine import PASSING
from apps.store.store import Store
from core_model.errors import NotFound, Unavailable
from tests.apps.jobs.conftest import SAMPLES, code_of, last, log_of


def away(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, code: str, times: int) -> list[int]:
    """Let a function meet a database in some state, so many times, and then work. Counts how often."""
    real, met = getattr(where, name), [0]

    def meet(*given: Any, **named: Any) -> Any:
        if met[0] < times:
            met[0] += 1
            raise Unavailable("the database is away", code=code)
        return real(*given, **named)

    monkeypatch.setattr(where, name, meet)
    return met


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.jobs.run.PAUSE_S", 0.01)


@pytest.mark.parametrize("name", ["start", "report", "end"])
@pytest.mark.parametrize("code", sorted(PASSING))
def test_a_state_that_passes_is_waited_for_wherever_the_job_meets_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: str
) -> None:
    met = away(monkeypatch, jobs, name, code, 3)
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "second_s": 0.1})
    with Worker(store, SAMPLES):
        assert last(store, job_id).state == "done"
    assert met == [3]
    assert log_of(tmp_path) == ["first begin", "first end", "second begin", "second end"]


def test_a_step_whose_own_writing_was_undone_runs_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away(monkeypatch, readings, "save", "database_locked", 2)
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES):
        assert last(store, job_id).state == "done"
    assert log_of(tmp_path).count("second begin") == 3
    assert len(readings.listing(store)) == 1


def test_a_state_that_never_passes_fails_the_job_and_a_retry_goes_on(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES):
        with monkeypatch.context() as patched:
            away(patched, readings, "save", "database_locked", MAX_INTERRUPTIONS + 1)
            assert code_of(last(store, job_id)) == "database_locked"
        retry(store, job_id)
        assert last(store, job_id).state == "done"
    assert log_of(tmp_path).count("first begin") == 1


def test_two_workers_that_begin_the_same_attempt_are_no_error(store: Store, tmp_path: Path) -> None:
    (tmp_path / "fail").touch()
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES) as worker:
        last(store, job_id)
        (tmp_path / "fail").unlink()
        retry(store, job_id)
        assert last(store, job_id).state == "done"
        assert worker._durable._fork(job_id, 2)
    assert log_of(tmp_path).count("first begin") == 1


def test_an_input_deleted_while_its_job_is_queued_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound) as refused:
        enqueue(store, "test.steps", "input-gone")
    assert refused.value.code == "input_gone"
