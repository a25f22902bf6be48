"""The jobs of ``job_takeover`` in a worker whose clock is set by a file, as an administrator or a time server would.

The file holds seconds that are added to what ``time.time`` says. The monotonic clock goes on, as it does on a machine.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import benchmarks.job_takeover  # noqa: F401  # registers the jobs

CLOCK = "TANDEM_BENCHMARK_CLOCK"
LOOK_EVERY_S = 0.1


def shifted_by(file: Path) -> Callable[[], float]:
    """``time.time`` with what the file holds added."""
    real, ahead, looked = time.time, [0.0], [float("-inf")]

    def shifted() -> float:
        if time.monotonic() - looked[0] > LOOK_EVERY_S:
            looked[0] = time.monotonic()
            ahead[0] = float(file.read_text() or "0")
        return real() + ahead[0]

    return shifted


if os.environ.get(CLOCK):
    time.time = shifted_by(Path(os.environ[CLOCK]))
