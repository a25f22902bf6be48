"""Parses that never end, as jobs: one holds the interpreter's lock of its process, one ignores signals."""

import re
import signal
from typing import Any

from apps.isolation import Budget, Port
from apps.jobs import Run, Step, in_child, job

KIND = "benchmark.parse"
PARSES = ("hold_the_lock", "ignore_signals")
BUDGET = Budget(cpu_s=600, wall_s=600, memory_mib=256)


@job(KIND, steps={"parse": 1})
def read(run: Run) -> None:
    """A job whose parse never ends; its settings say which of ``PARSES``."""
    run.step("parse", _parse)


def _parse(step: Step) -> None:
    with in_child(step, f"{__name__}:{step.settings['parse']}", {}, BUDGET, step.tick):
        pass


def hold_the_lock(_given: dict[str, Any], _port: Port) -> None:
    """Let no other thread of this process run, and no handler of a signal."""
    re.match(r"(\s*\*+)+$", "*" * 200 + "!")


def ignore_signals(_given: dict[str, Any], _port: Port) -> None:
    """Go on whatever is asked."""
    for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    while True:
        pass
