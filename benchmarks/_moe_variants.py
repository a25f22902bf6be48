"""What the layer is compared with, and the clock: loops over modules, transformers' eager experts.

``python -m benchmarks._moe_variants`` times the 32 experts in a process of its own and prints the seconds as JSON.
"""

import copy
import json
import statistics
import time
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_model.nn.experts import ExpertGroup, FeedForward, MixtureOfExperts
from core_model.nn.router import Router
from core_model.torchvision_ops import transformers
from core_model.training.deepseek import layer_state

TOKENS, WIDTH = 512, 384
EXPERTS, HIDDEN, ACTIVE = 32, 256, 4
REPEATS = 15
ALL = {"text": None}


class ModuleListLoop(nn.Module):
    """The loop that people write: separate modules, each on its own tokens, results added in place.

    Args:
        experts: One net an expert.
        router: Of the layer that it is compared with.
        shared: Its shared expert, if that is measured too.
    """

    def __init__(self, experts: list[nn.Module], router: Router, shared: nn.Module | None = None) -> None:
        super().__init__()
        self.experts, self.router, self.shared = nn.ModuleList(experts), router, shared

    def forward(self, x_TD: Tensor) -> Tensor:
        routing = self.router(x_TD)
        y_TD = torch.zeros_like(x_TD) if self.shared is None else self.shared(x_TD)
        for number, expert in enumerate(self.experts):
            token_M, place_M = torch.where(routing.chosen_TK == number)
            if len(token_M):
                gate_M1 = routing.gates_TK[token_M, place_M].unsqueeze(-1)
                y_TD = y_TD.index_add(0, token_M, expert(x_TD[token_M]) * gate_M1)
        return y_TD


class OneExpert(nn.Module):
    """Expert ``e`` of a group as its own module."""

    def __init__(self, group: ExpertGroup, e: int) -> None:
        super().__init__()
        self.w1 = nn.Parameter(group.w1_EFD[e].detach().clone())
        self.w2 = nn.Parameter(group.w2_EFD[e].detach().clone())
        self.w3 = None if group.w3_EFD is None else nn.Parameter(group.w3_EFD[e].detach().clone())
        self.b1 = None if group.b1_EF is None else nn.Parameter(group.b1_EF[e].detach().clone())

    def forward(self, x_MD: Tensor) -> Tensor:
        h_MF = F.linear(x_MD, self.w1, self.b1)
        return (F.gelu(h_MF) if self.w3 is None else F.silu(h_MF) * F.linear(x_MD, self.w3)) @ self.w2


def as_loop(group: ExpertGroup, shared: nn.Module | None = None) -> ModuleListLoop:
    """A group as a loop over separate modules with the same weights."""
    experts: list[nn.Module] = [OneExpert(group, e) for e in range(len(group.w1_EFD))]
    return ModuleListLoop(experts, copy.deepcopy(group.router), copy.deepcopy(shared))


class RoutedAlone(nn.Module):
    """Our router and routed experts, without a shared expert."""

    def __init__(self, group: ExpertGroup) -> None:
        super().__init__()
        self.group = copy.deepcopy(group)

    def forward(self, x_TD: Tensor) -> Tensor:
        return self.group(x_TD)[0]


class EagerExperts(nn.Module):
    """The router and the routed experts of transformers' block, without its shared expert."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.block = block

    def forward(self, x_TD: Tensor) -> Tensor:
        _, gates_TK, chosen_TK = self.block.gate(x_TD)
        return self.block.experts(x_TD, chosen_TK, gates_TK)


def cpu_rounds(variants: dict[str, nn.Module], repeats: int = REPEATS) -> dict[str, list[float]]:
    """CPU seconds of forward and backward passes of each variant, interleaved, after two rounds unmeasured."""
    torch.manual_seed(1)
    x_TD, weight_TD = torch.randn(TOKENS, WIDTH), torch.randn(TOKENS, WIDTH)
    times: dict[str, list[float]] = {name: [] for name in variants}
    for round_number in range(repeats + 2):
        for name, variant in variants.items():
            variant.zero_grad(set_to_none=True)
            leaf_TD = x_TD.clone().requires_grad_(True)
            started = time.process_time()
            (variant(leaf_TD) * weight_TD).sum().backward()
            if round_number >= 2:
                times[name].append(time.process_time() - started)
    return times


def cpu_times(variants: dict[str, nn.Module], repeats: int = REPEATS) -> dict[str, float]:
    """Medians of ``cpu_rounds``."""
    return {name: statistics.median(values) for name, values in cpu_rounds(variants, repeats).items()}


class OnText(nn.Module):
    """A layer on tokens of one group."""

    def __init__(self, layer: MixtureOfExperts, dispatch: str = "auto") -> None:
        super().__init__()
        self.layer = copy.deepcopy(layer)
        self.layer.group("text").dispatch = dispatch  # type: ignore[assignment]

    def forward(self, x_TD: Tensor) -> Tensor:
        return self.layer(x_TD, ALL)[0]


def deepseek_pair() -> tuple[nn.Module, MixtureOfExperts]:
    """Transformers' DeepSeek-V3 block with eager experts, and our layer with the same weights."""
    part = transformers("models.deepseek_v3.modeling_deepseek_v3")
    config = transformers().DeepseekV3Config(
        hidden_size=WIDTH,
        moe_intermediate_size=HIDDEN,
        n_routed_experts=EXPERTS,
        num_experts_per_tok=ACTIVE,
        n_group=1,
        topk_group=1,
        n_shared_experts=1,
        norm_topk_prob=True,
        routed_scaling_factor=1.0,
    )
    config._experts_implementation = "eager"
    torch.manual_seed(0)
    theirs = part.DeepseekV3MoE(config)
    for parameter in theirs.parameters():
        nn.init.normal_(parameter, std=parameter.shape[-1] ** -0.5)
    theirs.gate.e_score_correction_bias.normal_(std=0.05)
    ours = MixtureOfExperts(
        FeedForward(WIDTH, HIDDEN, activation="swiglu"),
        {"text": ExpertGroup(WIDTH, EXPERTS, HIDDEN, ACTIVE, activation="swiglu", normalise=True, gate_scale=1.0)},
    )
    ours.load_state_dict(layer_state(theirs.state_dict()))
    return theirs, ours


def many_experts() -> dict[str, list[float]]:
    """CPU seconds of our 32 experts, of transformers' eager ones and of a loop over modules, round by round."""
    theirs, ours = deepseek_pair()
    routed = ours.group("text")
    variants = {"ours": RoutedAlone(routed), "eager": EagerExperts(theirs), "modules": as_loop(routed)}
    return cpu_rounds(variants, 2 * REPEATS)


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps(many_experts()))
