"""Jobs run in a worker, report progress, stop when cancelled, fail with a clean sentence, and are retried."""

import doctest
import time
from pathlib import Path

import pytest

import apps.jobs
from apps.jobs import Progress, Worker, cancel, enqueue, retry, show, watch
from apps.store import audit, blobs, jobs, readings, workers
from apps.store.readings import Provenance
from apps.store.store import Store
from core_model.errors import NotAllowed, NotFound
from tests.apps.jobs.conftest import SAMPLES, log_of, wait_for
from tests.apps.jobs.sample_jobs import CANARY

WHOLE = ["first begin", "first end", "second begin", "second end"]


def last(store: Store, job_id: str) -> Progress:
    return list(watch(store, job_id))[-1]


def test_a_job_runs_its_steps_in_order_and_links_to_its_reading(store: Store, tmp_path: Path) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": 3})
    assert show(store, job_id).state == "queued"
    with Worker(store, SAMPLES):
        end = last(store, job_id)
        wait_for(lambda: not blobs.owned(store, job_id))  # what stood between the steps goes with the job's end
    assert (end.state, end.fraction, end.error_text) == ("done", 1.0, "")
    assert readings.document(store, str(end.reading_id)) == {"number": 6}
    assert log_of(tmp_path) == WHOLE
    acts = [entry.action for entry in reversed(audit.listing(store))]
    assert acts == ["job.create", "reading.save", "job.done"]


def test_progress_grows_with_the_weights_of_the_steps_and_tells_the_time_left(store: Store, tmp_path: Path) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "first_s": 1.2, "second_s": 3.6})
    with Worker(store, SAMPLES):
        seen = list(watch(store, job_id))
    assert {progress.state for progress in seen} == {"queued", "running", "done"}
    running = [progress for progress in seen if progress.state == "running"]
    fractions = [progress.fraction for progress in running]
    assert fractions == sorted(fractions)
    assert all(progress.fraction <= 0.25 for progress in running if progress.step == "first")
    assert all(progress.fraction >= 0.25 for progress in running if progress.step == "second")
    assert len(fractions) >= 5
    half = next(progress for progress in running if progress.fraction > 0.4)
    assert half.eta_s is not None
    assert 0.5 < half.eta_s < 6


def test_cancelling_inside_a_step_stops_it_within_five_seconds(store: Store, tmp_path: Path) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "second_s": 60})
    with Worker(store, SAMPLES):
        wait_for(lambda: show(store, job_id).step == "second")
        asked = time.monotonic()
        assert cancel(store, job_id).cancelling
        assert last(store, job_id).state == "cancelled"
        assert time.monotonic() - asked < 5
        assert log_of(tmp_path)[-1] == "second begin"
        with pytest.raises(NotAllowed, match="the job has ended"):
            cancel(store, job_id)


def test_a_cancelled_job_goes_on_at_its_step_when_retried(store: Store, tmp_path: Path) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": 5, "second_s": 1.5})
    with Worker(store, SAMPLES):
        wait_for(lambda: show(store, job_id).step == "second")
        cancel(store, job_id)
        last(store, job_id)
        retry(store, job_id)
        end = last(store, job_id)
    assert end.state == "done"
    assert readings.document(store, str(end.reading_id)) == {"number": 10}
    assert log_of(tmp_path) == ["first begin", "first end", "second begin", "second begin", "second end"]


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
        assert last(store, other).error_code == "defect"
    assert (end.state, end.error_code, end.reading_id) == ("failed", "defect", None)
    assert end.error_text.startswith("the step 'second' met an error of ours (ValueError in sample_jobs, line ")
    held = b"".join(path.read_bytes() for path in store.settings.data_dir.rglob("*") if path.is_file())
    assert CANARY.encode() not in held
    out, err = capfd.readouterr()
    assert CANARY not in caplog.text + out + err


