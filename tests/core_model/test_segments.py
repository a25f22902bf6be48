"""Segments compare like values, refuse what would come out as nonsense, and go to a device whole."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.packing import pack
from core_model.inputs.segments import FactsSegment, ImageSegment, Segment, TextSegment, VolumeSegment
from tests.core_model.test_model import every_modality

TINY = CoreConfig.tiny()
NAN = float("nan")
COLUMNS = ("values_N", "totals_N", "priors_N", "years_N")


def facts(**changed: torch.Tensor) -> FactsSegment:
    segment = every_modality()[4]
    assert isinstance(segment, FactsSegment)
    return replace(segment, **changed)


def volume(**changed: torch.Tensor) -> VolumeSegment:
    segment = every_modality()[3]
    assert isinstance(segment, VolumeSegment)
    return replace(segment, **changed)


@pytest.mark.parametrize("number", range(5))
def test_equal_segments_are_equal_and_others_are_not(number: int) -> None:
    one, same, others = every_modality()[number], every_modality()[number], every_modality()
    assert (one == same) is True, "absent totals are NaN on both sides"
    assert [one == other for other in others] == [k == number for k in range(5)]
    assert (one == 3) is False
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


def test_a_segment_differs_by_any_entry_shape_or_type() -> None:
    text = TextSegment(torch.tensor([1, 2]))
    assert text != TextSegment(torch.tensor([1, 3]))
    assert text != TextSegment(torch.tensor([1, 2, 3]))
    assert text != TextSegment(torch.tensor([1, 2]), "code")
    assert text != TextSegment(torch.tensor([1, 2], dtype=torch.int32))
    assert facts() != facts(totals_N=torch.tensor([1000.0, 5.0]))
    assert facts() != facts(name_ids=(torch.tensor([7]), torch.tensor([8, 8])))


@pytest.mark.parametrize(
    ("segment", "code"),
    [
        (facts(unit_N=torch.tensor([1, 99])), "unit_unknown"),
        (facts(unit_N=torch.tensor([-1, 1])), "unit_unknown"),
        (facts(unit_N=torch.tensor([1.0, 1.0])), "unit_unknown"),
        (facts(values_N=torch.tensor([NAN, 1.0])), "facts_not_finite"),
        (facts(years_N=torch.tensor([0.0, NAN])), "facts_not_finite"),
        (facts(priors_N=torch.zeros(3)), "facts_misshapen"),
        (facts(name_ids=(torch.tensor([7]), torch.tensor([], dtype=torch.int64))), "fact_unnamed"),
        (facts(name_ids=(torch.tensor([7]), torch.tensor([97]))), "text_pieces_unknown"),
        (volume(features_NC=torch.full((3, 8), NAN)), "volume_not_finite"),
        (volume(position_mm_N3=torch.full((3, 3), float("inf"))), "volume_not_finite"),
        (volume(spacing_mm_N3=torch.full((3, 3), NAN)), "volume_not_finite"),
        (volume(spacing_mm_N3=torch.zeros(3, 3)), "spacing_not_positive"),
        (volume(features_NC=torch.zeros(3, 9)), "volume_misshapen"),
        (ImageSegment(torch.tensor([[0.5, NAN]]), 4), "image_not_finite"),
        (ImageSegment(torch.zeros(4, 4, 4), 4), "image_misshapen"),
        (ImageSegment(torch.zeros(4, 4), 5), "image_misshapen"),
        (TextSegment(torch.tensor([-1])), "text_pieces_unknown"),
        (TextSegment(torch.tensor([0.5])), "text_pieces_unknown"),
        (TextSegment(torch.tensor([0]), "image"), "text_kind_unknown"),
        (TextSegment(torch.tensor([True])), "text_pieces_unknown"),
        (TextSegment(torch.tensor([1], dtype=torch.uint8)), "text_pieces_unknown"),
        (facts(unit_N=torch.tensor([True, False])), "unit_unknown"),
        (facts(name_ids=(torch.tensor([True]), torch.tensor([True]))), "text_pieces_unknown"),
        *((facts(**{name: torch.ones(2, dtype=torch.bool)}), "segment_without_numbers") for name in COLUMNS),
        *((facts(**{name: torch.ones(2, dtype=torch.complex64)}), "segment_without_numbers") for name in COLUMNS),
        (volume(features_NC=torch.ones(3, 8, dtype=torch.bool)), "segment_without_numbers"),
        (volume(position_mm_N3=torch.ones(3, 3, dtype=torch.bool)), "segment_without_numbers"),
        (ImageSegment(torch.ones(4, 4, dtype=torch.bool), 4), "segment_without_numbers"),
        (ImageSegment(np.ones((4, 4)), 4), "segment_of_no_tensors"),
        (ImageSegment(torch.tensor([[0.5, float("-inf")]]), 4), "image_not_finite"),
        (TextSegment([1, 2]), "segment_of_no_tensors"),
        (volume(spacing_mm_N3=[0.7, 0.7, 0.7]), "segment_of_no_tensors"),
        (volume(features_NC=torch.tensor(3.0)), "volume_misshapen"),
        (volume(offset_mm_N3=torch.zeros(2, 3)), "volume_misshapen"),
        (volume(offset_mm_N3=torch.full((3, 3), NAN)), "volume_not_finite"),
        (facts(name_ids=([7], [8])), "segment_of_no_tensors"),
        (facts(totals_N=torch.tensor([float("inf"), 1.0])), "facts_not_finite"),
        (facts(value_masked_N=torch.tensor([1, 0])), "fact_masks_misshapen"),
        (facts(unit_masked_N=torch.tensor([True])), "fact_masks_misshapen"),
        (facts(values_N=torch.tensor([NAN, 1.0]), value_masked_N=torch.tensor([False, True])), "facts_not_finite"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_core_cannot_read_is_refused(segment: Segment, code: str) -> None:
    with pytest.raises(InputRejected) as refused:
        pack([[segment]], TINY)
    assert refused.value.code == code


def test_an_error_names_what_was_given_and_what_is_allowed() -> None:
    for segment, said in (
        (ImageSegment(torch.zeros(3, 4, 4), 5), r"shape \[3, 4, 4\] in patches of 5 pixels .*\[Y, X\], patches of 4"),
        (ImageSegment([[0.5]], 4), r"pixels_YX is a list \(allowed: tensors\)"),
        (volume(features_NC=torch.zeros(3, 9)), r"\[3, 9\], \[3, 3\], \[3, 3\] \(allowed: \[N, 8\]"),
        (volume(spacing_mm_N3=torch.full((3, 3), -0.5)), r"not positive: -0.5 mm \(allowed: millimetres above 0"),
        (facts(values_N=torch.tensor([1.0, float("-inf")])), r"values_N: -inf\) \(allowed: finite"),
        (facts(unit_N=torch.tensor([0.5, 1.0])), r"0 to 10: \[2\] of torch.float32"),
        (facts(priors_N=torch.ones(2, dtype=torch.bool)), r"priors_N is of torch.bool \(allowed: real numbers"),
        (TextSegment(torch.tensor([4, 97])), r"0 to 96 in one row: 4 to 97"),
    ):
        with pytest.raises(InputRejected, match=said):
            pack([[segment]], TINY)


def test_whole_numbers_are_read_as_the_numbers_that_they_are() -> None:
    torch.manual_seed(0)
    core = Core(TINY).eval()
    whole = facts(**{name: torch.tensor([2, 3]) for name in COLUMNS}, unit_N=torch.tensor([1, 2], dtype=torch.int32))
    real = facts(**{name: torch.tensor([2.0, 3.0]) for name in COLUMNS}, unit_N=torch.tensor([1, 2]))
    places = {"position_mm_N3": torch.ones(3, 3), "spacing_mm_N3": torch.ones(3, 3), "features_NC": torch.ones(3, 8)}
    pairs: list[tuple[Segment, Segment]] = [
        (whole, real),
        (ImageSegment(torch.ones(4, 4, dtype=torch.int64), 4), ImageSegment(torch.ones(4, 4), 4)),
        (volume(**{name: tensor.long() for name, tensor in places.items()}), volume(**places)),
    ]
    with torch.no_grad():
        for one, other in pairs:
            assert_close(core.encode([one]).hidden_TD, core.encode([other]).hidden_TD)


def test_facts_without_totals_or_prior_values_are_read() -> None:
    nothing = torch.full((2,), NAN)
    assert pack([[facts(totals_N=nothing, priors_N=nothing)]], TINY).num_tokens == 4


def test_empty_segments_have_no_tokens_and_disturb_nobody() -> None:
    empty = torch.zeros(0)
    none = FactsSegment((), empty, empty, empty, empty.long(), empty)
    batch = pack([[TextSegment(torch.tensor([0, 2])), none]], TINY)
    assert batch.num_tokens == 2
    assert list(batch.segments) == ["text"]


def test_a_batch_goes_to_a_device_with_all_that_it_holds() -> None:
    long = TextSegment(torch.arange(4, 30))
    batch = pack([every_modality(), [long]], TINY).to("meta")
    held = [getattr(batch, field.name) for field in fields(batch)]
    tensors = [value for value in [*held, *batch.members.values()] if isinstance(value, torch.Tensor)]
    for segments in batch.segments.values():
        for segment in segments:
            for field in fields(segment):
                value = getattr(segment, field.name)
                parts = value if isinstance(value, tuple) else (value,)
                tensors += [part for part in parts if isinstance(part, torch.Tensor)]
    assert len(tensors) == 4 + 3 + 2 + 1 + 1 + 3 + 7
    assert {tensor.device.type for tensor in tensors} == {"meta"}
    assert batch.device.type == "meta"
