"""A training that is killed again and again ends with the bits of one that never was.

``tandem train sentiment`` on made sentences around the core that ships, twice: low-rank updates, and the last layers in
full. Each is run once without a stop, and once with five SIGKILLs at random steps, a random part of a step later, so
that some fall into the writing of a checkpoint; the same command goes on each time. The final weights are compared
tensor by tensor, and so are the lines of metrics.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load_file

from benchmarks import shared_data
from benchmarks.figures import Figure

USUAL_MINUTES = 5.0
INPUTS: list[str] = []
KILLS, STEPS, SEED = 5, 60, 11
METHODS = ("lora", "last_layers")
PATIENCE_S = 300.0
SETTINGS = """
from core_model.training.tuning.settings import Tuning

def config():
    return Tuning(data="made.csv", licence="made", method="{method}", epochs=3, batch=8, layers=1, num_layers=3,
                  warm_up=5, evaluations=6, patience=0, save_minutes=0.0, longest=32, seed={seed})
"""


@dataclass(frozen=True)
class Trained:
    """What a training left: the final tensors by name as bytes, and its lines of metrics without times."""

    tensors: dict[str, bytes]
    metrics: list[dict]
    kills: list[int]


def sentences(path: Path, count: int = 260) -> None:
    """Made sentences of two labels."""
    draw = random.Random(SEED)
    things = ("sales", "margin", "orders", "cash", "debt", "costs", "profit", "demand")
    lines = ["text,label"]
    for number in range(count):
        up = draw.random() < 0.5
        words = f"{draw.choice(things)} {'rose' if up else 'fell'} in region {number} by {draw.randint(1, 99)} percent"
        lines.append(f"{words},{'up' if up else 'down'}")
    path.write_text("\n".join(lines) + "\n")


def started(folder: Path, data: Path) -> subprocess.Popen:
    """The command, in a process of its own."""
    command = [sys.executable, "-m", "apps.cli", "train", "sentiment", "--config", str(folder / "settings.py")]
    environment = {**os.environ, "TANDEM_DATA_DIR": str(data), "OMP_NUM_THREADS": "1", "TANDEM_CORE_DIR": ""}
    log = (folder / "log").open("a")
    return subprocess.Popen(command, cwd=shared_data.REPOSITORY, env=environment, stdout=log, stderr=log)


def step_of(data: Path) -> int:
    """The last step that a training reported."""
    steps = [line["step"] for line in lines_of(data) if "loss" in line]
    return max(steps, default=0)


def lines_of(data: Path) -> list[dict]:
    """The metrics of the only run in a data folder."""
    found = []
    for path in data.glob("runs/*/metrics.jsonl"):
        for line in path.read_text().splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
    return found


def trained(folder: Path, data: Path, kill_at: list[int]) -> Trained:
    """Train to the end, with a SIGKILL soon after each of some steps."""
    draw, killed = random.Random(SEED), []
    for step in [*kill_at, STEPS + 1]:
        process = started(folder, data)
        until = time.monotonic() + PATIENCE_S
        while process.poll() is None and step_of(data) < step and time.monotonic() < until:
            time.sleep(0.01)
        if step <= STEPS:
            time.sleep(draw.random() * 0.2)
            process.send_signal(signal.SIGKILL)
        if process.wait(PATIENCE_S) == -signal.SIGKILL:
            killed.append(step_of(data))
        elif process.returncode:
            raise RuntimeError(f"the training failed: {(folder / 'log').read_text()[-600:]}")
    (weights,) = data.glob("adapters/sentiment/1/*.safetensors")
    tensors = {name: tensor.numpy().tobytes() for name, tensor in load_file(weights).items()}
    plain = [{name: value for name, value in line.items() if name != "s"} for line in lines_of(data)]
    return Trained(tensors, [line for line in plain if "resumed" not in line], killed)


def run(recorded: bool) -> dict[str, Figure]:
    """Train both ways, with kills and without."""
    draw = random.Random(SEED)
    shares, kills, metrics, tensors = [], [], [], 0
    for method in METHODS:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            sentences(folder / "made.csv")
            (folder / "settings.py").write_text(SETTINGS.format(method=method, seed=SEED))
            whole = trained(folder, folder / "whole", [])
            cut = trained(folder, folder / "cut", sorted(draw.sample(range(2, STEPS - 2), KILLS)))
        equal = [cut.tensors.get(name) == value for name, value in whole.tensors.items()]
        shares.append(sum(equal) / len(equal) if cut.tensors.keys() == whole.tensors.keys() else 0.0)
        metrics.append(float(whole.metrics == cut.metrics))
        kills += cut.kills
        tensors += len(equal)
    note = f"killed after the steps {', '.join(map(str, kills))} of {STEPS}"
    return {
        "kills": Figure(len(kills), "count", len(kills), note=note),
        "bit_exact_share": Figure(
            min(shares), "share", tensors, cases=shares, note="tensors equal bit for bit; a case a method"
        ),
        "same_metrics_share": Figure(min(metrics), "share", len(metrics), cases=metrics),
    }
