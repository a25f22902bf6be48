"""``ensure_worker``: a worker where none is alive, which ends together with whoever needed it."""

import logging
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from apps.jobs.pulse import Pulse, end_in_good_order
from apps.processes import start_module
from apps.store import workers
from apps.store.store import Store
from core_model.errors import Unavailable, system_reason

LOOK_EVERY_S = 1.0
QUICK_S = 10.0  # a worker that ends sooner never worked
MAX_QUICK_ENDS = 3
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 60.0
log = logging.getLogger(__name__)


class WorkerSupervisor:
    """Watches that some worker is alive and starts one of its own where none is. Made by ``ensure_worker``.

    A worker of its own whose interpreter stands still (see ``apps.jobs.pulse``) is killed, and another one started.
    """

    def __init__(self, store: Store, modules: Sequence[str] | None) -> None:
        self.store, self._modules = store, modules
        self._process: subprocess.Popen[bytes] | None = None
        self._pulse: Pulse | None = None
        self._started_at = 0.0
        self._quick_ends = 0
        self._failed: int | None = None  # the status that the last one ended with at once
        self._pause_s = 0.0
        self._not_before = 0.0
        self._stop = threading.Event()
        self._starting = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="tandem-supervisor", daemon=True)

    @property
    def started_here(self) -> bool:
        """Whether the worker is ours."""
        return self._process is not None

    def check(self) -> None:
        """Say so where no worker can be had. It is tried again all the same, after longer and longer pauses, for
        those who wait without asking here.

        Raises:
            Unavailable: What was started last ended at once (code ``worker_does_not_start``).
        """
        if self._failed is not None:
            raise Unavailable(
                "no worker can be started",
                action="run 'tandem worker' to see why (it ended with status {status})",
                code="worker_does_not_start",
                values={"status": self._failed},
            )

    def open(self) -> None:
        """Start a worker where none is alive, and keep looking in a thread until ``close``."""
        self._look()
        self._thread.start()

    def close(self) -> None:
        """Stop looking, and end the worker that was started here; it is killed where it does not end in time."""
        self._stop.set()
        with self._starting:  # nothing starts from here on, though a look may go on that waits for a busy database
            process, pulse = self._process, self._pulse
        if process is not None and pulse is not None:
            end_in_good_order(process, pulse)
        self._thread.join(LOOK_EVERY_S)

    def _watch(self) -> None:
        said = ""
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                self._look()
            except (Unavailable, SQLAlchemyError, OSError) as error:
                # The database is busy or away, or the machine has no process to spare: the next look tells.
                text = str(error) if isinstance(error, Unavailable) else type(error).__name__
                if text != said:
                    log.warning("no look for a live worker: %s", text)
                said = text
            else:
                said = ""

    def _look(self) -> None:
        if self._process is not None:
            quick = time.monotonic() - self._started_at < QUICK_S
            if not quick:
                self._works()
            status = self._process.poll()
            if status is None:
                if self._pulse is None or not self._pulse.stopped():
                    return
                log.warning("the worker's heart has stopped; another worker takes its place")
                self._process.kill()
                status = self._process.wait()
            self._process = self._pulse = None
            if quick:
                self._ended_at_once(status)
        if workers.live(self.store):
            self._works()
        elif time.monotonic() >= self._not_before:
            with self._starting:
                if not self._stop.is_set():
                    self._start()

    def _works(self) -> None:
        self._quick_ends, self._failed, self._pause_s = 0, None, 0.0

    def _ended_at_once(self, status: int) -> None:
        self._quick_ends += 1
        if status == 1 or self._quick_ends >= MAX_QUICK_ENDS:  # 1: it has said why on stderr
            self._failed = status
            self._pause_s = min(2 * self._pause_s or FIRST_PAUSE_S, LONGEST_PAUSE_S)
            self._not_before = time.monotonic() + self._pause_s

    def _start(self) -> None:
        """Start a worker process.

        Raises:
            Unavailable: The machine starts no process now.
        """
        self._started_at = time.monotonic()
        modules = [part for name in self._modules or () for part in ("--module", name)]
        try:
            self._process = start_module(
                "apps.jobs",
                "--with-parent",
                *modules,
                settings=self.store.settings.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C goes to the one who waits, and from there to the worker in good order
            )
            self._pulse = Pulse(self._process)
        except OSError as error:
            raise Unavailable(
                "no worker process can be started ({why})",
                action="end other programs, or raise the limit of processes",
                code="no_process_for_worker",
                values={"why": system_reason(error)},
            ) from None


@contextmanager
def ensure_worker(store: Store, modules: Sequence[str] | None = None) -> Iterator[WorkerSupervisor]:
    """While the block runs, some worker is alive: one that is already, or one of its own that ends with the block.

    It ends too when this process is killed. A job that it was doing is left for the next worker.

    Args:
        store: The open store; the worker gets its settings.
        modules: Modules that register jobs; those of the settings where not given.
    """
    supervisor = WorkerSupervisor(store, modules)
    supervisor.open()
    try:
        yield supervisor
    finally:
        supervisor.close()
