"""A worker process: it hands waiting jobs to DBOS, runs them, shows that it is alive, and takes over from the dead.

python -m apps.jobs [--module apps.finance.jobs ...] [--with-parent]
"""

import argparse
import importlib
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import Any, NoReturn

from apps import isolation
from apps.jobs.isolated import scratch
from apps.jobs.pulse import show_pulse
from apps.jobs.retention import forget_old_jobs
from apps.settings import load_settings
from apps.store import blobs, inputs, jobs, workers
from apps.store.engine import PASSING, translated_errors
from apps.store.ids import new_id
from apps.store.store import Store
from core_model.errors import NotFound, TandemError, Unavailable

HAND_OVER_S = 0.3
STOP_WITHIN_S = 2.0
FORGET_EVERY_S = 3600.0
LOOK_EVERY_S = 0.2
STUCK_AFTER_S = 300.0
"""A round of the heart waits for a locked database a minute and more, in several places; not five minutes."""
DAMAGED = ("database_damaged", "file_no_database")
JOBS_FILE_DAMAGED = "jobs_file_damaged"
log = logging.getLogger(__name__)


class Worker:
    """A worker in this process; threads of DBOS run the jobs. One at a time in a process.

    Args:
        store: The open store.
        modules: Modules that register jobs; those of the settings where not given.
        concurrency: Jobs at a time.

    Use it as a context manager, or call ``start`` and ``stop``.
    """

    def __init__(self, store: Store, modules: Sequence[str] | None = None, concurrency: int = 1) -> None:
        from apps.jobs.durable import Durable

        for module in store.settings.job_modules if modules is None else modules:
            _import(module)
        self.store, self.id = store, new_id("worker")
        self._stop = threading.Event()
        self._broken: Unavailable | None = None  # what ended its heart
        self._said = ""
        self._beaten, self._forgot = 0.0, time.monotonic()
        self._rounds = 0
        self._durable = Durable(store, self.id, self._stop.is_set, concurrency)
        self._thread = threading.Thread(target=self._beat_and_hand_over, name="tandem-heartbeat", daemon=True)

    def start(self) -> None:
        """Sweep up, show life, then take jobs. Where one of these fails the worker does no job and shows no life.

        Raises:
            Unavailable: The database cannot be used.
        """
        with translated_errors():
            self._sweep()
            workers.beat(self.store, self.id)
            self._beaten = time.time() - workers.BEAT_S
            try:
                self._durable.launch()
                self._thread.start()
            except BaseException:
                self._end()
                self._leave()
                raise

    def wait(self, ending: threading.Event) -> None:
        """Wait until told to end.

        Raises:
            Unavailable: This worker can no longer do its work (codes ``worker_broken``, ``jobs_file_damaged``,
                ``worker_stuck``).
        """
        still, rounds = 0, self._rounds
        while not ending.wait(LOOK_EVERY_S):
            if self._broken is not None:
                raise self._broken
            # Looks are counted, not seconds: whoever sleeps or is suspended looks at nothing meanwhile.
            still, rounds = (still + 1, rounds) if self._rounds == rounds else (0, self._rounds)
            if still * LOOK_EVERY_S > STUCK_AFTER_S:
                raise Unavailable(
                    "the worker's heart has not beaten for {seconds} s",
                    action="start it again",
                    code="worker_stuck",
                    values={"seconds": round(STUCK_AFTER_S)},
                )

    def stop(self) -> None:
        """Interrupt what runs at its next tick, and leave it to the next worker."""
        self._end()
        self._leave()

    @property
    def busy(self) -> bool:
        """Whether a job runs here."""
        return self._durable.running > 0

    def __enter__(self) -> "Worker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _sweep(self) -> None:
        blobs.sweep(self.store)
        isolation.sweep(scratch(self.store))
        try:
            inputs.sweep(self.store)
            forget_old_jobs(self.store)
        except Unavailable as state:  # what lies in the inbox keeps no worker from its work
            log.warning("%s", state)

    def _end(self) -> None:
        """End the threads."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_WITHIN_S)
        self._durable.drain(STOP_WITHIN_S)
        self._durable.destroy()

    def _leave(self) -> None:
        """Show no more life, as far as the database can be written to; else the heart has stopped soon enough."""
        try:
            jobs.requeue(self.store, self.id, died=False)
            workers.rest(self.store, self.id)
        except Unavailable as state:
            log.warning("%s", state)

    def _beat_and_hand_over(self) -> None:
        damaged = False
        try:
            while not self._stop.wait(HAND_OVER_S):
                self._rounds += 1
                if self._durable.file_lost(suspected=damaged):
                    self._broken = _jobs_file_damaged()
                    return
                try:
                    with translated_errors():
                        self._round()
                except Unavailable as state:  # locked or unreachable for a moment: the next round tries again
                    self._say(state)
                    damaged = state.code in DAMAGED
                else:
                    self._said, damaged = "", False
        except BaseException as error:
            line = traceback.extract_tb(error.__traceback__)[-1].lineno
            self._broken = Unavailable(
                "the worker failed with an internal error ({kind}, line {line})",
                action="start it again",
                code="worker_broken",
                values={"kind": type(error).__name__, "line": line},
            )
            raise

    def _say(self, state: Unavailable) -> None:
        """Once, and not at each round: a disk stays full for hours."""
        if state.code != self._said:
            log.warning("%s", state)
        self._said = state.code

    def _round(self) -> None:
        # By the clock on the wall, like the heartbeats: Linux's monotonic one stands still while the machine sleeps.
        since = time.time() - self._beaten
        if not 0 <= since < workers.BEAT_S:
            leapt = not 0 <= since <= workers.DEAD_AFTER_S / 2
            workers.beat(self.store, self.id)
            self._beaten = time.time()
            if not leapt:  # after a sleep, or where the clock was set, the others get the time to beat first
                self._take_over()
            self._durable.reconcile()
            if time.monotonic() - self._forgot > FORGET_EVERY_S:
                self._forgot = time.monotonic()
                forget_old_jobs(self.store)
        self._durable.hand_over()

    def _take_over(self) -> None:
        for gone in [*(row.id for row in workers.dead(self.store)), *workers.unknown_holders(self.store)]:
            if gone == self.id:
                continue
            jobs.requeue(self.store, gone, died=True)
            workers.forget(self.store, gone)
            log.info("took over the jobs of %s", gone)


def run_worker(modules: Sequence[str] | None = None, *, with_parent: bool = False) -> int:
    """Run a worker in this process until it is told to end (SIGTERM, SIGINT). Nobody watches it here, as
    ``run_guarded`` and ``ensure_worker`` do.

    Args:
        modules: Modules that register jobs; those of the settings where not given.
        with_parent: End as soon as standard input closes, that is when the process that started this one is gone.

    Returns:
        Exit status: 0 ended as asked, 1 it could not start (the sentence is on stderr).
    """
    ending = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ending.set()

    previous: dict[int, Any] = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    if with_parent:
        threading.Thread(target=_wait_for_end_of_input, args=(ending,), daemon=True).start()
    try:
        with Store(load_settings()) as store:
            worker = _work_until(store, modules, ending)
        sys.stderr.flush()
        if worker is not None and worker.busy:
            os._exit(0)  # a step that does not tick holds its thread, and Python would wait for it
    except TandemError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0


def _work_until(store: Store, modules: Sequence[str] | None, ending: threading.Event) -> Worker | None:
    """Work until told to end; with a new worker where the file of the recorded steps is lost, and where the database,
    which was there a moment ago, is locked or restarting while this one starts. Returns the last one that started."""
    while True:
        try:
            with Worker(store, modules) as worker:
                worker.wait(ending)
        except Unavailable as state:
            if state.code != JOBS_FILE_DAMAGED and state.code not in PASSING:
                raise
            log.warning("%s", state)
            if ending.wait(1.0):
                return None
        else:
            return worker


def _jobs_file_damaged() -> Unavailable:
    return Unavailable(
        "the file of the recorded steps is damaged, or was replaced",
        action="start the worker again; it begins a new one",
        code="jobs_file_damaged",
    )


def _import(module: str) -> None:
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not (module + ".").startswith(error.name + "."):
            raise
        raise NotFound(
            "the module {module}, which should register jobs, cannot be found",
            action="correct TANDEM_JOB_MODULES, or the module's name",
            code="job_module_missing",
            values={"module": module},
        ) from None


def _wait_for_end_of_input(ending: threading.Event) -> None:
    while os.read(0, 1024):
        pass
    ending.set()


def main() -> NoReturn:
    parser = argparse.ArgumentParser(prog="python -m apps.jobs", description=__doc__)
    parser.add_argument("--module", action="append", help="a module that registers jobs; may be repeated")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    if options.with_parent:
        show_pulse(sys.stdout.fileno())
    status = run_worker(options.module, with_parent=options.with_parent)
    sys.stderr.flush()
    os._exit(status)  # a thread that is stuck would hold Python here for ever
