"""The keeper of a worker outlives what a busy machine and a busy database throw at it."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import InterfaceError, OperationalError

from apps.jobs import keeper
from apps.jobs.keeper import ensure_worker
from apps.settings import Settings
from apps.store import workers
from apps.store.store import Store
from core_model.errors import Unavailable
from tests.apps.jobs.conftest import wait_for


class Sleeper:
    """A worker process that lives until it is told to end."""

    returncode = 0
    stdin = None

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def poll(self) -> None:
        return None

    def wait(self, _: float) -> int:
        return 0


def test_the_keeper_goes_on_after_errors_of_database_and_machine_and_starts_a_worker_when_it_can(
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

    monkeypatch.setattr(keeper, "LOOK_EVERY_S", 0.01)
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
    assert refused.value.code == "worker_does_not_start"
    assert str(tmp_path) not in str(refused.value)
