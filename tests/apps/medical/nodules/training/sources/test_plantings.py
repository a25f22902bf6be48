"""Plantings with full depth, and the operating point chosen on them."""

import numpy as np
import pytest

from apps.medical.nodules.intensity import Scale
from apps.medical.nodules.training.out_of_fold import Measured, PlantingResult, choose_threshold
from apps.medical.nodules.training.sources.background import (
    Background,
    Suspect,
    balls,
    fill_removed,
    load_background,
    save_background,
)
from apps.medical.nodules.training.sources.plant import nodule_of
from apps.medical.nodules.training.sources.plantings import ABOVE_MM, plant_in
from tests.apps.medical.nodules.training.sources.test_plant import field

SPACING = (2.5, 1.0, 1.0)


def background():
    """Two box-shaped lungs in tissue, one ball masked."""
    image = np.ones((48, 120, 150), np.float32)
    lung = np.zeros(image.shape, bool)
    lung[4:-4, 15:105, 10:65] = lung[4:-4, 15:105, 85:140] = True
    image[lung] = 0.0
    suspect = balls(image.shape, SPACING, [Suspect((24, 60, 110), 8)])
    zone = np.zeros(image.shape, bool)
    zone[3:-3, 12:108, 7:68] = zone[3:-3, 12:108, 82:143] = True
    return Background("made up", image, zone, lung, suspect, SPACING, Scale(-870, 40))


def test_a_planting_lies_in_the_lung_away_from_what_is_masked_and_the_rest_keeps_its_values():
    held, cutout = background(), nodule_of(field(radius=5, slices=5))
    for seed in range(12):
        planted = plant_in(held, cutout, 10.0, np.random.default_rng(seed))
        low = planted.start
        box = tuple(slice(a, a + n) for a, n in zip(low, planted.image_ZYX.shape, strict=True))
        assert held.lung_ZYX[box][planted.truth_ZYX].mean() >= 0.9
        gap = (np.argwhere(held.suspect_ZYX[box]) - planted.centre) * SPACING
        assert not len(gap) or np.linalg.norm(gap, axis=1).min() > 12
        far = np.linalg.norm((np.argwhere(np.ones(planted.image_ZYX.shape)) - planted.centre) * SPACING, axis=1) > 25
        same = (planted.image_ZYX == held.image_ZYX[box]).ravel()
        assert same[far].all()
        assert planted.image_ZYX[planted.truth_ZYX].mean() > 0.7
        ends = np.nonzero(planted.truth_ZYX.any((1, 2)))[0]
        assert ends[0] * SPACING[0] >= ABOVE_MM - 4 or low[0] == 0


def test_a_planting_at_the_wall_reaches_the_wall():
    held, cutout = background(), nodule_of(field(radius=5, slices=5))
    planted = plant_in(held, cutout, 10.0, np.random.default_rng(0), at_wall=True)
    box = tuple(slice(a, a + n) for a, n in zip(planted.start, planted.image_ZYX.shape, strict=True))
    assert 0.4 <= held.lung_ZYX[box][planted.truth_ZYX].mean() < 1
    assert held.zone_ZYX[box][planted.truth_ZYX].all()


def test_the_same_seed_plants_the_same():
    held, cutout = background(), nodule_of(field())
    one, two = (plant_in(held, cutout, 10.0, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one.image_ZYX, two.image_ZYX)
    assert np.array_equal(one.start, two.start)


def test_voxels_cut_away_become_tissue_and_small_air_stays():
    hu = np.full((20, 60, 60), -870, np.int16)
    hu[:, :20] = -1024
    hu[5, 40, 40] = -1024
    filled = fill_removed(hu)
    assert (filled[:, :20] == 0).all()
    assert filled[5, 40, 40] == -1024


def test_a_prepared_background_comes_back_from_disk(tmp_path):
    held = background()
    save_background(held, tmp_path / "made.npz")
    again = load_background(tmp_path / "made.npz")
    assert again.spacing_mm == held.spacing_mm
    assert np.array_equal(again.zone_ZYX, held.zone_ZYX)
    assert np.allclose(again.image_ZYX, held.image_ZYX, atol=1e-3)


def result(probability, size="10mm"):
    return PlantingResult("P", "P/nodule-0", "one", "A", size, False, 12.0, probability, 0.9)


def test_the_threshold_lets_the_wanted_number_of_marks_through():
    marks = {"one": (0.9, 0.8, 0.3, 0.1), "two": (0.7, 0.2)}
    measured = Measured((result(0.95), result(0.5), result(0.55, "6_to_10mm")), marks)
    threshold, reason = choose_threshold(measured, marks=1)
    assert 0.7 < threshold < 0.8
    assert reason["marks"] == {"one": 2, "two": 0}
    assert reason["between"] == [0.8, 0.7]
    assert reason["recall"] == {"10mm": 0.5, "6_to_10mm": 0.0, "all": pytest.approx(1 / 3, abs=1e-4)}
    looser, _ = choose_threshold(measured, marks=2)
    assert 0.2 < looser < 0.3
