"""The core's upper blocks fine-tuned on captions and their concepts.

The blocks below stay as they ship, so their hidden states are computed once. A linear head on the mean hidden state
learns the concepts together with the blocks and is then thrown away: what counts is the adapted core's mean hidden
state, which goes into the same classifier as any other features.

Shapes: C captions, K concepts, T tokens of one batch, L tokens of one caption, D width.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_model.core import Core
from core_model.inputs.packing import Batch, pack
from core_model.inputs.segments import TextSegment
from core_model.nn.blocks import Block
from core_model.output import CoreOutput
from core_model.training.loop import Task, train
from core_model.training.run import TrainingRun


@dataclass(frozen=True, kw_only=True, slots=True)
class Adaptation:
    """How the blocks are fine-tuned.

    Attributes:
        first_block: The first block that learns, counted from 0; all above it learn too.
        epochs: Passes over the captions.
        batch: Captions a step.
        learning_rate: Of the blocks (AdamW), after a warm-up of 30 steps; it falls to zero along a line.
        head_learning_rate: Of the head, the same way.
        weight_decay: Of both.
        dropout: On what the head reads.
        smoothing: Share of the wanted distribution that is spread over all concepts.
        largest_gradient: Norm to which the blocks' gradient is clipped.
        seed: Of the order of captions and of the dropout.
    """

    first_block: int = 8
    epochs: int = 4
    batch: int = 64
    learning_rate: float = 2e-4
    head_learning_rate: float = 5e-3
    weight_decay: float = 0.01
    dropout: float = 0.1
    smoothing: float = 0.0
    largest_gradient: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class LowerStates:
    """What the blocks below the fine-tuned ones make of captions.

    Attributes:
        ids: Piece numbers of each caption, C of them.
        hidden: Hidden states ``[L, D]`` of each caption before the first fine-tuned block.
        means: By layer (0 is the embedding, all layers of the core) the mean hidden states ``[C, D]``.
    """

    ids: list[list[int]]
    hidden: list[Tensor]
    means: dict[int, np.ndarray]


def batch_of(core: Core, ids: Sequence[list[int]]) -> Batch:
    """Captions as a batch, one row each."""
    return pack([[TextSegment(torch.tensor(row))] for row in ids], core.config)


def by_length(ids: Sequence[list[int]], size: int = 128) -> list[list[int]]:
    """Numbers of captions in batches of like length."""
    order = sorted(range(len(ids)), key=lambda number: len(ids[number]))
    return [order[start : start + size] for start in range(0, len(order), size)]


def lower_states(core: Core, texts: Sequence[str], first_block: int, means: Sequence[int] = ()) -> LowerStates:
    """Run the core over captions, as queries.

    Args:
        core: The core.
        texts: The captions.
        first_block: Up to which block the tokens' states are wanted.
        means: Layers whose means are wanted; none above ``first_block`` run unless one is asked for.
    """
    ids = [core.tokenizer.ids(f"query: {text}") for text in texts]
    found = LowerStates(ids, [torch.empty(0)] * len(ids), {})
    width = core.config.width
    found.means.update({layer: np.zeros((len(ids), width), dtype=np.float32) for layer in means})
    for some in by_length(ids):
        batch = batch_of(core, [ids[k] for k in some])
        with torch.no_grad():
            x_TD = core.embed(batch)
            for number in range(max([first_block, *means]) + 1):
                if number:
                    x_TD, _ = core.layers[number - 1](x_TD, batch)
                if number in found.means:
                    found.means[number][some] = CoreOutput(x_TD, batch).mean().numpy()
                if number == first_block:
                    for k, part_LD in zip(some, x_TD.split([len(ids[k]) for k in some]), strict=True):
                        found.hidden[k] = part_LD.clone()
    return found


def upper_mean(blocks: Sequence[Block], core: Core, lower: LowerStates, some: Sequence[int]) -> Tensor:
    """Mean hidden state of some captions after the blocks, ``[len(some), D]``."""
    batch = batch_of(core, [lower.ids[k] for k in some])
    x_TD = torch.cat([lower.hidden[k] for k in some])
    for block in blocks:
        x_TD, _ = block(x_TD, batch)
    return CoreOutput(x_TD, batch).mean()


def adapted_means(blocks: Sequence[Block], core: Core, lower: LowerStates) -> np.ndarray:
    """Mean hidden state of all captions after the blocks, ``[C, D]``."""
    found = np.zeros((len(lower.ids), core.config.width), dtype=np.float32)
    with torch.no_grad():
        for some in by_length(lower.ids):
            found[some] = upper_mean(blocks, core, lower, some).numpy()
    return found


def wanted_of(counts_CK: Tensor, smoothing: float) -> Tensor:
    """The concepts of each caption as a distribution."""
    shares_CK = counts_CK / counts_CK.sum(dim=1, keepdim=True).clamp(min=1)
    return (1 - smoothing) * shares_CK + smoothing / counts_CK.shape[1]


class CaptionTask(Task):
    """Copies of the upper blocks, and a head that is thrown away, learn the concepts of captions.

    Args:
        core: The core; it stays as it is.
        lower: What its lower blocks make of all captions.
        counts_CK: See ``adapt``.
        how: The settings.
    """

    def __init__(self, core: Core, lower: LowerStates, counts_CK: Tensor, how: Adaptation) -> None:
        order = np.random.default_rng(how.seed)
        learned = np.flatnonzero(counts_CK.sum(dim=1).numpy())
        self._core, self._lower = core, lower
        self._wanted_CK, self._weight_C = wanted_of(counts_CK, how.smoothing), counts_CK.sum(dim=1).sqrt()
        self.blocks = [copy.deepcopy(block) for block in core.layers[how.first_block :]]
        body = [p for block in self.blocks for p in block.parameters()]
        concepts = nn.Linear(core.config.width, counts_CK.shape[1])
        nn.init.zeros_(concepts.weight)
        nn.init.zeros_(concepts.bias)
        self._head = nn.Sequential(nn.LayerNorm(core.config.width), nn.Dropout(how.dropout), concepts)
        self.model = nn.ModuleList([*self.blocks, self._head])
        self.clipped = body
        self.optimizer = torch.optim.AdamW(
            [
                {"params": body, "lr": how.learning_rate},
                {"params": self._head.parameters(), "lr": how.head_learning_rate},
            ],
            weight_decay=how.weight_decay,
        )
        epochs = [shuffled_batches(learned, lower.ids, how.batch, order) for _ in range(how.epochs)]
        self.batches = [some for epoch in epochs for some in epoch]
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: min(1.0, (step + 1) / 30) * max(0.0, 1 - step / len(self.batches))
        )

    def loss(self, step: int) -> Tensor:
        """Cross-entropy of the next captions' concepts, each caption with its weight."""
        some = self.batches[step]
        guess_NK = F.log_softmax(self._head(upper_mean(self.blocks, self._core, self._lower, some)), dim=1)
        weight_N = self._weight_C[some]
        return -((self._wanted_CK[some] * guess_NK).sum(dim=1) * weight_N).sum() / weight_N.sum()


