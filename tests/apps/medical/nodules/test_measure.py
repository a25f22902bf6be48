"""Measurements against ellipsoids whose volume and axes are known exactly."""

import numpy as np
import pytest

from apps.medical.nodules.measure import axes_of, measure, occupancy_of


def ellipsoid(semi_mm, spacing, *, shift=(0.0, 0.0, 0.0), angle=0.0, pad_mm=7.0, fine=4):
    """Part of each voxel inside an ellipsoid (z, y, x semi-axes, turned in-plane), by supersampling, and its centre."""
    spacing = np.asarray(spacing, float)
    reach = max(semi_mm) + pad_mm
    size = np.ceil(2 * reach / spacing).astype(int) + 1
    centre = (size - 1) / 2 + np.asarray(shift)
    axes = [((np.arange(n * fine) + 0.5) / fine - 0.5 - c) * mm for n, c, mm in zip(size, centre, spacing, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij", sparse=True)
    u, v = np.cos(angle) * y + np.sin(angle) * x, -np.sin(angle) * y + np.cos(angle) * x
    inside = (z / semi_mm[0]) ** 2 + (u / semi_mm[1]) ** 2 + (v / semi_mm[2]) ** 2 <= 1
    shape = [part for n in size for part in (n, fine)]
    return inside.reshape(shape).mean((1, 3, 5)), centre


SPACINGS = [(1.0, 0.7, 0.7), (2.5, 0.68, 0.68), (1.25, 0.9, 0.9), (3.0, 0.56, 0.56), (0.6, 0.6, 0.6)]


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("semi", [(3.0, 3.0, 3.0), (5.0, 4.0, 7.0), (9.0, 12.0, 7.0)])
def test_volume_within_5_percent_and_axes_within_a_voxel_of_the_ellipsoid(spacing, semi):
    occupancy, centre = ellipsoid(semi, spacing, shift=(0.3, 0.2, -0.4), angle=0.6)
    hu = -860 + 900 * occupancy
    result = measure(occupancy_of(hu, occupancy > 0.5, spacing), hu, spacing)
    assert result.volume_mm3 == pytest.approx(4 / 3 * np.pi * np.prod(semi), rel=0.05)
    assert result.centre_voxel == pytest.approx(tuple(centre), abs=0.12)
    long, short = 2 * max(semi[1:]), 2 * min(semi[1:])
    # A thick slice through the middle sees the ellipsoid a little smaller.
    assert long - 1.5 * spacing[1] < result.long_axis_mm < long + 0.6 * spacing[1]
    assert short - 1.5 * spacing[1] < result.short_axis_mm < short + 0.6 * spacing[1]
    assert result.attenuation_hu == pytest.approx(40, abs=25)


def test_the_spread_of_attenuation_is_that_of_the_full_voxels_alone():
    occupancy = np.zeros((1, 1, 5))
    occupancy[0, 0] = [0.2, 1.0, 0.95, 0.9, 0.5]
    hu = np.array([[[-800.0, -600.0, 30.0, 60.0, 900.0]]])
    result = measure(occupancy, hu, (1.0, 1.0, 1.0))
    assert result.attenuation_hu == pytest.approx((-600 + 30 + 60) / 3)
    assert result.attenuation_sd_hu == pytest.approx(np.std([-600.0, 30.0, 60.0]))
    assert result.attenuation_range_hu == (-600.0, 60.0)


def test_a_rod_along_a_diagonal_has_its_length_and_its_width():
    y, x = np.mgrid[:60, :60] * 0.5
    u, v = (y - 15 + x - 15) / np.sqrt(2), (y - 15 - x + 15) / np.sqrt(2)
    rod = (np.clip((8 - np.abs(u)) / 0.5 + 0.5, 0, 1) * np.clip((2 - np.abs(v)) / 0.5 + 0.5, 0, 1))[None]
    long, short = axes_of(rod, (1.0, 0.5, 0.5))
    assert long == pytest.approx(np.hypot(16, 4), abs=0.6)
    # At right angles to the diagonal from corner to corner; that maximum is flat, 4 degrees cost 0.04 mm.
    low, high = (16 * np.sin(turn) + 4 * np.cos(turn) for turn in np.arctan2(4, 16) + np.radians([-5, 5]))
    assert low - 0.3 < short < high + 0.3


def test_the_affine_gives_the_place_in_the_patient_and_the_volume_under_tilt():
    occupancy = np.zeros((3, 5, 5))
    occupancy[1, 2, 2] = 1.0
    affine = np.array([[0, 0, 0.7, -100], [0, 0.7, 0, -50], [2.5, 0.8, 0, 30], [0, 0, 0, 1]], float)
    result = measure(occupancy, np.zeros((3, 5, 5)), (2.5, 0.7, 0.7), start=(10, 20, 30), affine=affine)
    assert result.centre_voxel == (11.0, 22.0, 32.0)
    assert result.centre_mm == pytest.approx((-100 + 0.7 * 32, -50 + 0.7 * 22, 30 + 2.5 * 11 + 0.8 * 22))
    assert result.volume_mm3 == pytest.approx(abs(np.linalg.det(affine[:3, :3])))


def test_a_wall_beside_the_nodule_is_not_measured():
    spacing = (1.0, 0.7, 0.7)
    ball, _ = ellipsoid((4.0, 4.0, 4.0), spacing)
    hu = -860 + 900 * ball
    walled = hu.copy()
    walled[:, :, : ball.shape[2] // 2 - 8] = 40
    free = measure(occupancy_of(hu, ball > 0.5, spacing), hu, spacing).volume_mm3
    beside = measure(occupancy_of(walled, ball > 0.5, spacing), walled, spacing).volume_mm3
    assert beside == pytest.approx(free, rel=0.1)


def test_an_empty_finding_is_our_own_mistake():
    with pytest.raises(ValueError, match="at least one voxel"):
        occupancy_of(np.zeros((2, 2, 2)), np.zeros((2, 2, 2), bool), (1, 1, 1))
    with pytest.raises(ValueError, match="part of a voxel"):
        measure(np.zeros((2, 2, 2)), np.zeros((2, 2, 2)), (1, 1, 1))
