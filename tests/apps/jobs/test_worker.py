"""Workers that start and stop in good order, and what waits for them."""

import doctest
import json
import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import inspect, text

import apps.jobs
from apps.jobs import Worker, cancel, delete, enqueue, retry, run_worker, show
from apps.messages import refused
from apps.provenance import Provenance
from apps.settings import Settings, load_settings
from apps.store import blobs, inputs, readings, workers
from apps.store.engine import IDLE_TIMEOUT_S
from apps.store.store import Store
from core_model.errors import NotFound, Unavailable
from tests.apps.conftest import WORKED, Postgres
from tests.apps.jobs.conftest import SAMPLES, code_of, last, log_of, wait_for
from tests.apps.jobs.sample_jobs import CANARY

WHOLE = ["first begin", "first end", "second begin", "second end"]


def everything_stored(store: Store) -> str:
    """All rows of all tables, DBOS's among them, and all files."""
    files = [path.read_bytes().decode("latin1") for path in store.settings.data_dir.rglob("*") if path.is_file()]
    inspector, rows = inspect(store.engine), []
    with store.read() as session:
        for schema in inspector.get_schema_names():
            for table in inspector.get_table_names(schema) if schema != "information_schema" else []:
                rows.extend(str(row) for row in session.execute(text(f'SELECT * FROM "{schema}"."{table}"')))
    assert any("test.steps" in row for row in rows)
    return "\n".join([*files, *rows])


def test_a_failure_is_kept_without_the_path_and_the_name_in_its_message(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture
) -> None:
    folder = tmp_path / "steps"
    folder.mkdir()
    (folder / "fail").touch()
    job_id = enqueue(store, "test.steps", None, {"folder": str(folder)})
    other = enqueue(store, "test.defect", None)
    with Worker(store, SAMPLES):
        end = last(store, job_id)
        assert code_of(last(store, other)) == "defect"
    assert (end.state, code_of(end), end.reading_id) == ("failed", "defect", None)
    assert end.error is not None
    assert refused(end.error).startswith(
        "the step 'second' failed with an internal error (ValueError in sample_jobs, line "
    )
    assert set(end.error.values) == {"step", "kind", "module", "line"}
    assert CANARY not in everything_stored(store)
    out, err = capfd.readouterr()
    assert CANARY not in caplog.text + out + err


def test_a_queued_job_is_cancelled_at_once_and_never_runs(store: Store, tmp_path: Path) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    assert cancel(store, job_id).state == "cancelled"
    other = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": 2})
    with Worker(store, SAMPLES):
        assert last(store, other).state == "done"
    assert log_of(tmp_path) == WHOLE


def test_a_job_cancelled_before_any_worker_saw_it_runs_when_retried(store: Store, tmp_path: Path) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    for _ in range(2):
        cancel(store, job_id)
        retry(store, job_id)
    with Worker(store, SAMPLES):
        assert last(store, job_id).state == "done"
    assert log_of(tmp_path) == WHOLE


def test_stopping_a_worker_leaves_its_job_for_the_next_one(store: Store, tmp_path: Path, hold: Path) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": 7})
    with Worker(store, SAMPLES):
        wait_for(lambda: show(store, job_id).step == "second")
        stopping = time.monotonic()
    assert time.monotonic() - stopping < 10
    assert show(store, job_id).state == "queued"
    assert workers.live(store) == []
    hold.unlink()
    with Worker(store, SAMPLES):
        end = last(store, job_id)
    assert json.loads(readings.document(store, str(end.reading_id))) == {"number": 14}
    assert log_of(tmp_path) == ["first begin", "first end", "second begin", "second begin", "second end"]


def test_a_worker_on_another_database_leaves_the_contents_and_uploads_of_the_first_alone(
    store: Store, tmp_path: Path
) -> None:
    sha256 = blobs.put(store, "series-1", "volume", b"images")
    upload = inputs.inbox(store) / "0a1b.zip"
    upload.parent.mkdir(parents=True)
    upload.write_bytes(b"images")
    inputs.add(store, upload)
    for path in store.settings.data_dir.rglob("*"):
        os.utime(path, (time.time() - 2 * blobs.SWEEP_AFTER_S,) * 2)
    elsewhere = load_settings(data_dir=store.settings.data_dir, database_url=f"sqlite:///{tmp_path}/try.db")
    with Store(elsewhere) as other, Worker(other, SAMPLES):
        job_id = enqueue(other, "test.steps", None, {"folder": str(tmp_path)})
        end = last(other, job_id)
    assert (end.state, code_of(end)) == ("failed", "blobs_foreign")
    assert blobs.get(store, sha256) == upload.read_bytes() == b"images"


def test_the_example_in_the_documentation_runs() -> None:
    found = doctest.testmod(apps.jobs)
    assert found.attempted > 5
    assert found.failed == 0


def test_an_equal_job_that_waits_is_not_queued_twice(store: Store, tmp_path: Path) -> None:
    first = enqueue(store, "test.steps", None, {"number": 1})
    assert enqueue(store, "test.steps", None, {"number": 1}) == first
    assert enqueue(store, "test.steps", None, {"number": 2}) != first
    cancel(store, first)
    assert enqueue(store, "test.steps", None, {"number": 1}) != first


