"""A domain that can be trained, and the task of its training.

Shapes: N samples of a batch.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from core_model.adapters.adapter import Adapter
from core_model.adapters.domain import Domain
from core_model.core import Core
from core_model.output import CoreOutput
from core_model.training.loop import Task
from core_model.training.tuning.samples import SampleSet
from core_model.training.tuning.settings import Tuning

JUDGED_AT_MOST = 600
"""Validation samples of one look during a training; the first ones, in the order of the data."""
LOWEST_RATE = 0.1
"""Share of the full learning rate at the end."""


class Tuned(Task, ABC):
    """The training of an adapter on samples.

    The order of the samples follows from the seed and the step alone, so that a run goes on after any stop with the
    bits of one that was never stopped.

    Args:
        adapter: What learns; parameters outside its head are what changes the core.
        samples: Read and looked through.
        tuning: The settings.
    """

    def __init__(self, adapter: Adapter, samples: SampleSet, tuning: Tuning) -> None:
        self.model: Adapter = adapter
        self.samples, self.tuning = samples, tuning
        self.per_epoch = math.ceil(len(samples.train) / tuning.batch)
        self.steps = self.per_epoch * tuning.epochs
        head = [value for name, value in adapter.named_parameters() if name.startswith("head.")]
        body = [value for name, value in adapter.named_parameters() if not name.startswith("head.")]
        groups = [
            {"params": parameters, "lr": rate}
            for parameters, rate in ((body, tuning.learning_rate), (head, tuning.head_learning_rate))
            if parameters
        ]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=tuning.weight_decay)
        self.schedule = LambdaLR(self.optimizer, self._rate)

    def _rate(self, step: int) -> float:
        warm = min(1.0, (step + 1) / (self.tuning.warm_up + 1))
        falling = 0.5 * (1 + math.cos(math.pi * min(1.0, step / max(1, self.steps))))
        return warm * (LOWEST_RATE + (1 - LOWEST_RATE) * falling)

    def to(self, device: torch.device) -> None:
        """The adapter goes to any device, with its core; texts are packed there."""
        self.model.to(device)

    def batch(self, step: int) -> list[dict[str, Any]]:
        """The samples of a step: each epoch in an order of its own."""
        epoch, place = divmod(step, self.per_epoch)
        order_N = np.random.default_rng((self.tuning.seed, epoch)).permutation(len(self.samples.train))
        chosen = order_N[place * self.tuning.batch : (place + 1) * self.tuning.batch]
        return [self.samples.train[int(number)] for number in chosen]

    def loss(self, step: int) -> Tensor:
        """Loss of a step's samples; in bf16 on a GPU, the weights themselves stay in fp32."""
        with self._precision():
            return self.loss_of(self.model, self.batch(step))

    def held_out_loss(self, model: nn.Module) -> float:
        """Mean loss of the first validation samples."""
        assert isinstance(model, Adapter)
        some = self.samples.validation[:JUDGED_AT_MOST]
        size = self.tuning.batch
        total = 0.0
        with self._precision():
            for start in range(0, len(some), size):
                part = some[start : start + size]
                total += float(self.loss_of(model, part)) * len(part)
        return total / len(some)

    def _precision(self) -> torch.autocast:
        device = self.model.core.device
        return torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda")

    @abstractmethod
    def loss_of(self, adapter: Adapter, samples: Sequence[Mapping[str, Any]]) -> Tensor:
        """Mean loss of some samples."""

    @abstractmethod
    def outputs(self, adapter: Adapter, samples: Sequence[Mapping[str, Any]]) -> CoreOutput:
        """What the core makes of some samples: for the load of its experts."""


class Trainable(Domain):
    """A domain that can be trained on samples of one's own."""

    settings: Tuning = Tuning()
    """Where no file of settings is given."""

    @abstractmethod
    def read(self, path: str | Path) -> SampleSet:
        """Samples of a file or folder, looked through."""

    @abstractmethod
    def adapter(self, core: Core, samples: SampleSet, tuning: Tuning) -> Adapter:
        """A fresh adapter for the samples."""

    @abstractmethod
    def task(self, adapter: Adapter, samples: SampleSet, tuning: Tuning) -> Tuned:
        """Its training."""

    def described(self, samples: SampleSet) -> dict[str, Any]:
        """What a card says of the training samples beyond their number."""
        return {}
