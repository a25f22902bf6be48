"""Worker processes that cost no start of Python: forked from a process that has imported what a worker needs.

``python -m apps.jobs`` itself is started where its start, or what starts it, is tested.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from apps.jobs import guard, pulse, worker
from apps.settings import Settings
from apps.store import workers
from tests.apps.quick import PATIENT_LOOKS, STILL_LOOKS, quick

IMPORTED = ("apps.jobs.durable", "apps.jobs.worker", "tests.apps.jobs.sample_jobs", "tests.apps.jobs.forked")


class Forked:
    """A function in a process of its own, which ends as the function says.

    Args:
        function: Of a module; what it returns is the exit status.
        given: Its arguments.
        settings: Of the store that it opens.
        errors: Where its standard error goes.
    """

    def __init__(self, function: Callable[..., int], given: Sequence[Any], settings: Settings, errors: Path) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(IMPORTED))
        environment = {**os.environ, **settings.environment()}
        self._process = context.Process(target=_run, args=(function, given, environment, str(errors)))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Its exit status, negative where a signal has ended it; None while it lives."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int | None:
        """Its exit status, when it has ended; None where it has not after so many seconds."""
        self._process.join(seconds)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()


def work(modules: list[str], dead_after_s: float) -> int:
    """A worker, with its patience with silent ones."""
    workers.DEAD_AFTER_S = dead_after_s
    sys.argv = ["apps.jobs", *(part for module in modules for part in ("--module", module))]
    worker.main()


def keep_running(modules: list[str]) -> int:
    """A guard, which starts its worker as ``tandem worker`` does. It is less patient with one that stands still after
    SIGUSR1, and as before after SIGUSR2."""
    for number, looks in ((signal.SIGUSR1, STILL_LOOKS), (signal.SIGUSR2, PATIENT_LOOKS)):
        signal.signal(number, lambda *_, looks=looks: setattr(pulse, "STOPPED_AFTER", looks))
    return guard.run_guarded(modules)


def _run(function: Callable[..., int], given: Sequence[Any], environment: dict[str, str], errors: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with open(errors, "ab") as file:
        os.dup2(file.fileno(), sys.stderr.fileno())
    quick()
    status = function(*given)
    sys.stderr.flush()
    os._exit(status)
