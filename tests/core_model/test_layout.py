"""Windows are rows of their own: what comes out is what the mask over all pairs gives, and little is padded."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch.testing import assert_close

from core_model import load_core
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.layout import layout_of, window_lengths
from core_model.inputs.packing import LONGEST_ROW, pack
from core_model.inputs.segments import FactsSegment, ImageSegment, Segment, TextSegment, VolumeSegment
from tests.core_model.masked_reference import masked_attention, windows_of

TINY = CoreConfig.tiny()


def text(length: int, kind: str = "text") -> TextSegment:
    return TextSegment(torch.randint(0, TINY.vocab_size, (length,)), kind)


def volume(length: int) -> VolumeSegment:
    return VolumeSegment(torch.randn(length, 8), torch.randn(length, 3), torch.ones(length, 3))


def facts(length: int) -> FactsSegment:
    names = tuple(torch.randint(4, 90, (2,)) for _ in range(length))
    values_N, totals_N, priors_N = torch.randn(3, length)
    units_N = torch.ones(length, dtype=torch.int64)
    return FactsSegment(names, values_N, totals_N, priors_N, units_N, torch.zeros(length))


def image(length: int) -> ImageSegment:
    return ImageSegment(torch.rand(4, 4 * length), 4)


def lively_core() -> Core:
    torch.manual_seed(0)
    core = Core(TINY).eval()
    for parameter in core.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    for block in core.layers:
        block.attention.blocks = replace(block.attention.blocks, seen=1000)
    return core


def rows_at_random(seed: int) -> list[list[Segment]]:
    """One to five rows of one to five segments of any kind, in any order, of up to six windows each."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    makers: list[Callable[[int], Segment]] = [text, lambda n: text(n, "code"), volume, facts, image]
    return [
        [rng.choice(makers)(rng.choice([1, 2, 5, 9, 16, 17, 40, 90])) for _ in range(rng.randint(1, 5))]
        for _ in range(rng.randint(1, 5))
    ]


@pytest.mark.parametrize("seed", range(20))
def test_any_mix_in_any_order_equals_the_mask_over_all_pairs(seed: int) -> None:
    core, rows = lively_core(), rows_at_random(seed)
    with torch.no_grad():
        found = core(pack(rows, TINY)).hidden_TD
        with masked_attention(rows, TINY):
            wanted = core(pack(rows, TINY)).hidden_TD
    assert_close(found, wanted, atol=1e-5, rtol=0)


def test_the_shipped_core_reads_texts_up_to_a_window_as_it_always_did() -> None:
    core = load_core()
    torch.manual_seed(0)
    rows = [[TextSegment(torch.randint(4, 30_000, (length,)))] for length in (3, 511, 40, 7, 130, 40)]
    with torch.no_grad():
        found = core(pack(rows, core.config)).hidden_TD
        with masked_attention(rows, core.config):
            wanted = core(pack(rows, core.config)).hidden_TD
    assert_close(found, wanted, atol=1e-5, rtol=0)


def test_gradients_equal_those_of_the_mask() -> None:
    rows, found = rows_at_random(3), []
    for masked in (False, True):
        core = lively_core()
        with masked_attention(rows, TINY) if masked else torch.enable_grad():
            core(pack(rows, TINY)).hidden_TD.sin().sum().backward()
        found.append(core.layers[0].attention.qkv.weight.grad)
    assert_close(found[0], found[1], atol=1e-4, rtol=1e-4)


def test_windows_of_a_row_follow_its_segments() -> None:
    window = TINY.window
    assert window_lengths([text(9), image(7)], window) == [16], "what fits one window is one"
    assert window_lengths([text(3), text(4), volume(2)], window) == [9]
    assert window_lengths([text(40)], window) == [16, 16, 8]
    assert window_lengths([text(9), image(8)], window) == [9, 8]
    assert window_lengths([image(8), text(9), facts(3), volume(5), image(6)], window) == [8, 9, 11, 6]
    assert window_lengths([image(3), volume(40), image(8), text(1)], window) == [3, 16, 16, 16, 1]
    assert window_lengths([text(10), text(10)], window) == [10, 10], "every text begins a window"
    row: list[Segment] = [image(3), volume(40), image(8), text(1)]
    assert torch.bincount(windows_of([row], TINY)).tolist() == window_lengths(row, window)


@pytest.mark.parametrize("seed", range(30))
def test_every_token_has_one_slot_and_comes_back_to_its_place(seed: int) -> None:
    rng = random.Random(seed)
    lengths = [rng.choice([1, 7, 64, 200, 511, 512, 900]) for _ in range(rng.randint(1, 60))]
    layout = layout_of(lengths, 512)
    x_T1 = torch.arange(sum(lengths))[:, None]
    parts = [rectangle.of(x_T1) for rectangle in layout.rectangles]
    assert torch.equal(layout.joined(parts), x_T1)
    starts = dict(zip(torch.tensor([0, *lengths]).cumsum(0).tolist(), lengths, strict=False))
    for rectangle, part in zip(layout.rectangles, parts, strict=True):
        filled = (
            torch.ones(part.shape[:2], dtype=torch.bool) if rectangle.mask is None else rectangle.mask.flatten(1, 2)
        )
        for run, there in zip(part, filled.view(part.shape[:2]), strict=True):
            own = run[there, 0].tolist()
            assert own == list(range(own[0], own[0] + starts.pop(own[0]))), "a run stands in one piece"
    assert not starts or list(starts) == [sum(lengths)]


def test_little_is_padded_and_nothing_where_all_are_alike() -> None:
    rng = random.Random(0)
    for _ in range(20):
        lengths = [rng.randint(1, 512) for _ in range(64)]
        cost = sum(each.num_runs * each.longest**2 for each in layout_of(lengths, 512).rectangles)
        assert cost <= 1.35 * sum(length**2 for length in lengths)
    alike = layout_of([512] * 8, 512)
    assert alike.place_T is None
    assert alike.rectangles[0].mask is None
    assert layout_of([40, 9, 40], 512).num_slots == 120, "a few short rows are padded: a rectangle has its price"


def test_the_layout_of_a_long_row_holds_no_mask_over_pairs() -> None:
    config = CoreConfig()
    batch = pack([[TextSegment(torch.zeros(LONGEST_ROW, dtype=torch.int64))]], config)
    assert [(each.num_runs, each.longest) for each in batch.windows.rectangles] == [(64, 512)]
    assert [(each.num_runs, each.longest) for each in batch.rows.rectangles] == [(1, LONGEST_ROW)]
    assert batch.windows.place_T is None
    assert batch.position_T.view(64, 512).eq(torch.arange(512)).all(), "positions begin again in each window"


def test_a_row_over_the_limit_is_refused() -> None:
    with pytest.raises(InputRejected, match="a row of 32769 tokens .*at most 32768") as refused:
        pack([[text(5)], [text(LONGEST_ROW), text(1)]], TINY)
    assert refused.value.code == "row_too_long"
    assert refused.value.refusal.values == {"tokens": 32769, "most": 32768}
