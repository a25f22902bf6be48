"""``tandem worker``: a worker whose heart has stopped is killed and replaced, and all end when told to."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.jobs import enqueue, show
from apps.settings import Settings
from apps.store import workers
from apps.store.store import Store
from tests.apps.jobs.conftest import SAMPLES, wait_for
from tests.apps.jobs.forked import Forked, keep_running


@pytest.fixture
def guard(worked_settings: Settings, tmp_path: Path) -> Iterator[Forked]:
    """What ``tandem worker`` runs, with the jobs of the tests."""
    process = Forked(keep_running, (SAMPLES,), worked_settings, tmp_path / "errors")
    yield process
    process.kill()
    process.wait()


def living(store: Store) -> list[int]:
    return [row.pid for row in workers.live(store)]


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_worker_that_the_system_ended_or_whose_heart_has_stopped_is_replaced_and_its_job_ends(
    worked_settings: Settings, guard: Forked, tmp_path: Path
) -> None:
    (tmp_path / "still").touch()
    with Store(worked_settings) as store:
        wait_for(lambda: living(store))
        (first,) = living(store)
        assert first != guard.pid
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: living(store) not in ([], [first]))
        (second,) = living(store)
        job = enqueue(store, "test.still", None, {"folder": str(tmp_path)})
        wait_for(lambda: not (tmp_path / "still").exists())
        os.kill(guard.pid, signal.SIGUSR1)
        wait_for(lambda: gone(second))
        os.kill(guard.pid, signal.SIGUSR2)
        wait_for(lambda: show(store, job).state == "done", seconds=120)
        wait_for(lambda: living(store) not in ([], [second]))
        (third,) = living(store)
        assert guard.poll() is None
        guard.terminate()
        assert guard.wait(60) == 0
        assert gone(third)
        assert b"heart has stopped" in (tmp_path / "errors").read_bytes()


def test_a_worker_that_stands_still_keeps_nobody_from_ending(
    worked_settings: Settings, guard: Forked, tmp_path: Path
) -> None:
    (tmp_path / "still").touch()
    with Store(worked_settings) as store:
        job = enqueue(store, "test.still", None, {"folder": str(tmp_path)})
        wait_for(lambda: not (tmp_path / "still").exists())
        (worker,) = living(store)
        os.kill(guard.pid, signal.SIGINT)
        assert guard.wait(60) == 0
        assert gone(worker)
        assert show(store, job).state == "running", "for the next worker"


def test_a_worker_ends_with_its_guard_however_that_ends(worked_settings: Settings, guard: Forked) -> None:
    with Store(worked_settings) as store:
        wait_for(lambda: living(store))
        (worker,) = living(store)
        guard.kill()
        wait_for(lambda: gone(worker) and not living(store))


def test_the_command_gives_the_sentence_and_status_1_where_no_worker_can_start(tmp_path: Path) -> None:
    given = {"TANDEM_DATA_DIR": str(tmp_path), "TANDEM_DATABASE_URL": "", "TANDEM_JOB_MODULES": "no.such.module"}
    environment = {**os.environ, **given}
    ended = subprocess.run(
        [sys.executable, "-m", "apps.cli", "worker"], env=environment, capture_output=True, timeout=60
    )
    assert ended.returncode == 1
    assert ended.stderr.count(b"no.such.module") == 1
