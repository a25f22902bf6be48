"""What a report of 16,384 tokens costs: against a dense model of the same total size, and the same trunk in windows.

One thread, CPU time, variants interleaved, medians. FLOPs are counted from the shapes of what runs, two for each
multiplication and addition of a product: projections, scores and sums of attention (over the keys that are computed),
choice of blocks, routers, experts.
"""

import math
import statistics
import time

import torch
from torch import Tensor, nn

from apps.finance.corpus import text_blocks
from benchmarks import shared_data
from benchmarks.figures import Figure
from core_model import load_core
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.inputs.packing import LONGEST_ROW, Batch
from core_model.inputs.segments import TextSegment
from core_model.nn.attention import Attention
from core_model.nn.experts import FeedForward
from core_model.nn.sparse import Blocks

USUAL_MINUTES = 5.0
INPUTS = ["finance/us_filings_ixbrl.tar.xz"]
LONG = 16_384
ROUNDS = 2


def report_row(core: Core, n: int) -> TextSegment:
    """The first so many pieces of the first training company's annual report that has as many."""
    for filing in shared_data.filings("train", "10-K"):
        ids = core.tokenizer.ids(" ".join(text_blocks(filing.path.read_bytes())))
        if len(ids) >= n:
            return TextSegment(torch.tensor(ids[:n]))
    raise shared_data.SharedDataAbsent(f"no annual report of a training company has {n} pieces")


def whole_hidden(config: CoreConfig) -> int:
    """Hidden width of a dense net with as many neurons as shared expert and all groups have."""
    return config.shared_hidden + sum(group.num_experts * group.hidden for group in config.groups)


class DenseLayer(nn.Module):
    """A block as the core's, its experts one dense net of their size, its attention dense over the row."""

    def __init__(self, config: CoreConfig) -> None:
        super().__init__()
        self.attention = Attention(config, across_windows=True)
        self.attention.dense_up_to = LONGEST_ROW
        self.net = FeedForward(config.width, whole_hidden(config))
        self.norms = nn.ModuleList(nn.LayerNorm(config.width, eps=config.norm_eps) for _ in range(2))

    def forward(self, x_TD: Tensor, batch: Batch) -> Tensor:
        x_TD = self.norms[0](x_TD + self.attention(x_TD, batch))
        return self.norms[1](x_TD + self.net(x_TD))


class DenseModel(nn.Module):
    """As many layers; the core's own embedding of text."""

    def __init__(self, core: Core) -> None:
        super().__init__()
        self.layers = nn.ModuleList(DenseLayer(core.config) for _ in range(core.config.num_layers))

    def forward(self, x_TD: Tensor, batch: Batch) -> Tensor:
        for layer in self.layers:
            x_TD = layer(x_TD, batch)
        return x_TD


def in_windows(core: Core) -> Core:
    """The same trunk with all text experts at work and no layer that sees more than a window."""
    config = core.config
    most = next(group.num_experts for group in config.groups if group.name == "text")
    twin = Core.from_state(config.with_active("text", most), core.state_dict())
    for block in twin.layers:
        block.attention.across_windows = False
    return twin


def attention_flops(core: Core, n: int, *, layer: int, dense: bool = False) -> float:
    """Of scores, sums and choice of blocks in one layer."""
    config, attention = core.config, core.layers[layer].attention
    if dense or (attention.across_windows and n <= attention.dense_up_to):
        return 4.0 * n * n * config.width
    if not attention.across_windows:
        return 4.0 * config.width * sum(r.num_runs * r.longest**2 for r in core.pack([_zeros(n)]).windows.rectangles)
    cut = Blocks.for_window(config.window)
    choice = 2.0 * config.width * math.ceil(n / cut.queries) * cut.parts * math.ceil(n / cut.keys) * cut.parts
    return 4.0 * n * min(cut.seen * cut.keys, n) * config.width + choice


def _zeros(n: int) -> TextSegment:
    return TextSegment(torch.zeros(n, dtype=torch.int64))


