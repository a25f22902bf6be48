"""What a job's function gets (``Run``) and what each of its steps gets (``Step``): progress, cancelling, the store."""

import json
import logging
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from apps.jobs.registry import JobKind
from apps.store import jobs
from apps.store.engine import PASSING
from apps.store.store import Store
from apps.store.tables import JobRow
from core_model.errors import Refusal, TandemError, Unavailable

REPORT_EVERY_S = 0.5
MAX_RESULT_BYTES = 65_536
PAUSE_S = 1.0
MAX_INTERRUPTIONS = 20  # times that the database may go away in one step before the job is called failed
log = logging.getLogger(__name__)


class JobInterrupted(BaseException):
    """A step is to stop where it is. No ``except Exception`` holds it up, and it is no result of the step."""


class JobCancelled(JobInterrupted):
    """The user cancelled the job."""


class JobTakenOver(JobInterrupted):
    """Another worker does the job now: this one was thought dead."""


class WorkerStopping(JobInterrupted):
    """This worker ends; the job waits for another one."""


class RecordsAway(JobInterrupted):
    """What DBOS recorded cannot be read or written now; the job begins again where it stands."""


class JobFailed(JobInterrupted):
    """A step failed. It is no recorded result, so that a retry begins at this step.

    Args:
        refusal: Why, as it is stored: no path, no name.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def patiently(function: Callable[[], Any], stopping: Callable[[], bool]) -> Any:
    """What a function gives, called again and again while the database is in a state that passes by itself: locked,
    restarting, crowded. It must be one that may be called twice.

    Raises:
        WorkerStopping: The worker ends meanwhile.
    """
    while True:
        try:
            return function()
        except Unavailable as state:
            if state.code not in PASSING:
                raise
        _pause(stopping)


def _pause(stopping: Callable[[], bool]) -> None:
    until = time.monotonic() + PAUSE_S
    while time.monotonic() < until:
        if stopping():
            raise WorkerStopping
        time.sleep(0.05)


def failure(error: Exception, step: str) -> JobFailed:
    """What may be kept of an error. Other people's messages can hold paths and names: their kind and place remain."""
    if isinstance(error, TandemError):
        return JobFailed(error.refusal)
    log.info("the step %s failed:\n%s", step, "".join(traceback.format_tb(error.__traceback__)))  # without its message
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    frame = (ours or list(frames))[-1]
    defect = Unavailable(
        "the step '{step}' failed with an internal error ({kind} in {module}, line {line})",
        code="defect",
        values={
            "step": step,
            "kind": type(error).__name__,
            "module": Path(frame.filename).stem,
            "line": frame.lineno or 0,
        },
    )
    return JobFailed(defect.refusal)


def _small(result: Any, step: str) -> Any:
    """A step's result as its record gives it back: JSON, at most ``MAX_RESULT_BYTES``."""
    text = json.dumps(result, allow_nan=False)
    assert len(text) <= MAX_RESULT_BYTES, f"the step '{step}' returns {len(text)} bytes: store a blob, return its hash"
    return json.loads(text)


