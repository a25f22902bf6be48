"""Sparse attention over long rows against dense SDPA: speed, memory, growth with length, and exactness.

One thread, CPU time, variants interleaved in one process, medians; the shape of the core that ships. Ours carries a
bias of window distances everywhere but where equal terms are asked for; dense SDPA carries none. CPU time is little
disturbed by other load, but caches are shared: the cases are the ratios round by round.
"""

import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks import shared_data
from benchmarks.figures import Figure
from core_model import load_core
from core_model.core import Core
from core_model.inputs.packing import LONGEST_ROW
from core_model.inputs.segments import TextSegment
from core_model.nn.sparse import DISTANCES, Blocks, attend_row

USUAL_MINUTES = 7.0
INPUTS: list[str] = []
LONG = 16_384
LENGTHS = (128, 256, 512, 513, 768, 1024, 1280, 1536, 1537, 1600, 1792, 2048, 2560, 3072, 4096, 6144, 8192)
"""From one block to half of ``LONG``, on both sides of the crossover and off the blocks' grid."""
GROWTH = (4096, 8192, 16_384, 32_768)
FULL = (700, 2048, 4133)
BASELINE = "torch's scaled_dot_product_attention over the whole row, in the same run"


def rounds(variants: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """CPU seconds of each variant, interleaved, after one round unmeasured."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for number in range(repeats + 1):
        for name, run_once in variants.items():
            started = time.process_time()
            run_once()
            if number:
                times[name].append(time.process_time() - started)
    return times


def drawn(n: int, heads: int, groups: int, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values as the layer has them: parts of one product's rows."""
    torch.manual_seed(n)
    q, k, v = torch.randn(n, heads + 2 * groups, width).split([heads, groups, groups], dim=1)
    return q, k, v


def dense(q_NHC: Tensor, k_NGC: Tensor, v_NGC: Tensor, *, causal: bool = False) -> Tensor:
    """The baseline."""
    q, k, v = (x.transpose(0, 1)[None] for x in (q_NHC, k_NGC, v_NGC))
    y = F.scaled_dot_product_attention(q, k, v, is_causal=causal, enable_gqa=k.shape[1] != q.shape[1])
    return y[0].transpose(0, 1)


class Bench:
    """Attention in the shape of a core."""

    def __init__(self, core: Core) -> None:
        config = core.config
        self.heads, self.groups, self.window = config.num_heads, config.kv_heads, config.window
        self.width = config.width // config.num_heads
        self.dense_up_to = core.layers[-1].attention.dense_up_to
        self.blocks = Blocks.for_window(self.window)
        self.bias_HW = 0.1 * torch.randn(self.heads, DISTANCES, generator=torch.Generator().manual_seed(0))

    def about(self, groups: int) -> str:
        """What a reader must know of the shape."""
        cut = self.blocks
        return (
            f"{self.heads} heads of {self.width}, {groups} key-value heads, blocks of {cut.queries} queries and "
            f"{cut.keys} keys, {cut.seen} blocks seen ({cut.forced} always)"
        )

    def ours(self, q: Tensor, k: Tensor, v: Tensor, *, causal: bool = False, bias: bool = True) -> Tensor:
        """As the layer does it, the crossover included."""
        blocks = self.blocks if len(q) > self.dense_up_to else None
        bias_HW = self.bias_HW if bias else None
        return attend_row(q, k, v, bias_HW, window=self.window, blocks=blocks, causal=causal)

    def forward(self, repeats: int, *, causal: bool = False, groups: int | None = None) -> Figure:
        """Dense over ours at ``LONG`` tokens, forward."""
        groups = self.groups if groups is None else groups
        given = drawn(LONG, self.heads, groups, self.width)
        with torch.no_grad():
            times = rounds(
                {"dense": lambda: dense(*given, causal=causal), "ours": lambda: self.ours(*given, causal=causal)},
                repeats,
            )
        return ratio(times, BASELINE + (", is_causal" if causal else ""), self.about(groups))

    def forward_backward(self, repeats: int) -> Figure:
        """Dense over ours at ``LONG`` tokens, forward and backward."""
        given = [x.clone().requires_grad_() for x in drawn(LONG, self.heads, self.groups, self.width)]
        weight_NHC = torch.randn(LONG, self.heads, self.width)
        times = rounds(
            {
                "dense": lambda: torch.autograd.grad((dense(*given) * weight_NHC).sum(), given),
                "ours": lambda: torch.autograd.grad((self.ours(*given) * weight_NHC).sum(), given),
            },
            repeats,
        )
        return ratio(times, BASELINE, self.about(self.groups))

    def slowdowns(self, *, bias: bool) -> dict[int, float]:
        """Ours over dense by length."""
        found = {}
        for n in LENGTHS:
            given = drawn(n, self.heads, self.groups, self.width)
            repeats = max(5, min(60, 30_000_000 // n**2))
            with torch.no_grad():
                times = rounds(
                    {"dense": lambda g=given: dense(*g), "ours": lambda g=given: self.ours(*g, bias=bias)},  # type: ignore[misc]
                    repeats,
                )
            found[n] = statistics.median(times["ours"]) / statistics.median(times["dense"])
        return found

    def growth(self, repeats: int) -> dict[int, float]:
        """CPU seconds by length."""
        given = {n: drawn(n, self.heads, self.groups, self.width) for n in GROWTH}
        with torch.no_grad():
            times = rounds({str(n): lambda n=n: self.ours(*given[n]) for n in GROWTH}, repeats)  # type: ignore[misc]
        return {int(n): statistics.median(values) for n, values in times.items()}

    def errors(self) -> tuple[float, float]:
        """Largest error of results, and of gradients, where gathered blocks cover all; both directions."""
        worst, worst_gradient = 0.0, 0.0
        every = replace(self.blocks, seen=10**6)
        for n in FULL:
            for causal in (False, True):
                given = [x.clone().requires_grad_() for x in drawn(n, self.heads, self.groups, self.width)]
                found = attend_row(*given, window=self.window, blocks=every, causal=causal)
                wanted = dense(*given, causal=causal)
                worst = max(worst, (found - wanted).abs().max().item())
                ours, theirs = (torch.autograd.grad(y.sin().sum(), given) for y in (found, wanted))
                off = max(float((a - b).abs().max()) for a, b in zip(ours, theirs, strict=True))
                worst_gradient = max(worst_gradient, off)
        return worst, worst_gradient


def ratio(times: Mapping[str, list[float]], baseline: str, note: str) -> Figure:
    """Medians of dense over ours, with the ratios round by round."""
    middle = {name: statistics.median(values) for name, values in times.items()}
    cases = [a / b for a, b in zip(times["dense"], times["ours"], strict=True)]
    seconds = ", ".join(f"{name} {value:.3f} s" for name, value in middle.items())
    value = middle["dense"] / middle["ours"]
    return Figure(value, "ratio", len(cases), cases=cases, baseline=baseline, note=f"{note}: {seconds}")


def slope(times: Mapping[int, float]) -> float:
    """Least-squares slope of log time over log length."""
    return statistics.linear_regression([math.log(n) for n in times], [math.log(t) for t in times.values()]).slope


def long_core(*, dense_last_layers: bool) -> Core:
    """The core that ships, with distances that say something, or with dense last layers and none."""
    core = load_core().twin()
    for block in core.layers:
        attention = block.attention
        if dense_last_layers:
            attention.dense_up_to = LONGEST_ROW
        elif attention.distance_HW is not None:
            generator = torch.Generator().manual_seed(0)
            attention.distance_HW = torch.nn.Parameter(
                0.1 * torch.randn(attention.distance_HW.shape, generator=generator), requires_grad=False
            )
    return core


def pieces_of(core: Core, n: int) -> list[list[TextSegment]]:
    """One row of so many pieces."""
    generator = torch.Generator().manual_seed(0)
    return [[TextSegment(torch.randint(4, core.config.vocab_size, (n,), generator=generator))]]


def whole_model(repeats: int) -> tuple[Figure, Figure]:
    """The same core with dense and with sparse last layers at ``LONG`` tokens; and how ours grows with length."""
    cores = {"dense": long_core(dense_last_layers=True), "ours": long_core(dense_last_layers=False)}
    batches = {n: cores["ours"].pack(pieces_of(cores["ours"], n)) for n in GROWTH}
    with torch.inference_mode():
        times = rounds({name: lambda c=core: c(batches[LONG]) for name, core in cores.items()}, repeats)  # type: ignore[misc]
        by_length = {n: rounds({"": lambda b=batches[n]: cores["ours"](b)}, 1)[""][0] for n in (4096, 32_768)}  # type: ignore[misc]
    layers, full = len(cores["ours"].layers), cores["ours"].config.num_full_attention
    figure = ratio(
        times,
        f"the same core, its last {full} of {layers} layers dense over the row, the others in windows on both sides",
        "one row, every linear layer and expert counted",
    )
    by_length[LONG] = statistics.median(times["ours"])
    seconds = ", ".join(f"{n} tokens {by_length[n]:.2f} s" for n in sorted(by_length))
    return figure, Figure(slope(by_length), "slope", len(by_length), note=f"the whole core: {seconds}")


def memory_at_longest() -> Figure:
    """Peak memory of a process of its own that reads the longest row."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.sparse_attention"],
        capture_output=True,
        text=True,
        check=False,
        cwd=shared_data.REPOSITORY,
    )
    if done.returncode:
        raise RuntimeError(f"the process that measures memory failed: {done.stderr.strip()[-600:]}")
    found = json.loads(done.stdout)
    note = f"VmHWM of a process that loads the core ({found['loaded']:.2f} GB) and reads one row, forward"
    return Figure(found["peak"], "GB", 1, note=note)


def _peak_gb() -> float:
    with open("/proc/self/status", encoding="utf8") as status:
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return kilobytes * 1024 / 1e9


def read_longest() -> dict[str, float]:
    """Peak memory in GB after loading the core, and after the longest row was read."""
    torch.set_num_threads(1)
    core = long_core(dense_last_layers=False)
    loaded = _peak_gb()
    with torch.inference_mode():
        core(core.pack(pieces_of(core, LONGEST_ROW)))
    return {"loaded": loaded, "peak": _peak_gb()}


def run(recorded: bool) -> dict[str, Figure]:
    """Measure; nothing is recorded."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _measure()
    finally:
        torch.set_num_threads(threads)


def _measure() -> dict[str, Figure]:
    bench = Bench(load_core())
    error, gradient_error = bench.errors()
    equal, biased, growth = bench.slowdowns(bias=False), bench.slowdowns(bias=True), bench.growth(5)
    whole, whole_growth = whole_model(2)
    shared = bench.heads // 3

    def by_length(values: Mapping[int, float], digits: int) -> str:
        return ", ".join(f"{n}: {value:.{digits}f}" for n, value in values.items())

    crossover = f"dense up to {bench.dense_up_to} tokens"
    covering = f"gathered blocks that cover all, {', '.join(map(str, FULL))} tokens, both directions"
    return {
        "forward_16k": bench.forward(3),
        "forward_backward_16k": bench.forward_backward(2),
        "whole_model_16k": whole,
        "causal_forward_16k": bench.forward(3, causal=True),
        "forward_16k_shared_keys": bench.forward(2, groups=shared),
        "causal_forward_16k_shared_keys": bench.forward(2, causal=True, groups=shared),
        "worst_slowdown_below_16k": Figure(
            max(equal.values()),
            "ratio",
            len(equal),
            baseline="ours over " + BASELINE,
            note=f"no bias on either side, {crossover}; {by_length(equal, 2)}",
        ),
        "worst_slowdown_with_bias": Figure(
            max(biased.values()),
            "ratio",
            len(biased),
            baseline="ours with a bias of window distances over the same without",
            note=by_length(biased, 2),
        ),
        "max_abs_error_full_k": Figure(error, "abs", 2 * len(FULL), baseline=BASELINE, note=covering),
        "max_abs_gradient_error_full_k": Figure(
            gradient_error, "abs", 2 * len(FULL), baseline=BASELINE, note="of the sum of sines; the same rows"
        ),
        "cost_exponent_4k_32k": Figure(
            slope(growth), "slope", len(growth), note=f"attention alone, s: {by_length(growth, 3)}"
        ),
        "whole_model_exponent_4k_32k": whole_growth,
        "memory_32k": memory_at_longest(),
    }


if __name__ == "__main__":
    print(json.dumps(read_longest()))
