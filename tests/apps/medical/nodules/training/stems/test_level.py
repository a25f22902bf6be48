"""The shift of a map: the smallest that covers the wanted share of the outlines, measured where they were drawn."""

import numpy as np
import pytest
import torch

from apps.medical.nodules.stem import Stem, StemConfig
from apps.medical.nodules.training.stems.level import level_of, outline_logits, shift_for
from tests.apps.medical.nodules.training.sources.test_plant import field


def test_the_shift_is_the_smallest_that_reaches_the_share_each_nodule_counting_alike() -> None:
    small, large = np.array([-1.0, 2.0]), np.linspace(-4, 1, 1000)
    for share in (0.3, 0.6, 0.9):
        shift = shift_for([small, large], share)
        reached = np.mean([(one > -shift).mean() for one in (small, large)])
        before = np.mean([(one > -(shift - 0.01)).mean() for one in (small, large)])
        assert before < share <= reached


def test_a_share_beyond_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        shift_for([np.zeros(3)], 1.0)


def test_outline_pixels_are_read_where_they_lie_and_the_shifted_stem_covers_the_share() -> None:
    torch.manual_seed(0)
    stem = Stem(StemConfig((4, 4, 4, 4))).eval()
    with torch.no_grad():
        stem.head.weight *= 50
    fields = [field(seed=seed) for seed in range(3)]
    found = outline_logits(stem, fields[0])
    assert len(found) == (fields[0].votes_ZYX >= 2).sum()
    shift = level_of(stem, fields, 0.8, most=3, seed=0)
    with torch.no_grad():
        stem.head.bias += shift
    assert np.mean([(outline_logits(stem, one) > 0).mean() for one in fields]) == pytest.approx(0.8, abs=0.02)
