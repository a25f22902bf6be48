"""What DBOS recorded is data: only JSON is read, a pickle is never executed, a damaged file is begun anew."""

import base64
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from apps.jobs import Worker, delete, enqueue, retry, show
from apps.jobs.records import file_engine, is_rotten, jobs_file
from apps.settings import Settings
from apps.store import jobs, readings
from apps.store.jobs import ENDED
from apps.store.store import Store
from tests.apps.jobs.conftest import SAMPLES, Workers, code_of, last, log_of, wait_for


def execute(store: Store, statement: str, **values: Any) -> None:
    """Change what DBOS recorded."""
    file = jobs_file(store)
    engine = store.engine if file is None else file_engine(file)
    if file is not None:
        statement = statement.replace("dbos.", "")
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    if file is not None:
        engine.dispose()


@pytest.mark.parametrize("form", ["portable_json", "py_pickle"])
def test_an_error_or_a_pickle_recorded_as_a_result_does_not_make_the_job_unrecoverable(
    store: Store, tmp_path: Path, form: str
) -> None:
    """As earlier versions recorded an error, and as somebody else might write a pickle."""
    (tmp_path / "fail").touch()
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES):
        assert code_of(last(store, job_id)) == "defect"
    (tmp_path / "fail").unlink()
    recorded = (
        '{"name": "Unavailable", "message": "locked", "code": null}' if form != "py_pickle" else pickle_in(tmp_path)
    )
    execute(
        store,
        "INSERT INTO dbos.operation_outputs (workflow_uuid, function_id, function_name, error, serialization)"
        " VALUES (:attempt, 2, 'second', :error, :form)",
        attempt=f"{job_id}.1",
        error=recorded,
        form=form,
    )
    retry(store, job_id)
    with Worker(store, SAMPLES):
        assert last(store, job_id).state == "done"
    assert not (tmp_path / "executed").exists()
    assert log_of(tmp_path).count("first begin") == (2 if form == "py_pickle" else 1)


class Executed:
    """Unpickled, it makes a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.file,)


def pickle_in(folder: Path) -> str:
    """What DBOS's own serializer would record, and unpickle."""
    return base64.b64encode(pickle.dumps(Executed(folder / "executed"))).decode()


@pytest.mark.parametrize(
    "change",
    [
        "workflow_status SET serialization = 'py_pickle', inputs = :pickle",
        "workflow_input SET inputs = :pickle",
        "operation_outputs SET serialization = 'py_pickle', output = :pickle",
    ],
    ids=["status", "input", "output"],
)
def test_a_row_that_says_py_pickle_is_never_unpickled_and_its_job_begins_anew(
    store: Store, tmp_path: Path, hold: Path, change: str
) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES):
        wait_for(lambda: "second begin" in log_of(tmp_path))
    here = f"WHERE workflow_uuid = '{job_id}.1'"
    execute(store, f"UPDATE dbos.{change} {here}", pickle=pickle_in(tmp_path))
    if "workflow_input" in change:
        execute(
            store,
            "UPDATE dbos.workflow_status SET serialization = 'py_pickle' WHERE workflow_uuid = :a",
            a=f"{job_id}.1",
        )
    hold.unlink()
    with Worker(store, SAMPLES):
        assert last(store, job_id).state == "done"
    assert not (tmp_path / "executed").exists()


def test_a_pickle_written_under_a_running_worker_is_not_executed_and_its_job_begins_anew(
    store: Store, tmp_path: Path, hold: Path
) -> None:
    with Worker(store, SAMPLES):
        first = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
        second = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": 2})
        wait_for(lambda: jobs.get(store, second).handed == 1 and "second begin" in log_of(tmp_path))
        pickled, here = pickle_in(tmp_path), f"WHERE workflow_uuid = '{second}.1'"
        execute(store, f"UPDATE dbos.workflow_input SET inputs = :pickle {here}", pickle=pickled)
        execute(
            store,
            f"UPDATE dbos.workflow_status SET serialization = 'py_pickle', inputs = :pickle {here}",
            pickle=pickled,
        )
        hold.unlink()
        assert [last(store, job_id).state for job_id in (first, second)] == ["done", "done"]
    assert not (tmp_path / "executed").exists()


def test_a_job_whose_record_became_a_pickle_under_a_running_worker_begins_anew_when_retried(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "fail").touch()
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES):
        assert code_of(last(store, job_id)) == "defect"
        (tmp_path / "fail").unlink()
        change = "UPDATE dbos.operation_outputs SET serialization = 'py_pickle', output = :pickle"
        execute(store, f"{change} WHERE workflow_uuid = '{job_id}.1'", pickle=pickle_in(tmp_path))
        retry(store, job_id)
        assert last(store, job_id).state == "done"
    assert not (tmp_path / "executed").exists()
    assert log_of(tmp_path).count("first begin") == 2


def spoil(store: Store) -> None:
    """Write over the beginning of DBOS's own file."""
    file = jobs_file(store)
    assert file is not None
    with file.open("r+b") as opened:
        opened.write(b"no database at all" * 1000)
    for log in (file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
        log.unlink(missing_ok=True)
    assert is_rotten(store)


def test_a_rotten_file_of_recorded_steps_is_begun_anew(worked_settings: Settings, tmp_path: Path, hold: Path) -> None:
    with Store(worked_settings) as store:
        job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
        with Worker(store, SAMPLES):
            wait_for(lambda: "second begin" in log_of(tmp_path))
        hold.unlink()
        spoil(store)
        with Worker(store, SAMPLES):
            end = last(store, job_id)
        assert end.state == "done"
        assert not is_rotten(store)
        spoil(store)
        assert delete(store, str(end.reading_id)).rows["job"] == [job_id]


def test_a_running_worker_whose_file_of_recorded_steps_rots_begins_a_new_one_and_lives_on(
    worked_settings: Settings, tmp_path: Path, hold: Path
) -> None:
    """In the middle of a step, and between two jobs."""
    processes = Workers(worked_settings, tmp_path / "workers.err")
    with Store(worked_settings) as store:
        try:
            worker = processes.start(store)
            job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
            wait_for(lambda: "second begin" in log_of(tmp_path))
            spoil(store)
            hold.unlink()
            wait_for(lambda: show(store, job_id).state in ENDED, 90)
            assert (show(store, job_id).state, code_of(show(store, job_id))) == ("done", "")
            spoil(store)
            other = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": 2})
            wait_for(lambda: show(store, other).state in ENDED, 90)
            assert (show(store, other).state, code_of(show(store, other))) == ("done", "")
            assert worker.poll() is None, processes.errors.read_text()
            assert not is_rotten(store)
            assert len(readings.listing(store)) == 2
        finally:
            processes.end()
