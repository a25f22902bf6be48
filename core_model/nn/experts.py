"""Mixture of experts: expert groups by modality, each with its router, and a shared expert.

Shapes: T tokens, D width, E experts of a group, K active experts of a token, F hidden width of an expert,
N = T * K routed copies of tokens.

Every token runs the shared expert and K active experts of its modality's group.
"""

from collections.abc import Callable
from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_model.config import Dispatch
from core_model.nn.grouped import grouped_product
from core_model.nn.products import Linear, linear
from core_model.nn.router import Router, Routing

Activation = Literal["gelu", "swiglu"]

DENSE_UP_TO = 1.5
"""``auto`` computes all experts and masks their gates up to this E / K, and sorts above it (measured by the
benchmark ``moe_layer``: sorting and gathering cost more than the products they save on a few small experts)."""


class ExpertGroup(nn.Module):
    """E experts of the same shape with their router; weights stacked as ``[E, F, D]``.

    Args:
        width: D.
        num_experts: E.
        hidden: F.
        num_active: K.
        activation: ``gelu`` (two matrices and a hidden bias) or ``swiglu`` (three matrices, no bias).
        normalise: Whether the K gates of a token sum to ``gate_scale``.
        gate_scale: Factor on the gates.
        dispatch: How tokens are dispatched to experts: ``dense`` computes all experts and masks gates, ``grouped``
            sorts tokens by expert for ``core_model.nn.grouped``, ``loop`` sorts them and takes expert by expert;
            ``auto`` takes the fastest as measured.
    """

    def __init__(
        self,
        width: int,
        num_experts: int,
        hidden: int,
        num_active: int,
        *,
        activation: Activation = "gelu",
        normalise: bool = False,
        gate_scale: float = 2.0,
        dispatch: Dispatch = "auto",
    ) -> None:
        super().__init__()
        self.activation, self.dispatch = activation, dispatch
        self.router = Router(width, num_experts, num_active, normalise=normalise, gate_scale=gate_scale)
        self.w1_EFD = nn.Parameter(torch.empty(num_experts, hidden, width).normal_(std=width**-0.5))
        self.w2_EFD = nn.Parameter(torch.zeros(num_experts, hidden, width))
        self.w3_EFD: nn.Parameter | None = None
        self.b1_EF: nn.Parameter | None = None
        if activation == "swiglu":
            self.w3_EFD = nn.Parameter(torch.empty(num_experts, hidden, width).normal_(std=width**-0.5))
        else:
            self.b1_EF = nn.Parameter(torch.zeros(num_experts, hidden))

    def forward(self, x_TD: Tensor) -> tuple[Tensor, Routing]:
        """Sum of the chosen experts' outputs, each times its gate, ``[T, D]``, and the routing."""
        routing = self.router(x_TD)
        return self.experts[self.mode](x_TD, routing), routing

    def expert_parameters(self) -> list[nn.Parameter]:
        """What each expert has of its own, stacked: ``[E, ...]``."""
        held = (self.w1_EFD, self.w2_EFD, self.w3_EFD, self.b1_EF)
        return [parameter for parameter in held if parameter is not None]

    @property
    def mode(self) -> Dispatch:
        """The dispatch in use: ``auto`` resolved by the ratio of experts to active experts."""
        if self.dispatch != "auto":
            return self.dispatch
        return "dense" if len(self.router.weight_ED) <= DENSE_UP_TO * self.router.num_active else "grouped"

    @property
    def experts(self) -> dict[str, Callable[[Tensor, Routing], Tensor]]:
        """The three dispatch functions by name; each takes ``x_TD`` and a ``Routing``, gives ``[T, D]``."""
        return {"dense": self._dense, "grouped": self._grouped, "loop": self._loop}

    def _dense(self, x_TD: Tensor, routing: Routing) -> Tensor:
        w1_EFD = self.w1_EFD
        num_experts, hidden, width = w1_EFD.shape
        h_TH = linear(x_TD, w1_EFD.view(-1, width), None if self.b1_EF is None else self.b1_EF.view(-1))
        if self.w3_EFD is None:
            h_TH = F.gelu(h_TH)
        else:
            h_TH = F.silu(h_TH) * linear(x_TD, self.w3_EFD.view(-1, width))
        if self.router.num_active == num_experts:
            gates_TE = routing.gates_TK
        else:
            gates_TE = torch.zeros_like(routing.gates_TK[:, :1]).expand(-1, num_experts)
            gates_TE = gates_TE.scatter(1, routing.chosen_TK, routing.gates_TK)
        h_TEF = h_TH.view(-1, num_experts, hidden) * gates_TE.unsqueeze(-1)
        return linear(h_TEF.view(-1, num_experts * hidden), self.w2_EFD.view(-1, width).t())

    def _sorted(self, x_TD: Tensor, routing: Routing) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        order_N = torch.argsort(routing.chosen_TK.flatten(), stable=True)
        token_N = order_N // self.router.num_active
        expert_N = routing.chosen_TK.flatten()[order_N]
        gate_N = routing.gates_TK.flatten().index_select(0, order_N)
        return x_TD.index_select(0, token_N), token_N, expert_N, gate_N

    def _grouped(self, x_TD: Tensor, routing: Routing) -> Tensor:
        x_ND, token_N, expert_N, gate_N = self._sorted(x_TD, routing)
        h_NF = grouped_product(x_ND, self.w1_EFD.transpose(1, 2), routing.load_E)
        if self.b1_EF is not None:
            h_NF = h_NF + self.b1_EF.index_select(0, expert_N)
        if self.w3_EFD is None:
            h_NF = F.gelu(h_NF)
        else:
            h_NF = F.silu(h_NF) * grouped_product(x_ND, self.w3_EFD.transpose(1, 2), routing.load_E)
        y_ND = grouped_product(h_NF * gate_N.unsqueeze(-1), self.w2_EFD, routing.load_E)
        return torch.zeros_like(x_TD).index_add_(0, token_N, y_ND.to(x_TD.dtype))

    def _loop(self, x_TD: Tensor, routing: Routing) -> Tensor:
        x_ND, token_N, _, gate_N = self._sorted(x_TD, routing)
        sizes = [int(size) for size in routing.load_E.tolist()]
        w1, w2 = self.w1_EFD.unbind(), self.w2_EFD.unbind()
        w3 = [None] * len(w1) if self.w3_EFD is None else list(self.w3_EFD.unbind())
        b1 = [None] * len(w1) if self.b1_EF is None else list(self.b1_EF.unbind())
        parts = []
        for e, (x_MD, gate_M) in enumerate(zip(x_ND.split(sizes), gate_N.split(sizes), strict=True)):
            h_MF = linear(x_MD, w1[e], b1[e])
            third = w3[e]
            h_MF = F.gelu(h_MF) if third is None else F.silu(h_MF) * linear(x_MD, third)
            parts.append(linear(h_MF * gate_M.unsqueeze(-1), w2[e].t()))
        return torch.zeros_like(x_TD).index_add_(0, token_N, torch.cat(parts).to(x_TD.dtype))


