"""A database that is locked or away for a while: the job waits, and neither fails nor keeps the error as a result."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from apps.jobs import Worker, enqueue, retry, worker
from apps.jobs.run import MAX_INTERRUPTIONS
from apps.settings import load_settings
from apps.store import jobs, readings
from apps.store.engine import IDLE_TIMEOUT_S, PASSING
from apps.store.store import Store
from core_model.errors import NotFound, Unavailable
from tests.apps.conftest import Postgres
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
    assert jobs.get(store, job_id).attempt == 1, "what waits is not begun again"


def test_a_report_in_the_middle_of_a_step_may_fail_and_what_is_computed_goes_on(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, met = jobs.report, [0]

    def report(*given: Any, fraction: float, ended: bool, **named: Any) -> str:
        if not ended and fraction not in (0.0, 0.25):  # neither at the beginning of a step nor at its end
            met[0] += 1
            raise Unavailable("the database is away", code="database_locked")
        return real(*given, fraction=fraction, ended=ended, **named)

    monkeypatch.setattr(jobs, "report", report)
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "second_s": 1.5})
    with Worker(store, SAMPLES):
        assert last(store, job_id).state == "done"
    assert met[0] > 0
    assert log_of(tmp_path).count("second begin") == 1


def test_a_worker_waits_where_the_database_is_locked_or_restarts_while_it_starts(
    store: Store, monkeypatch: pytest.MonkeyPatch
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
    assert worker._work_until(store, SAMPLES, ending) is started[len(PASSING)]


def test_a_worker_that_waits_for_the_database_ends_when_told_to(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert worker._work_until(store, SAMPLES, ending) is None


def test_a_state_that_lasts_is_said_once_and_again_when_it_comes_back(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk stays full for hours, and a round takes less than a second."""
    monkeypatch.setattr(worker, "HAND_OVER_S", 0.01)
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
    said = [record.getMessage() for record in caplog.records if record.name == worker.__name__]
    assert [line.split(";")[0].rstrip(".") for line in said] == ["disk_full", "disk_full", "database_io"]


def test_dbos_on_postgresql_keeps_no_transaction_open_whose_process_stands_still(
    postgres: Postgres, tmp_path: Path
) -> None:
    from dbos._dbos import _get_dbos_instance

    url = postgres.new_database()
    with (
        Store(load_settings(data_dir=tmp_path / "data", database_url=url)) as store,
        Worker(store, SAMPLES),
        _get_dbos_instance()._sys_db.engine.connect() as connection,
    ):
        limit = connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
    postgres.drop(url)
    assert limit == f"{IDLE_TIMEOUT_S:.0f}s"


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
    with Worker(store, SAMPLES) as running:
        last(store, job_id)
        (tmp_path / "fail").unlink()
        retry(store, job_id)
        assert last(store, job_id).state == "done"
        assert running._durable._fork(job_id, 2)
    assert log_of(tmp_path).count("first begin") == 1


def test_an_input_deleted_while_its_job_is_queued_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound) as refused:
        enqueue(store, "test.steps", "input-gone")
    assert refused.value.code == "input_gone"
