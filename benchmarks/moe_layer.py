"""The mixture-of-experts layer: its speed against loops and transformers, and that it computes what it should.

One thread, 512 tokens, forward and backward, variants interleaved, CPU time, medians.
"""

import copy
import statistics
import time

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.core_probes.captions import captions
from benchmarks.core_probes.e5_file import e5_source
from benchmarks.figures import Figure
from core_model import load_core
from core_model.config import CoreConfig
from core_model.core import build
from core_model.moe import ExpertGroup, FeedForward, MixtureOfExperts, Router
from core_model.segments import TextSegment, pack
from core_model.torchvision_ops import transformers
from core_model.training.cut import trunk_state
from core_model.training.vocabulary import make_tokenizer

USUAL_MINUTES = 2.0
INPUTS: list[str] = []

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

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    def forward(self, x_TD: Tensor) -> Tensor:
        _, gates_TK, chosen_TK = self.block.gate(x_TD)
        return self.block.experts(x_TD, chosen_TK, gates_TK)


def cpu_times(variants: dict[str, nn.Module], repeats: int = REPEATS) -> dict[str, float]:
    """Median CPU seconds of a forward and backward pass of each variant, interleaved, after two rounds unmeasured."""
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
    return {name: statistics.median(values) for name, values in times.items()}


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
    gate_EFD, up_EFD = theirs.experts.gate_up_proj.chunk(2, dim=1)
    ours.load_state_dict(
        {
            "shared.up.weight": theirs.shared_experts.up_proj.weight,
            "shared.gate.weight": theirs.shared_experts.gate_proj.weight,
            "shared.down.weight": theirs.shared_experts.down_proj.weight,
            "groups.text.w1_EFD": gate_EFD,
            "groups.text.w3_EFD": up_EFD,
            "groups.text.w2_EFD": theirs.experts.down_proj.transpose(1, 2),
            "groups.text.router.weight_ED": theirs.gate.weight,
            "groups.text.router.choice_bias_E": theirs.gate.e_score_correction_bias,
        }
    )
    return theirs, ours


@torch.no_grad()
def worst_layer_error() -> tuple[float, float]:
    """Largest error of the cut layout, filled with E5's own FFN, over E5's largest output; worst layer.

    Returns:
        The relative error, and the largest output met.
    """
    source = e5_source()
    config = CoreConfig(vocab_size=len(source.pieces), norm_eps=source.norm_eps).with_active("text", 8)
    torch.manual_seed(0)
    orders = [torch.randperm(len(source.tensors["0.up.weight"])) for _ in range(config.num_layers)]
    core = build(config, trunk_state(source, list(range(len(source.pieces))), config, orders)).eval()
    tokenizer = make_tokenizer(source.pieces, source.scores.tolist())
    rows = [[TextSegment(torch.tensor(tokenizer.encode(f"query: {text}").ids))] for pair in captions() for text in pair]
    batch = pack(rows, config)
    x_TD = core.embed(batch)
    worst, largest = 0.0, 0.0
    for number, block in enumerate(core.layers):
        inside_TD = block.attention_norm(x_TD + block.attention(x_TD, batch))
        ours_TD = block.experts(inside_TD, ALL)[0]
        up, down = ([source.tensors[f"{number}.{net}.{part}"] for part in ("weight", "bias")] for net in ("up", "down"))
        e5_TD = F.linear(F.gelu(F.linear(inside_TD, *up)), *down)
        worst = max(worst, float((ours_TD - e5_TD).abs().max() / e5_TD.abs().max()))
        largest = max(largest, float(e5_TD.abs().max()))
        x_TD = block.experts_norm(inside_TD + ours_TD)
    return worst, largest


def run(recorded: bool) -> dict[str, Figure]:
    """Measure; nothing is recorded, it is short."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _measure()
    finally:
        torch.set_num_threads(threads)


def _measure() -> dict[str, Figure]:
    theirs, ours = deepseek_pair()
    torch.manual_seed(2)
    x_TD = torch.randn(TOKENS, WIDTH)
    with torch.no_grad():
        error = float((ours(x_TD, ALL)[0] - theirs(x_TD[None])[0]).abs().max())
    routed = ours.group("text")
    many = cpu_times(
        {
            "ours": RoutedAlone(routed),
            "eager": EagerExperts(theirs),
            "modules": as_loop(routed),
        }
    )
    shipped = load_core().model.layers[0].experts
    group = shipped.group("text")
    num_experts, hidden, _ = group.w1_EFD.shape
    num_active, shared = group.router.num_active, shipped.shared.up.out_features
    active = shared + num_active * hidden
    shape = f"{shared} shared + {num_active} of {num_experts} x {hidden}"
    layout = cpu_times(
        {
            "ours": OnText(shipped),
            "modules": as_loop(group, shipped.shared),
            "sorted loop": OnText(shipped, "loop"),
            "dense": FeedForward(WIDTH, active),
        },
        repeats=3 * REPEATS,
    )
    best = min(("modules", "sorted loop"), key=lambda name: layout[name])
    relative, largest = worst_layer_error()

    def milliseconds(times: dict[str, float]) -> str:
        return ", ".join(f"{name} {value * 1e3:.1f} ms" for name, value in times.items())

    def ratio(value: float, baseline: str, note: str) -> Figure:
        return Figure(value, "ratio", REPEATS, baseline=baseline, note=note)

    many_note = f"{EXPERTS} experts of {HIDDEN}, top-{ACTIVE}, router and routed experts: {milliseconds(many)}"
    layout_note = f"{shape}, dispatch {group.mode}: {milliseconds(layout)}"
    return {
        "speedup_over_transformers_eager": ratio(
            many["eager"] / many["ours"], "transformers' DeepseekV3MoE, eager experts", many_note
        ),
        "speedup_over_module_list_loop": ratio(
            many["modules"] / many["ours"], "a loop over a ModuleList with the same weights", many_note
        ),
        "shipped_layout_speedup_over_best_loop": ratio(
            layout[best] / layout["ours"], f"the faster of two loops: {best}", layout_note
        ),
        "overhead_over_dense_active": ratio(
            layout["ours"] / layout["dense"], f"ours over a dense FFN of {active} hidden neurons", layout_note
        ),
        "layout_all_experts_relative_error_vs_dense_ffn": Figure(
            relative, "abs", CoreConfig().num_layers, baseline="E5's FFN in fp32", note=f"largest output {largest:.1f}"
        ),
        "max_abs_error_vs_transformers": Figure(
            error, "abs", TOKENS, baseline="transformers' DeepseekV3MoE on the same weights"
        ),
    }
