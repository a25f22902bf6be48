"""What the routers did, counted and reported; and routing at random or fixed in its place, for comparison.

::

    tally = LoadTally()
    for batch in batches:
        tally.add(core(batch))
    for entry in tally.report():
        print(entry.layer, entry.group, entry.entropy, entry.least_over_mean, entry.divergence)

    with routing("random", seed=0):
        core(batch)                     # each token's experts are drawn

Shapes: T tokens, M tokens of a group, E experts of a group, K active experts of a token.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import torch
from torch import Tensor

from core_model.config import MODALITIES
from core_model.errors import InputRejected
from core_model.nn.router import choosing_by
from core_model.output import CoreOutput

How = Literal["random", "fixed"]


@contextmanager
def routing(how: How, seed: int = 0) -> Iterator[None]:
    """Let every router choose its experts without looking at the tokens. The gates are those of the experts chosen.

    Not for a core that recomputes activations: the second draw would be another one.

    Args:
        how: ``random`` draws K experts for each token; ``fixed`` gives all tokens the same K, drawn once.
        seed: Of the draw.

    Raises:
        InputRejected: There is no such way.
    """
    if how not in get_args(How):
        raise InputRejected(
            "routing that is {how}", allowed="random or fixed", code="routing_unknown", values={"how": str(how)}
        )
    generator = torch.Generator().manual_seed(seed)

    def at_random(scores_TE: Tensor, num_active: int) -> Tensor:
        drawn_TE = torch.rand(scores_TE.shape, generator=generator)
        return drawn_TE.topk(num_active, dim=-1, sorted=False)[1].to(scores_TE.device)

    def fixed(scores_TE: Tensor, num_active: int) -> Tensor:
        num_tokens, num_experts = scores_TE.shape
        order_E = torch.randperm(num_experts, generator=torch.Generator().manual_seed(seed))
        return order_E[:num_active].to(scores_TE.device).expand(num_tokens, -1)

    with choosing_by(at_random if how == "random" else fixed):
        yield


@dataclass(frozen=True, slots=True)
class GroupLoad:
    """How the experts of a group of a layer shared their tokens.

    Attributes:
        layer: Number of the layer, from 0.
        group: Name of the group.
        loads: Tokens of each expert.
        by_domain: The same for each domain.
        entropy: Of the loads, over that of equal loads: 1 where all are alike, 0 where one expert has all tokens.
        least_over_mean: Load of the least used expert over the mean.
        capacity: Largest load of an expert in a batch over the mean in that batch: with so much room for each expert no
            token would have been dropped. None is dropped here.
        divergence: Jensen-Shannon divergence between the domains' loads, each domain of the same weight, in bits: 0
            where the experts are used alike in all.
    """

    layer: int
    group: str
    loads: tuple[int, ...]
    by_domain: Mapping[str, tuple[int, ...]]
    entropy: float
    least_over_mean: float
    capacity: float
    divergence: float

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {**asdict(self), "loads": list(self.loads), "by_domain": {k: list(v) for k, v in self.by_domain.items()}}


class LoadTally:
    """Loads by layer, group, expert and domain, over any number of batches."""

    def __init__(self) -> None:
        self._loads: dict[tuple[int, str], dict[str, Tensor]] = defaultdict(dict)
        self._capacity: dict[tuple[int, str], float] = defaultdict(float)

    def add(self, output: CoreOutput, domain: str | None = None) -> None:
        """Count a batch.

        Args:
            output: What the core made of it.
            domain: Whose tokens these are; where not given, the modality of each token is its domain.
        """
        modality_T = output.batch.modality_T.cpu()
        for layer, routings in enumerate(output.routings, output.first_layer):
            for name, routed in routings.items():
                index_M = output.batch.members[name]
                modality_M = modality_T if index_M is None else modality_T[index_M.cpu()]
                num_experts = routed.scores_TE.shape[1]
                chosen_MK = routed.chosen_TK.cpu()
                cell_MK = modality_M.unsqueeze(1) * num_experts + chosen_MK
                count_XE = torch.bincount(cell_MK.flatten(), minlength=len(MODALITIES) * num_experts)
                count_XE = count_XE.view(len(MODALITIES), num_experts)
                load_E = count_XE.sum(dim=0)
                parts = (
                    {domain: load_E}
                    if domain is not None
                    else {MODALITIES[k]: row_E for k, row_E in enumerate(count_XE) if int(row_E.sum())}
                )
                held, key = self._loads[layer, name], (layer, name)
                for part, count_E in parts.items():
                    held[part] = held.get(part, torch.zeros_like(count_E)) + count_E
                self._capacity[key] = max(self._capacity[key], float(load_E.max() / load_E.float().mean()))

    def report(self) -> list[GroupLoad]:
        """One entry for each layer and group that was met, in order."""
        entries = []
        for (layer, name), parts in sorted(self._loads.items()):
            load_E = torch.stack(list(parts.values())).sum(dim=0)
            entries.append(
                GroupLoad(
                    layer=layer,
                    group=name,
                    loads=tuple(load_E.tolist()),
                    by_domain={part: tuple(count_E.tolist()) for part, count_E in sorted(parts.items())},
                    entropy=load_entropy(load_E),
                    least_over_mean=float(load_E.min() / load_E.double().mean()),
                    capacity=self._capacity[layer, name],
                    divergence=divergence(parts),
                )
            )
        return entries


def _bits(share_E: Tensor) -> float:
    """Entropy of shares in bits."""
    return float(-(share_E * share_E.clamp(min=1e-300).log2()).sum())


def load_entropy(load_E: Tensor) -> float:
    """Entropy of loads over that of equal loads, 0 to 1; 1 for a single expert."""
    if len(load_E) == 1:
        return 1.0
    return _bits(load_E.double() / load_E.sum()) / math.log2(len(load_E))


def divergence(loads: Mapping[str, Tensor]) -> float:
    """Jensen-Shannon divergence between the loads of domains, in bits, each domain of the same weight."""
    shares = torch.stack([load_E.double() / load_E.sum() for load_E in loads.values()])
    return max(0.0, _bits(shares.mean(dim=0)) - sum(_bits(share_E) for share_E in shares) / len(shares))
