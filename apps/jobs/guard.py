"""``run_guarded``: a worker in a process of its own, with another process that replaces it where its heart stops."""

import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any

from apps.jobs.pulse import Pulse, end_in_good_order
from apps.processes import start_module
from core_model.errors import system_reason

LOOK_EVERY_S = 1.0
QUICK_S = 10.0  # a worker that ends sooner never worked
MAX_QUICK_ENDS = 3
PAUSE_S = 1.0
log = logging.getLogger(__name__)


def run_guarded(modules: Sequence[str] | None = None) -> int:
    """Keep one worker process running until told to end (SIGTERM, SIGINT). The body of ``tandem worker``.

    A worker whose interpreter stands still (see ``apps.jobs.pulse``), whose heart is stuck, or that was ended by the
    system is replaced; its job goes on in the next one. It ends with this process, however this one ends.

    Args:
        modules: Modules that register jobs; those of the settings where not given.

    Returns:
        Exit status: 0 ended as asked, 1 no worker could start (it has said why on stderr).
    """
    ending = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ending.set()

    previous: dict[int, Any] = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        return _keep_running(modules, ending)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _keep_running(modules: Sequence[str] | None, ending: threading.Event) -> int:
    quick_ends = 0
    while True:
        began = time.monotonic()
        try:
            process = _start(modules)
        except OSError as error:
            print(f"no worker process can be started ({system_reason(error)})", file=sys.stderr)
            return 1
        status = _watch(process, ending)
        if ending.is_set() or status == 0:  # 0: it was told to end itself
            return 0
        quick_ends = quick_ends + 1 if time.monotonic() - began < QUICK_S else 0
        if quick_ends and (status == 1 or quick_ends >= MAX_QUICK_ENDS):  # 1: it has said why
            return 1
        log.warning("the worker ended (status %d); another worker takes its place", status)
        ending.wait(PAUSE_S)


def _start(modules: Sequence[str] | None) -> "subprocess.Popen[bytes]":
    given = [part for name in modules or () for part in ("--module", name)]
    return start_module(
        "apps.jobs",
        "--with-parent",
        *given,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C comes here, and goes from here to the worker in good order
    )


def _watch(process: "subprocess.Popen[bytes]", ending: threading.Event) -> int:
    """Wait until a worker has ended, by itself or because it was told to or has stood still; its exit status."""
    pulse = Pulse(process)
    while not ending.wait(LOOK_EVERY_S):
        status = process.poll()
        if status is not None:
            return status
        if pulse.stopped():
            log.warning("the worker's heart has stopped")
            process.kill()
            return process.wait()
    return end_in_good_order(process, pulse)
