"""A data folder with trainings and adapters as `tandem train` leaves them, made without training anything."""

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
DONE, GOING = "sentiment-0a1b2c3d", "retrieval-4e5f6a7b"


def figure(value: float, n: int = 180) -> dict:
    return {"value": value, "n": n, "interval": [value - 0.05, value + 0.05], "by": {}}


def written(path: Path, *documents: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf8")


def run(data: Path, name: str, state: str, share: float, at: datetime, **more: object) -> None:
    """One run, with falling losses and an uneven load."""
    folder = data / "runs" / name
    about = {"domain": name.partition("-")[0], "run": name, "data": "mine.csv", "steps": 200}
    status = {**about, "state": state, "share": share, "left_s": 90.0, "at": at.isoformat(), **more}
    written(folder / "status.json", status)
    steps = range(0, int(200 * share) + 1, 20)
    trained = [{"step": step, "loss": 0.4 + 0.7 * math.exp(-step / 60)} for step in steps if step]
    held = [{"step": step, "held_out_loss": 0.5 + 0.6 * math.exp(-step / 50), "best_step": step} for step in steps]
    written(folder / "metrics.jsonl", *trained, *held)
    lines = []
    for modality, experts in (("text", 8), ("facts", 4)):
        for layer in range(6):
            raw = [1 + 0.4 * math.sin(layer + 2 * expert) for expert in range(experts)]
            load = [value / sum(raw) for value in raw]
            lines.append({"step": max(steps), "layer": layer, "group": modality, "modality": modality, "load": load})
    written(folder / "routing.jsonl", *lines)


def version(data: Path, number: int, f1: float, passed: bool) -> None:
    """One version of sentiment with the table of its comparison."""
    folder = data / "adapters" / "sentiment" / str(number)
    row = {"held_out": "candidate", "metric": "macro_f1", "group": "", "n": 180, "guarded": True, "passed": passed}
    row |= {"current": figure(0.78), "candidate": figure(f1), "difference": figure(f1 - 0.78)}
    rows = [row, {**row, "group": "label=bullish", "n": 60}, {**row, "metric": "log_loss", "guarded": False}]
    card = {
        "format": 1, "adapter": "sentiment", "weights_file": "x.safetensors", "weights_sha256": "0" * 64,
        "domain": "sentiment", "data": {"name": "mine.csv", "sha256": "ab" * 32, "licence": "ours"},
        "split": {"by": "identity", "train": 900, "validation": 120, "test": 180, "judged_on": "test"},
        "metrics": {"macro_f1": figure(f1)}, "limits": "short texts", "seed": 0, "run": DONE,
        "command": "tandem train sentiment --data mine.csv", "made_at": NOW.isoformat(),
    }  # fmt: skip
    written(folder / "adapter.json", card)
    written(folder / "gates.json", {"candidate": number, "current": 1, "passed": passed, "rows": rows})


def trainings(data: Path) -> None:
    """A run that is done, one that goes on, one that was killed; two versions, the second in use."""
    run(data, DONE, "done", 1.0, NOW, version=2)
    run(data, GOING, "running", 0.4, datetime.now(UTC) + timedelta(hours=1))
    run(data, "captions-99999999", "running", 0.2, NOW - timedelta(days=1))
    version(data, 1, 0.78, True)
    version(data, 2, 0.83, True)
    version(data, 3, 0.61, False)
    written(data / "adapters" / "sentiment" / "active.json", {"format": 1, "version": 2, "before": [1], "at": ""})
