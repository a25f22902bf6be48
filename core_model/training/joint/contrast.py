"""Contrastive pairs: a question and its passage lie close, and far from the other passages of the batch.

InfoNCE (van den Oord et al. 2018, arXiv 1807.03748) in both directions, with the passages of the whole batch and those
that an example brings as negatives. An early layer is asked too, so that texts may leave there.

Shapes: B pairs, P passages (B and the negatives), N rows, D width.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from core_model.core import Core
from core_model.output import CoreOutput
from core_model.training.joint.objective import Asked, Objective
from core_model.training.mixture.examples import Example, Pair


class Contrast(Objective):
    """Pairs of texts.

    Args:
        temperature: Of the softmax over cosines; E5 was trained at 0.01, and its cosines lie within 0.7 to 1.
        early: Layers of which one, drawn at random, is asked as well.
        early_weight: Of its loss.
    """

    def __init__(
        self,
        *,
        temperature: float = 0.02,
        early: tuple[int, ...] = (4, 6, 8),
        early_weight: float = 0.3,
    ) -> None:
        super().__init__()
        self.temperature, self.early, self.early_weight = temperature, early, early_weight

    def ask(self, core: Core, examples: Sequence[Example]) -> Asked:
        pairs = [example for example in examples if isinstance(example, Pair)]
        assert len(pairs) == len(examples)
        negatives = [segment for pair in pairs for segment in pair.negatives]
        segments = [pair.query for pair in pairs] + [pair.passage for pair in pairs] + negatives
        same_BP = same_pairs([pair.query_key for pair in pairs], [pair.passage_key for pair in pairs])
        same_BP = F.pad(same_BP, (0, len(negatives)))
        early = self._early_layer(core)
        output = core(core.pack([[segment] for segment in segments]), keep=() if early is None else (early,))
        loss, right = self._of(output.mean(), same_BP)
        figures = {"right": right}
        if early is not None:
            early_loss, figures["early_right"] = self._of(mean_after(output, early), same_BP)
            loss = loss + self.early_weight * early_loss
        return Asked(loss, figures, [output])

    def _early_layer(self, core: Core) -> int | None:
        possible = [layer for layer in self.early if layer < core.config.num_layers]
        if not possible or not self.early_weight:
            return None
        return possible[int(torch.randint(len(possible), ()))]

    def _of(self, mean_ND: Tensor, same_BP: Tensor) -> tuple[Tensor, float]:
        query_BD, passage_PD = mean_ND.float().split([len(same_BP), same_BP.shape[1]])
        query_BD, passage_PD = F.normalize(query_BD, dim=-1), F.normalize(passage_PD, dim=-1)
        return info_nce(query_BD, passage_PD, same_BP.to(mean_ND.device), self.temperature)


def info_nce(query_BD: Tensor, passage_PD: Tensor, same_BP: Tensor, temperature: float) -> tuple[Tensor, float]:
    """The loss in both directions, and the share of questions whose own passage is nearest.

    Args:
        query_BD: Of length 1.
        passage_PD: The first B belong to the questions.
        same_BP: Passages that answer a question besides its own, which are no negatives.
        temperature: Cosines are divided by it.
    """
    num_pairs = len(query_BD)
    score_BP = query_BD @ passage_PD.T / temperature
    score_BP = score_BP.masked_fill(same_BP, -torch.inf)
    own_B = torch.arange(num_pairs, device=score_BP.device)
    forth = F.cross_entropy(score_BP, own_B)
    back = F.cross_entropy(score_BP[:, :num_pairs].T, own_B)
    right = float((score_BP.detach().argmax(dim=1) == own_B).float().mean())
    return (forth + back) / 2, right


def same_pairs(query_keys: Sequence[int], passage_keys: Sequence[int]) -> Tensor:
    """``[B, B]``: where a pair's passage answers another pair's question, since queries or passages are equal."""
    query_B, passage_B = torch.tensor(query_keys), torch.tensor(passage_keys)
    same_BB = (query_B[:, None] == query_B) | (passage_B[:, None] == passage_B)
    return same_BB & ~torch.eye(len(same_BB), dtype=torch.bool)


def mean_after(output: CoreOutput, layer: int) -> Tensor:
    """Mean state of each row behind some layer that the core was told to keep, ``[N, D]``."""
    return CoreOutput(output.after[layer], output.batch).mean()
