"""The recovered scale against CT whose Hounsfield units are known."""

import numpy as np
import pytest

from apps.medical.nodules.intensity import Scale, align_slices, cautions_of, otsu, scale_of_ct, scale_of_field


def chest(rng, slices=4, size=128, muscle=45.0, fat=-100.0, padding=False):
    """Hounsfield units of a made-up piece of chest: lung with vessels, a wall of muscle and fat, bone."""
    y, x = np.mgrid[:size, :size]
    planes = []
    for z in range(slices):
        hu = np.where(x < 80 + 6 * np.sin(y / 17 + z / 5), -870.0, muscle)
        hu[x > 104] = fat
        hu[(x > 88) & (x < 96) & (y > 30) & (y < 80)] = 600
        for row, column in ((20, 30), (70, 50), (100, 20)):
            hu[(y - row) ** 2 + (x - column - z) ** 2 < 9] = 30
        hu += rng.normal(0, 25, hu.shape)
        if padding:
            hu[:, -10:] = -2000
        planes.append(hu)
    return np.stack(planes)


def stretched(hu):
    """Each slice between its own minimum and maximum, 8-bit; also gain and offset of the middle slice."""
    low, high = hu.min((1, 2), keepdims=True), hu.max((1, 2), keepdims=True)
    middle = len(hu) // 2
    gain = float((high - low)[middle, 0, 0]) / 255
    return np.round((hu - low) / (high - low) * 255).astype(np.uint8), gain, float(low[middle, 0, 0])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("padding", [False, True])
def test_lung_and_muscle_of_a_stretched_field_are_recovered_to_60_hu(seed, padding):
    hu = chest(np.random.default_rng(seed), padding=padding)
    field, gain, offset = stretched(hu)
    scale = scale_of_field(align_slices(field))
    assert scale.reliable
    assert scale.lung * gain + offset == pytest.approx(-870, abs=40)
    assert scale.tissue * gain + offset == pytest.approx(45, abs=60)


def test_slices_stretched_by_one_bright_spot_come_back_to_one_scale():
    hu = chest(np.random.default_rng(1))
    hu[2, 5, 5] = 3000
    field, _, _ = stretched(hu)
    before = np.ptp([np.median(plane[:, :70]) for plane in field])
    after = np.ptp([np.median(plane[:, :70]) for plane in align_slices(field)])
    assert before > 8
    assert after < before / 2


def test_whole_ct_takes_the_mode_of_lung_and_40_hu():
    hu = chest(np.random.default_rng(2), slices=3)
    scale = scale_of_ct(hu, hu < -400)
    assert scale.lung == pytest.approx(-870, abs=8)
    assert scale.tissue == 40


def test_without_lung_the_scale_says_that_it_is_a_guess():
    scale = scale_of_ct(np.full((2, 40, 40), 30.0))
    assert not scale.reliable
    assert scale.lung == -860


@pytest.mark.parametrize(
    ("lung_hu", "taken", "reliable"), [(-610, -652.5, False), (-990, -977.5, False), (-700, -700, True)]
)
def test_a_mode_outside_the_lungs_range_keeps_the_ranges_end_and_is_not_reliable(lung_hu, taken, reliable):
    hu = np.random.default_rng(0).normal(lung_hu, 30, (6, 80, 80))
    scale = scale_of_ct(hu)
    assert scale.lung == pytest.approx(taken, abs=0 if not reliable else 8)
    assert scale.reliable is reliable
    assert len(cautions_of(scale)) == (0 if reliable else 1)


def test_a_scale_puts_lung_at_0_and_tissue_at_1_and_the_rest_between_in_proportion():
    scale = Scale(-870.0, 40.0)
    values = np.array([-900.0, -870.0, -400.0, 40.0, 300.0])
    assert scale.apply(values)[1] == 0
    assert scale.apply(values)[3] == 1
    assert scale.apply(values) == pytest.approx((values + 870) / 910, abs=1e-6)


def test_otsu_parts_two_heaps_of_a_histogram():
    counts = np.zeros(100)
    counts[20:30] = 5
    counts[70:75] = 9
    assert 29 <= otsu(counts) < 70
