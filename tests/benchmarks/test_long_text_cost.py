"""The FLOPs of the benchmark of long texts are those that PyTorch's own counter finds."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.long_text_cost import DenseModel, core_flops, dense_flops, in_windows, whole_hidden
from core_model import load_core
from core_model.inputs.segments import TextSegment
from core_model.nn.experts import FeedForward
from core_model.nn.products import multiply_by


def counted(run: object) -> float:
    with torch.no_grad(), multiply_by("mkl"), FlopCounterMode(display=False) as counter:
        run()  # type: ignore[operator]
    return float(counter.get_total_flops())


def test_flops_are_those_of_pytorchs_counter() -> None:
    core = load_core()
    n = 700
    batch = core.pack([TextSegment(torch.arange(n) + 4)])
    with torch.no_grad():
        x_TD = core.embed(batch)
    windows, dense = in_windows(core), DenseModel(core)
    whole, cut = 12 * 4 * 384 * n**2, 12 * 4 * 384 * (512**2 + (n - 512) ** 2)  # which the counter leaves out
    found = counted(lambda: dense(x_TD, batch)) + whole, counted(lambda: windows(batch, embedded_TD=x_TD)) + cut
    assert found[0] == pytest.approx(dense_flops(core, n), rel=1e-6)
    assert found[1] == pytest.approx(core_flops(windows, n), rel=0.01)
    assert core_flops(core, n) >= 0.5 * core_flops(windows, n)


def test_the_dense_model_is_as_large_as_the_core() -> None:
    core = load_core()
    experts = sum(p.numel() for block in core.layers for p in block.experts.parameters())
    dense = sum(p.numel() for p in FeedForward(core.config.width, whole_hidden(core.config)).parameters())
    assert 12 * dense == pytest.approx(experts, rel=0.01)
