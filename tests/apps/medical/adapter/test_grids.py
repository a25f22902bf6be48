"""Grids stand where they say, have the detector's features, and do not tell a field by its depth."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from apps.medical.adapter.grids import CELLS, GRID, PLANES, Rows, add_backgrounds, add_fields, add_plantings, grids_of
from apps.medical.nodules.detect import Window, find_candidates
from apps.medical.nodules.stem import FoldedStem, Stem
from apps.medical.nodules.training.heads.candidate_cache import mirrored
from tests.apps.medical.nodules.test_findings import fold
from tests.apps.medical.nodules.training.sources.test_plant import field
from tests.apps.medical.nodules.training.test_places_told import lungs_with_a_spot


class Bright(Stem):
    """Fine feature 0 is the picture; the map is its brightness."""

    def forward(self, slices_BCYX, part=None):
        output = super().forward(slices_BCYX, part)
        middle = slices_BCYX[:, 1]
        if part is not None:
            middle = middle[:, part[0], part[1]]
        fine = torch.cat([middle[:, None], output.fine_BCYX[:, 1:]], dim=1)
        return type(output)((middle - 0.5) * 20, fine, output.coarse_BCYX)


def bright_fold(name="A"):
    torch.manual_seed(0)
    return replace(fold(name), stem=Bright().eval())


def ball_window():
    """A ball of 5 mm radius in slices of 2.5 mm."""
    image = np.zeros((13, 80, 80), np.float32)
    z, y, x = np.mgrid[:13, :80, :80]
    image[((z - 6) * 2.5) ** 2 + (y - 38) ** 2 + (x - 41) ** 2 <= 25] = 1.0
    return Window(image, np.ones(image.shape, bool), (2.5, 1.0, 1.0))


def test_cells_say_what_lies_at_their_place_in_millimetres():
    window, one = ball_window(), bright_fold()
    found = find_candidates([one], window, vectors=False)
    assert found.centre_N3[0] == pytest.approx((6, 38, 41), abs=0.5)
    grid = grids_of(one.stem, window, found, single=False)
    assert grid.features_NGC.shape == (len(found), GRID, 80)
    assert grid.present_NG[0].all()
    offset = grid.offset_mm_NG3[0]
    assert sorted(set(offset[:, 0].tolist())) == [-5.0, 0.0, 5.0]
    assert sorted(set(offset[:, 1].tolist())) == [-10.0, -6.0, -2.0, 2.0, 6.0, 10.0]
    assert (offset[: CELLS * CELLS, 0] == 0).all(), "the best slice comes first"
    for cell in range(GRID):
        z = 6 + round(float(offset[cell, 0]) / 2.5)
        row, column = (38 + int(offset[cell, 1]), 41 + int(offset[cell, 2]))
        wanted = window.image_ZYX[z, row - 2 : row + 2, column - 2 : column + 2].mean()
        assert float(grid.features_NGC[0, cell, 0]) == pytest.approx(wanted, abs=2e-3)


def test_past_the_ends_there_are_no_cells_and_beyond_the_edge_lies_the_mirror_image():
    window = ball_window()
    image = np.roll(window.image_ZYX, (-6, -34), axis=(0, 1))
    image[7:] = 0
    one = bright_fold()
    edge = replace(window, image_ZYX=image)
    found = find_candidates([one], edge, vectors=False)
    grid = grids_of(one.stem, edge, found, single=False)
    present = grid.present_NG[0].reshape(PLANES, -1)
    assert present.all(axis=1).tolist() == present.any(axis=1).tolist() == [True, False, True]
    assert not grid.features_NGC[0, CELLS * CELLS : 2 * CELLS * CELLS].any()
    top = grid.features_NGC[0, : CELLS * CELLS, 0].reshape(CELLS, CELLS)
    assert found.centre_N3[0][1] == pytest.approx(4, abs=1)
    assert top.max() > 0.5


def test_a_field_has_one_plane_that_does_not_depend_on_its_neighbours():
    one, held = fold(), field(slices=5, radius=6.0)
    one = replace(one, stem=FoldedStem(Stem().eval()))
    window = mirrored(held)
    bright = bright_fold()
    found = find_candidates([bright], window, vectors=False)
    other = replace(window, image_ZYX=window.image_ZYX.copy())
    best = grids_of(one.stem, window, found, single=True)
    middle = int(round(float(found.centre_N3[0][0])))
    other.image_ZYX[[z for z in range(5) if z != middle]] = 0.7
    changed = grids_of(one.stem, other, found, single=True)
    assert best.present_NG[0].reshape(PLANES, -1).all(axis=1).tolist() == [True, False, False]
    assert np.array_equal(best.features_NGC[0], changed.features_NGC[0])


def test_scans_follow_each_other_with_their_labels_and_sources():
    held, rows, one = lungs_with_a_spot(), Rows(), bright_fold()
    add_backgrounds(rows, {held.name: one}, [held], {held.name: "CT"})
    add_plantings(rows, {held.name: one}, [held], [field(radius=6.0)], 3, share_of_shams=0.0)
    add_fields(rows, [one], [field(radius=6.0), replace(field(), reliable_scale=False)])
    arrays, columns = rows.table()
    count = len(columns["scan"])
    assert {len(array) for array in arrays.values()} == {count}
    assert arrays["grids"].dtype == np.float16
    assert arrays["grids"].shape[1:] == (GRID, 80)
    assert columns["scan"] == sorted(columns["scan"])
    by_source: dict = {}
    for source, label, identity in zip(columns["source"], columns["label"], columns["identity"], strict=True):
        by_source.setdefault(source, set()).add((label, identity))
    assert by_source["background"] == {(0, "CT")}
    assert by_source["planting"] == {(1, "P")}
    assert (1, "P") in by_source["field"]
    known = arrays["placed"] == 1
    assert known.tolist() == [source != "field" for source in columns["source"]]
    assert arrays["places_mm"][known].min() >= 1
    assert not arrays["places_mm"][~known].any()
