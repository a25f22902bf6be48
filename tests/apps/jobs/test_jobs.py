"""Jobs run in a worker, report progress, stop when cancelled, fail with a clean sentence, and are retried.

One worker in this process serves all tests of this module on a database.
"""

import json
import time
from pathlib import Path

import pytest

from apps.jobs import cancel, enqueue, retry, show, watch
from apps.messages import refused
from apps.store import audit, blobs, jobs, readings
from apps.store.store import Store
from core_model.errors import Message, NotAllowed, Refusal, Unavailable
from tests.apps.jobs.conftest import code_of, last, log_of, wait_for

WHOLE = ["first begin", "first end", "second begin", "second end"]


def test_a_job_runs_its_steps_in_order_and_links_to_its_reading(served: Store, tmp_path: Path) -> None:
    job_id = enqueue(served, "test.steps", None, {"folder": str(tmp_path), "number": 3})
    end = last(served, job_id)
    wait_for(lambda: not blobs.owned(served, job_id))  # what stood between the steps goes with the job's end
    assert (end.state, end.fraction, end.error) == ("done", 1.0, None)
    assert json.loads(readings.document(served, str(end.reading_id))) == {"number": 6}
    assert log_of(tmp_path) == WHOLE
    assert [entry.action for entry in audit.listing(served, job_id)] == ["job.done", "job.create"]
    assert [entry.action for entry in audit.listing(served, end.reading_id)] == ["reading.save"]


def test_progress_grows_with_the_weights_of_the_steps_and_tells_the_time_left(served: Store, tmp_path: Path) -> None:
    job_id = enqueue(served, "test.steps", None, {"folder": str(tmp_path), "first_s": 0.3, "second_s": 1.6})
    seen = list(watch(served, job_id))
    assert {"running", "done"} <= {progress.state for progress in seen} <= {"queued", "running", "done"}
    running = [progress for progress in seen if progress.state == "running"]
    fractions = [progress.fraction for progress in running]
    assert fractions == sorted(fractions)
    assert all(progress.fraction <= 0.25 for progress in running if progress.step == "first")
    assert all(progress.fraction >= 0.25 for progress in running if progress.step == "second")
    assert len(set(fractions)) >= 4
    told = [progress.eta_s for progress in running if progress.eta_s is not None]  # none in the first second
    assert 0.2 < told[0] < 10


def test_cancelling_inside_a_step_stops_it_within_five_seconds(served: Store, tmp_path: Path, hold: Path) -> None:
    job_id = enqueue(served, "test.steps", None, {"folder": str(tmp_path)})
    wait_for(lambda: show(served, job_id).step == "second")
    asked = time.monotonic()
    assert cancel(served, job_id).cancelling
    assert last(served, job_id).state == "cancelled"
    assert time.monotonic() - asked < 5
    assert log_of(tmp_path)[-1] == "second begin"
    with pytest.raises(NotAllowed, match="the job has ended"):
        cancel(served, job_id)


def test_a_cancelled_job_goes_on_at_its_step_when_retried(served: Store, tmp_path: Path, hold: Path) -> None:
    job_id = enqueue(served, "test.steps", None, {"folder": str(tmp_path), "number": 5})
    wait_for(lambda: show(served, job_id).step == "second")
    cancel(served, job_id)
    last(served, job_id)
    hold.unlink()
    retry(served, job_id)
    end = last(served, job_id)
    assert end.state == "done"
    assert json.loads(readings.document(served, str(end.reading_id))) == {"number": 10}
    assert log_of(tmp_path) == ["first begin", "first end", "second begin", "second begin", "second end"]


def test_a_failed_job_is_retried_from_the_step_that_failed(served: Store, tmp_path: Path) -> None:
    (tmp_path / "fail").touch()
    job_id = enqueue(served, "test.steps", None, {"folder": str(tmp_path), "number": 4})
    for _ in range(2):
        assert last(served, job_id).state == "failed"
        retry(served, job_id)
    assert last(served, job_id).state == "failed"
    (tmp_path / "fail").unlink()
    assert retry(served, job_id).state == "queued"
    end = last(served, job_id)
    with pytest.raises(NotAllowed, match="the job is done"):
        retry(served, job_id)
    assert (end.state, end.error) == ("done", None)
    assert json.loads(readings.document(served, str(end.reading_id))) == {"number": 8}
    assert log_of(tmp_path) == ["first begin", "first end", *["second begin"] * 4, "second end"]


def test_a_typed_rejection_keeps_its_code_and_sentence(served: Store) -> None:
    job_id = enqueue(served, "test.rejects", None)
    end = last(served, job_id)
    assert end.error == Refusal("gap", {"count": 2}, Message("file_of", {"number": 17, "count": 133}))


def test_a_kind_that_no_module_registers_fails_with_a_sentence(served: Store) -> None:
    job_id = enqueue(served, "test.unknown", None)
    end = last(served, job_id)
    assert end.error is not None
    assert (end.error.code, end.error.values["kind"]) == ("unknown_job_kind", "test.unknown")
    assert "no job of the kind 'test.unknown' is known here" in refused(end.error)


def test_a_step_that_returns_more_than_small_json_fails(served: Store) -> None:
    job_id = enqueue(served, "test.returns_too_much", None)
    assert code_of(last(served, job_id)) == "defect"


def test_a_job_whose_end_could_not_be_written_is_ended_later(
    served: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end, refused = jobs.end, []

    def refuse_once(*arguments: object, **named: object) -> None:
        if not refused:
            refused.append(arguments)
            raise Unavailable("the disk is full", code="disk_full")
        end(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "end", refuse_once)
    job_id = enqueue(served, "test.steps", None, {"folder": str(tmp_path)})
    assert last(served, job_id).state == "done"
    assert len(refused) == 1
    assert log_of(tmp_path) == WHOLE
