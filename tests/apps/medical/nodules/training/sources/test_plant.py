"""What pasting may change and what not; nodules and non-nodules go through the same code."""

import numpy as np
import pytest

from apps.medical.nodules.training.sources.fields import Field
from apps.medical.nodules.training.sources.plant import nodule_of, paste, render, sham_of


def field(size=91, slices=5, radius=5.0, spacing=(2.0, 1.0, 1.0), level=0.9, seed=0):
    """A field with a round nodule in the middle, drawn by four readers, and one vessel spot."""
    rng = np.random.default_rng(seed)
    image = rng.normal(0, 0.03, (slices, size, size)).astype(np.float32)
    y, x = np.mgrid[:size, :size] - size // 2
    votes = np.zeros(image.shape, np.uint8)
    for z in range(slices):
        height = (z - (slices - 1) / 2) * spacing[0]
        inside = y**2 + x**2 <= max(0.0, radius**2 - height**2)
        image[z][inside] = level
        votes[z][inside] = 4
        image[z][(y + 25) ** 2 + (x + 25) ** 2 <= 9] = 0.9
    return Field("P", "P/nodule-0", image, votes, np.zeros(image.shape, bool), spacing, 4, 2 * radius, 5.0, 3.0, True)


GRID = np.arange(-30, 31) * 1.0


def window(seed=1, slices=9):
    return np.random.default_rng(seed).normal(0.1, 0.05, (slices, len(GRID), len(GRID))).astype(np.float32)


@pytest.mark.parametrize("kind", ["nodule", "sham"])
def test_outside_the_blend_every_voxel_keeps_its_bits(kind):
    one = field()
    cutout = nodule_of(one)
    if kind == "sham":
        cutout = sham_of(one, cutout, np.random.default_rng(3))
    background = window()
    rendered = render(cutout, np.arange(-4, 5) * 1.25, GRID, GRID, angle=0.7, blend_mm=3.0)
    pasted = paste(background, rendered)
    outside = rendered.alpha_ZYX == 0
    assert np.array_equal(pasted[outside], background[outside])
    distance = np.hypot(*np.meshgrid(GRID, GRID, indexing="ij"))
    assert not rendered.alpha_ZYX[:, distance > 5 + 3 + 1.5].any()
    assert rendered.alpha_ZYX.max() == 1


def test_inside_the_outline_the_nodule_stands_as_it_was():
    cutout = nodule_of(field())
    pasted = paste(window(), render(cutout, np.arange(-4, 5) * 1.25, GRID, GRID, blend_mm=3.0))
    middle = len(GRID) // 2
    assert pasted[4, middle - 2 : middle + 3, middle - 2 : middle + 3] == pytest.approx(0.9, abs=1e-5)


def test_a_sham_has_the_nodules_outline_and_none_of_the_nodule():
    one = field()
    nodule = nodule_of(one)
    for seed in range(10):
        sham = sham_of(one, nodule, np.random.default_rng(seed))
        assert not sham.nodule
        assert not (sham.mask_ZYX & (one.votes_ZYX > 0)).any()
        assert sham.mask_ZYX.sum() == pytest.approx(nodule.mask_ZYX.sum(), rel=0.05)


@pytest.mark.parametrize("step", [0.625, 1.25, 2.5, 3.0])
def test_the_planted_volume_does_not_depend_on_the_spacing_of_the_ct(step):
    cutout = nodule_of(field(radius=8.0, slices=8))
    heights = np.arange(-24, 25) * step + 0.3
    rendered = render(cutout, heights, GRID, GRID, angle=0.3)
    volume = rendered.mask_ZYX.sum() * step
    assert volume == pytest.approx(cutout.mask_ZYX.sum() * 2.0, rel=0.12)


def test_a_rotation_by_90_degrees_turns_the_picture():
    one = field()
    one.image_ZYX[:, :, 46:48] += 0.2
    cutout = nodule_of(one)
    straight = render(cutout, np.zeros(1), GRID, GRID).image_ZYX[0]
    turned = render(cutout, np.zeros(1), GRID, GRID, angle=np.pi / 2).image_ZYX[0]
    assert turned == pytest.approx(np.rot90(straight, -1), abs=1e-4) or turned == pytest.approx(
        np.rot90(straight, 1), abs=1e-4
    )


def test_beyond_the_last_slice_it_fades_within_one_slice():
    cutout = nodule_of(field(slices=4, radius=30))
    end = (4 - 1) / 2 * 2.0
    alpha = render(cutout, np.array([end, end + 1.0, end + 2.0, end + 5]), GRID, GRID).alpha_ZYX.max((1, 2))
    assert alpha == pytest.approx([1.0, 0.5, 0.0, 0.0], abs=1e-6)


def test_a_field_that_no_two_readers_drew_gives_nothing_to_plant():
    one = field()
    one.votes_ZYX[:] = np.minimum(one.votes_ZYX, 1)
    assert nodule_of(one) is None
