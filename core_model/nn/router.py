"""The router of a group of experts. Sigmoid scores; top-K selection on score + expert bias; gates from the score alone.

Shapes: T tokens, D width, E experts of a group, K active experts of a token.

The expert bias balances the load; no gradient touches it (see ``core_model.nn.balance``). Two kinds of gate:

* ``gate_scale * score``, not normalised: with ``gate_scale`` 2 and a router of zeros every gate is 1, so that experts
  cut from one feed-forward net sum up to it when all of them run;
* normalised over the chosen ones and scaled, as DeepSeek-V3 does.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True, slots=True, eq=False)
class Routing:
    """What a group's router did: gates ``gates_TK`` of the active experts ``chosen_TK``, tokens of each expert
    ``load_E``, scores of all experts ``scores_TE``."""

    gates_TK: Tensor
    chosen_TK: Tensor
    load_E: Tensor
    scores_TE: Tensor


Choice = Callable[[Tensor, int], Tensor]
"""Chooses experts in place of the router: takes ``scores_TE`` and K, gives ``chosen_TK``."""

_choice: ContextVar[Choice | None] = ContextVar("choice", default=None)


@contextmanager
def choosing_by(choice: Choice) -> Iterator[None]:
    """Let every router choose its experts by something else than its scores; see ``core_model.compute.routing``."""
    token = _choice.set(choice)
    try:
        yield
    finally:
        _choice.reset(token)


class Router(nn.Module):
    """Sigmoid scores; top-K selection on score + expert bias; gates from the score alone.

    Expert bias and loads stay in fp32 whatever type the model is brought to: a step of the bias is smaller than what
    bf16 can tell apart, and so is one token among hundreds.

    Args:
        width: D.
        num_experts: E.
        num_active: K.
        normalise: Whether the gates of a token sum to ``gate_scale``.
        gate_scale: Factor on the gates.
    """

    choice_bias_E: Tensor
    load_E: Tensor

    def __init__(
        self, width: int, num_experts: int, num_active: int, *, normalise: bool = False, gate_scale: float = 2.0
    ) -> None:
        super().__init__()
        self.num_active, self.normalise, self.gate_scale = num_active, normalise, gate_scale
        self.weight_ED = nn.Parameter(torch.zeros(num_experts, width))
        self.register_buffer("choice_bias_E", torch.zeros(num_experts, dtype=torch.float32))
        self.register_buffer("load_E", torch.zeros(num_experts, dtype=torch.float32), persistent=False)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        kept = dict(self.named_buffers())
        super()._apply(fn, recurse)
        for name, buffer in kept.items():
            moved = self.get_buffer(name)
            if moved.dtype != torch.float32:
                setattr(self, name, buffer.to(moved.device, torch.float32))
        return self

    def forward(self, x_TD: Tensor) -> Routing:
        """Route tokens. Scores are computed in fp32 whatever the tokens' type is."""
        scores_TE = F.linear(x_TD.float(), self.weight_ED.float()).sigmoid()
        num_experts = scores_TE.shape[1]
        if self.num_active == num_experts:
            chosen_TK = torch.arange(num_experts, device=x_TD.device).expand(len(x_TD), -1)
            gates_TK = scores_TE
            load_E = scores_TE.new_full((num_experts,), len(x_TD))
        else:
            chosen_TK = self._chosen(scores_TE.detach())
            gates_TK = scores_TE.gather(1, chosen_TK)
            load_E = torch.bincount(chosen_TK.flatten(), minlength=num_experts).to(scores_TE.dtype)
        if self.normalise:
            gates_TK = gates_TK / (gates_TK.sum(dim=-1, keepdim=True) + 1e-20)
        return Routing((gates_TK * self.gate_scale).to(x_TD.dtype), chosen_TK, load_E, scores_TE)

    def _chosen(self, scores_TE: Tensor) -> Tensor:
        other = _choice.get()
        if other is not None:
            return other(scores_TE, self.num_active)
        return torch.topk(scores_TE + self.choice_bias_E, self.num_active, dim=-1, sorted=False)[1]

    @torch.no_grad()
    def balance_step(self, coefficient: float) -> None:
        """Move the expert bias by ``coefficient * sign(mean load - load)``, centred, and clear the load."""
        if self.load_E.sum() > 0:
            delta_E = coefficient * torch.sign(self.load_E.mean() - self.load_E)
            self.choice_bias_E += delta_E - delta_E.mean()
        self.load_E.zero_()
