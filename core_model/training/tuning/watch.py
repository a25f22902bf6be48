"""What a run leaves in its folder beside settings, metrics and checkpoint.

``status.json`` says how far it is, for whoever looks from another process; ``routing.jsonl`` has the load of the
experts at each look at the validation samples; ``events.out.tfevents...`` has the metrics for TensorBoard.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core_model.checkpoint import write_atomically
from core_model.training.run import METRICS_FILE, forget_metrics_after

STATUS_FILE, ROUTING_FILE = "status.json", "routing.jsonl"
STATUS_EVERY_S = 2.0

Tick = Callable[[float, float | None], None]
"""Takes the share done and the seconds left, None where nothing is known yet."""


class Watch:
    """Writes a run's status, routing and events; a context, so that the last ones are written whatever happens.

    Args:
        folder: Of the run.
        about: What the status says throughout: domain, steps.
        tick: Told how far it is.
    """

    def __init__(self, folder: Path, about: dict[str, Any], tick: Tick | None = None) -> None:
        self.folder, self.about, self._tick = folder, about, tick
        self._events = _writer(folder)
        self._begun: tuple[float, float] | None = None
        self._written = 0.0
        self.share, self.left_s = 0.0, None  # type: float, float | None

    def __enter__(self) -> Self:
        self.say("running")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._events is not None:
            self._events.close()
        if kind is not None:
            stopped = issubclass(kind, KeyboardInterrupt)
            self.say("stopped" if stopped else "failed", error=None if stopped else str(error)[:500])

    def say(self, state: str, **more: Any) -> None:
        """Write the status: ``running``, ``done``, ``stopped`` or ``failed``."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        left = None if self.left_s is None else round(self.left_s, 1)
        entry = {**self.about, "state": state, "share": round(self.share, 5), "left_s": left, "pid": os.getpid()}
        write_atomically(self.folder / STATUS_FILE, (json.dumps({**entry, "at": now, **more}) + "\n").encode())
        self._written = time.monotonic()

    def tick(self, share: float) -> None:
        """After each step: the share that is done."""
        now = time.monotonic()
        if self._begun is None:
            self._begun = (now, share)
        begun, from_share = self._begun
        self.share = share
        self.left_s = (now - begun) / (share - from_share) * (1 - share) if share > from_share else None
        if now - self._written >= STATUS_EVERY_S:
            self.say("running")
        if self._tick is not None:
            self._tick(share, self.left_s)

    def line(self, line: str) -> None:
        """A line of metrics, for TensorBoard too."""
        entry = json.loads(line)
        if self._events is None or "step" not in entry:
            return
        for name in ("loss", "held_out_loss"):
            if name in entry:
                self._events.add_scalar(name, entry[name], entry["step"])
        for number, rate in enumerate(entry.get("rates", [])):
            self._events.add_scalar(f"rate/{number}", rate, entry["step"])

    def routing(self, step: int, lines: Iterable[Mapping[str, Any]]) -> None:
        """The load of the experts at an evaluation, a line a layer, group and modality (``routing.as_lines``)."""
        if step == 0:
            self.forget_after(-1)
        lines = [{"step": step, **line} for line in lines]
        with (self.folder / ROUTING_FILE).open("a", encoding="utf8") as stream:
            stream.write("".join(json.dumps(line) + "\n" for line in lines))
        if self._events is not None:
            for line in lines:
                of = "/".join(str(line[part]) for part in ("source", "group", "modality", "layer") if part in line)
                name = f"entropy/{of}"
                self._events.add_scalar(name, line["entropy"], step)

    def forget_after(self, step: int) -> None:
        """Drop the lines of routing of steps that are done again."""
        forget_metrics_after(self.folder, step, ROUTING_FILE)


def _writer(folder: Path) -> Any:
    """Writes events for TensorBoard; None where tensorboardX (of the extra ``train``) is not installed."""
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder), write_to_disk=True)


def metrics(folder: Path) -> list[dict[str, Any]]:
    """The lines of a run's metrics; what was cut off is left out."""
    return _lines(folder / METRICS_FILE)


def routing(folder: Path) -> list[dict[str, Any]]:
    """The lines of a run's routing."""
    return _lines(folder / ROUTING_FILE)


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    found = []
    for line in path.read_text(encoding="utf8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found
