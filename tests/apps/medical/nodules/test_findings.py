"""From a made-up CT to findings: place, order, determinism, cancelling, and the card on disk."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from apps.medical.nodules import detect
from apps.medical.nodules.detect import TOKENS, Fold, Window, find_candidates, token_slices, vectors_of
from apps.medical.nodules.findings import NoduleResult, find_nodules
from apps.medical.nodules.linking import LinkWeights, sigmoid
from apps.medical.nodules.place import lung_box
from apps.medical.nodules.regions import Region
from apps.medical.nodules.shape import FEATURES
from apps.medical.nodules.stem import Stem, StemConfig, StemOutput
from apps.messages import cautioned

SPACING = (2.5, 0.7, 0.8)


class BrightIsNodule(Stem):
    """A stem that takes tissue for nodule: what follows it can then be checked exactly."""

    def forward(self, slices_BCYX, part=None):
        if part is not None:
            slices_BCYX = slices_BCYX[..., part[0], part[1]]
        logit = 8 * (slices_BCYX[:, 1] - 0.5)
        features = slices_BCYX[:, :1].expand(-1, self.config.channels[0], -1, -1)
        coarse = torch.nn.functional.avg_pool2d(slices_BCYX[:, 1:2], 4).expand(-1, self.config.channels[2], -1, -1)
        return StemOutput(logit, features, coarse)


def fold(name="A", bright_first=True):
    weight = np.zeros(len(FEATURES))
    weight[FEATURES.index("log_volume")] = 1.0
    link = LinkWeights(np.full(len(FEATURES), 5.0), np.ones(len(FEATURES)), weight, 0.0)
    return Fold(name, BrightIsNodule().eval() if bright_first else Stem().eval(), link)


def chest(shift=0):
    """Lungs at -870 HU with a ball of 7 mm radius and one of 4 mm, and the search zone."""
    shape = (24, 110, 100)
    z, y, x = np.meshgrid(*[np.arange(n) * mm for n, mm in zip(shape, SPACING, strict=True)], indexing="ij")
    hu = np.full(shape, -870.0) + np.random.default_rng(0).normal(0, 10, shape)
    for centre, radius in (((30, 40, 40), 7), ((25, 25, 20), 4)):
        gap = np.sqrt((z - centre[0] - shift * SPACING[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2)
        hu += 900 * np.clip((radius - gap) / 1.5 + 0.5, 0, 1)
    zone = np.zeros(shape, bool)
    zone[1:-1, 5:-5, 5:-5] = True
    return hu.astype(np.int16), zone


def test_both_balls_are_found_where_they_are_with_their_size():
    hu, zone = chest()
    affine = np.array([[0, 0, 0.8, -10], [0, 0.7, 0, -20], [2.5, 0, 0, 5], [0, 0, 0, 1]], float)
    first, second = find_nodules(hu, SPACING, zone, [fold()], 0.5, affine=affine).findings[:2]
    assert (first.rank, second.rank) == (1, 2)
    assert first.measurement.centre_voxel == pytest.approx((12, 40 / 0.7, 50), abs=0.25)
    assert first.measurement.centre_mm == pytest.approx((30, 20, 35), abs=0.5)
    assert first.measurement.volume_mm3 == pytest.approx(4 / 3 * np.pi * 7**3, rel=0.1)
    assert first.measurement.long_axis_mm == pytest.approx(14, abs=1)
    assert second.measurement.centre_voxel == pytest.approx((10, 25 / 0.7, 25), abs=0.3)
    assert second.measurement.volume_mm3 == pytest.approx(4 / 3 * np.pi * 4**3, rel=0.15)
    assert first.probability > second.probability


def test_one_threshold_decides_what_is_shown_and_the_rest_is_kept():
    hu, zone = chest()
    every = find_nodules(hu, SPACING, zone, [fold()], 0.0).findings
    between = (every[0].probability + every[1].probability) / 2
    found = find_nodules(hu, SPACING, zone, [fold()], between).findings
    assert [finding.shown for finding in found] == [True] + [False] * (len(every) - 1)
    assert found[0].heat_ZYX is not None
    assert found[1].heat_ZYX is None
    k, row, column = (round(v) for v in found[0].measurement.centre_voxel)
    start = found[0].heat_start
    assert found[0].heat_ZYX[k - start[0], row - start[1], column - start[2]] > 0.9
    assert 0 <= found[0].heat_ZYX.min() <= found[0].heat_ZYX.max() <= 1


def test_the_same_input_gives_the_same_findings_and_a_shift_by_a_slice_shifts_them():
    hu, zone = chest()
    once, again = (find_nodules(hu, SPACING, zone, [fold()], 0.5).findings for _ in range(2))
    assert [f.measurement for f in once] == [f.measurement for f in again]
    assert [f.probability for f in once] == [f.probability for f in again]
    moved, _ = chest(shift=1)
    shifted = find_nodules(moved, SPACING, zone, [fold()], 0.5).findings
    step = np.subtract(shifted[0].measurement.centre_voxel, once[0].measurement.centre_voxel)
    assert step == pytest.approx([1, 0, 0], abs=0.05)


def test_an_empty_zone_and_a_quiet_lung_give_no_findings():
    hu, zone = chest()
    assert find_nodules(hu, SPACING, np.zeros_like(zone), [fold()], 0.5) == NoduleResult([], [])
    assert find_nodules(np.full_like(hu, -870), SPACING, zone, [fold()], 0.5) == NoduleResult([], [])


@pytest.mark.parametrize(
    ("lung_hu", "said"),
    [
        (-870, None),
        (-700, None),
        (-610, "unusually high attenuation (most frequent value above -650 HU). -652 HU was assumed for lung"),
        (-995, "unusually low attenuation (most frequent value below -980 HU). -978 HU was assumed for lung"),
        (-200, "hardly any lung lies between -980 and -650 HU. -860 HU was assumed for lung"),
    ],
)
def test_lungs_of_an_unusual_density_leave_a_caution_on_the_result(lung_hu, said):
    hu, zone = chest()
    spread = np.random.default_rng(1).normal(0, 30, hu.shape)
    hu = np.where(hu < -600, lung_hu + spread, hu).astype(np.int16)
    found = find_nodules(hu, SPACING, zone, [fold()], 0.5)
    if said is None:
        assert found.cautions == []
    else:
        (caution,) = found.cautions
        assert caution.code == "lung_scale_uncertain"
        assert said in cautioned(caution)


def test_progress_rises_to_one_and_cancelling_stops_inside():
    hu, zone = chest()
    seen = []
    find_nodules(hu, SPACING, zone, [fold(), fold("B")], 0.5, tick=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)

    def cancel(done):
        if done > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_nodules(hu, SPACING, zone, [fold()], 0.5, tick=cancel)


def test_the_cores_second_look_gets_tokens_spacing_and_scores_and_decides():
    hu, zone = chest()
    asked = []

    def rescorer(description):
        asked.append(description)
        return np.linspace(0.2, 0.9, len(description.score_N))

    found = find_nodules(hu, SPACING, zone, [fold()], 0.5, rescorers=[rescorer]).findings
    assert found[0].probability == pytest.approx(0.9)
    channels = StemConfig().channels
    given = asked[0]
    assert given.features_ND.shape == (len(found), TOKENS * (channels[0] + channels[2]))
    assert given.spacing_mm[0] == 2.5
    assert given.spacing_mm[1:] == pytest.approx((1.0, 1.0), abs=0.02)
    assert given.score_N.tolist() == sorted(given.score_N, reverse=True)


AXES = {
    "on the back, slices upwards": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "slices downwards": ((1, 0, 0), (0, 1, 0), (0, 0, -1)),
    "on the belly": ((-1, 0, 0), (0, -1, 0), (0, 0, 1)),
}


@pytest.mark.parametrize("columns_rows_slices", AXES.values(), ids=AXES)
def test_the_core_is_told_the_place_by_the_patients_directions(columns_rows_slices):
    hu, zone = chest()
    asked = []

    def rescorer(description):
        asked.append(description)
        return sigmoid(description.score_N)

    left, back, up = columns_rows_slices
    affine = np.eye(4)
    affine[:3, :3] = np.array([up, back, left], float).T * np.array(SPACING)
    affine[:3, 3] = (-100, -80, 30)
    findings = find_nodules(hu, SPACING, zone, [fold()], 0.5, affine=affine, rescorers=[rescorer]).findings
    corners = np.argwhere(zone)[[0, -1]]
    ends = np.array([affine[:3] @ [*corner, 1] for corner in corners])
    for number in (0, 1):
        from_right, from_front, from_below = np.array(findings[number].measurement.centre_mm) - ends.min(0)
        place = asked[0].place_mm_N3[number]
        assert place == pytest.approx((from_below, from_front, from_right), abs=2)
        assert place.min() > 5


def test_a_window_says_where_its_candidates_lie_in_the_lungs_only_if_told_their_box():
    hu, zone = chest()
    image = np.clip((hu + 870) / 910, -0.3, 1.5).astype(np.float32)
    spacing = (2.5, 1.0, 1.0)
    lungs = lung_box(zone, spacing)
    whole = find_candidates([fold()], Window(image, zone, spacing, lungs=lungs))
    start = (0, 14, 10)
    box = tuple(slice(first, None) for first in start)
    part = find_candidates([fold()], Window(image[box], zone[box], spacing, lungs=lungs.seen_from(start)))
    assert part.place_mm_N3[0] == pytest.approx(whole.place_mm_N3[0], abs=1e-6)
    assert np.isnan(find_candidates([fold()], Window(image, zone, spacing)).place_mm_N3).all()


def test_a_vectors_first_token_is_the_mean_over_the_region():
    hu, zone = chest()
    image = np.clip((hu + 870) / 910, -0.3, 1.5).astype(np.float32)
    found = find_candidates([fold()], Window(image, zone, (2.5, 1.0, 1.0)))
    tokens = found.vector_KND[0, 0].reshape(TOKENS, -1)
    region = found.regions[0]
    best = max(range(len(region.mask_ZYX)), key=lambda k: region.mask_ZYX[k].sum())
    box = (region.box[0].start + best - 1, *region.box[1:])
    assert tokens[0, 0] == pytest.approx(image[box][region.mask_ZYX[best]].mean(), abs=0.05)
    assert abs(tokens[1, -1]) < 0.2


def test_context_is_taken_from_the_ends_of_the_candidate_in_whole_slices():
    # best, then 7.5, 5 and 2.5 mm below slice 10, then 2.5, 5 and 7.5 mm above slice 13
    assert token_slices(10, 13, 12, 2.5) == [12, 7, 8, 9, 14, 15, 16]
    assert token_slices(10, 13, 12, 1.25) == [12, 4, 6, 8, 15, 17, 19]
    # At 3 mm the tokens of 7.5 and of 5 mm are one slice; at 8 mm no slice is nearer than the next.
    assert token_slices(10, 13, 12, 3.0) == [12, 8, 8, 9, 14, 15, 15]
    assert token_slices(10, 13, 12, 8.0) == [12, 9, 9, 9, 14, 14, 14]


@pytest.mark.parametrize(("slice_mm", "same"), [(2.5, False), (3.0, True)])
def test_two_tokens_of_one_slice_are_the_same_vector(slice_mm, same):
    hu, zone = chest()
    image = np.clip((hu + 870) / 910, -0.3, 1.5).astype(np.float32)
    found = find_candidates([fold()], Window(image, zone, (slice_mm, 1.0, 1.0)))
    tokens = found.vector_KND[0, 0].reshape(TOKENS, -1)
    assert np.array_equal(tokens[1], tokens[2]) == same
    assert np.array_equal(tokens[5], tokens[6]) == same
    assert not np.array_equal(tokens[2], tokens[3])


def test_candidates_were_left_out_only_where_there_were_more(monkeypatch):
    hu, zone = chest()
    image = np.clip((hu + 870) / 910, -0.3, 1.5).astype(np.float32)
    window = Window(image, zone, (2.5, 1.0, 1.0))
    every = find_candidates([fold()], window, vectors=False)
    found = {}
    for most in (len(every), len(every) - 1):
        monkeypatch.setattr(detect, "MOST_CANDIDATES", most)
        some = find_candidates([fold()], window, vectors=False)
        found[len(some)] = some.at_most
        assert np.array_equal(some.centre_N3, every.centre_N3[:most])
    assert found == {len(every): None, len(every) - 1: len(every) - 1}


def test_no_candidates_have_no_probabilities():
    image, zone = np.zeros((4, 32, 32), np.float32), np.ones((4, 32, 32), bool)
    found = find_candidates([fold()], Window(image, zone, (2.5, 1.0, 1.0)))
    assert len(found) == 0
    assert found.probability().shape == (0,)


def test_vectors_of_many_candidates_are_those_of_each_alone(monkeypatch):
    rng = np.random.default_rng(3)
    image = ndimage.gaussian_filter(rng.normal(0.5, 1, (9, 70, 120)), 1).astype(np.float32)
    probability = rng.random(image.shape).astype(np.float32)
    torch.manual_seed(0)
    stem = Stem().eval()
    regions = []
    for box in [(0, 2, 0, 3, 0, 4), (8, 9, 60, 70, 100, 120), (3, 6, 20, 25, 40, 48), (2, 7, 5, 65, 10, 12)]:
        parts = tuple(slice(low, high) for low, high in zip(box[::2], box[1::2], strict=True))
        mask = rng.random(tuple(part.stop - part.start for part in parts)) < 0.7
        mask[:, 0, 0] = True
        regions.append(Region(box=parts, mask_ZYX=mask, level=0.5, peak=1.0, root=0))
    monkeypatch.setattr(detect, "BATCH_PIXELS", 3 * 48 * 48)  # three slices of the usual size at a time, then the rest
    together = vectors_of(stem, image, probability, regions, 2.5)
    alone = np.concatenate([vectors_of(stem, image, probability, [region], 2.5) for region in regions])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    tokens = together.reshape(len(regions), TOKENS, -1)
    assert [int(token.any()) for token in tokens[0]] == [1, 0, 0, 0, 1, 1, 1]
    assert [int(token.any()) for token in tokens[1]] == [1, 1, 1, 1, 0, 0, 0]

    # The first token of the third by hand: the best slice, cut to 48 pixels, averaged over the region.
    region = regions[2]
    best = 3 + int(np.argmax([probability[3 + k, 20:25, 40:48][mask].sum() for k, mask in enumerate(region.mask_ZYX)]))
    planes = np.stack([image[z, 0:46, 20:68] for z in (best - 1, best, best + 1)])
    with torch.no_grad():
        output = stem(torch.from_numpy(np.pad(planes, ((0, 0), (0, 2), (0, 0))))[None])
    mask = region.mask_ZYX[best - 3]
    fine = output.fine_BCYX[0, :, 20:25, 20:28][:, torch.from_numpy(mask)].mean(1)
    np.testing.assert_allclose(tokens[2, 0, : len(fine)], fine.numpy(), atol=1e-5)
