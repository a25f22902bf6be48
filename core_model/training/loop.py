"""The one training loop: seeded, resumes bit for bit, with averaged weights, early stop and metrics as JSON lines.

A ``Task`` holds what differs from training to training: the model, its optimizer, the loss of a step, and the state of
its data. ``train`` runs it. On a checkpoint the run goes on with the same bits as one that was never stopped, if the
task draws its data from generators whose state it gives in ``data_state``; torch's own generator is kept here.
"""

import json
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.swa_utils import AveragedModel

from core_model.device import refuse_other_than_cpu, usable_device
from core_model.training.evaluate import judged
from core_model.training.run import (
    METRICS_FILE,
    TrainingRun,
    claim,
    flattened,
    forget_metrics_after,
    load_checkpoint_of,
    save_checkpoint_of,
)


class Task(ABC):
    """What is trained, on what, by which loss.

    Attributes:
        model: The module whose state is kept; only what its optimizer holds learns.
        optimizer: With all its parameter groups.
        schedule: Of the learning rates, stepped once a step; None keeps them.
        clipped: Parameters whose gradients are clipped together; those of the model where None.
    """

    model: nn.Module
    optimizer: torch.optim.Optimizer
    schedule: LRScheduler | None = None
    clipped: Iterable[nn.Parameter] | None = None

    def to(self, device: torch.device) -> None:
        """Bring to a device all that the run works with: the model, and whatever batches are made of.

        Called before the first step, and before weights are averaged. A task whose batches stay on the CPU, as they do
        unless it says otherwise here, is refused another device.

        Raises:
            InputRejected: The task runs on the CPU alone.
        """
        refuse_other_than_cpu(device)
        self.model.to(device)

    @abstractmethod
    def loss(self, step: int) -> Tensor:
        """Loss of the next batch, which is drawn here; called ``accumulate`` times a step, the model in training
        mode."""

    def held_out_loss(self, model: nn.Module) -> float:
        """Loss on held-out data of the model as it would be kept; lower is better. Needed for evaluations."""
        raise TypeError(f"{type(self).__name__} has no held-out data: set evaluate_every to 0")

    def after_step(self, step: int, model: nn.Module) -> None:  # noqa: B027  # most tasks have nothing to do
        """Called after each step with the model as it would be kept, for example to mine errors."""

    def figures(self) -> dict[str, Any]:
        """What else a line of metrics says, since the last line; plain values."""
        return {}

    def data_state(self) -> dict[str, Any]:
        """State of the data: generators and whatever else decides the next batch, as tensors and plain values."""
        return {}

    def load_data_state(self, state: Mapping[str, Any]) -> None:  # noqa: B027  # nor to take up
        """Take up ``data_state``."""


