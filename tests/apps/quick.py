"""Jobs that no test waits for: what looks again and again looks more often."""

from collections.abc import Callable
from typing import Any

from apps.jobs import client, durable, guard, pulse, run, supervisor, worker
from apps.store import workers

INTERVALS = {
    (worker, "HAND_OVER_S"): 0.05,
    (worker, "LOOK_EVERY_S"): 0.05,
    (worker, "STOP_WITHIN_S"): 0.5,
    (durable, "POLL_S"): 0.05,
    (run, "REPORT_EVERY_S"): 0.1,
    (client, "LOOK_EVERY_S"): 0.05,
    (supervisor, "LOOK_EVERY_S"): 0.2,
    (guard, "LOOK_EVERY_S"): 0.2,
    (guard, "PAUSE_S"): 0.1,
    (pulse, "PULSE_EVERY_S"): 0.1,
    (workers, "BEAT_S"): 0.5,
}
"""Seconds, in place of some tenths up to two."""
PATIENT_LOOKS, STILL_LOOKS = 100, 15
"""Looks without a pulse: twenty seconds, as usual, in which a worker starts on the busiest machine; three for one that
has started."""


def quick(put: Callable[[Any, str, Any], object] = setattr) -> None:
    """Let everything that looks again and again do so more often, in this process."""
    for (module, name), seconds in INTERVALS.items():
        put(module, name, seconds)
    put(pulse, "STOPPED_AFTER", PATIENT_LOOKS)
