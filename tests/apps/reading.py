"""Reads an input the whole way, through a worker in this process, and tells how the job ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.finance.jobs import submit as submit_report
from apps.jobs import Progress, Worker, watch
from apps.medical.jobs import submit as submit_study
from apps.settings import Settings, load_settings
from apps.store.store import Store
from tests.apps.quick import quick
from tests.conftest import put_empty_database

MODULES = ["apps.finance.jobs", "apps.medical.jobs"]


@contextmanager
def reader(folder: Path, settings: Settings | None = None) -> Iterator["Reader"]:
    """A store in a folder, on SQLite unless the settings say otherwise, with a worker beside it that looks often."""
    if settings is None:
        put_empty_database(folder, worked=True)
    with (
        pytest.MonkeyPatch.context() as patched,
        Store(settings or load_settings(data_dir=folder, database_url="")) as store,
    ):
        quick(patched.setattr)
        with Worker(store, MODULES):
            yield Reader(store)


class Reader:
    """Submits inputs and waits for their jobs."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def report(self, path: Path, *, again: bool = False) -> Progress:
        """How the reading of a report ended."""
        return self._end_of(submit_report(self.store, path, again=again))

    def study(self, path: Path, *, again: bool = False) -> Progress:
        """How the reading of a study ended."""
        return self._end_of(submit_study(self.store, path, again=again))

    def _end_of(self, job_id: str) -> Progress:
        *_, end = watch(self.store, job_id)
        return end
