"""Fit one head of the core on a half's candidates, around the frozen core.

What it learns from is in ``head_examples``. Members of the ensemble hold out different patients; each stops where the
loss on its own held-out patients is lowest.

Shapes: N candidates.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from apps.medical.nodules.rescoring import FACTS
from apps.medical.nodules.second_look import CandidateRows, PlainHead, VolumeCandidateHead, name_pieces
from apps.medical.nodules.training.heads.examples import Examples, blinded, noisy
from core_model.core import Core

H = TypeVar("H", VolumeCandidateHead, PlainHead)


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadTraining:
    """One half's training.

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
        place_noise_mm: Standard deviation of what is added to each coordinate of the place in training: a half's CT
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

    def forward(self, core: Core, examples: Examples, rows: CandidateRows, chosen: Tensor, names: list) -> Tensor:
        return self.head(core, rows, names) + self.base_S[examples.in_ct_N[chosen].long()]


@contextmanager
def frozen(model: nn.Module) -> Iterator[None]:
    """A model whose weights get no gradients; afterwards each learns, or does not, as before."""
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    for parameter in learning:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad_(True)


def fit_member(
    core: Core,
    examples: Examples,
    fold_N: np.ndarray,
    member: int,
    settings: HeadTraining,
    make: Callable[[], H],
    log: Callable[[str], None],
) -> tuple[H, dict[str, Any]]:
    """One head, held-out part ``member``: the head at its best pass, and how it went; the core stays as it is."""
    with frozen(core):
        return _fit_member(core, examples, fold_N, member, settings, make, log)


def _fit_member(
    core: Core,
    examples: Examples,
    fold_N: np.ndarray,
    member: int,
    settings: HeadTraining,
    make: Callable[[], H],
    log: Callable[[str], None],
) -> tuple[H, dict[str, Any]]:
    torch.manual_seed(1000 * settings.seed + member)
    generator = torch.Generator().manual_seed(1000 * settings.seed + member)
    head = make()
    head.standardise_by(examples.rows)
    names = name_pieces(core, [name for name, _ in FACTS])
    train = torch.from_numpy(np.nonzero(fold_N != member)[0])
    held = torch.from_numpy(np.nonzero(fold_N == member)[0])
    whole = _WithBaseRates(head)
    scalars = [head.slope, whole.base_S]
    others = [value for name, value in head.named_parameters() if name != "slope"]
    optimizer = torch.optim.AdamW(
        [
            {"params": others, "lr": settings.rate, "weight_decay": settings.decay},
            {"params": scalars, "lr": settings.rate * settings.score_rate, "weight_decay": 0.0},
        ]
    )
    smooth = AveragedModel(whole, multi_avg_fn=get_ema_multi_avg_fn(settings.average))
    steps = settings.epochs * -(-len(train) // settings.batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)

    def held_out() -> float:
        smooth.eval()
        with torch.no_grad():
            pieces = held.split(4 * settings.batch)
            logits = [smooth(core, examples, examples.rows.rows(some), some, names) for some in pieces]
        return float(log_loss(torch.cat(logits), examples, held))

    start = held_out()
    best, best_epoch, best_state = start, 0, deepcopy(smooth.module.head.state_dict())
    for epoch in range(1, settings.epochs + 1):
        whole.train()
        total = 0.0
        order = train[torch.randperm(len(train), generator=generator)]
        for some in order.split(settings.batch):
            rows = blinded(examples.rows.rows(some), examples.in_ct_N[some], settings.blind, generator)
            rows = noisy(rows, settings.noise * head.scale_C, settings.place_noise_mm, generator)
            loss = log_loss(whole(core, examples, rows, some, names), examples, some)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(whole.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            smooth.update_parameters(whole)
            total += float(loss.detach()) * len(some)
        loss_held = held_out()
        log(f"member {member}, pass {epoch}: loss {total / len(train):.4f}, held out {loss_held:.4f} ({start:.4f})")
        if loss_held < best:
            best, best_epoch, best_state = loss_held, epoch, deepcopy(smooth.module.head.state_dict())
        elif epoch - best_epoch >= settings.patience:
            break
    head.load_state_dict(best_state)
    return head.eval(), {"passes": best_epoch, "held_out_loss": round(best, 4), "loss_of_the_stem": round(start, 4)}