class Run:
    """One attempt of a job in a worker.

    Attributes:
        job_id: Id of the job.
        input_id: Row of its input.
        settings: Its settings, as they were enqueued.
        kind: Name under which it is registered.
        store: The open store. What is written through it is written as long as this worker does the job, and not
            after another has taken it over, or it was deleted.
    """

    def __init__(
        self,
        row: JobRow,
        kind: JobKind,
        store: Store,
        worker: str,
        run_step: Callable[..., Any],
        stopping: Callable[[], bool],
    ) -> None:
        self.job_id, self.attempt, self.input_id, self.settings = row.id, row.attempt, row.input_id, row.settings
        self.kind = kind.name
        self.store, self._kind, self._worker, self._run_step = store.fenced(self._keep_out), kind, worker, run_step
        self._stopping = stopping
        self._total = sum(kind.weights.values())
        self._done: set[str] = set()
        self._began = time.monotonic()
        self._began_at: float | None = None

    def step(self, name: str, function: Callable[..., Any], *args: Any) -> Any:
        """Run ``function(step, *args)`` as a named step, once: where its end is recorded, its result is taken instead.

        Args:
            name: One of the steps that the kind was registered with.
            function: Gets a ``Step`` first. It returns small JSON (hashes, ids, counts), never arrays, names or paths.
                It may run again where its worker died before its end was recorded, so what it stores has a key.
            args: Small JSON, from the settings or from earlier steps.

        Returns:
            What the function returned, through JSON.

        Raises:
            JobFailed: The step failed.
        """
        assert name in self._kind.weights, f"{self._kind.name} was not registered with a step '{name}'"
        assert name not in self._done, f"the step '{name}' was called twice"
        weight = self._kind.weights[name] / self._total
        before = sum(self._kind.weights[done] for done in self._done) / self._total
        step = Step(self, name, before, weight)
        result = self._run_step(name, self._call, step, function, args)
        self._done.add(name)
        return result

    def _call(self, step: "Step", function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        if self._began_at is None:
            self._began_at = step.before
        for interruption in range(MAX_INTERRUPTIONS + 1):
            try:
                patiently(lambda: step.report(0.0), self._stopping)
                result = _small(function(step, *args), step.name)
                patiently(lambda: step.report(1.0, ended=True), self._stopping)
            except Exception as error:  # noqa: BLE001  # raised again as what may be stored
                passing = isinstance(error, Unavailable) and error.code in PASSING
                if not passing or interruption == MAX_INTERRUPTIONS:
                    raise failure(error, step.name) from None
                log.info("the step %s begins again: %s", step.name, error)
                _pause(self._stopping)
            else:
                return result
        raise AssertionError("unreachable")

    def _keep_out(self, session: Session) -> None:
        """Let nothing be written for a job that this worker no longer has."""
        if not jobs.held_by(session, self.job_id, self.attempt, self._worker):
            raise JobTakenOver

    def eta_s(self, fraction: float) -> float | None:
        """Seconds left, from the pace of this attempt; None in its first second and its first fiftieth."""
        passed, covered = time.monotonic() - self._began, fraction - (self._began_at or 0.0)
        return None if passed < 1 or covered < 0.02 else passed * (1 - fraction) / covered


class Step:
    """One step while it runs.

    Attributes:
        name: Its name.
        job_id: Id of the job; with ``name`` a key for what must happen once.
        input_id: Row of the job's input.
        settings: The job's settings.
        kind: Name under which the job is registered.
        again: The job's id where a second run was asked for; else empty.
        store: The open store.
    """

    def __init__(self, run: Run, name: str, before: float, weight: float) -> None:
        self.name, self.before, self._weight, self._run = name, before, weight, run
        self.job_id, self.input_id, self.settings, self.store = run.job_id, run.input_id, run.settings, run.store
        self.kind, self.again = run.kind, run.job_id if run.settings.get("again") else ""
        self._reported = 0.0

    def tick(self, fraction: float) -> None:
        """Report the share of this step that is done; call it at least once a second. Hand it on as ``tick=``.

        Raises:
            JobInterrupted: The job was cancelled, the worker ends, or another one has taken the job over.
        """
        if self._run._stopping():
            raise WorkerStopping
        if time.monotonic() - self._reported < REPORT_EVERY_S:
            return
        try:
            self.report(fraction)
        except Unavailable as state:
            if state.code not in PASSING:
                raise
            self._reported = time.monotonic()  # what is computed goes on; the next report tells more

    def between(self, start: float, end: float) -> Callable[[float], None]:
        """A ``tick`` for a part of this step: its 0 to 1 stands for ``start`` to ``end``."""
        return lambda fraction: self.tick(start + (end - start) * min(max(fraction, 0.0), 1.0))

    def report(self, fraction: float, *, ended: bool = False) -> None:
        """Write the progress now; see ``tick``."""
        self._reported = time.monotonic()
        whole = min(self.before + self._weight * min(max(fraction, 0.0), 1.0), 1.0)
        answer = jobs.report(
            self.store,
            self.job_id,
            self._run.attempt,
            self._run._worker,
            step=self.name,
            fraction=whole,
            eta_s=self._run.eta_s(whole),
            ended=ended,
        )
        if answer == "cancel":
            raise JobCancelled
        if answer == "lost":
            raise JobTakenOver
