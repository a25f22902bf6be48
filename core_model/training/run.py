"""A training run: its settings, what it follows from, and the checkpoint from which it goes on.

A run goes on only into the same: settings, data, teacher and start weights are kept beside the checkpoint, by value or
by hash, and a folder that holds a run of anything else is refused with the difference named. Checkpoints are written
atomically: a crash leaves the old one or the new one.
"""

import hashlib
import io
import json
import pickle
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core_model.checkpoint import write_atomically
from core_model.errors import InputRejected

IDENTITY_FILE = "run.json"
CHECKPOINT_FILE = "checkpoint.pt"
METRICS_FILE = "metrics.jsonl"
_NOT_IN_NUMPY = {
    torch.bfloat16: torch.int16,
    torch.float8_e4m3fn: torch.uint8,
    torch.float8_e5m2: torch.uint8,
}
"""Types of tensors that numpy does not have, and those of the same size by which their bytes are read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingRun:
    """Settings of the loop.

    Attributes:
        steps: Optimizer steps, at least 1.
        accumulate: Batches whose gradients are added up for a step, at least 1.
        clip: Norm to which gradients are clipped; 0 does not clip.
        average: Decay of the running average of the weights, which is what is judged and kept; 0 keeps the weights.
        average_from: The decay rises as ``(1 + n) / (average_from + n)`` over the first steps, so that the start is
            forgotten; 0 takes the full decay at once.
        average_buffers: Whether buffers (the statistics of batch norms) are averaged too.
        evaluate_every: Steps between two evaluations on held-out data; 0 evaluates never.
        patience: Evaluations without a lower loss after which the run stops; 0 never stops early.
        report_every: Steps between two lines of metrics.
        save_minutes: Time between two checkpoints; 0 saves after every step.
        device: ``cpu``, ``cuda`` or ``cuda:N``; the task is brought there, or refuses it: see ``Task.to``.
        seed: Of everything random.
    """

    steps: int
    accumulate: int = 1
    clip: float = 0.0
    average: float = 0.0
    average_from: int = 0
    average_buffers: bool = False
    evaluate_every: int = 0
    patience: int = 0
    report_every: int = 100
    save_minutes: float = 10.0
    device: str = "cpu"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 1 or self.accumulate < 1 or self.report_every < 1:
            raise ValueError("steps, accumulate and report_every are at least 1")
        if not 0 <= self.average < 1 or min(self.clip, self.save_minutes, self.evaluate_every, self.patience) < 0:
            raise ValueError("average lies in 0 to 1, and nothing else is negative")
        if self.patience and not self.evaluate_every:
            raise ValueError("patience counts evaluations: set evaluate_every")

    def deciding(self) -> dict[str, Any]:
        """The settings that a result follows from: not how often it is reported and saved, nor on which device."""
        beside = ("report_every", "save_minutes", "device")
        return {name: value for name, value in asdict(self).items() if name not in beside}


def claim(folder: str | Path, identity: Mapping[str, Any]) -> None:
    """Take a folder for a run, or go on with the run that has it, if that follows from the same.

    Args:
        folder: Of the run's checkpoint and finished parts; made if it does not exist.
        identity: JSON values by name: settings by value; data, teacher and start weights by hash.

    Raises:
        InputRejected: The folder holds a run of something else, or files of a run without its identity.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / IDENTITY_FILE
    now = json.loads(json.dumps(dict(identity)))
    if not path.is_file():
        if (folder / CHECKPOINT_FILE).exists():
            raise InputRejected(
                "a folder with a checkpoint, but without what it follows from",
                action="give another folder, or remove this one",
                code="training_unknown",
            )
        write_atomically(path, (json.dumps(now, indent=1, sort_keys=True) + "\n").encode())
        return
    then = json.loads(path.read_text(encoding="utf8"))
    different = sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))
    if different:
        raise InputRejected(
            "a folder with a training that follows from something else: {differences}",
            action="give another folder, or remove this one",
            code="training_differs",
            values={"differences": "; ".join(f"{name} was {then.get(name)}, is {now.get(name)}" for name in different)},
        )


def flattened(identity: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as one level, ``stem.rate``, so that a difference is named by what differs."""
    flat: dict[str, Any] = {}
    for name, value in identity.items():
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def content_hash(*values: object) -> str:
    """SHA-256 over data: arrays and tensors by type, shape and bytes; dataclasses, mappings, sequences, sets and
    arrays of objects by their parts; everything else by how Python writes it."""
    digest = hashlib.sha256()

    def add(value: object) -> None:
        if isinstance(value, Tensor):
            value = value.detach().cpu()
            if value.dtype in _NOT_IN_NUMPY:
                digest.update(str(value.dtype).encode())
                value = value.contiguous().view(_NOT_IN_NUMPY[value.dtype])
            value = value.numpy()
        if isinstance(value, np.ndarray):
            digest.update(f"{value.dtype}{value.shape}".encode())
            if value.dtype.hasobject:
                for part in value.ravel().tolist():
                    add(part)
            else:
                digest.update(np.ascontiguousarray(value).tobytes())
        elif is_dataclass(value) and not isinstance(value, type):
            for part in fields(value):
                add(part.name)
                add(getattr(value, part.name))
        elif isinstance(value, Mapping):
            for name in sorted(value):
                add(name)
                add(value[name])
        elif isinstance(value, Set):
            digest.update(f"{{{len(value)}".encode())
            for part in sorted(content_hash(part) for part in value):
                add(part)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            digest.update(f"[{len(value)}".encode())
            for part in value:
                add(part)
        else:
            digest.update(f"{type(value).__name__}={value!r};".encode())

    for value in values:
        add(value)
    return digest.hexdigest()


def save_checkpoint_of(folder: Path, state: Mapping[str, Any]) -> None:
    """Replace the run's checkpoint."""
    content = io.BytesIO()
    torch.save(dict(state), content)
    write_atomically(folder / CHECKPOINT_FILE, content.getvalue())


def load_checkpoint_of(folder: Path) -> dict[str, Any] | None:
    """The run's checkpoint, tensors and plain values alone; None where there is none yet.

    Raises:
        InputRejected: It cannot be read.
    """
    path = folder / CHECKPOINT_FILE
    if not path.is_file():
        return None
    try:
        return torch.load(path, weights_only=True, map_location="cpu")
    except (RuntimeError, ValueError, KeyError, EOFError, OSError, pickle.UnpicklingError) as error:
        raise InputRejected(
            "a checkpoint that cannot be read ({kind})",
            action="remove it: the run then begins anew",
            code="checkpoint_unreadable",
            values={"kind": type(error).__name__},
        ) from None


def forget_metrics_after(folder: Path, step: int, name: str = METRICS_FILE) -> None:
    """Drop the lines of metrics that a run wrote after its last checkpoint: their steps are done again."""
    path = folder / name
    if path.is_file():
        lines = path.read_text(encoding="utf8").splitlines(keepends=True)
        kept = [line for line in lines if line.endswith("\n") and json.loads(line).get("step", 0) <= step]
        write_atomically(path, "".join(kept).encode())