class FeedForward(nn.Module):
    """A dense feed-forward net, the shared expert: D to F and back, with the output's bias for all experts."""

    def __init__(self, width: int, hidden: int, *, activation: Activation = "gelu") -> None:
        super().__init__()
        bias = activation == "gelu"
        self.up = Linear(width, hidden, bias=bias)
        self.gate = Linear(width, hidden, bias=False) if activation == "swiglu" else None
        self.down = Linear(hidden, width, bias=bias)

    def forward(self, x_TD: Tensor) -> Tensor:
        """``[T, D]`` to ``[T, D]``."""
        h_TF = self.up(x_TD)
        return self.down(F.gelu(h_TF) if self.gate is None else F.silu(self.gate(x_TD)) * h_TF)


class MixtureOfExperts(nn.Module):
    """The shared expert and the groups.

    Args:
        shared: What every token runs.
        groups: Routed experts by name of their group.
    """

    def __init__(self, shared: FeedForward, groups: dict[str, ExpertGroup]) -> None:
        super().__init__()
        self.shared = shared
        self.groups = nn.ModuleDict(groups)

    def group(self, name: str) -> ExpertGroup:
        """The experts of one group, also where an adapter is wrapped around them."""
        return cast(ExpertGroup, self.groups[name])

    def forward(self, x_TD: Tensor, members: dict[str, Tensor | None]) -> tuple[Tensor, dict[str, Routing]]:
        """Run the layer.

        Args:
            x_TD: Tokens of all modalities.
            members: By group the numbers of its tokens; ``None`` where all tokens are its own. Groups without
                tokens are left out.

        Returns:
            ``y_TD``, and the routing of each group that ran.
        """
        y_TD = self.shared(x_TD)
        routings: dict[str, Routing] = {}
        for name, index_M in members.items():
            group = self.group(name)
            if index_M is None:
                part_MD, routings[name] = group(x_TD)
                y_TD = y_TD + part_MD
            else:
                part_MD, routings[name] = group(x_TD[index_M])
                y_TD = y_TD.index_add(0, index_M, part_MD.to(y_TD.dtype))
        return y_TD, routings
