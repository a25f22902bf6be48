"""The supervisor of a worker outlives what a busy machine and a busy database throw at it."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import InterfaceError, OperationalError

from apps.jobs import enqueue, pulse, show, supervisor
from apps.jobs.supervisor import ensure_worker
from apps.settings import Settings
from apps.store import workers
from apps.store.store import Store
from core_model.errors import Unavailable
from tests.apps.jobs.conftest import wait_for
from tests.apps.quick import STILL_LOOKS


class Sleeper:
    """A worker process that lives until it is told to end."""

    stdin = None
    pid = os.getpid()

    def __init__(self, *_: Any, **__: Any) -> None:
        self.stdout = io.BytesIO()

    def poll(self) -> None:
        return None

    def wait(self, _: float) -> int:
        return 0


def test_the_supervisor_goes_on_after_errors_of_database_and_machine_and_starts_a_worker_when_it_can(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = OperationalError("SELECT path FROM input", {"path": "JANE_DOE"}, Exception("connection reset"))
    answers: list[Any] = [
        ["a live one"], away, InterfaceError("SELECT 1", {}, Exception("closed")), OSError(5, "Input/output error"),
        Unavailable("another program holds the database", code="database_locked"), [],
    ]  # fmt: skip
    started: list[Sleeper] = []
    starts = [OSError(11, "Resource temporarily unavailable"), None]

    def live(_: Store) -> Any:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def start(*_: Any, **__: Any) -> Sleeper:
        trouble = starts.pop(0)
        if trouble is not None:
            raise trouble
        started.append(Sleeper())
        return started[-1]

    monkeypatch.setattr(supervisor, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(pulse, "STOPPED_AFTER", 10**6)
    monkeypatch.setattr(workers, "live", live)
    monkeypatch.setattr(subprocess, "Popen", start)
    with Store(sqlite_settings) as store, ensure_worker(store) as kept:
        wait_for(lambda: kept.started_here, seconds=10)
        kept.check()
    assert len(started) == 1
    for told in ("OperationalError", "InterfaceError", "OSError", "another program holds", "no worker process can be"):
        assert told in caplog.text
    assert "JANE_DOE" not in caplog.text


def test_a_machine_that_starts_no_process_is_told_to_the_one_who_waits(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(12, "Cannot allocate memory", str(tmp_path))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with (
        Store(sqlite_settings) as store,
        pytest.raises(Unavailable, match=r"no worker process .* \(Cannot allocate memory\)") as refused,
        ensure_worker(store),
    ):
        pass
    assert refused.value.code == "no_process_for_worker"
    assert str(tmp_path) not in str(refused.value)


class Dead(Sleeper):
    """A worker process that ended at once, having said why."""

    def poll(self) -> int:  # type: ignore[override]
        return 1


def test_a_worker_that_did_not_start_is_told_to_those_who_ask_and_tried_again_for_those_who_wait(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, starts, alive = [1000.0], [], []

    def start(*_: Any, **__: Any) -> Sleeper:
        starts.append(clock[0] - 1000.0)
        return Dead() if len(starts) < 7 else Sleeper()

    monkeypatch.setattr(pulse, "STOPPED_AFTER", 10**6)
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(workers, "live", lambda _: alive)
    monkeypatch.setattr(subprocess, "Popen", start)
    kept = supervisor.WorkerSupervisor(Store(sqlite_settings), None)
    for _ in range(260):
        kept._look()
        if starts and len(starts) < 7 and clock[0] > 1001.0:
            with pytest.raises(Unavailable, match=r"tandem worker' to see why \(it ended with status 1\)"):
                kept.check()
        clock[0] += 1.0
    assert starts == [0, 6, 17, 38, 79, 140, 201], "a second to see the end, then pauses of 5, 10, 20, 40, 60, 60 s"
    assert kept.started_here
    kept.check()


def test_a_worker_that_another_started_ends_the_trouble(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive: list[str] = []
    monkeypatch.setattr(workers, "live", lambda _: alive)
    monkeypatch.setattr(subprocess, "Popen", Dead)
    kept = supervisor.WorkerSupervisor(Store(sqlite_settings), None)
    kept._look()
    kept._look()
    with pytest.raises(Unavailable, match="no worker can be started"):
        kept.check()
    alive.append("a worker")
    kept._look()
    kept.check()
    assert not kept.started_here


def test_a_worker_whose_interpreter_stands_still_is_killed_and_another_one_ends_its_job(
    worked_settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "still").touch()
    with Store(worked_settings) as store, ensure_worker(store, ["tests.apps.jobs.sample_jobs"]) as watched:
        job = enqueue(store, "test.still", None, {"folder": str(tmp_path)})
        wait_for(lambda: not (tmp_path / "still").exists(), seconds=60)
        first = watched._process
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(pulse, "STOPPED_AFTER", STILL_LOOKS)
            wait_for(lambda: watched._process is not first)
        assert first is not None
        assert first.poll() == -signal.SIGKILL
        wait_for(lambda: show(store, job).state == "done", seconds=120)
        watched.check()


def test_a_suspended_process_is_not_taken_to_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "STOPPED_AFTER", 3)
    beating = "import sys, time\nwhile True: sys.stdout.write('.'); sys.stdout.flush(); time.sleep(0.02)"
    with subprocess.Popen([sys.executable, "-c", beating], stdout=subprocess.PIPE) as process:
        felt = pulse.Pulse(process)
        wait_for(lambda: felt._felt > 3)
        for _ in range(5):
            time.sleep(0.1)
            assert not felt.stopped()
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.2)
        assert not any(felt.stopped() for _ in range(9))
        process.send_signal(signal.SIGCONT)
        time.sleep(0.2)
        assert not felt.stopped()
        process.kill()


def test_a_worker_that_stands_still_keeps_nobody_from_ending_who_started_it(sqlite_settings: Settings) -> None:
    """It neither beats nor sees that its standard input was closed."""
    with Store(sqlite_settings) as store:
        kept = supervisor.WorkerSupervisor(store, [])
        still = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
        with subprocess.Popen(still, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            kept._process, kept._pulse = process, pulse.Pulse(process)
            kept._thread.start()
            began = time.monotonic()
            kept.close()
            assert time.monotonic() - began < pulse.END_WITHIN_S
            assert process.returncode == -signal.SIGKILL


def test_nothing_is_started_when_looking_has_ended(sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look was waiting for a busy database when the supervisor was closed."""
    looking, closed = threading.Event(), threading.Event()
    started: list[Any] = []

    def live(_: Store) -> list[Any]:
        looking.set()
        assert closed.wait(10)
        return []

    monkeypatch.setattr(workers, "live", live)
    monkeypatch.setattr(supervisor, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: started.append(1))
    with Store(sqlite_settings) as store:
        kept = supervisor.WorkerSupervisor(store, [])
        kept._thread.start()
        assert looking.wait(10)
        kept.close()
        closed.set()
        kept._thread.join()
    assert started == []
