"""Lungs of made chests, where the truth is known."""

from functools import cache

import numpy as np
import pytest

from apps.medical.ct.lungs import LEFT, RIGHT, Lungs, find_lungs, lung_extent
from apps.medical.ct.sides import of_both
from apps.medical.ct.volume import Geometry, Volume
from apps.messages import cautioned
from core_model.errors import InputRejected
from tests.apps.medical.ct import chests
from tests.apps.medical.ct.chests import LUNG_ML, ORIGIN, PLAIN, SIZE, SPACING, chest


@cache
def lungs_of(*changes: chests.Change) -> Lungs:
    """The lungs of a chest, found once in a run of the tests."""
    return find_lungs(chest(*changes))


@pytest.mark.parametrize(
    "changes",
    [
        (),
        (chests.table,),
        (chests.airways,),
        (chests.bowel,),
        (chests.contrast,),
        (chests.touching,),
        (chests.far_from_lungs_emptied,),
        (chests.airways, chests.far_from_lungs_emptied),
        (chests.table, chests.airways, chests.bowel, chests.contrast),
    ],
    ids=lambda changes: "+".join(change.__name__ for change in changes) or "plain",
)
def test_both_lungs_have_their_volume_and_side_whatever_surrounds_them(changes) -> None:
    volume, lungs = chest(*changes), lungs_of(*changes)
    assert lungs.right_ml == pytest.approx(LUNG_ML, rel=0.08)
    assert lungs.left_ml == pytest.approx(LUNG_ML, rel=0.08)
    for side, x in ((RIGHT, -65), (LEFT, 65)):
        k, row, column = (round(value) for value in volume.geometry.to_voxel((x, 0, 100)))
        assert lungs.sides[k, row, column] == side
    outside = volume.geometry.to_voxel([(0, 130, 100), (0, 20, 190), (65, -20, -2), (0, -110, 100)]).round().astype(int)
    assert not lungs.zone[tuple(outside.T)].any(), "table, trachea, bowel and air outside are not searched"
    assert not lungs.mask[~lungs.zone].any()
    assert lungs.zone_ratio <= 1.35
    assert lungs.lung_hu == pytest.approx(-860, abs=12)


def test_a_lung_alone_is_named_on_its_side() -> None:
    lungs = find_lungs(chest(chests.no_left_lung))
    assert lungs.right_ml == pytest.approx(LUNG_ML, rel=0.08)
    assert lungs.left_ml < 0.05 * LUNG_ML
    assert "left lung" in next(cautioned(caution) for caution in lungs.cautions if caution.code == "lungs_unequal")


def test_the_side_of_a_place_outside_is_that_of_the_nearest_lung() -> None:
    volume, lungs = chest(), lungs_of()
    for point, side in (((-120, 0, 100), "right"), ((20, 0, 100), "left"), ((-60, 0, 200), "right")):
        assert lungs.side_at(tuple(volume.geometry.to_voxel(point)), volume.spacing_mm) == side


@pytest.mark.parametrize("fill", [-1000, 40, 0, -860])
def test_a_volume_without_lungs_fails_loudly(fill: int) -> None:
    volume = Volume(np.full(SIZE, fill, np.int16), Geometry(SIZE, SPACING, ORIGIN, PLAIN))
    with pytest.raises(InputRejected) as caught:
        find_lungs(volume)
    assert caught.value.code == "no_lungs"
    with pytest.raises(InputRejected, match="no lungs can be found in it: "):
        lung_extent(volume.hu, SPACING)


def test_lungs_far_too_small_or_too_flat_fail_loudly() -> None:
    volume = chest()
    small = Volume(volume.hu, Geometry(SIZE, (1.0, 1.2, 1.2), ORIGIN, PLAIN))
    with pytest.raises(InputRejected, match="ml"):
        find_lungs(small)
    flat = Volume(volume.hu[35:50], Geometry((15, *SIZE[1:]), SPACING, ORIGIN, PLAIN))
    with pytest.raises(InputRejected, match="mm high"):
        find_lungs(flat)


def test_a_scan_that_ends_within_the_lungs_says_which_end() -> None:
    volume = chest()
    lungs = find_lungs(Volume(volume.hu[35:], Geometry((37, *SIZE[1:]), SPACING, ORIGIN, PLAIN)))
    assert "lower end" in next(cautioned(caution) for caution in lungs.cautions if caution.code == "lungs_cut")


