"""The core computes what a BERT encoder computes, and reads any mixture of modalities."""

import copy
import itertools
from collections.abc import Callable

import pytest
import torch
from torch.testing import assert_close

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.packing import pack
from core_model.inputs.segments import FactsSegment, ImageSegment, Segment, TextSegment, VolumeSegment
from core_model.inputs.volume import VolumeEmbedding
from core_model.nn.balance import routers_of
from core_model.training.cut import trunk_state
from tests.core_model.encoders import random_bert

TINY = CoreConfig.tiny()
WHOLE = TINY.with_active("text", 8)


def every_modality() -> list[Segment]:
    torch.manual_seed(1)
    return [
        TextSegment(torch.tensor([0, 5, 9, 2])),
        TextSegment(torch.tensor([0, 11, 2]), "code"),
        ImageSegment(torch.rand(9, 6), 4),
        VolumeSegment(torch.randn(3, 8), torch.randn(3, 3) * 50, torch.full((3, 3), 0.7)),
        FactsSegment(
            (torch.tensor([7]), torch.tensor([8, 9])),
            torch.tensor([120.0, -3.5]),
            torch.tensor([1000.0, float("nan")]),
            torch.tensor([float("nan"), 3.5]),
            torch.tensor([1, 1]),
            torch.tensor([0.0, -1.0]),
        ),
    ]


def test_a_cut_core_equals_the_reference_bert_on_the_same_weights() -> None:
    bert, source = random_bert(WHOLE)
    core = Core.from_state(WHOLE, trunk_state(source, list(range(TINY.vocab_size)), WHOLE)).eval()
    rows = [[0, 5, 9, 33, 2], [0, 96, 2], [0, *range(4, 17), 2]]
    with torch.no_grad():
        ours = core(pack([[TextSegment(torch.tensor(row))] for row in rows], TINY))
        start = 0
        for row in rows:
            theirs = bert(input_ids=torch.tensor([row])).last_hidden_state[0]
            assert_close(ours.hidden_TD[start : start + len(row)], theirs, atol=1e-4, rtol=0)
            start += len(row)
        first_two = core(pack([[TextSegment(torch.tensor(rows[0]))]], TINY), num_layers=2).hidden_TD
        theirs = bert(input_ids=torch.tensor([rows[0]]), output_hidden_states=True).hidden_states[2][0]
    assert_close(first_two, theirs, atol=1e-4, rtol=0)


def test_lower_layers_of_a_long_text_see_one_window_each_and_equal_the_reference() -> None:
    bert, source = random_bert(WHOLE)
    core = Core.from_state(WHOLE, trunk_state(source, list(range(TINY.vocab_size)), WHOLE)).eval()
    ids = torch.arange(4, 44)
    lower = TINY.num_layers - TINY.num_full_attention
    with torch.no_grad():
        ours = core(pack([[TextSegment(ids)]], TINY), num_layers=lower).hidden_TD
        for start in range(0, len(ids), TINY.window):
            window = ids[start : start + TINY.window]
            theirs = bert(input_ids=window[None], output_hidden_states=True).hidden_states[lower][0]
            assert_close(ours[start : start + len(window)], theirs, atol=1e-4, rtol=0)
        whole = core(pack([[TextSegment(ids)]], TINY)).hidden_TD
        other = core(pack([[TextSegment(ids.clone().index_fill_(0, torch.tensor([39]), 50))]], TINY)).hidden_TD
    assert (whole[0] - other[0]).abs().max() > 1e-4, "the last layer sees all windows"


