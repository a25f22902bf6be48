"""Distances, growing and closing on the coarse grid against scipy's own and against plain geometry."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from apps.medical.ct.grid import distance_mm, grow

SPACINGS = st.tuples(*[st.sampled_from([0.7, 1.0, 1.95, 2.5, 3.3])] * 3)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**20), st.tuples(*[st.integers(1, 12)] * 3), SPACINGS, st.floats(0.02, 0.98))
def test_distances_are_scipys_to_the_last_bit(
    seed: int, shape: tuple[int, int, int], spacing_mm: tuple[float, float, float], share: float
) -> None:
    mask = np.random.default_rng(seed).random(shape) < share
    mask.flat[seed % mask.size] = False
    before = mask.copy()
    found = distance_mm(mask, spacing_mm)
    np.testing.assert_array_equal(found, ndimage.distance_transform_edt(mask, sampling=spacing_mm))
    np.testing.assert_array_equal(mask, before)


def test_a_grown_voxel_is_a_ball() -> None:
    mask = np.zeros((9, 11, 13), bool)
    mask[4, 5, 6] = True
    spacing_mm = (2.0, 1.5, 1.0)
    z, y, x = np.indices(mask.shape)
    squared = ((z - 4) * 2.0) ** 2 + ((y - 5) * 1.5) ** 2 + (x - 6) ** 2
    np.testing.assert_array_equal(grow(mask, 4.0, spacing_mm), squared <= 16)
    assert distance_mm(squared > 0, spacing_mm)[0, 0, 0] == pytest.approx(np.sqrt(64 + 56.25 + 36))
