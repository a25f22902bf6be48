"""The benchmark of latency: its baseline computes what the core computes, and every figure comes out."""

import torch
from torch.testing import assert_close

from benchmarks import core_latency
from benchmarks._foundation import foundation_forward
from core_model.config import CoreConfig
from core_model.core import Core


def tiny_core() -> Core:
    torch.manual_seed(0)
    core = Core(CoreConfig.tiny()).eval()
    for parameter in core.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    for block in core.layers:
        if block.attention.distance_HW is not None:
            torch.nn.init.zeros_(block.attention.distance_HW)
    return core


def test_the_foundations_layout_computes_what_the_core_computes() -> None:
    core = tiny_core()
    for lengths in ((5, 16, 9), (16, 16), (40, 7)):
        batch = core_latency.paragraphs(core, lengths)
        with torch.no_grad():
            assert_close(foundation_forward(core, batch), core(batch).hidden_TD, atol=1e-4, rtol=1e-4)


def test_every_figure_is_measured() -> None:
    figures = core_latency.measured(tiny_core(), 1, 0)
    assert {"tokens_per_s_over_dense_trunk", "tokens_per_s_over_foundation", "mfu_inference", "mfu_training"} == set(
        figures
    )
    assert 0 < figures["mfu_inference"].value < 1
