"""What the page of trainings asks of the data folder: runs with their curves, versions of adapters with their cards.

Everything is read from small JSON files, without the core's library.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apps.domains import DOMAINS, adapters_folder, runs_folder, shipped_card
from apps.settings import load_settings

SILENT_S = 180.0
"""After which a run that says nothing counts as stopped: it was killed."""
MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Run:
    """A run.

    Attributes:
        name: Of its folder.
        domain: What is trained.
        state: ``running``, ``done``, ``stopped`` or ``failed``.
        share: Done, 0 to 1.
        left_s: Seconds left, where it runs and that is known.
        at: When it last said so, UTC.
        about: Its status as it wrote it.
    """

    name: str
    domain: str
    state: str
    share: float
    left_s: float | None
    at: str
    about: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a domain's adapter.

    Attributes:
        domain: Its domain.
        number: Its number.
        in_use: Whether it is the one in use.
        card: Its card.
        gates: The table of its comparison with the one in use then; empty where there is none.
    """

    domain: str
    number: int
    in_use: bool
    card: dict[str, Any]
    gates: dict[str, Any]

    @property
    def key(self) -> str:
        """In addresses."""
        return f"{self.domain}.{self.number}"


def runs() -> list[Run]:
    """The runs, the newest first."""
    folder = runs_folder(load_settings())
    found = []
    for path in sorted(folder.glob("*/status.json")) if folder.is_dir() else []:
        status = _document(path)
        if status.get("state") and status.get("domain"):
            found.append(_run(path.parent.name, status))
    return sorted(found, key=lambda run: run.at, reverse=True)


def _run(name: str, status: dict[str, Any]) -> Run:
    state, at = str(status["state"]), str(status.get("at", ""))
    if state == "running" and _age_s(at) > SILENT_S:
        state = "stopped"
    left = status.get("left_s")
    share = float(status.get("share", 0))
    return Run(name, str(status["domain"]), state, share, left if state == "running" else None, at, status)


def _age_s(at: str) -> float:
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds()
    except (ValueError, TypeError):
        return SILENT_S + 1


def curves(run: Run) -> list[dict[str, Any]]:
    """Points of the curves: ``{"step", "loss", "curve"}``, the curve ``loss`` or ``held_out_loss``."""
    lines = _lines(runs_folder(load_settings()) / run.name / "metrics.jsonl")
    return [
        {"step": line["step"], "loss": line[curve], "curve": curve}
        for line in lines
        for curve in ("loss", "held_out_loss")
        if "step" in line and isinstance(line.get(curve), int | float)
    ]


def loads(run: Run) -> list[dict[str, Any]]:
    """The load of the experts at the last look: ``{"modality", "layer", "expert", "load"}``; 1 is an even share."""
    lines = [line for line in _lines(runs_folder(load_settings()) / run.name / "routing.jsonl") if "load" in line]
    last = max((line["step"] for line in lines), default=0)
    return [
        {
            "modality": line["modality"],
            "layer": line["layer"] + 1,
            "expert": number + 1,
            "load": round(share * len(line["load"]), 3),
        }
        for line in lines
        if line["step"] == last
        for number, share in enumerate(line["load"])
    ]


def versions() -> list[Version]:
    """The versions of all domains, the newest of each first."""
    found = []
    for domain in sorted(DOMAINS):
        folder = adapters_folder(load_settings()) / domain
        active = int(_document(folder / "active.json").get("version", 0))
        paths = {int(path.parent.name): path for path in folder.glob("[0-9]*/adapter.json")}
        shipped = shipped_card(domain)
        paths |= {0: shipped} if shipped.is_file() else {}
        for number in sorted(paths, reverse=True):
            card, gates = _document(paths[number]), _document(paths[number].with_name("gates.json"))
            found.append(Version(domain, number, number == active, card, gates if number else {}))
    return found


def _document(path: Path) -> dict[str, Any]:
    try:
        held = json.loads(path.read_text(encoding="utf8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def _lines(path: Path) -> list[dict[str, Any]]:
    """JSON lines; one that is being written is left out."""
    try:
        lines = path.read_text(encoding="utf8").splitlines()[-MOST_LINES:]
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [line for line in found if isinstance(line, dict)]
