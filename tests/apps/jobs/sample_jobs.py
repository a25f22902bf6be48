"""Jobs for the tests: they take their time, leave effects, fail and die on request.

The settings of a job say what happens: ``folder`` (its ``log`` gets a line when a step begins and ends), ``first_s``
and ``second_s`` (seconds that a step takes). Files in the folder: ``hold`` (the second step goes on as long as it is
there), ``deaf`` (the same, without a tick), ``fail`` (the second step fails), ``die-before-record`` (its process is
killed between the step's effect and the record of its end; the file goes first).
"""

import ctypes
import os
import signal
import time
from pathlib import Path

from apps.jobs import Made, Run, Step, job, save_reading
from apps.provenance import Provenance
from apps.store import blobs
from apps.store.ids import canonical, hash_of
from core_model.errors import InputRejected, numbered_file

CANARY = "DOE^JANE-7Q"
QUICK = "TANDEM_TEST_QUICK"
"""Where the environment says so, a worker that imports this looks at everything more often."""

if os.environ.get(QUICK):
    from tests.apps.quick import quick

    quick()


@job("test.steps", steps={"first": 1, "second": 3})
def two_steps(run: Run) -> str:
    """Two steps; the second saves a reading."""
    doubled = run.step("first", first, run.settings.get("number", 1))
    return run.step("second", second, doubled)


def first(step: Step, number: int) -> int:
    _note(step, "begin")
    blobs.put(step.store, step.job_id, "between the steps", b"needed by the second")
    _pass_time(step, step.settings.get("first_s", 0.0))
    _note(step, "end")
    return number * 2


def second(step: Step, number: int) -> str:
    _note(step, "begin")
    folder = Path(step.settings["folder"])
    if (folder / "fail").exists():
        raise ValueError(f"{folder}/{CANARY}.dcm is broken")
    while (folder / "deaf").exists():
        time.sleep(0.02)
    while (folder / "hold").exists():
        step.tick(0.5)
        time.sleep(0.02)
    _pass_time(step, step.settings.get("second_s", 0.0))
    provenance = Provenance(hash_of([step.job_id, number]), {"second": "1"}, {}, {}, {})
    reading_id = save_reading(step, provenance, lambda _: Made(canonical({"number": number})))
    if (folder / "die-before-record").exists():
        (folder / "die-before-record").unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    _note(step, "end")
    return reading_id


@job("test.rejects", steps={"only": 1})
def rejects(run: Run) -> None:
    run.step("only", reject)


def reject(step: Step) -> None:
    raise InputRejected(
        "{count} slices are missing",
        action="export the series again",
        source=numbered_file(17, 133),
        code="gap",
        values={"count": 2},
    )


@job("test.kills", steps={"only": 1})
def kills(run: Run) -> None:
    run.step("only", kill)


def kill(step: Step) -> None:
    _note(step, "begin")
    os.kill(os.getpid(), signal.SIGKILL)


@job("test.returns_too_much", steps={"only": 1})
def returns_too_much(run: Run) -> None:
    run.step("only", lambda step: "x" * 100_000)


@job("test.defect", steps={"only": 1})
def defect(run: Run) -> None:
    raise RuntimeError(CANARY)


def _pass_time(step: Step, seconds: float) -> None:
    count = round(seconds / 0.02)
    for number in range(count):
        step.tick(number / count)
        time.sleep(0.02)


def _note(step: Step, what: str) -> None:
    with (Path(step.settings["folder"]) / "log").open("a") as log:
        log.write(f"{step.name} {what} {os.getpid()}\n")


@job("test.still", steps={"hold": 1})
def still(run: Run) -> None:
    """One step that lets no other thread run, where the file ``still`` is there; the file goes first."""
    run.step("hold", hold_the_lock)


def hold_the_lock(step: Step) -> None:
    file = Path(step.settings["folder"]) / "still"
    if file.exists():
        file.unlink()
        ctypes.PyDLL(None).sleep(600)  # what is called so keeps the interpreter's lock, as a bad pattern does