def test_the_stored_reading_of_an_equal_provenance_is_the_job_s_result_at_once(store: Store) -> None:
    provenance = Provenance("a" * 64, {"first": "1"}, {}, {}, {})
    assert show(store, enqueue(store, "test.steps", None, provenance=provenance)).state == "queued"
    reading_id = readings.save(store, "test.steps", b"{}", provenance)
    stored = show(store, enqueue(store, "test.steps", None, {"other": 1}, provenance=provenance))
    assert (stored.state, stored.reading_id, stored.fraction) == ("done", reading_id, 1.0)
    assert show(store, enqueue(store, "test.steps", None, provenance=provenance, again=True)).state == "queued"


def test_a_job_that_is_not_there_is_not_found(store: Store) -> None:
    for act in (show, cancel, retry):
        with pytest.raises(NotFound, match="there is no job 'job-none'"):
            act(store, "job-none")


def test_a_job_begun_under_other_steps_starts_anew(
    store: Store, tmp_path: Path, hold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.jobs import durable

    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES):
        wait_for(lambda: show(store, job_id).step == "second")
    monkeypatch.setattr(durable, "STEPS_VERSION", "another")
    hold.unlink()
    with Worker(store, SAMPLES):
        assert last(store, job_id).state == "done"
    assert log_of(tmp_path) == ["first begin", "first end", "second begin", *WHOLE]


def test_jobs_go_on_where_the_file_of_dbos_was_lost(worked_settings: Settings, tmp_path: Path, hold: Path) -> None:
    with Store(worked_settings) as store:
        job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
        with Worker(store, SAMPLES):
            wait_for(lambda: show(store, job_id).step == "second")
        hold.unlink()
        for path in worked_settings.data_dir.glob("tandem.jobs.db*"):
            path.unlink()
        with Worker(store, SAMPLES):
            assert last(store, job_id).state == "done"


def test_a_worker_that_meets_a_defect_of_ours_says_so_and_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(workers, "dead", fail)
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    with (
        Worker(store, SAMPLES) as worker,
        pytest.raises(Unavailable, match="failed with an internal error \\(AssertionError"),
    ):
        worker.wait(threading.Event())


def test_a_worker_that_cannot_start_gives_its_sentence_and_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TANDEM_DATABASE_URL", f"sqlite:///file:{tmp_path}/none.db?mode=ro&uri=true")
    assert run_worker(SAMPLES) == 1
    assert "the database cannot be opened" in capsys.readouterr().err
    monkeypatch.delenv("TANDEM_DATABASE_URL")
    assert run_worker(["no.such.module"]) == 1
    assert "no.such.module" in capsys.readouterr().err


def test_deleting_a_reading_takes_the_recorded_steps_of_its_job(store: Store, tmp_path: Path) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    kept = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": 2})
    with Worker(store, SAMPLES):
        end = last(store, job_id)
        assert last(store, kept).state == "done"
    assert f"{job_id}.1" in everything_stored(store)
    deleted = delete(store, str(end.reading_id))
    assert (deleted.rows["job"], deleted.rows["reading"]) == ([job_id], [end.reading_id])
    assert f"{job_id}.1" not in everything_stored(store)
    assert f"{kept}.1" in everything_stored(store)


def test_deleting_works_before_any_worker_ran(store: Store) -> None:
    reading_id = readings.save(store, "test.steps", b"{}", Provenance("a" * 64, {}, {}, {}, {}))
    assert delete(store, reading_id).rows == {"reading": [reading_id]}


def test_a_worker_that_wakes_from_sleep_lets_the_others_beat_before_it_takes_their_jobs(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine slept for a minute: the clock on the wall went on, the monotonic one stood still."""
    wall, slept = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: wall() + slept[0])
    worker = Worker(store, SAMPLES)
    worker._durable = SimpleNamespace(reconcile=lambda: None, hand_over=lambda: None)

    def let_beat(after_s: float) -> None:
        slept[0] += after_s
        worker._round()

    workers.beat(store, "worker-other")
    let_beat(0)
    with store.write() as session:
        session.execute(text("UPDATE worker SET beat = beat - 60"))  # by the clock of the database
    let_beat(60)
    assert "worker-other" in workers.known(store)
    workers.beat(store, "worker-other")
    let_beat(workers.BEAT_S)
    assert "worker-other" in workers.known(store)
    with store.write() as session:
        session.execute(text("UPDATE worker SET beat = beat - 60 WHERE id = 'worker-other'"))
    let_beat(workers.BEAT_S)
    assert "worker-other" not in workers.known(store)


def test_a_clock_that_is_set_back_does_not_stop_the_heart(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    wall, ahead = time.time, [3600.0]
    monkeypatch.setattr(time, "time", lambda: wall() + ahead[0])
    worker = Worker(store, SAMPLES)
    worker._durable = SimpleNamespace(reconcile=lambda: None, hand_over=lambda: None)
    worker._round()
    before = {row.id: row.beat for row in workers.live(store)}
    ahead[0] = 0.0
    worker._round()
    (row,) = workers.live(store)
    assert (row.id, row.beat != before[row.id]) == (worker.id, True)


def test_dbos_on_postgresql_keeps_no_transaction_open_whose_process_stands_still(
    postgres: Postgres, tmp_path: Path
) -> None:
    from dbos._dbos import _get_dbos_instance

    url = postgres.new_database(WORKED)
    with (
        Store(load_settings(data_dir=tmp_path / "data", database_url=url)) as store,
        Worker(store, SAMPLES),
        _get_dbos_instance()._sys_db.engine.connect() as connection,
    ):
        limit = connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
    postgres.drop(url)
    assert limit == f"{IDLE_TIMEOUT_S:.0f}s"
