"""Voxel to patient and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.medical.ct.volume import Geometry, Volume

PLAIN = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
AXES = st.permutations([0, 1, 2])


def rotated(axes: list[int], signs: list[int]) -> tuple:
    """Unit vectors along patient axes in any order and sense."""
    matrix = np.eye(3)[list(axes)] * np.array(signs)[:, None]
    return tuple(tuple(row) for row in matrix.tolist())


@given(
    axes=AXES,
    signs=st.lists(st.sampled_from([1, -1]), min_size=3, max_size=3),
    spacing=st.tuples(*[st.floats(0.3, 6)] * 3),
    origin=st.tuples(*[st.floats(-500, 500)] * 3),
    voxel=st.tuples(*[st.floats(-10, 300)] * 3),
)
def test_there_and_back_is_where_one_was(axes, signs, spacing, origin, voxel) -> None:
    geometry = Geometry((10, 20, 30), spacing, origin, rotated(axes, signs))
    assert geometry.to_voxel(geometry.to_lps(voxel)) == pytest.approx(np.array(voxel), abs=1e-6)
    assert geometry.voxel_mm3 == pytest.approx(np.prod(spacing))
    step = geometry.to_lps((1, 0, 0)) - geometry.to_lps((0, 0, 0))
    assert np.linalg.norm(step) == pytest.approx(spacing[0])


def test_a_crop_keeps_its_place() -> None:
    volume = Volume(
        np.arange(24, dtype=np.int16).reshape(2, 3, 4), Geometry((2, 3, 4), (2.5, 0.7, 0.8), (-10, 5, 100), PLAIN)
    )
    part = volume.crop((1, 1, 2), (2, 3, 4))
    assert part.hu[0, 0, 0] == volume.hu[1, 1, 2]
    assert part.geometry.to_lps((0, 0, 0)) == pytest.approx(volume.geometry.to_lps((1, 1, 2)))
    assert part.shape == (1, 2, 2)


@pytest.mark.parametrize(
    ("size", "spacing", "direction"),
    [
        ((0, 1, 1), (1, 1, 1), PLAIN),
        ((1, 1, 1), (0, 1, 1), PLAIN),
        ((1, 1, 1), (1, float("nan"), 1), PLAIN),
        ((1, 1, 1), (1, 1, 1), (PLAIN[0], PLAIN[0], PLAIN[2])),
    ],
)
def test_a_geometry_that_is_none_is_refused(size, spacing, direction) -> None:
    with pytest.raises(ValueError):
        Geometry(size, spacing, (0, 0, 0), direction)


def test_a_volume_of_another_type_or_size_than_it_says_is_refused() -> None:
    geometry = Geometry((2, 3, 4), (1, 1, 1), (0, 0, 0), PLAIN)
    for array in (np.zeros((2, 3, 4), np.float32), np.zeros((2, 3, 5), np.int16)):
        with pytest.raises(ValueError, match="expected int16"):
            Volume(array, geometry)


def test_a_document_gets_plain_numbers_without_minus_zero() -> None:
    along = ((-0.0, 0, 1), (0, 1, 0), (1.0000001, 1e-9, 0))
    said = Geometry((1, 2, 3), (0.12345678, 1, 1), (0, 2.00000049, 0), along).rounded()
    assert said == Geometry((1, 2, 3), (0.123457, 1, 1), (0, 2, 0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))
    assert "-0" not in str(said)
