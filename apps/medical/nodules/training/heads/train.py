"""Fit one head of the core on a fold's candidates, around the frozen core.

What it learns from is in ``heads.examples``. Members of the ensemble hold out different patients; each stops where the
loss on its own held-out patients is lowest.

Shapes: N candidates.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from apps.medical.nodules.candidate_rows import CandidateRows
from apps.medical.nodules.second_look import VolumeCandidateHead
from apps.medical.nodules.training.heads.examples import Examples, blinded, noisy
from apps.medical.nodules.training.heads.plain import PlainHead
from core_model.training.loop import Task, train
from core_model.training.run import TrainingRun

H = TypeVar("H", VolumeCandidateHead, PlainHead)


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadTraining:
    """One fold's training.

    Attributes:
        layers: Blocks of the core that run.
        least: Candidates with lower log-odds by the stem, whatever they are, are not trained on.
        members: Heads of the ensemble; patients are dealt into so many parts, and member k holds out part k.
        epochs: At most so many passes.
        patience: Stop after so many passes without a lower loss on the held-out patients.
        batch: Candidates a step.
        rate: Learning rate at the start; it falls to zero along a cosine.
        score_rate: That of the stem's slope and of the sources' base rates, in multiples of it.
        average: Weights are averaged over about ``1 / (1 - average)`` steps; the averaged ones are judged and kept.
        noise: Standard deviation of what is added to the standardised features in training.
        decay: Weight decay.
        dropout: Of what the head reads.
        blind: Share of the candidates of whole CT that lose all context tokens in a pass; half as many again lose
            those on one side. The same share, drawn apart, loses its place in the lungs.
        place_noise_mm: Standard deviation of what is added to each coordinate of the place in training: a fold's CT
            must not be learned by heart.
        seed: Of the dealing, the starts, the order and what is dropped.
    """

    layers: int = 4
    least: float = -4.0
    members: int = 3
    epochs: int = 10
    patience: int = 3
    batch: int = 64
    rate: float = 1e-3
    score_rate: float = 20.0
    average: float = 0.98
    noise: float = 0.3
    decay: float = 0.05
    dropout: float = 0.2
    blind: float = 0.2
    place_noise_mm: float = 10.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.members < 2:
            raise ValueError("at least two members, so that each can hold out a part")

    def as_dict(self) -> dict:
        return asdict(self)


def log_loss(logit_N: Tensor, examples: Examples, chosen: Tensor) -> Tensor:
    """Weighted log-loss of some candidates."""
    each_N = functional.binary_cross_entropy_with_logits(logit_N, examples.label_N[chosen], reduction="none")
    weight_N = examples.weight_N[chosen]
    return (each_N * weight_N).sum() / weight_N.sum()


class _WithBaseRates(nn.Module):
    """A head in training: how often candidates of fields, and of whole CT, are nodules is a constant of the source.

    The constants are dropped afterwards, so that the head need not, and does not, say from which source a candidate is.
    """

    def __init__(self, head: nn.Module) -> None:
        super().__init__()
        self.head, self.base_S = head, nn.Parameter(torch.zeros(2))

    def forward(self, examples: Examples, rows: CandidateRows, chosen: Tensor) -> Tensor:
        return self.head(rows) + self.base_S[examples.in_ct_N[chosen].long()]


class HeadTask(Task):
    """A head learns from all candidates but those that its member holds out.

    Args:
        examples: To learn from.
        holder_N: By candidate the member that holds it out.
        member: This one.
        settings: Of the training.
        head: Untrained.
    """

    def __init__(
        self,
        examples: Examples,
        holder_N: np.ndarray,
        member: int,
        settings: HeadTraining,
        head: VolumeCandidateHead | PlainHead,
    ) -> None:
        self._examples, self._settings, self._head = examples, settings, head
        self._generator = torch.Generator().manual_seed(1000 * settings.seed + member)
        self._train = torch.from_numpy(np.nonzero(holder_N != member)[0])
        self._held = torch.from_numpy(np.nonzero(holder_N == member)[0])
        self._order = self._train
        self.steps_a_pass = -(-len(self._train) // settings.batch)
        self.model = whole = _WithBaseRates(head)
        scalars = [head.slope, whole.base_S]
        others = [value for name, value in head.named_parameters() if name != "slope"]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": others, "lr": settings.rate, "weight_decay": settings.decay},
                {"params": scalars, "lr": settings.rate * settings.score_rate, "weight_decay": 0.0},
            ]
        )
        steps = settings.epochs * self.steps_a_pass
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, steps)

    def loss(self, step: int) -> Tensor:
        """Weighted log-loss of the next candidates, some of them blinded, all with noise."""
        place = step % self.steps_a_pass
        if place == 0:
            self._order = self._train[torch.randperm(len(self._train), generator=self._generator)]
        how, examples = self._settings, self._examples
        some = self._order[place * how.batch : (place + 1) * how.batch]
        rows = blinded(examples.rows.rows(some), examples.in_ct_N[some], how.blind, self._generator)
        rows = noisy(rows, how.noise * self._head.scale_C, how.place_noise_mm, self._generator)
        return log_loss(self.model(examples, rows, some), examples, some)

    def held_out_loss(self, model: nn.Module) -> float:
        """Weighted log-loss of the candidates that are held out."""
        pieces = self._held.split(4 * self._settings.batch)
        examples = self._examples
        logits = [model(examples, examples.rows.rows(some), some) for some in pieces]
        return float(log_loss(torch.cat(logits), examples, self._held))

    def data_state(self) -> dict[str, Any]:
        return {"generator": self._generator.get_state(), "order": self._order}

    def load_data_state(self, state: Mapping[str, Any]) -> None:
        self._generator.set_state(state["generator"])
        self._order = state["order"]


def fit_member(
    examples: Examples,
    holder_N: np.ndarray,
    member: int,
    settings: HeadTraining,
    make: Callable[[], H],
    log: Callable[[str], None],
    folder: Path | None = None,
    identity: Mapping[str, Any] | None = None,
) -> tuple[H, dict[str, Any]]:
    """One head, tried on what ``member`` holds out: the head at its best pass, and how it went.

    See ``core_model.training.loop.train`` for ``folder`` and ``identity``.

    Raises:
        InputRejected: The folder holds the training of another member.
    """
    torch.manual_seed(1000 * settings.seed + member)
    head = make()
    head.standardise_by(examples.rows)
    task = HeadTask(examples, holder_N, member, settings, head)
    run = TrainingRun(
        steps=settings.epochs * task.steps_a_pass,
        clip=1.0,
        average=settings.average,
        evaluate_every=task.steps_a_pass,
        patience=settings.patience,
        report_every=task.steps_a_pass,
        seed=1000 * settings.seed + member,
    )
    outcome = train(task, run, folder, identity, log=log)
    head.load_state_dict({n.removeprefix("head."): v for n, v in outcome.state.items() if n.startswith("head.")})
    return head.eval(), {
        "passes": outcome.best_step // task.steps_a_pass,
        "held_out_loss": round(outcome.losses[outcome.best_step], 4),
        "loss_of_the_stem": round(outcome.losses[0], 4),
    }
