"""Only what is wanted of a slice is computed, and it is what the whole slice's map says there."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.medical.nodules.dense import MARGIN, SMALL_PIXELS, look, planes_of, probability_map
from apps.medical.nodules.detect import TOKENS, _tokens_of, vectors_of
from apps.medical.nodules.regions import regions_of
from apps.medical.nodules.stem import FoldedStem, Stem, pooled
from tests.apps.medical.nodules.test_stem import trained


@pytest.fixture(scope="module")
def stem() -> Stem:
    return FoldedStem(trained(3, (4, 5, 6, 7)))


@pytest.mark.parametrize("shape", [(4, 60, 71), (4, 210, 203)])
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_a_map_is_what_whole_slices_say_inside_the_zone(
    stem: Stem, shape: tuple[int, int, int], data: st.DataObject
) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    image = rng.normal(0.3, 0.4, shape).astype(np.float32)
    zone = np.zeros(shape, bool)
    for z in range(1, shape[0]):  # the first slice has nothing to look for
        row, column = data.draw(st.integers(0, shape[1] - 1)), data.draw(st.integers(0, shape[2] - 1))
        zone[z, row : row + data.draw(st.integers(1, 90)), column : column + data.draw(st.integers(1, 90))] = True
    found = probability_map(stem, image, zone, 2.5)
    assert not found[0].any()
    for z in range(1, shape[0]):
        rows, columns = np.nonzero(zone[z].any(1))[0], np.nonzero(zone[z].any(0))[0]
        box = (
            slice(max(0, rows[0] - MARGIN), min(shape[1], rows[-1] + 1 + MARGIN)),
            slice(max(0, columns[0] - MARGIN), min(shape[2], columns[-1] + 1 + MARGIN)),
        )
        if shape[1] * shape[2] <= SMALL_PIXELS:
            box = (slice(0, shape[1]), slice(0, shape[2]))
        logit = look(stem, [planes_of(image, z, box, 2.5)]).logit_BYX[0]
        expected = np.zeros(shape[1:], np.float32)
        expected[box] = torch.sigmoid(logit)[: box[0].stop - box[0].start, : box[1].stop - box[1].start].numpy()
        np.testing.assert_allclose(found[z], expected * zone[z], rtol=0, atol=1e-5)


def test_vectors_are_pooled_over_whole_cut_outs(stem: Stem) -> None:
    rng = np.random.default_rng(5)
    shape = (9, 90, 101)
    image = rng.normal(0.3, 0.4, shape).astype(np.float32)
    probability = np.zeros(shape, np.float32)
    for z, row, column, half in ((2, 3, 4, 3), (5, 45, 50, 2), (7, 86, 97, 5), (0, 60, 30, 14), (4, 60, 75, 9)):
        probability[z : z + 2, max(0, row - half) : row + half, max(0, column - half) : column + half] = 0.9
    regions = regions_of(probability, (2.5, 1.0, 1.0))
    assert len(regions) >= 5
    found = vectors_of(stem, image, probability, regions, 2.5).reshape(len(regions), TOKENS, -1)
    expected = np.zeros_like(found)
    insets = set()
    for number, region in enumerate(regions):
        for token in _tokens_of(number, region, shape, probability, 2.5):
            insets.add(token.inset)
            output = look(stem, [planes_of(image, token.z, token.box, 2.5)])
            weight_YX = torch.from_numpy(token.weight_YX)
            expected[number, token.number] = pooled(output.fine_BCYX[0], output.coarse_BCYX[0], weight_YX).numpy()
    assert len(insets) >= 4
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
