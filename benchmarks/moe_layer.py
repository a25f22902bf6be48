"""The mixture-of-experts layer: its speed against loops and transformers, and that it computes what it should.

One thread, 512 tokens, forward and backward, variants interleaved, CPU time, medians. The 32 experts are timed in five
processes: transformers' eager backward allocates 25 MB again and again, and whether the allocator hands that back to
the system each time, at tens of thousands of page faults, is settled by the layout of the process's heap: the same code
takes half as long again in one process, and in one round, as in the next. Medians are over the rounds of all processes;
the cases are the ratios of each process.
"""

import json
import statistics
import subprocess
import sys

import torch
from torch.nn import functional as F

from benchmarks import shared_data
from benchmarks._moe_variants import (
    ACTIVE,
    ALL,
    EXPERTS,
    HIDDEN,
    REPEATS,
    TOKENS,
    WIDTH,
    OnText,
    as_loop,
    cpu_times,
    deepseek_pair,
)
from benchmarks.core_probes.captions import captions
from benchmarks.core_probes.e5_file import e5_source
from benchmarks.figures import Figure
from core_model import load_core
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.inputs.packing import pack
from core_model.inputs.segments import TextSegment
from core_model.nn.experts import FeedForward
from core_model.training.cut import trunk_state
from core_model.training.vocabulary import make_tokenizer

USUAL_MINUTES = 2.0
INPUTS: list[str] = []
PROCESSES = 5


def times_in_processes() -> list[dict[str, list[float]]]:
    """The 32 experts' CPU seconds, round by round, in each of the processes."""
    command = [sys.executable, "-m", "benchmarks._moe_variants"]
    found = []
    for _ in range(PROCESSES):
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=shared_data.REPOSITORY)
        if done.returncode:
            raise RuntimeError(f"the timing process failed: {done.stderr.strip()[-600:]}")
        found.append(json.loads(done.stdout))
    return found


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
    core = Core.from_state(config, trunk_state(source, list(range(len(source.pieces))), config, orders))
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
    many = times_in_processes()
    shipped = load_core().layers[0].experts
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
        return Figure(value, "ratio", 3 * REPEATS, baseline=baseline, note=note)

    middle = {name: statistics.median(value for times in many for value in times[name]) for name in many[0]}
    many_note = f"{EXPERTS} experts of {HIDDEN}, top-{ACTIVE}, router and routed experts: {milliseconds(middle)}"

    def ratio_in_processes(slower: str, baseline: str) -> Figure:
        cases = [statistics.median(times[slower]) / statistics.median(times["ours"]) for times in many]
        value, rounds = middle[slower] / middle["ours"], sum(len(times["ours"]) for times in many)
        return Figure(value, "ratio", rounds, cases=cases, baseline=baseline, note=many_note)

    layout_note = f"{shape}, dispatch {group.mode}: {milliseconds(layout)}"
    return {
        "speedup_over_transformers_eager": ratio_in_processes("eager", "transformers' DeepseekV3MoE, eager experts"),
        "speedup_over_module_list_loop": ratio_in_processes(
            "modules", "a loop over a ModuleList with the same weights"
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