@pytest.mark.parametrize(
    "chosen", [c for n in range(1, 6) for c in itertools.combinations(range(5), n)], ids=lambda c: "".join(map(str, c))
)
def test_any_subset_of_modalities_is_read_and_rows_do_not_see_each_other(chosen: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    core = Core(TINY).eval()
    segments = [every_modality()[number] for number in chosen]
    other: list[Segment] = [TextSegment(torch.tensor([0, 3, 2]))]
    with torch.no_grad():
        alone = core(pack([segments], TINY))
        beside = core(pack([other, segments], TINY))
    count = sum(len(segment) for segment in segments)
    assert alone.hidden_TD.shape == (count, TINY.width)
    assert bool(torch.isfinite(alone.hidden_TD).all())
    assert_close(beside.hidden_TD[3:], alone.hidden_TD, atol=1e-5, rtol=0)
    assert_close(alone.mean()[0], alone.hidden_TD.mean(dim=0), atol=1e-5, rtol=0)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_core_in_half_precision_reads_every_modality_given_in_fp32(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    core = Core(TINY).eval()
    for parameter in core.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    for segment in every_modality():
        with torch.no_grad():
            wanted = core.encode([segment]).hidden_TD
            found = copy.deepcopy(core).to(dtype).encode([segment]).hidden_TD
        assert found.dtype == dtype
        assert_close(found.float(), wanted, atol=0.05, rtol=0.05)


@pytest.mark.parametrize("active", [8, 4, 2])
def test_autocast_to_bf16_reads_every_modality_and_trains(active: int) -> None:
    torch.manual_seed(0)
    core = Core(TINY.with_active("text", active)).train()
    for parameter in core.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    wanted = core.encode([every_modality()]).hidden_TD
    with torch.autocast("cpu", torch.bfloat16):
        found = core.encode([every_modality()]).hidden_TD
    assert_close(found.float(), wanted, atol=0.1, rtol=0.05)
    found.float().square().sum().backward()
    assert core.text.word_VD.grad is not None
    assert core.text.word_VD.grad.dtype == torch.float32


def test_segments_of_a_modality_are_embedded_together_and_keep_their_places() -> None:
    torch.manual_seed(0)
    core = Core(TINY).eval()
    first, second = every_modality(), every_modality()[::-1]
    calls = dict.fromkeys(("text", "image", "volume", "facts"), 0)

    def counting(name: str) -> Callable[..., None]:
        def count(*_: object) -> None:
            calls[name] += 1

        return count

    for name in calls:
        core.get_submodule(name).register_forward_hook(counting(name))
    with torch.no_grad():
        together = core.embed(pack([first, second, first], TINY))
        assert calls == {"text": 2, "image": 1, "volume": 1, "facts": 1}, "program code is a modality of its own"
        one_by_one = [core.embed(pack([[segment]], TINY)) for row in (first, second, first) for segment in row]
    assert_close(together, torch.cat(one_by_one), atol=1e-5, rtol=0)


def test_other_embeddings_and_other_vectors_stand_in_for_the_cores_own() -> None:
    torch.manual_seed(0)
    core = Core(TINY).eval()
    batch = pack([every_modality()], TINY)
    other = VolumeEmbedding(TINY.volume_features, TINY.width)
    vectors_MD = torch.randn(5, TINY.width)
    with torch.no_grad():
        before = core.embed(batch)
        found = core.embed(batch, embeddings={"volume": other})
        assert torch.equal(found[:13], before[:13])
        assert torch.equal(found[16:], before[16:])
        segment = every_modality()[3]
        assert isinstance(segment, VolumeSegment)
        tokens = other(segment.features_NC, segment.position_mm_N3, segment.spacing_mm_N3)
        assert_close(found[13:16], core.embedding_norm(tokens), atol=1e-6, rtol=0)
        moved = core.embed(batch, embeddings={"volume": other}, modality_MD=vectors_MD)
        assert_close(moved[13:16], core.embedding_norm(tokens + vectors_MD[3]), atol=1e-6, rtol=0)
        assert torch.equal(core.embed(batch), before), "the core keeps its own"


def test_grown_experts_do_nothing_before_they_are_trained() -> None:
    core = Core(TINY).eval()
    volume = every_modality()[3]
    with torch.no_grad():
        before = core(pack([[volume]], TINY)).hidden_TD
        for block in core.layers:
            block.experts.group("vision").w1_EFD.mul_(3)
        after = core(pack([[volume]], TINY)).hidden_TD
    assert_close(before, after, atol=0, rtol=0)


def test_recomputed_activations_give_the_same_gradients_and_count_loads_once() -> None:
    results = []
    for recompute in (False, True):
        torch.manual_seed(0)
        core = Core(TINY, recompute=recompute).train()
        batch = pack([every_modality()], TINY)
        core(batch).hidden_TD.square().sum().backward()
        loads = torch.stack([router.load_E.sum() for router in routers_of(core)])
        results.append((core.text.word_VD.grad, loads))
    assert_close(results[0][0], results[1][0], atol=1e-4, rtol=1e-4)
    assert_close(results[0][1], results[1][1])
    assert results[1][1].tolist() == [7 * 4, 9 * 2, 4 * 2] * TINY.num_layers, "text 7 tokens, vision 6 + 3, facts 4"


def test_wrong_segments_are_refused() -> None:
    with pytest.raises(InputRejected, match="without tokens"):
        pack([[]], TINY)
    with pytest.raises(InputRejected, match="0 to 96"):
        pack([[TextSegment(torch.tensor([97]))]], TINY)
    with pytest.raises(InputRejected, match="fit together"):
        pack([[VolumeSegment(torch.zeros(2, 9), torch.zeros(2, 3), torch.ones(2, 3))]], TINY)
    with pytest.raises(InputRejected, match="not positive"):
        pack([[VolumeSegment(torch.zeros(2, 8), torch.zeros(2, 3), torch.zeros(2, 3))]], TINY)


def test_a_configuration_survives_json_and_refuses_what_cannot_be() -> None:
    for config in (TINY, CoreConfig.small(), CoreConfig.base(), CoreConfig.large()):
        assert CoreConfig.from_dict(config.as_dict()) == config
    with pytest.raises(ValueError, match="multiple of 8"):
        CoreConfig(width=100)
    with pytest.raises(ValueError, match="cannot run"):
        TINY.with_active("text", 9)
