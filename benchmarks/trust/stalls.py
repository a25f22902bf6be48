"""How long the worst inputs hold a worker up: its heartbeat, a cancelled job, the end that SIGTERM asks for.

Hostile and large inputs are read by the worker that users start (``tandem worker``), one job after the other. Of each,
three times are taken: between two heartbeats in the database while it is parsed, from the job's cancelling to its end,
and from SIGTERM to the end of both processes. A parse that ends sooner than it can be cancelled has no such time, and
none is needed. Besides the files two parses of our own: one holds the interpreter's lock for ever, one ignores signals.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from apps.jobs import cancel, enqueue, show
from apps.settings import Settings, load_settings
from apps.store import inputs, workers
from apps.store.store import Store
from apps.store.tables import WorkerRow
from benchmarks.figures import Figure
from benchmarks.trust import accepted_made, bombs_made, stalling
from benchmarks.trust.bombs import FINANCE, shared
from core_model.errors import NotAllowed

MODULES = ("apps.finance.jobs", "apps.medical.jobs", stalling.__name__)
INTO_S = 3.0
"""Into the parse, when it is cancelled."""
LOOK_EVERY_S = 0.02
PATIENCE_S = 300.0
GUARDED = "import sys; from apps.jobs import run_guarded; raise SystemExit(run_guarded(sys.argv[1:]))"


@dataclass(slots=True)
class Stall:
    """What one input held up, in seconds.

    Attributes:
        name: Of the input.
        beats: Between heartbeats while it was read.
        cancel: From cancelling its job to the job's end; none where it was read, or refused, before.
        ends: From SIGTERM to the end of the worker, while it was read.
    """

    name: str
    beats: list[float] = field(default_factory=list)
    cancel: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Given:
    """What is read: a kind of job, and its file or its settings."""

    name: str
    kind: str
    path: Path | None
    settings: dict[str, Any]


def stalls(limit: int | None = None) -> dict[str, Figure]:
    """The longest times of all inputs.

    Args:
        limit: Inputs of each sort to take; all where not given.
    """
    with tempfile.TemporaryDirectory(prefix="tandem-stalls-") as name:
        folder = Path(name)
        settings = load_settings(data_dir=folder / "data", database_url="")
        with Store(settings) as store:
            measured = list(_measured(store, settings, givens(folder, limit)))
    return figures(measured)


def figures(measured: Sequence[Stall]) -> dict[str, Figure]:
    """The worst of each time and of all."""
    sorts: dict[str, Callable[[Stall], list[float]]] = {
        "longest_heartbeat_gap_s": lambda stall: stall.beats,
        "longest_cancel_s": lambda stall: stall.cancel,
        "longest_end_s": lambda stall: stall.ends,
    }
    found = {}
    for name, of in sorts.items():
        times = [(seconds, stall.name) for stall in measured for seconds in of(stall)]
        worst, which = max(times)
        found[name] = Figure(worst, "s", len(times), note=which)
    longest = max(found, key=lambda name: found[name].value)
    note = f"of {', '.join(sorts)} the worst: {longest}, {found[longest].note}; {len(measured)} inputs"
    whole = Figure(found[longest].value, "s", sum(figure.n for figure in found.values()), note=note)
    return {"longest_stall_s": whole, **found}


def givens(folder: Path, limit: int | None) -> Iterator[Given]:
    """All that is read: the parses of our own first, then hostile inputs and large ones."""
    for parse in stalling.PARSES:
        yield Given(parse, stalling.KIND, None, {"parse": parse})
    for name in ("shared", "reports", "studies", "large"):
        (folder / name).mkdir()
    hostile = list(shared(folder / "shared"))
    sorts: tuple[Iterable[Path], ...] = (
        [path for place, path in hostile if place == FINANCE],
        [path for place, path in hostile if place != FINANCE],
        bombs_made.reports(folder / "reports"),
        accepted_made.reports(folder / "large"),
        bombs_made.studies(folder / "studies"),
    )
    for number, paths in enumerate(sorts):
        kind = "medical.read" if number in (1, 4) else "finance.read"
        for path in islice(paths, limit):
            yield Given(path.name, kind, path, {})


def _measured(store: Store, settings: Settings, given: Iterable[Given]) -> Iterator[Stall]:
    """Each input in a worker that was there before; one that is ended in the middle of it is followed by another."""
    process = None
    try:
        for each in given:
            print(f"stalls: {each.name}", file=sys.stderr)
            if process is None:
                process = _start(settings)
                _wait(lambda: workers.live(store), process)
            stall = Stall(each.name)
            if _read(store, process, each, stall):
                _end(store, process, each, stall)
                process = None
            yield stall
    finally:
        if process is not None:
            process.terminate()
            process.wait()


def _read(store: Store, process: "subprocess.Popen[bytes]", given: Given, stall: Stall) -> bool:
    """Read an input with an eye on the heart, and cancel it where that takes long; whether it does."""
    job_id = _enqueue(store, given)
    beats = [_beat(store)]

    def look(condition: Callable[[], object]) -> Callable[[], object]:
        def looked() -> object:
            beats.extend(beat for beat in [_beat(store)] if beat != beats[-1])
            return condition()

        return looked

    _wait(look(lambda: show(store, job_id).state != "queued"), process)
    until = time.monotonic() + INTO_S
    _wait(look(lambda: show(store, job_id).ended or time.monotonic() > until), process)
    long = not show(store, job_id).ended
    if long:
        began = time.monotonic()
        with suppress(NotAllowed):  # it has just ended
            cancel(store, job_id)
            _wait(look(lambda: show(store, job_id).ended), process)
            stall.cancel.append(time.monotonic() - began)
    beaten = len(beats)
    _wait(look(lambda: len(beats) > beaten), process)  # the one after its end tells of all of it
    stall.beats += [after - before for before, after in zip(beats, beats[1:], strict=False)]
    return long


def _end(store: Store, process: "subprocess.Popen[bytes]", given: Given, stall: Stall) -> None:
    """End a worker in the middle of a parse."""
    job_id = _enqueue(store, given)
    _wait(lambda: show(store, job_id).state != "queued", process)
    time.sleep(INTO_S)
    held = [row.pid for row in workers.live(store)]
    began = time.monotonic()
    process.terminate()
    process.wait()
    _wait(lambda: not any(map(_lives, held)), None)
    stall.ends.append(time.monotonic() - began)
    with suppress(NotAllowed):  # it had ended before
        cancel(store, job_id)


def _enqueue(store: Store, given: Given) -> str:
    input_id = None if given.path is None else inputs.add(store, given.path)
    return enqueue(store, given.kind, input_id, given.settings, again=True)


def _beat(store: Store) -> float:
    """The last heartbeat of the worker, as the database has it."""
    with store.read() as session:
        return max(session.execute(select(WorkerRow.beat)).scalars(), default=0.0)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _start(settings: Settings) -> "subprocess.Popen[bytes]":
    """What ``tandem worker`` runs, with the jobs of our own besides."""
    environment = {**os.environ, **settings.environment()}
    return subprocess.Popen([sys.executable, "-c", GUARDED, *MODULES], env=environment)


def _wait(condition: Callable[[], object], process: "subprocess.Popen[bytes] | None") -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert process is None or process.poll() is None, f"the worker ended with status {process.returncode}"
        assert time.monotonic() < until, f"nothing happened for {PATIENCE_S:.0f} s"
        time.sleep(LOOK_EVERY_S)