def test_the_quick_look_finds_where_the_lungs_begin_and_end() -> None:
    volume = chest(chests.table, chests.bowel)
    extent = lung_extent(volume.hu, SPACING)
    low, high = (round(volume.geometry.to_voxel((0, 0, z))[0]) for z in (24, 176))
    assert abs(extent.first - low) <= 3
    assert abs(extent.last - high) <= 3
    assert max(extent.cut_low, extent.cut_high) < 0.15
    assert extent.volume_ml == pytest.approx(2 * LUNG_ML, rel=0.1)


PLEURA_MM = ((-113, 0, 100), (-65, 72, 100), (65, -72, 90), (17, 0, 110), (65, 0, 30))
"""Places on the surface of either lung, far from each other."""


@pytest.mark.parametrize("radius", [8.0, 16.5])
def test_the_zone_takes_in_masses_that_sit_on_the_pleura(radius: float) -> None:
    within: list[np.ndarray] = []

    def masses(hu, x, y, z) -> None:
        for at in PLEURA_MM:
            inwards = np.array([np.sign(at[0]) * 65, 0, 100]) - np.array(at)
            centre = np.array(at) + inwards / np.linalg.norm(inwards) * 0.6 * radius
            ball = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (z - centre[2]) ** 2 < radius**2
            within.append(ball & (chests.lung(x, y, z, -1) | chests.lung(x, y, z, 1)))
            hu[ball] = 45

    lungs = find_lungs(chest(masses))
    for mass in within:
        assert np.count_nonzero(lungs.zone & mass) >= 0.98 * np.count_nonzero(mass)
    assert lungs.zone_ratio <= 1.35


def test_progress_rises_and_a_raise_in_it_cancels() -> None:
    shares: list[float] = []
    find_lungs(chest(), tick=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1

    def stop(share: float) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        find_lungs(chest(), tick=stop)


def test_the_same_volume_gives_the_same_lungs() -> None:
    first, second = lungs_of(chests.airways), find_lungs(chest(chests.airways))
    assert np.array_equal(first.sides, second.sides)
    assert np.array_equal(first.zone, second.zone)


def test_both_sides_come_in_their_order_and_an_error_in_either_comes_through() -> None:
    assert list(of_both(lambda side: side * 10).items()) == [(RIGHT, 10), (LEFT, 20)]
    with pytest.raises(ZeroDivisionError):
        of_both(lambda side: 1 // (side - RIGHT))
    with pytest.raises(ZeroDivisionError):
        of_both(lambda side: 1 // (side - LEFT))


def thin_chest(wall_mm: float) -> tuple[Volume, float]:
    """A chest whose wall is as thin as said beside both lungs, on pixels of 0.8 mm, and its lungs in ml."""
    size, spacing = (42, 260, 330), (5.0, 0.8, 0.8)
    z, y, x = (
        (np.arange(n).reshape([-1 if i == axis else 1 for i in range(3)]) - start) * step
        for axis, (n, step, start) in enumerate(zip(size, spacing, (0, 130, 165), strict=True))
    )
    inside = (x / 115) ** 2 + (y / 78) ** 2
    lung = (inside + ((z - 105) / 88) ** 2 < 1) & (np.abs(x) > 24)
    hu = np.full(size, -1000.0)
    hu[np.broadcast_to((x / (115 + wall_mm)) ** 2 + (y / (78 + wall_mm)) ** 2 < 1, size)] = 20
    hu[lung] = -870
    hu += 20 * np.random.default_rng(1).standard_normal(size, np.float32)
    volume = Volume(np.clip(np.rint(hu), -1024, 3071).astype(np.int16), Geometry(size, spacing, (0, 0, 0), PLAIN))
    return volume, float(np.count_nonzero(lung) * np.prod(spacing) / 1000)


@pytest.mark.parametrize("wall_mm", [3.0, 4.0, 6.0, 10.0])
def test_both_lungs_of_a_thin_patient_are_found(wall_mm: float) -> None:
    volume, lung_ml = thin_chest(wall_mm)
    assert lung_extent(volume.hu, volume.spacing_mm).volume_ml > 0.4 * lung_ml
    lungs = find_lungs(volume)
    assert lungs.right_ml == pytest.approx(lung_ml / 2, rel=0.1)
    assert lungs.left_ml == pytest.approx(lung_ml / 2, rel=0.1)


def test_a_picture_whose_edge_cuts_through_the_lungs_is_refused_for_that() -> None:
    volume = chest()
    part = volume.hu[:, :, 18:39]  # the right lung to its middle, and no more
    with pytest.raises(InputRejected, match="no lungs can be found in it: the edge of the picture cuts through them"):
        lung_extent(part, SPACING)
