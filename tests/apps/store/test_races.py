"""Two that change the same job, or need the same input, at the same moment: one after the other, on both databases."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Delete

from apps.store import audit, inputs, jobs
from apps.store.deletion import Removal, delete_everything_of
from apps.store.store import Store
from core_model.errors import NotFound, TandemError

WAIT_S = 0.3


class Meanwhile:
    """What another one does in the middle of something: begun there, and ended when both are through."""

    def __init__(self, does: Callable[[], Any]) -> None:
        self._does, self._thread = does, threading.Thread(target=self._run)
        self.told: Any = None

    def _run(self) -> None:
        try:
            self.told = self._does()
        except TandemError as error:
            self.told = error

    def begin(self) -> None:
        self._thread.start()
        self._thread.join(WAIT_S)  # it waits for the lock, or is through

    def end(self) -> Any:
        self._thread.join()
        return self.told


def failed_job(store: Store, input_id: str | None = None) -> str:
    job = jobs.create(store, "test", input_id, {})
    jobs.start(store, job.id, 1, "worker")
    jobs.end(store, job.id, 1, "failed", worker="worker")
    return job.id


def test_a_job_that_ends_while_it_is_cancelled_is_one_of_the_two(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    job = jobs.create(store, "test", None, {})
    jobs.start(store, job.id, 1, "worker")
    ending = Meanwhile(lambda: jobs.end(store, job.id, 1, "done", worker="worker"))
    known = jobs._known
    monkeypatch.setattr(jobs, "_known", lambda row, job_id: (ending.begin(), known(row, job_id))[1])
    jobs.cancel(store, job.id)
    monkeypatch.undo()
    assert ending.end() is False
    assert jobs.get(store, job.id).state == "cancelled"
    assert [act.action for act in audit.listing(store, job.id)] == ["job.cancel", "job.create"]


def test_a_job_that_is_retried_while_it_is_deleted_is_gone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = failed_job(store)
    retrying = Meanwhile(lambda: jobs.retry(store, job_id))
    remove = Removal.remove

    def remove_later(removal: Removal, kind: str, ids: list[str], statement: Delete) -> None:
        retrying.begin()
        remove(removal, kind, ids, statement)

    monkeypatch.setattr(Removal, "remove", remove_later)
    delete_everything_of(store, job_id)
    assert isinstance(retrying.end(), NotFound)
    assert jobs.listing(store) == []


def test_a_job_that_is_queued_while_its_input_is_deleted_keeps_it_or_is_told(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report").touch()
    input_id = inputs.add(store, tmp_path / "report")
    job_id = failed_job(store, input_id)
    queueing = Meanwhile(lambda: jobs.create(store, "test", input_id, {"again": 1}))
    remove = Removal.remove

    def remove_later(removal: Removal, kind: str, ids: list[str], statement: Delete) -> None:
        if kind == "input":  # found to be needed by nothing
            queueing.begin()
        remove(removal, kind, ids, statement)

    monkeypatch.setattr(Removal, "remove", remove_later)
    delete_everything_of(store, job_id)
    told = queueing.end()
    assert isinstance(told, NotFound)
    assert told.code == "input_gone"
    assert jobs.listing(store) == []