def projection_flops(config: CoreConfig, n: int) -> float:
    """Of queries, keys, values and output of one layer."""
    keys = 2 * config.kv_heads * (config.width // config.num_heads)
    return 2.0 * n * config.width * (2 * config.width + keys)


def core_flops(core: Core, n: int) -> float:
    """Of the blocks on text of ``n`` tokens."""
    config = core.config
    text = next(group for group in config.groups if group.name == "text")
    total = 0.0
    for number, block in enumerate(core.layers):
        mode = block.experts.group("text").mode
        active = text.num_experts if mode == "dense" else text.num_active
        hidden = config.shared_hidden + active * text.hidden
        total += projection_flops(config, n) + attention_flops(core, n, layer=number)
        total += 2.0 * n * config.width * (2 * hidden + text.num_experts)
    return total


def dense_flops(core: Core, n: int) -> float:
    """Of the dense model."""
    config = core.config
    each = projection_flops(config, n) + attention_flops(core, n, layer=0, dense=True)
    return config.num_layers * (each + 4.0 * n * config.width * whole_hidden(config))


def run(recorded: bool) -> dict[str, Figure]:
    """Measure; nothing is recorded."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _measure()
    finally:
        torch.set_num_threads(threads)


def _measure() -> dict[str, Figure]:
    core = load_core()
    windows, dense = in_windows(core), DenseModel(core).eval()
    batch = core.pack([report_row(core, LONG)])
    times: dict[str, list[float]] = {"ours": [], "dense": [], "windows": []}
    with torch.inference_mode():
        embedded_TD = core.embed(batch)
        for _ in range(ROUNDS):
            for name, model in (("ours", core), ("dense", dense), ("windows", windows)):
                started = time.process_time()
                model(embedded_TD, batch) if name == "dense" else model(batch, embedded_TD=embedded_TD)
                times[name].append(time.process_time() - started)
    flops = {"ours": core_flops(core, LONG), "dense": dense_flops(core, LONG), "windows": core_flops(windows, LONG)}
    middle = {name: statistics.median(values) for name, values in times.items()}
    config = core.config
    routed = sum(p.numel() for block in core.layers for p in block.parameters())
    whole = sum(p.numel() for p in dense.parameters())
    text = next(group for group in config.groups if group.name == "text")
    note = (
        f"{LONG} tokens of one report; blocks of {routed / 1e6:.1f} M parameters against {whole / 1e6:.1f} M; ours: "
        f"{config.shared_hidden} shared + {text.num_active} of {text.num_experts} x {text.hidden}, the last "
        f"{config.num_full_attention} of {config.num_layers} layers over the row; dense: {whole_hidden(config)}, all "
        "layers over the row; windows: all text experts, all layers in windows of "
        f"{config.window}"
    )
    counted = ", ".join(f"{name} {value / 1e12:.2f} TFLOP" for name, value in flops.items())
    seconds = ", ".join(f"{name} {value:.1f} s" for name, value in middle.items())
    baseline_a = "a dense model of the same total size, full attention in every layer"
    baseline_b = f"the same trunk, all experts, in windows of {config.window}"

    def saved(against: str, baseline: str) -> tuple[Figure, Figure]:
        share = 1 - flops["ours"] / flops[against]
        cases = [1 - a / b for a, b in zip(times["ours"], times[against], strict=True)]
        return (
            Figure(share, "share", 1, cases=[share], baseline=baseline, note=f"{note}: {counted}"),
            Figure(1 - middle["ours"] / middle[against], "share", ROUNDS, cases=cases, baseline=baseline, note=seconds),
        )

    flops_a, seconds_a = saved("dense", baseline_a)
    flops_b, seconds_b = saved("windows", baseline_b)
    return {
        "flops_saved": flops_a,
        "seconds_saved": seconds_a,
        "flops_saved_over_windows": flops_b,
        "seconds_saved_over_windows": seconds_b,
    }