@dataclass(slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        state: Of the model as it is kept: the averaged weights, of the best evaluation where there were any.
        steps: That were done.
        best_step: After which the kept weights were judged best; the last step without evaluations.
        losses: Held-out loss by step, the one before the first step at 0.
    """

    state: dict[str, Tensor]
    steps: int
    best_step: int
    losses: dict[int, float] = field(default_factory=dict)


def train(
    task: Task,
    run: TrainingRun,
    folder: str | Path | None = None,
    identity: Mapping[str, Any] | None = None,
    *,
    log: Callable[[str], None] | None = None,
    tick: Callable[[float], None] | None = None,
) -> Outcome:
    """Train a task to the end of its run, from the last checkpoint where the folder holds one of the same run.

    The caller seeds torch with ``run.seed`` before it makes the model.

    Args:
        task: What is trained.
        run: The settings.
        folder: For checkpoints and metrics; without it nothing is written.
        identity: What else the result follows from, besides ``run``: the task's settings by value; data, teacher and
            start weights by hash. A folder asks for it: a run that is known by its settings alone would go on with
            other data.
        log: Takes each line of metrics.
        tick: Told the share done after each step; may raise to cancel.

    Returns:
        The kept weights and how it went.

    Raises:
        InputRejected: The folder holds a run of something else, named in the message, or a damaged checkpoint; or the
            task cannot run on the device.
        Unavailable: The device is not there.
    """
    if folder is not None and not identity:
        raise TypeError("a folder asks for the run's identity: hashes of its data, its settings by value")
    folder = None if folder is None else Path(folder)
    loop = _Loop(task, run, folder, log)
    if folder is not None and identity:
        claim(folder, flattened({"run": run.deciding(), **identity}))
    loop.resume()
    while not loop.ended:
        loop.step()
        if tick is not None:
            tick(loop.done / run.steps)
    return loop.outcome()


class _Loop:
    """A run between two steps."""

    def __init__(self, task: Task, run: TrainingRun, folder: Path | None, log: Callable[[str], None] | None) -> None:
        self.task, self.run, self.folder, self._log = task, run, folder, log
        self._device = usable_device(run.device)
        task.to(self._device)
        self.averaged = _averaged(task.model, run) if run.average else None
        self.done, self.best_step = 0, 0
        self.best_state: dict[str, Tensor] | None = None
        self.losses: dict[int, float] = {}
        self._sum, self._count = 0.0, 0
        self._started = self._saved = time.monotonic()

    @property
    def kept(self) -> nn.Module:
        """The model as it would be kept now."""
        return self.task.model if self.averaged is None else self.averaged.module

    @property
    def ended(self) -> bool:
        since_best = (self.done - self.best_step) // self.run.evaluate_every if self.run.evaluate_every else 0
        stopped = bool(self.run.patience) and since_best >= self.run.patience
        return self.done >= self.run.steps or stopped

    def resume(self) -> None:
        """Take up the folder's checkpoint; without one, judge the start."""
        held = load_checkpoint_of(self.folder) if self.folder is not None else None
        if self.folder is not None:
            forget_metrics_after(self.folder, held["step"] if held else -1)
        if held is None:
            if self.run.evaluate_every:
                self._evaluate()
            return
        task = self.task
        task.model.load_state_dict(held["model"])
        task.optimizer.load_state_dict(held["optimizer"])
        if task.schedule is not None:
            task.schedule.load_state_dict(held["schedule"])
        if self.averaged is not None:
            self.averaged.load_state_dict(held["averaged"])
        task.load_data_state(held["data"])
        torch.set_rng_state(held["rng"])
        if held["cuda_rng"] is not None:
            torch.cuda.set_rng_state(held["cuda_rng"], self._device)
        self.done, self.best_step, self.best_state = held["step"], held["best_step"], held["best_state"]
        self.losses = {int(step): loss for step, loss in held["losses"].items()}
        self._sum, self._count = held["sum"], held["count"]
        self._report({"resumed": self.done})

    def step(self) -> None:
        """One optimizer step, with whatever is due after it."""
        task, run = self.task, self.run
        task.model.train()
        task.optimizer.zero_grad(set_to_none=True)
        for _ in range(run.accumulate):
            loss = task.loss(self.done)
            (loss / run.accumulate if run.accumulate > 1 else loss).backward()
            self._sum, self._count = self._sum + float(loss.detach()), self._count + 1
        if run.clip:
            nn.utils.clip_grad_norm_(task.model.parameters() if task.clipped is None else task.clipped, run.clip)
        task.optimizer.step()
        if task.schedule is not None:
            task.schedule.step()
        if self.averaged is not None:
            self.averaged.update_parameters(task.model)
        self.done += 1
        task.after_step(self.done, self.kept)
        if self.done % run.report_every == 0 or self.done == run.steps:
            rates = [round(group["lr"], 9) for group in task.optimizer.param_groups]
            mean = round(self._sum / max(1, self._count), 5)
            self._report({"step": self.done, "loss": mean, "rates": rates, **self.task.figures()})
            self._sum, self._count = 0.0, 0
        if run.evaluate_every and self.done % run.evaluate_every == 0:
            self._evaluate()
        if time.monotonic() - self._saved >= run.save_minutes * 60 or self.ended:
            self._save()

    def outcome(self) -> Outcome:
        state = self.best_state if self.best_state is not None else deepcopy(self.kept.state_dict())
        best = self.best_step if self.run.evaluate_every else self.done
        return Outcome(state, self.done, best, self.losses)

    def _evaluate(self) -> None:
        with judged(self.kept):
            loss = self.task.held_out_loss(self.kept)
        self.losses[self.done] = loss
        best = min((value for step, value in self.losses.items() if step != self.done), default=math.inf)
        if loss < best or self.best_state is None:
            self.best_step, self.best_state = self.done, deepcopy(self.kept.state_dict())
        entry = {"step": self.done, "held_out_loss": round(loss, 5), "best_step": self.best_step}
        self._report({**entry, **self.task.figures()})

    def _report(self, entry: dict[str, Any]) -> None:
        line = json.dumps({**entry, "s": round(time.monotonic() - self._started, 1)})
        if self.folder is not None:
            with (self.folder / METRICS_FILE).open("a", encoding="utf8") as stream:
                stream.write(line + "\n")
        if self._log is not None:
            self._log(line)

    def _save(self) -> None:
        self._saved = time.monotonic()
        if self.folder is None:
            return
        task = self.task
        save_checkpoint_of(
            self.folder,
            {
                "step": self.done,
                "model": task.model.state_dict(),
                "averaged": None if self.averaged is None else self.averaged.state_dict(),
                "optimizer": task.optimizer.state_dict(),
                "schedule": None if task.schedule is None else task.schedule.state_dict(),
                "data": task.data_state(),
                "rng": torch.get_rng_state(),
                "cuda_rng": torch.cuda.get_rng_state(self._device) if self._device.type == "cuda" else None,
                "best_step": self.best_step,
                "best_state": self.best_state,
                "losses": {str(step): loss for step, loss in self.losses.items()},
                "sum": self._sum,
                "count": self._count,
            },
        )


def _averaged(model: nn.Module, run: TrainingRun) -> AveragedModel:
    def update(averaged: Iterable[Tensor], current: Iterable[Tensor], count: Tensor | int) -> None:
        n = int(count)
        decay = min(run.average, (1 + n) / (run.average_from + n)) if run.average_from else run.average
        for mean, value in zip(averaged, current, strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)

    return AveragedModel(model, multi_avg_fn=torch.no_grad()(update), use_buffers=run.average_buffers)
