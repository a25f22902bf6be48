"""How fast the core answers: a new process's first answer, tokens a second against two baselines, share of the peak.

One thread, CPU time, variants interleaved, medians. The dense trunk is the same core with all hidden neurons of E5 in
its feed-forward net (random weights serve for time), on the same matrix library. The foundation's layout
(``_foundation``) pads rows to the longest and takes every product through ``F.linear``. The peak is the fastest of some
large products in fp32, measured in the same run.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import torch

from benchmarks import shared_data
from benchmarks._foundation import foundation_forward
from benchmarks.figures import Figure
from core_model import load_core
from core_model.compute.size import size_of
from core_model.core import Core
from core_model.inputs.packing import Batch
from core_model.inputs.segments import TextSegment
from core_model.nn.products import onednn_product

USUAL_MINUTES = 2.0
INPUTS: list[str] = []
LENGTHS = (60, 90, 128, 128, 200, 256, 256, 300, 384, 512)
"""Tokens of the paragraphs of a batch."""
ROUNDS, STARTS, DENSE_HIDDEN = 7, 3, 1536
ANSWER = (
    "import torch; torch.set_num_threads(1); from core_model import load_core; "
    "load_core().embed_texts(['Net revenue rose by eight percent to 4.1 billion, mainly on higher prices. ' * 5])"
)


def first_answers(starts: int) -> list[float]:
    """Seconds from the start of a new process to its answer on one paragraph and its end."""
    seconds = []
    for _ in range(starts):
        started = time.monotonic()
        subprocess.run([sys.executable, "-c", ANSWER], check=True, cwd=shared_data.REPOSITORY)
        seconds.append(time.monotonic() - started)
    return seconds


def interleaved(variants: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median CPU seconds of each variant, after one round unmeasured."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for number in range(rounds + 1):
        for name, variant in variants.items():
            started = time.process_time()
            variant()
            if number:
                times[name].append(time.process_time() - started)
    return {name: statistics.median(values) for name, values in times.items()}


def peak_flops() -> float:
    """Operations a second of the fastest large product in fp32."""
    best = 0.0
    for size in (1024, 1536, 2048):
        a, b = torch.randn(size, size), torch.randn(size, size)
        by_library: dict[str, Callable[[], object]] = {
            "mkl": partial(torch.matmul, a, b),
            "onednn": partial(onednn_product, a, b),
        }
        best = max(best, 2 * size**3 / min(interleaved(by_library, 3).values()))
    return best


def paragraphs(core: Core, lengths: tuple[int, ...] = LENGTHS) -> Batch:
    """Random pieces, one row a paragraph."""
    generator = torch.Generator().manual_seed(0)
    vocabulary = core.config.vocab_size
    return core.pack(
        [[TextSegment(torch.randint(4, vocabulary, (length,), generator=generator))] for length in lengths]
    )


def run(recorded: bool) -> dict[str, Figure]:
    """Measure; nothing is recorded, it is short."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return measured(load_core(), ROUNDS, STARTS)
    finally:
        torch.set_num_threads(threads)


def measured(core: Core, rounds: int, starts: int) -> dict[str, Figure]:
    """The figures of a core."""
    torch.manual_seed(0)
    dense = Core(core.config.as_dense(DENSE_HIDDEN)).eval()
    batch, batch_of_dense = paragraphs(core), paragraphs(dense)
    learner = core.twin().requires_grad_(True)

    def step() -> None:
        learner.zero_grad(set_to_none=True)
        learner(batch).hidden_TD.square().mean().backward()

    with torch.inference_mode():
        forward = interleaved(
            {
                "core": lambda: core(batch),
                "dense": lambda: dense(batch_of_dense),
                "foundation": lambda: foundation_forward(core, batch),
            },
            rounds,
        )
        peak = peak_flops()
    training = interleaved({"core": step}, max(1, rounds // 2))["core"]
    tokens, size = batch.num_tokens, size_of(core.config)
    note = ", ".join(f"{name} {tokens / seconds:.0f} tokens a second" for name, seconds in forward.items())

    def ratio(baseline: str, named: str) -> Figure:
        return Figure(forward[baseline] / forward["core"], "ratio", rounds, baseline=named, note=note)

    def share(flops: int, seconds: float) -> Figure:
        value = flops * tokens / seconds / peak
        return Figure(value, "ratio", rounds, baseline=f"the measured peak, {peak / 1e9:.0f} GFLOP/s in fp32")

    figures = {
        "tokens_per_s_over_dense_trunk": ratio("dense", "the same core with a dense net of 1,536, same library"),
        "tokens_per_s_over_foundation": ratio("foundation", "padded rows, every product through F.linear"),
        "mfu_inference": share(size.flops, forward["core"]),
        "mfu_training": share(size.flops_training, training),
    }
    if starts:
        seconds = first_answers(starts)
        figures["first_answer_s"] = Figure(statistics.median(seconds), "s", starts, cases=seconds)
    return figures