def adapt(core: Core, lower: LowerStates, counts_CK: Tensor, how: Adaptation) -> list[Block]:
    """Fine-tune copies of the upper blocks; the core itself stays as it is.

    Args:
        core: The core.
        lower: What its lower blocks make of all captions.
        counts_CK: How often each caption stands for each concept in the training companies; captions without a count
            are not learned from. A caption weighs the square root of its count.
        how: The settings.

    Returns:
        The adapted blocks.
    """
    torch.manual_seed(how.seed)
    task = CaptionTask(core, lower, counts_CK, how)
    train(task, TrainingRun(steps=len(task.batches), clip=how.largest_gradient, seed=how.seed))
    return task.blocks


def shuffled_batches(
    captions: np.ndarray, ids: Sequence[list[int]], size: int, order: np.random.Generator
) -> list[list[int]]:
    """Captions in a random order, those of like length together within each stretch of eight batches."""
    mixed = order.permutation(captions).tolist()
    stretches = [sorted(mixed[k : k + 8 * size], key=lambda c: len(ids[c])) for k in range(0, len(mixed), 8 * size)]
    return [stretch[k : k + size] for stretch in stretches for k in range(0, len(stretch), size)]


def with_blocks(core: Core, blocks: Sequence[Block]) -> Core:
    """The core with its last blocks replaced; it shares the rest."""
    state = dict(core.state_dict())
    first = core.config.num_layers - len(blocks)
    for number, block in enumerate(blocks, start=first):
        state |= {f"blocks.{number}.{name}": tensor for name, tensor in block.state_dict().items()}
    return core.with_weights(state)
