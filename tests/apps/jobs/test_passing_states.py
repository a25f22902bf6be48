"""A database that is locked or away for a while: the job waits, and neither fails nor keeps the error as a result."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from apps.jobs import Worker, enqueue, retry, run, worker
from apps.settings import Settings
from apps.store import jobs, readings
from apps.store.engine import PASSING
from apps.store.store import Store
from core_model.errors import NotFound, Unavailable
from tests.apps.jobs.conftest import SAMPLES, code_of, last, log_of, wait_for


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


@pytest.mark.parametrize("code", sorted(PASSING))
def test_a_state_that_passes_is_waited_for_wherever_the_job_meets_it(
    served: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    met = [away(monkeypatch, jobs, name, code, 3) for name in ("start", "report", "end")]
    job_id = enqueue(served, "test.steps", None, {"folder": str(tmp_path), "second_s": 0.1})
    assert last(served, job_id).state == "done"
    assert met == [[3], [3], [3]]
    assert log_of(tmp_path) == ["first begin", "first end", "second begin", "second end"]
    assert jobs.get(served, job_id).attempt == 1, "what waits is not begun again"


def test_a_report_in_the_middle_of_a_step_may_fail_and_what_is_computed_goes_on(
    served: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, met = jobs.report, [0]

    def report(*given: Any, fraction: float, ended: bool, **named: Any) -> str:
        if not ended and fraction not in (0.0, 0.25):  # neither at the beginning of a step nor at its end
            met[0] += 1
            raise Unavailable("the database is away", code="database_locked")
        return real(*given, fraction=fraction, ended=ended, **named)

    monkeypatch.setattr(jobs, "report", report)
    job_id = enqueue(served, "test.steps", None, {"folder": str(tmp_path), "second_s": 0.5})
    assert last(served, job_id).state == "done"
    assert met[0] > 0
    assert log_of(tmp_path).count("second begin") == 1


def test_a_worker_waits_where_the_database_is_locked_or_restarts_while_it_starts(
    worked_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending, started = threading.Event(), []

    class Patient:
        def __init__(self, *_: Any) -> None:
            started.append(self)

        def __enter__(self) -> "Patient":
            if len(started) <= len(PASSING):
                raise Unavailable("the database is away", code=sorted(PASSING)[len(started) - 1])
            return self

        def __exit__(self, *_: Any) -> None: ...

        def wait(self, _: threading.Event) -> None: ...

    monkeypatch.setattr(worker, "Worker", Patient)
    monkeypatch.setattr(ending, "wait", lambda _: False)
    with Store(worked_settings) as store:
        assert worker._work_until(store, SAMPLES, ending) is started[len(PASSING)]


def test_a_worker_that_waits_for_the_database_ends_when_told_to(
    worked_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending, tries = threading.Event(), []

    class Patient:
        def __init__(self, *_: Any) -> None: ...

        def __enter__(self) -> None:
            tries.append(self)
            assert len(tries) == 1
            ending.set()
            raise Unavailable("the database is away", code="database_unreachable")

        def __exit__(self, *_: Any) -> None: ...

    monkeypatch.setattr(worker, "Worker", Patient)
    with Store(worked_settings) as store:
        assert worker._work_until(store, SAMPLES, ending) is None


def test_a_state_that_lasts_is_said_once_and_again_when_it_comes_back(
    worked_settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk stays full for hours, and a round takes less than a second."""
    monkeypatch.setattr(worker, "HAND_OVER_S", 0.001)
    store = Store(worked_settings)
    kept, rounds, states = Worker(store, SAMPLES), [0], {0: "disk_full", 1: "", 2: "disk_full", 3: "database_io"}

    def hand_over() -> None:
        rounds[0] += 1
        if code := states[min(rounds[0] // 20, 3)]:
            raise Unavailable(code, code=code)

    kept._durable = SimpleNamespace(file_lost=lambda suspected: False, reconcile=lambda: None, hand_over=hand_over)
    kept._thread.start()
    wait_for(lambda: rounds[0] > 100)
    kept._stop.set()
    kept._thread.join()
    store.close()
    said = [record.getMessage() for record in caplog.records if record.name == worker.__name__]
    assert [line.split(";")[0].rstrip(".") for line in said] == ["disk_full", "disk_full", "database_io"]


def test_a_step_whose_own_writing_was_undone_runs_again(
    served: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(readings.listing(served))
    away(monkeypatch, readings, "save", "database_locked", 2)
    job_id = enqueue(served, "test.steps", None, {"folder": str(tmp_path)})
    assert last(served, job_id).state == "done"
    assert log_of(tmp_path).count("second begin") == 3
    assert len(readings.listing(served)) == before + 1


def test_a_state_that_never_passes_fails_the_job_and_a_retry_goes_on(
    served: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "MAX_INTERRUPTIONS", 3)
    job_id = enqueue(served, "test.steps", None, {"folder": str(tmp_path)})
    with monkeypatch.context() as patched:
        away(patched, readings, "save", "database_locked", 4)
        assert code_of(last(served, job_id)) == "database_locked"
    assert log_of(tmp_path).count("second begin") == 4
    retry(served, job_id)
    assert last(served, job_id).state == "done"
    assert log_of(tmp_path).count("first begin") == 1


def test_two_workers_that_begin_the_same_attempt_are_no_error(serving: Worker, served: Store, tmp_path: Path) -> None:
    (tmp_path / "fail").touch()
    job_id = enqueue(served, "test.steps", None, {"folder": str(tmp_path)})
    last(served, job_id)
    (tmp_path / "fail").unlink()
    retry(served, job_id)
    assert last(served, job_id).state == "done"
    assert serving._durable._fork(job_id, 2)
    assert log_of(tmp_path).count("first begin") == 1


def test_an_input_deleted_while_its_job_is_queued_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound) as refused:
        enqueue(store, "test.steps", "input-gone")
    assert refused.value.code == "input_gone"