def test_a_failed_job_is_retried_from_the_step_that_failed(store: Store, tmp_path: Path) -> None:
    (tmp_path / "fail").touch()
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": 4})
    with Worker(store, SAMPLES):
        for _ in range(2):
            assert last(store, job_id).state == "failed"
            retry(store, job_id)
        assert last(store, job_id).state == "failed"
        (tmp_path / "fail").unlink()
        assert retry(store, job_id).state == "queued"
        end = last(store, job_id)
        with pytest.raises(NotAllowed, match="the job is done"):
            retry(store, job_id)
    assert (end.state, end.error_text) == ("done", "")
    assert readings.document(store, str(end.reading_id)) == {"number": 8}
    assert log_of(tmp_path) == ["first begin", "first end", *["second begin"] * 4, "second end"]


def test_a_typed_rejection_keeps_its_code_and_sentence(store: Store) -> None:
    job_id = enqueue(store, "test.rejects", None)
    with Worker(store, SAMPLES):
        end = last(store, job_id)
    assert end.error_code == "gap"
    assert end.error_text == "file 17 of 133: a slice is missing; export the series again."


def test_a_kind_that_no_module_registers_fails_with_a_sentence(store: Store) -> None:
    job_id = enqueue(store, "test.unknown", None)
    with Worker(store, SAMPLES):
        end = last(store, job_id)
    assert end.error_code == "unknown_job_kind"
    assert "no job of the kind 'test.unknown' is known here" in end.error_text


def test_a_step_that_returns_more_than_small_json_fails(store: Store) -> None:
    job_id = enqueue(store, "test.returns_too_much", None)
    with Worker(store, SAMPLES):
        assert last(store, job_id).error_code == "defect"


def test_an_equal_job_that_waits_is_not_queued_twice(store: Store, tmp_path: Path) -> None:
    first = enqueue(store, "test.steps", None, {"number": 1})
    assert enqueue(store, "test.steps", None, {"number": 1}) == first
    assert enqueue(store, "test.steps", None, {"number": 2}) != first
    cancel(store, first)
    assert enqueue(store, "test.steps", None, {"number": 1}) != first


def test_the_stored_reading_of_the_same_four_is_the_job_s_result_at_once(store: Store) -> None:
    four = Provenance("a" * 64, "1", "b" * 64, "c" * 64)
    assert show(store, enqueue(store, "test.steps", None, provenance=four)).state == "queued"
    reading_id = readings.save(store, "test.steps", {}, four)
    stored = show(store, enqueue(store, "test.steps", None, {"other": 1}, provenance=four))
    assert (stored.state, stored.reading_id, stored.fraction) == ("done", reading_id, 1.0)
    assert show(store, enqueue(store, "test.steps", None, provenance=four, again=True)).state == "queued"


def test_a_job_that_is_not_there_is_not_found(store: Store) -> None:
    for act in (show, cancel, retry):
        with pytest.raises(NotFound, match="there is no job 'job-none'"):
            act(store, "job-none")


def test_stopping_a_worker_leaves_its_job_for_the_next_one(store: Store, tmp_path: Path) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": 7, "second_s": 2})
    with Worker(store, SAMPLES):
        wait_for(lambda: show(store, job_id).step == "second")
        stopping = time.monotonic()
    assert time.monotonic() - stopping < 10
    assert show(store, job_id).state == "queued"
    assert workers.live(store) == []
    with Worker(store, SAMPLES):
        end = last(store, job_id)
    assert readings.document(store, str(end.reading_id)) == {"number": 14}
    assert log_of(tmp_path) == ["first begin", "first end", "second begin", "second begin", "second end"]


def test_a_job_whose_end_could_not_be_written_is_ended_later(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core_model.errors import Unavailable

    end, refused = jobs.end, []

    def refuse_once(*arguments: object, **named: object) -> None:
        if not refused:
            refused.append(arguments)
            raise Unavailable("the disk is full", code="disk_full")
        end(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "end", refuse_once)
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with Worker(store, SAMPLES):
        assert last(store, job_id).state == "done"
    assert len(refused) == 1
    assert log_of(tmp_path) == WHOLE


def test_the_example_in_the_documentation_runs() -> None:
    found = doctest.testmod(apps.jobs)
    assert found.attempted > 5
    assert found.failed == 0
