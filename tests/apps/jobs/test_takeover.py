"""Workers that die, stand still or are not there: their jobs go on elsewhere, no recorded step and no effect twice."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from apps.jobs import Worker, cancel, enqueue, ensure_worker, show, watch
from apps.settings import Settings
from apps.store import audit, jobs, readings, workers
from apps.store.store import Store
from apps.store.tables import JobRow
from core_model.errors import Refusal, Unavailable
from tests.apps.jobs.conftest import SAMPLES, Workers, code_of, log_of, stand_still, wait_for

ONCE_MORE = ["first begin", "first end", "second begin", "second begin", "second end"]


def saved(store: Store) -> int:
    """How often a reading was really stored."""
    return len([entry for entry in audit.listing(store) if entry.action == "reading.save"])


def test_a_killed_worker_s_job_goes_on_in_a_live_one_at_the_step_it_died_in(
    store: Store, worker_processes: Workers, tmp_path: Path, hold: Path
) -> None:
    first = worker_processes.start(store)
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": 3})
    wait_for(lambda: show(store, job_id).step == "second" and len(log_of(tmp_path)) == 3)
    second = worker_processes.start(store)
    first.kill()
    first.wait()
    killed = time.monotonic()
    wait_for(lambda: len(log_of(tmp_path)) == 4)
    assert time.monotonic() - killed < 30
    hold.unlink()
    end = list(watch(store, job_id))[-1]
    assert end.state == "done"
    assert json.loads(readings.document(store, str(end.reading_id))) == {"number": 6}
    assert log_of(tmp_path) == ONCE_MORE
    assert [row.pid for row in workers.live(store)] == [second.pid]


@pytest.mark.parametrize("begun", [True, False], ids=["begun", "only taken"])
def test_a_worker_that_died_when_nobody_knew_it_any_more_leaves_its_job_to_the_next(
    store: Store, worker_processes: Workers, tmp_path: Path, hold: Path, begun: bool
) -> None:
    """It stood still, was taken to be dead, went on, took a job, and was killed before it beat again."""
    first = worker_processes.start(store)
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    wait_for(lambda: show(store, job_id).step == "second" and len(log_of(tmp_path)) == 3)
    first.kill()
    first.wait()
    for row in workers.dead(store):
        workers.forget(store, row.id)
    if not begun:
        with store.write() as session:
            session.execute(update(JobRow).values(state="queued", worker=None))
    hold.unlink()
    with Worker(store, SAMPLES):
        wait_for(lambda: show(store, job_id).state == "done")
    assert log_of(tmp_path) == ONCE_MORE
    assert saved(store) == 1


def test_a_worker_killed_between_effect_and_record_leaves_one_effect(
    store: Store, worker_processes: Workers, tmp_path: Path
) -> None:
    (tmp_path / "die-before-record").touch()
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    first = worker_processes.start(store)
    assert first.wait(30) == -signal.SIGKILL
    assert saved(store) == 1
    worker_processes.start(store)
    end = list(watch(store, job_id))[-1]
    assert end.state == "done"
    assert log_of(tmp_path) == ONCE_MORE
    assert saved(store) == 1
    assert len(readings.listing(store)) == 1


def test_a_job_whose_worker_died_is_cancelled_without_one(
    store: Store, worker_processes: Workers, tmp_path: Path, hold: Path
) -> None:
    worker = worker_processes.start(store)
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    wait_for(lambda: show(store, job_id).step == "second" and len(log_of(tmp_path)) == 3)
    worker.kill()
    worker.wait()
    assert cancel(store, job_id).state == "cancelled"
    worker_processes.start(store)
    time.sleep(1)
    assert show(store, job_id).state == "cancelled"
    assert log_of(tmp_path) == ["first begin", "first end", "second begin"]


def test_a_worker_ends_when_told_to_even_if_a_step_does_not_listen(
    store: Store, worker_processes: Workers, tmp_path: Path
) -> None:
    (tmp_path / "deaf").touch()
    worker = worker_processes.start(store)
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    wait_for(lambda: show(store, job_id).step == "second" and len(log_of(tmp_path)) == 3)
    worker.terminate()
    assert worker.wait(20) == 0
    (tmp_path / "deaf").unlink()
    worker_processes.start(store)
    assert list(watch(store, job_id))[-1].state == "done"
    assert log_of(tmp_path) == ONCE_MORE


def test_a_job_that_kills_every_worker_is_called_the_cause(
    store: Store, worker_processes: Workers, tmp_path: Path
) -> None:
    job_id = enqueue(store, "test.kills", None, {"folder": str(tmp_path)})
    with store.write() as session:
        session.get_one(JobRow, job_id).starts = jobs.MAX_STARTS - 2
    for _ in range(2):
        worker_processes.start(store).wait(30)
    with Worker(store, SAMPLES):
        end = list(watch(store, job_id))[-1]
    assert (end.state, code_of(end)) == ("failed", "worker_died")
    assert end.error == Refusal("worker_died", {"count": 5, "step": "only"})
    assert log_of(tmp_path) == ["only begin"] * 2


@pytest.mark.slow
def test_a_worker_that_stood_still_gives_its_job_up_when_it_wakes(
    store: Store, worker_processes: Workers, tmp_path: Path, hold: Path
) -> None:
    sleeper = worker_processes.start(store, dead_after_s=5)
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    wait_for(lambda: show(store, job_id).step == "second" and len(log_of(tmp_path)) == 3)
    worker_processes.start(store, dead_after_s=5)
    stand_still(sleeper, store)
    stopped = time.monotonic()
    wait_for(lambda: log_of(tmp_path).count("second begin") == 2)
    assert time.monotonic() - stopped < 30
    os.kill(sleeper.pid, signal.SIGCONT)
    time.sleep(2)
    hold.unlink()
    end = list(watch(store, job_id))[-1]
    assert end.state == "done"
    assert log_of(tmp_path) == ONCE_MORE
    assert saved(store) == 1
    assert sleeper.poll() is None


def test_ensure_worker_starts_one_where_none_is_alive_and_ends_it(store: Store, tmp_path: Path) -> None:
    job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path)})
    with ensure_worker(store, SAMPLES) as supervisor:
        assert supervisor.started_here
        assert list(watch(store, job_id, supervisor))[-1].state == "done"
        (row,) = workers.live(store)
        with ensure_worker(store, SAMPLES) as second:
            assert not second.started_here
    wait_for(lambda: not Path(f"/proc/{row.pid}").exists(), 5)
    assert workers.live(store) == []


def test_a_worker_ends_with_the_process_that_needed_it_even_when_that_is_killed(worked_settings: Settings) -> None:
    script = (
        "import time\n"
        "from apps.jobs import ensure_worker\n"
        "from apps.settings import load_settings\n"
        "from apps.store.store import Store\n"
        f"with Store(load_settings()) as store, ensure_worker(store, {SAMPLES}):\n"
        "    time.sleep(60)\n"
    )
    environment = {**os.environ, **worked_settings.environment()}
    with Store(worked_settings) as store:
        parent = subprocess.Popen([sys.executable, "-c", script], env=environment)
        wait_for(lambda: workers.live(store))
        (row,) = workers.live(store)
        parent.kill()
        parent.wait()
        wait_for(lambda: not workers.live(store), 15)
        wait_for(lambda: not Path(f"/proc/{row.pid}").exists(), 10)
        assert workers.live(store) == []


def test_waiting_ends_with_an_error_where_no_worker_can_be_started(worked_settings: Settings) -> None:
    with Store(worked_settings) as store:
        job_id = enqueue(store, "test.steps", None, {})
        with (
            ensure_worker(store, ["no.such.module"]) as supervisor,
            pytest.raises(Unavailable, match="no worker can be started"),
        ):
            list(watch(store, job_id, supervisor))
        assert show(store, job_id).state == "queued"


def test_interrupting_the_waiting_program_leaves_the_job_resumable(
    worked_settings: Settings, tmp_path: Path, hold: Path
) -> None:
    with Store(worked_settings) as store:
        job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": 9})
        script = (
            "import signal\n"
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored where tests run in the background
            "from apps.jobs import ensure_worker, watch\n"
            "from apps.settings import load_settings\n"
            "from apps.store.store import Store\n"
            f"with Store(load_settings()) as store, ensure_worker(store, {SAMPLES}) as supervisor:\n"
            f"    list(watch(store, '{job_id}', supervisor))\n"
        )
        environment = {**os.environ, **worked_settings.environment()}
        waiting = subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.DEVNULL)
        wait_for(lambda: show(store, job_id).step == "second" and len(log_of(tmp_path)) == 3)
        waiting.send_signal(signal.SIGINT)
        waiting.wait(20)
        hold.unlink()
        assert show(store, job_id).state == "queued"
        assert workers.live(store) == []
        with Worker(store, SAMPLES):
            end = list(watch(store, job_id))[-1]
        assert json.loads(readings.document(store, str(end.reading_id))) == {"number": 18}
    assert log_of(tmp_path) == ONCE_MORE
