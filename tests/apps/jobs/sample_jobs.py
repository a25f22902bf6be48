"""Jobs for the tests: they sleep, tick, write effects and fail on request."""

import os
import signal
import time
from pathlib import Path

from apps.jobs import Run, Step, job


@job("test.steps", steps={"first": 1, "second": 3})
def steps(run: Run) -> None:
    """Two steps; each appends a line to the folder of the settings when it begins and when it ends."""
    doubled = run.step("first", first, run.settings.get("number", 1))
    run.step("second", second, doubled)


def first(step: Step, number: int) -> int:
    _note(step, "begin")
    _pass_time(step, step.settings.get("first_s", 0.0))
    _note(step, "end")
    return number * 2


def second(step: Step, number: int) -> int:
    _note(step, "begin")
    flag = Path(step.settings["folder"]) / "fail"
    if flag.exists():
        raise ValueError("/home/patient/JANE_DOE.dcm is broken")
    if step.settings.get("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    _pass_time(step, step.settings.get("second_s", 0.0))
    _note(step, "end")
    return number + 1


def _pass_time(step: Step, seconds: float) -> None:
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        step.tick(passed / seconds)
        time.sleep(0.05)


def _note(step: Step, what: str) -> None:
    with (Path(step.settings["folder"]) / "log").open("a") as log:
        log.write(f"{step.name} {what} {os.getpid()}\n")
