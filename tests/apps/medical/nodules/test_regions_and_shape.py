"""Balls and tubes: what the regions and their features say of shapes that are known."""

import numpy as np
import pytest

from apps.medical.nodules.linking import allowed, centre_of, choose
from apps.medical.nodules.regions import regions_of, root_sizes
from apps.medical.nodules.shape import FEATURES, features_of

SPACING = (2.5, 1.0, 1.0)
SIZE = (30, 90, 90)
Z, Y, X = np.meshgrid(*[np.arange(n) * mm for n, mm in zip(SIZE, SPACING, strict=True)], indexing="ij")


def ball(centre, radius):
    """1 inside, falling over 2 mm."""
    distance = np.sqrt((Z - centre[0]) ** 2 + (Y - centre[1]) ** 2 + (X - centre[2]) ** 2)
    return np.clip((radius - distance) / 2 + 0.5, 0, 1)


def tube(start, end, radius):
    """A straight vessel between two points, mm."""
    a, b = np.asarray(start, float), np.asarray(end, float)
    axis = (b - a) / np.linalg.norm(b - a)
    offset = [Z - a[0], Y - a[1], X - a[2]]
    along = sum(part * d for part, d in zip(offset, axis, strict=True))
    along = np.clip(along, 0, np.linalg.norm(b - a))
    distance = np.sqrt(sum((part - along * d) ** 2 for part, d in zip(offset, axis, strict=True)))
    return np.clip((radius - distance) / 2 + 0.5, 0, 1)


def described(shape, seen=None):
    """Features of the only region of a shape, by name."""
    image = shape.astype(np.float32)
    probability = (0.95 * (shape if seen is None else seen)).astype(np.float32)
    zone = np.ones(SIZE, bool)
    regions = regions_of(probability, SPACING)
    region = max(regions, key=lambda one: one.mask_ZYX.sum())
    (values,) = features_of(region, [probability], image, zone, SPACING, int(region.mask_ZYX.sum()))
    return dict(zip(FEATURES, values, strict=True))


def test_a_ball_is_round_ends_in_air_and_has_no_exits():
    found = described(ball((36, 45, 45), 6))
    assert found["elongation_3d"] < 0.25
    assert found["elongation_best_slice"] < 0.1
    assert found["drift"] < 0.1
    assert found["cap_tissue_max"] < 0.35
    assert found["exits"] == 0
    assert found["log_volume"] == pytest.approx(np.log(4 / 3 * np.pi * 6.4**3), abs=0.25)


def test_a_vessel_is_long_drifts_and_goes_on_beyond_its_caps():
    vessel = tube((5, 20, 20), (65, 60, 50), 3)
    part = vessel * ((Z > 25) & (Z < 45))
    found = described(vessel, part)
    of_ball = described(ball((36, 45, 45), 6))
    assert found["drift"] > 0.5
    assert found["elongation_3d"] > of_ball["elongation_3d"] + 0.4
    assert found["cap_tissue_max"] > 0.8
    assert found["cap_tissue_min"] > of_ball["cap_tissue_min"] + 0.2
    assert found["exits"] >= 2


def test_two_neighbours_that_touch_at_a_low_level_are_two_regions():
    pair = np.maximum(ball((36, 45, 30), 6), ball((36, 45, 44), 6))
    bridge = 0.4 * (tube((36, 45, 30), (36, 45, 44), 4) > 0)
    regions = regions_of(np.maximum(pair, bridge).astype(np.float32) * 0.95, SPACING)
    centres = [centre_of(region) * SPACING for region in regions]
    for truth in ((36, 45, 30), (36, 45, 44)):
        assert min(np.linalg.norm(centre - truth) for centre in centres) < 1.5
    # When the parts score better than the whole, both are chosen and the whole is not.
    score = np.array([-float(region.mask_ZYX.sum()) for region in regions])
    chosen = choose(regions, score, SPACING)
    assert len(chosen) == 2


def test_of_overlapping_levels_only_the_best_is_chosen():
    regions = regions_of((ball((36, 45, 45), 3.5) * 0.95).astype(np.float32), SPACING)
    assert len(regions) >= 2
    best = len(regions) - 1
    assert choose(regions, np.arange(len(regions), dtype=float), SPACING) == [best]


def test_a_shift_by_one_slice_shifts_the_centre_by_one_slice_and_no_feature():
    shape = ball((36, 45, 45), 5)
    moved = np.roll(shape, 1, axis=0)
    a, b = regions_of(shape.astype(np.float32), SPACING), regions_of(moved.astype(np.float32), SPACING)
    assert centre_of(b[0]) - centre_of(a[0]) == pytest.approx([1, 0, 0], abs=1e-9)
    assert list(described(shape).values()) == pytest.approx(list(described(moved).values()), abs=1e-9)


def test_what_is_longer_than_60_mm_is_no_nodule():
    long = regions_of((tube((36, 5, 45), (36, 84, 45), 4) * 0.95).astype(np.float32), SPACING)
    assert not allowed(max(long, key=lambda one: one.mask_ZYX.sum()), SPACING)
    assert allowed(regions_of((ball((36, 45, 45), 17) * 0.95).astype(np.float32), SPACING)[0], SPACING)


def test_a_piece_of_a_vessel_too_long_to_be_a_nodule_still_knows_how_large_its_root_is():
    seen = tube((36, 5, 45), (36, 84, 45), 4) * 0.9 + 0.09 * ball((36, 45, 45), 4)
    parts = regions_of(seen.astype(np.float32), SPACING)
    kept = [part for part in parts if allowed(part, SPACING)]
    assert kept
    whole = max(int(part.mask_ZYX.sum()) for part in parts)
    assert all(root_sizes(parts)[part.root] == whole for part in kept)
    assert max(int(part.mask_ZYX.sum()) for part in kept) < whole / 5


def test_a_quiet_map_has_no_regions():
    assert regions_of(np.full(SIZE, 0.12, np.float32), SPACING) == []


def test_each_map_gets_its_own_row_as_if_it_were_alone():
    shape = ball((36, 45, 45), 6).astype(np.float32)
    maps = [0.95 * shape, 0.4 * shape * (Z / Z.max()), 0.9 * shape * (Z < 36)]
    region = max(regions_of(maps[0], SPACING), key=lambda one: one.mask_ZYX.sum())
    rest = (shape, np.ones(SIZE, bool), SPACING, int(region.mask_ZYX.sum()))
    together = features_of(region, maps, *rest)
    np.testing.assert_array_equal(together, np.concatenate([features_of(region, [one], *rest) for one in maps]))
    varies = {name for name, column in zip(FEATURES, together.T, strict=True) if len(set(column)) > 1}
    assert varies >= {"peak_logit", "mean_logit", "best_slice_logit", "slices_above_half"}
    assert "shell_tissue" not in varies
    assert "log_volume" not in varies
