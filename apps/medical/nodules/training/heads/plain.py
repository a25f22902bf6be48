"""Plain nets on the vectors of candidates: the question of the second look without the core, for comparison.

They are trained as the heads are, and kept beside the second look that ships; no finding comes from them.

Shapes: N candidates, T tokens of a candidate, C features of a token, F facts, R what is read, H hidden width.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from apps.medical.nodules.candidate_rows import FACTS, CandidateRows
from apps.medical.nodules.detect import TOKENS
from apps.medical.nodules.standardised import CLIP
from core_model.checkpoint import load_checkpoint, save_checkpoint
from core_model.errors import InputRejected

NAME = "nodule_plain_nets"
HIDDEN = 16
"""Width of the nets that are trained with the heads."""


class PlainHead(nn.Module):
    """A small net on the tokens side by side.

    Args:
        features: C.
        tokens: T.
        facts: F.
        hidden: Width of its one hidden layer.
        dropout: Share of the hidden layer that is dropped in training.
    """

    mean_C: Tensor
    scale_C: Tensor
    mean_F: Tensor
    scale_F: Tensor

    def __init__(self, features: int, tokens: int, facts: int, hidden: int = HIDDEN, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        self.hidden = nn.Linear(tokens * (features + 1) + 2 * facts, hidden)
        self.out = nn.Linear(hidden, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        self.slope = nn.Parameter(torch.ones(()))
        self.register_buffer("mean_C", torch.zeros(features))
        self.register_buffer("scale_C", torch.ones(features))
        self.register_buffer("mean_F", torch.zeros(facts))
        self.register_buffer("scale_F", torch.ones(facts))

    def standardise_by(self, rows: CandidateRows) -> None:
        """Take mean and spread of features and facts from some candidates, where they are there and known."""
        present_PC = rows.present_PC
        self.mean_C, self.scale_C = present_PC.mean(dim=0), present_PC.std(dim=0).clamp(min=1e-4)
        for number, value_N in enumerate(rows.facts_NF.T):
            known = value_N[~torch.isnan(value_N)]
            if len(known) > 1:
                self.mean_F[number], self.scale_F[number] = known.mean(), known.std().clamp(min=1e-4)

    def forward(self, rows: CandidateRows) -> Tensor:
        """Log-odds of each candidate, ``[N]``."""
        present_NT1 = rows.present_NT.unsqueeze(-1)
        standard_NTC = ((rows.features_NTC - self.mean_C) / self.scale_C).clamp(-CLIP, CLIP) * present_NT1
        known_NF = ~torch.isnan(rows.facts_NF)
        facts_NF = ((rows.facts_NF - self.mean_F) / self.scale_F).clamp(-CLIP, CLIP).nan_to_num(0.0)
        read_NR = torch.cat([standard_NTC.flatten(1), present_NT1.flatten(1), facts_NF, known_NF], dim=1)
        hidden_NH = functional.dropout(functional.gelu(self.hidden(read_NR)), self.dropout, self.training)
        return self.slope * rows.score_N + self.out(hidden_NH)[:, 0]


PlainNets = Mapping[str, Sequence[PlainHead]]
"""By fold."""


def plain_head(features: int, dropout: float = 0.0, hidden: int = HIDDEN) -> PlainHead:
    """An untrained net for vectors of some length, ``hidden`` wide."""
    return PlainHead(features, TOKENS, len(FACTS), hidden, dropout)


def save_plain_nets(folder: Path, nets: PlainNets, card: Mapping[str, Any], name: str = NAME) -> Path:
    """Write the nets of some folds in half precision, with a card; returns its path."""
    tensors = {
        f"{fold}.{number}.{key}": tensor.detach().half()
        for fold, members in nets.items()
        for number, member in enumerate(members)
        for key, tensor in member.state_dict().items()
    }
    entry = {**card, "name": name, "folds": {fold: len(members) for fold, members in nets.items()}}
    return save_checkpoint(folder, name, tensors, entry)


def load_plain_nets(folder: Path, name: str = NAME) -> dict[str, list[PlainHead]]:
    """Read the nets.

    Raises:
        Unavailable: They are not there.
        InputRejected: They are damaged.
    """
    tensors, card = load_checkpoint(folder / f"{name}.json")
    found: dict[str, list[PlainHead]] = {}
    try:
        for fold, count in card["folds"].items():
            for number in range(count):
                prefix = f"{fold}.{number}."
                own = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
                net = plain_head(len(own["mean_C"]))
                net.load_state_dict(own)
                found.setdefault(fold, []).append(net.eval().requires_grad_(False))
    except (KeyError, RuntimeError) as error:
        raise InputRejected(
            "plain nets that do not fit their card", action="install the package again", code="plain_nets_misfit"
        ) from error
    return found
