"""``run_isolated``: a function in a process of its own, with progress, cancelling, and an end in any case."""

import queue
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.isolation import starting
from apps.isolation.budget import Budget, folder_unusable, how_it_ended, lost, no_answer
from apps.isolation.wire import Broken, Channel, error_from_json
from core_model.errors import Unavailable

LOOK_EVERY_S = 0.2
GONE_WITHIN_S = 0.5
"""A killed process is gone at once, unless it was still to be forked from a server that is only starting."""
LEFT_AFTER_S = 6 * 3600.0
PREFIX = "parse-"


@dataclass(frozen=True, slots=True)
class Answered:
    """What an isolated function gave back.

    Attributes:
        value: What it returned, through JSON. To be looked at with care: it comes from the process that parsed.
        folder: The folder of the call with the files that it wrote; it goes with the ``with`` block.
    """

    value: Any
    folder: Path

    def file(self, name: str) -> Path:
        """A file that the function wrote into the folder.

        Raises:
            Unavailable: There is no plain file of this name.
        """
        path = self.folder / name
        try:
            plain = stat.S_ISREG(path.lstat().st_mode)
        except OSError:
            plain = False
        if not plain:
            raise lost()
        return path


@contextmanager
def run_isolated(
    place: str,
    given: dict[str, Any],
    *,
    budget: Budget,
    folder: Path,
    tick: Callable[[float], None] | None = None,
    said: Mapping[str, Callable[[Any, Path], None]] | None = None,
    asked: Mapping[str, Callable[[Any], Any]] | None = None,
    fork: bool = starting.CAN_FORK,
) -> Iterator[Answered]:
    """Call a function in a process of its own, which ends with this block, whatever it does.

    Args:
        place: ``package.module:function``; it gets ``given`` and a ``Port``, and returns small JSON.
        given: Small JSON: paths, settings.
        budget: What it may use.
        folder: Where the folder of this call is made.
        tick: Called several times a second with the share done, also while the function says nothing; what it raises
            ends the call.
        said: By name, what to do with what the function says on the way; it gets the value and the call's folder.
        asked: By name, what answers the function's questions.
        fork: Whether the process is forked from a server, as on Linux.

    Raises:
        TandemError: What the function raised.
        InputRejected: It went over its budget or crashed (codes ``parse_too_long``, ``parse_too_much_memory``,
            ``parse_no_answer``, ``parse_crashed``).
        Unavailable: It was ended from outside, or has a defect (``parse_process_lost``, ``parse_defect``).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        own = Path(tempfile.mkdtemp(dir=folder, prefix=PREFIX))
    except OSError as error:
        raise folder_unusable(error) from None
    try:
        started = starting.start(place, given, str(own), budget, fork=fork)
        frames: queue.Queue[dict[str, Any] | None] = queue.Queue()
        receiver = threading.Thread(target=_receive, args=(started.channel, frames), daemon=True)
        receiver.start()
        try:
            value = _converse(started, frames, own, budget, tick, said or {}, asked or {})
        finally:
            started.kill()
            receiver.join(GONE_WITHIN_S)  # it ends with the process, and reads from what is closed here
            started.let_go()
            receiver.join()
            started.close()
        yield Answered(value, own)
    finally:
        shutil.rmtree(own, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what calls have left that ended together with their machine."""
    for left in folder.glob(f"{PREFIX}*"):
        try:
            old = time.time() - left.stat().st_mtime > LEFT_AFTER_S
        except OSError:
            continue
        if old:
            shutil.rmtree(left, ignore_errors=True)


def _converse(
    started: starting.Started,
    frames: "queue.Queue[dict[str, Any] | None]",
    folder: Path,
    budget: Budget,
    tick: Callable[[float], None] | None,
    said: Mapping[str, Callable[[Any, Path], None]],
    asked: Mapping[str, Callable[[Any], Any]],
) -> Any:
    until = time.monotonic() + budget.wall_s
    done = 0.0
    while True:
        try:
            frame = frames.get(timeout=LOOK_EVERY_S)
        except queue.Empty:
            frame = {}
        if tick is not None:
            tick(done)
        if time.monotonic() > until:
            raise no_answer(budget)
        if frame is None:
            raise how_it_ended(*started.ended(), budget)
        try:
            if "answer" in frame:
                return frame["answer"]
            if "error" in frame:
                raised = error_from_json(frame["error"])
            elif "defect" in frame:
                raised = _defect(frame["defect"])
            else:
                done = float(frame.get("tick", done))
                say = said.get(frame.get("say", ""))
                ask = asked[frame["ask"]] if "ask" in frame else None
                raised = None
        except (KeyError, TypeError, ValueError, AttributeError):  # no frame of ours: it is under another's control
            raise lost() from None
        if raised is not None:
            raise raised
        if say is not None:
            say(frame.get("value"), folder)
        if ask is not None:
            answer = {"answer": ask(frame.get("value"))}
            try:
                started.channel.send(answer)
            except BlockingIOError:  # it asks, and does not listen
                raise lost() from None
            except OSError:  # it has ended since it asked; the end that is received next says how
                continue


def _receive(channel: Channel, frames: "queue.Queue[dict[str, Any] | None]") -> None:
    """Receive until the end, in a thread, so that the one who waits can look after other things."""
    try:
        while (frame := channel.receive()) is not None:
            frames.put(frame)
    except Broken:
        pass
    frames.put(None)


def _defect(given: dict[str, Any]) -> Unavailable:
    return Unavailable(
        "reading it failed with an internal error ({kind} in {module}, line {line})",
        code="parse_defect",
        values={"kind": str(given["kind"])[:60], "module": str(given["module"])[:60], "line": int(given["line"])},
    )
