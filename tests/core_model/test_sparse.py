"""Sparse attention over long rows: exact where it sees all, blind to the future where it must be, and it finds."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.inputs.packing import pack
from core_model.inputs.segments import TextSegment
from core_model.nn import sparse
from core_model.nn.pieces import composed
from core_model.nn.sparse import DISTANCES, Blocks, attend_row, choose
from core_model.pretrained import int8_axis
from tests.core_model.masked_reference import distance_bias, masked_attention

TINY = CoreConfig.tiny()
WINDOW = 32
SMALL = Blocks(queries=16, keys=4, seen=9, at_once=2)
LENGTHS = (33, 64, 128, 150, 157, 320)


def tensors(n: int, heads: int = 4, groups: int = 4, width: int = 8) -> list[Tensor]:
    torch.manual_seed(n)
    shapes = ((n, heads, width), (n, groups, width), (n, groups, width))
    return [torch.randn(shape, requires_grad=True) for shape in shapes] + [
        (0.5 * torch.randn(heads, DISTANCES)).requires_grad_()
    ]


def dense(q_NHC: Tensor, k_NGC: Tensor, v_NGC: Tensor, bias_HW: Tensor, *, seen_HNN: Tensor | None = None) -> Tensor:
    """The definition, over all pairs."""
    n, heads = q_NHC.shape[:2]
    k_NHC, v_NHC = (x.repeat_interleave(heads // x.shape[1], dim=1) for x in (k_NGC, v_NGC))
    scores_HNN = torch.einsum("ihc,jhc->hij", q_NHC, k_NHC) * q_NHC.shape[-1] ** -0.5
    scores_HNN = scores_HNN + distance_bias(bias_HW, torch.arange(n), WINDOW)
    if seen_HNN is not None:
        scores_HNN = scores_HNN.masked_fill(~seen_HNN, -torch.inf)
    return torch.einsum("hij,jhc->ihc", scores_HNN.softmax(-1), v_NHC)


def before(n: int) -> Tensor:
    return torch.ones(1, n, n, dtype=torch.bool).tril()


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("groups", [4, 2, 1])
@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("blocks", [None, replace(SMALL, seen=1000)], ids=["dense", "all blocks"])
def test_where_all_is_seen_results_and_gradients_are_the_definitions(
    blocks: Blocks | None, n: int, groups: int, causal: bool
) -> None:
    given, weight = tensors(n, groups=groups), torch.randn(n, 4, 8)
    found = attend_row(*given, window=WINDOW, blocks=blocks, causal=causal)
    wanted = dense(*given, seen_HNN=before(n) if causal else None)
    assert_close(found, wanted, atol=1e-5, rtol=0)
    ours = torch.autograd.grad((found * weight).sum(), given)
    theirs = torch.autograd.grad((wanted * weight).sum(), given)
    for one, other in zip(ours, theirs, strict=True):
        assert_close(one, other, atol=3e-5, rtol=1e-4)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("n", LENGTHS)
def test_a_block_sees_what_was_chosen_for_it_and_nothing_else(n: int, causal: bool) -> None:
    given = tensors(n)
    size, own = SMALL.queries, SMALL.queries // SMALL.keys
    k_HNC = torch.nn.functional.pad(given[1].transpose(0, 1), (0, 0, 0, -n % SMALL.keys))
    chosen_QHM = choose(given[0], k_HNC, SMALL, causal=causal)
    seen_HNN = torch.zeros(4, n, n, dtype=torch.bool)
    for block, chosen_HM in enumerate(chosen_QHM.tolist()):
        for head, numbers in enumerate(chosen_HM):
            assert len(set(numbers)) == len(numbers) == min(SMALL.seen - causal * own, -(-n // SMALL.keys))
            if causal and block * own < SMALL.seen - own:
                numbers = list(range(block * own))  # the begin is dense
            for number in numbers:
                part = slice(number * SMALL.keys, (number + 1) * SMALL.keys)
                seen_HNN[head, block * size : (block + 1) * size, part] = True
            if causal:
                seen_HNN[head, block * size : (block + 1) * size, block * size : (block + 1) * size] = True
    if causal:
        seen_HNN &= before(n)
        assert bool(seen_HNN[:, :, 0].all()), "the first block is always seen"
    found = attend_row(*given, window=WINDOW, blocks=SMALL, causal=causal)
    assert_close(found, dense(*given, seen_HNN=seen_HNN), atol=1e-5, rtol=0)
    ours = torch.autograd.grad(found.sin().sum(), given)
    theirs = torch.autograd.grad(dense(*given, seen_HNN=seen_HNN).sin().sum(), given)
    for one, other in zip(ours, theirs, strict=True):
        assert_close(one, other, atol=3e-5, rtol=1e-4)


@pytest.mark.parametrize("causal", [False, True])
def test_the_composition_for_other_devices_gives_the_same(monkeypatch: pytest.MonkeyPatch, causal: bool) -> None:
    given = tensors(157)
    wanted = attend_row(*given, window=WINDOW, blocks=SMALL, causal=causal)
    gradients = torch.autograd.grad(wanted.sin().sum(), given)
    monkeypatch.setattr(sparse, "attend_pieces", composed)
    found = attend_row(*given, window=WINDOW, blocks=SMALL, causal=causal)
    assert_close(found, wanted, atol=1e-5, rtol=0)
    for one, other in zip(torch.autograd.grad(found.sin().sum(), given), gradients, strict=True):
        assert_close(one, other, atol=3e-5, rtol=1e-4)


@pytest.mark.parametrize("place", [40, 127, 200, 301])
def test_a_causal_row_knows_nothing_of_its_future(place: int) -> None:
    given = [tensor.detach() for tensor in tensors(320)]
    wanted = attend_row(*given, window=WINDOW, blocks=SMALL, causal=True)
    for tensor in given[:3]:
        tensor[place:] = 30 * torch.randn_like(tensor[place:])
    found = attend_row(*given, window=WINDOW, blocks=SMALL, causal=True)
    assert torch.equal(found[:place], wanted[:place])
    assert not torch.allclose(found[place:], wanted[place:])


def test_one_strong_key_far_away_is_found_by_the_block_that_asks_for_it() -> None:
    torch.manual_seed(0)
    blocks = Blocks()
    q_NHC, k_NHC, v_NHC = torch.randn(3, 8192, 2, 32)
    k_NHC[5000] = 20 * torch.nn.functional.normalize(torch.ones(32), dim=0)
    q_NHC[1000:1020] = 20 * torch.nn.functional.normalize(torch.ones(32), dim=0)
    chosen_QHM = choose(q_NHC, k_NHC.transpose(0, 1), blocks, causal=False)
    assert (chosen_QHM[1000 // 256] == 5000 // 64).any(dim=-1).all()
    found = attend_row(q_NHC, k_NHC, v_NHC, window=512, blocks=blocks)
    assert_close(found[1010], v_NHC[5000], atol=1e-3, rtol=0)


def test_rows_of_different_lengths_in_one_batch_do_not_change_each_other() -> None:
    torch.manual_seed(0)
    core = Core(TINY).eval()
    for parameter in core.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    rows = [[TextSegment(torch.randint(4, 90, (n,)))] for n in (300, 5, 149, 16, 300, 7, 40)]
    with torch.no_grad():
        together = core(pack(rows, TINY)).hidden_TD
        alone = torch.cat([core(pack([row], TINY)).hidden_TD for row in rows])
        assert_close(together, alone, atol=1e-5, rtol=0)
        for block in core.layers:
            block.attention.blocks = replace(block.attention.blocks, seen=1000)
        found = core(pack(rows, TINY)).hidden_TD
        with masked_attention(rows, TINY):
            wanted = core(pack(rows, TINY)).hidden_TD
    assert_close(found, wanted, atol=1e-5, rtol=0)
    assert not torch.allclose(found, together, atol=1e-3), "rows of 300 are read sparsely"


def test_the_distance_of_windows_starts_as_nothing_learns_and_stays_out_of_int8() -> None:
    torch.manual_seed(0)
    core = Core(TINY)
    attention = core.layers[-1].attention
    assert attention.distance_HW is not None
    assert not attention.distance_HW.any()
    assert [block.attention.distance_HW is None for block in core.layers] == [True, True, False]
    core.encode([TextSegment(torch.randint(4, 90, (200,)))]).hidden_TD.sin().sum().backward()
    assert attention.distance_HW.grad is not None
    assert attention.distance_HW.grad.abs().max() > 0
    assert int8_axis("blocks.2.attention.distance_HW", attention.distance_HW) is None


def test_weights_from_before_the_distances_are_read_as_they_were() -> None:
    torch.manual_seed(0)
    core = Core(TINY).eval()
    old = {name: tensor for name, tensor in core.state_dict().items() if not name.endswith("distance_HW")}
    again = Core.from_state(TINY, old)
    row = TextSegment(torch.randint(4, 90, (200,)))
    with torch.no_grad():
        assert torch.equal(again.encode([row]).hidden_TD, core.encode([row]).hidden_TD)


def test_heads_share_keys_and_values_where_the_shape_says_so() -> None:
    config = replace(TINY, num_kv_heads=2)
    assert CoreConfig.from_dict(config.as_dict()) == config
    assert CoreConfig.from_dict({k: v for k, v in TINY.as_dict().items() if k != "num_kv_heads"}) == TINY
    core = Core(config).eval()
    assert core.layers[0].attention.qkv.weight.shape == (32 + 2 * 16, 32)
    full = Core(TINY).eval()
    state = dict(core.state_dict())
    for name in [name for name in state if "qkv" in name]:
        q, k, v = state[name].split([32, 16, 16])
        twice = [x.unflatten(0, (2, 8)).repeat_interleave(2, dim=0).flatten(0, 1) for x in (k, v)]
        state[name] = torch.cat([q, *twice])
    full.load_state_dict(state)
    rows = [TextSegment(torch.randint(4, 90, (n,))) for n in (200, 40, 9)]
    for one in (core, full):
        for block in one.layers:
            block.attention.blocks = replace(block.attention.blocks, seen=1000)
    with torch.no_grad():
        assert_close(core.encode(rows).hidden_TD, full.encode(rows).hidden_TD, atol=1e-5, rtol=0)
    for wrong in (3, 0, 8):
        with pytest.raises(ValueError, match="cannot share"):
            replace(TINY, num_kv_heads=wrong)


def test_blocks_that_cannot_be_are_refused_and_any_window_has_its_own() -> None:
    with pytest.raises(ValueError, match="whole blocks"):
        Blocks(queries=100)
    with pytest.raises(ValueError, match="too few"):
        Blocks(seen=6)
    for window in (512, 256, 16, 24, 7, 2):
        blocks = Blocks.for_window(window)
        assert window % blocks.queries == 0
        assert blocks.queries % blocks.keys == 0
    assert Blocks.for_window(512) == Blocks()
