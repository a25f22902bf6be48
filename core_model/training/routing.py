"""How many tokens each expert took, by layer, group and modality.

Shapes: M tokens of a group, K active experts of a token, E experts.
"""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from core_model.config import MODALITIES
from core_model.output import CoreOutput

Loads = dict[tuple[int, str, str], Tensor]
"""By layer (from 0), group and modality the tokens of each expert, ``[E]``."""


def loads_of(outputs: Iterable[CoreOutput]) -> Loads:
    """The loads of some batches, added up."""
    found: Loads = {}
    for output in outputs:
        for layer, routings in enumerate(output.routings):
            for group, routing in routings.items():
                index_M = output.batch.members[group]
                modality_M = output.batch.modality_T if index_M is None else output.batch.modality_T[index_M]
                num_experts = len(routing.load_E)
                for number in modality_M.unique().tolist():
                    chosen = routing.chosen_TK[modality_M == number].flatten()
                    load_E = torch.bincount(chosen, minlength=num_experts).cpu()
                    key = (layer, group, MODALITIES[number])
                    found[key] = found.get(key, torch.zeros(num_experts, dtype=torch.int64)) + load_E
    return found


def entropy_of(load_E: Tensor) -> float:
    """Entropy of a load over that of an even one: 1 where all experts took the same."""
    share_E = load_E.double() / load_E.sum().clamp(min=1)
    if len(load_E) < 2:
        return 1.0
    return float(-(share_E * share_E.clamp(min=1e-12).log()).sum() / math.log(len(load_E)))


def as_lines(loads: Loads) -> list[dict[str, Any]]:
    """The loads as JSON values: shares of the experts and their entropy, a line a layer, group and modality."""
    lines = []
    for (layer, group, modality), load_E in sorted(loads.items()):
        share_E = load_E.double() / load_E.sum().clamp(min=1)
        lines.append(
            {
                "layer": layer,
                "group": group,
                "modality": modality,
                "tokens": int(load_E.sum()),
                "load": [round(share, 5) for share in share_E.tolist()],
                "entropy": round(entropy_of(load_E), 5),
            }
        )
    return lines
