"""Whether a worker's interpreter still runs: a byte a second to the process that started it, and that ends it.

What holds the interpreter's lock stops all threads of a worker at once, its heartbeat too, and no signal handler of
Python runs any more; the process lives on and holds its job. Only another process can see that and end it.
"""

import os
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

PULSE_EVERY_S = 1.0
STOPPED_AFTER = 20
"""Looks, one a second or slower, without a byte in between, after which a worker counts as stopped."""
END_WITHIN_S = 3.0
"""A worker ends in good order within two seconds, its job interrupted; one that holds its interpreter's lock never."""
STILL_S = 1.5
"""Without a beat, after which nobody waits for a worker that was told to end."""
WAIT_S = 0.2


def show_pulse(descriptor: int) -> None:
    """Write a byte a second, in a thread of its own, until nobody reads any more."""

    def beat() -> None:
        pause = threading.Event()
        with suppress(OSError):
            while os.write(descriptor, b"."):
                pause.wait(PULSE_EVERY_S)

    threading.Thread(target=beat, name="tandem-pulse", daemon=True).start()


class Pulse:
    """The pulse of a process, felt where it was started.

    Looks are counted, not seconds: a machine that sleeps looks at nothing, and a process that is suspended from outside
    is as it was when it goes on.

    Args:
        process: Started with a pipe as its standard output.
    """

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        self._process = process
        self._felt = self._known = 0
        self._without = 0
        threading.Thread(target=self._feel, args=(process.stdout,), name="tandem-pulse", daemon=True).start()

    @property
    def felt(self) -> int:
        """How many beats there were."""
        return self._felt

    def stopped(self) -> bool:
        """Look once; whether it has been still for too many looks."""
        if self._felt != self._known or _suspended(self._process.pid):
            self._known, self._without = self._felt, 0
        else:
            self._without += 1
        return self._without >= STOPPED_AFTER

    def _feel(self, stream: IO[bytes]) -> None:
        with stream, suppress(OSError, ValueError):
            while stream.read(1):
                self._felt += 1


def end_in_good_order(process: "subprocess.Popen[bytes]", pulse: Pulse) -> int:
    """End a worker by closing its standard input; by force where it takes too long, or stands still; its exit
    status."""
    if process.stdin is not None:
        process.stdin.close()
    began = beaten = time.monotonic()
    felt = pulse.felt
    while time.monotonic() - began < END_WITHIN_S and time.monotonic() - beaten < STILL_S:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(WAIT_S)
        if pulse.felt != felt:
            felt, beaten = pulse.felt, time.monotonic()
    process.kill()
    return process.wait()


def _suspended(process: int) -> bool:
    """Whether a process is stopped by a signal, as far as the system says so (Linux)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in ("T", "t")
    except (OSError, IndexError):
        return False
