"""Images with and without a nodule are cut alike, and background shows no nodule."""

from dataclasses import replace

import numpy as np
import pytest

from apps.medical.adapter.pictures import EDGE, RATINGS, Cutting, as_bytes, cut, spots, table
from tests.apps.medical.nodules.training.sources.test_plant import field

CUTTING = Cutting(seed=1)


def made(**changed):
    """A field of 150 pixels: lung with a round nodule in the middle, vessels around, a chest wall at the left."""
    one = field(size=150, radius=7.0, spacing=(2.0, 2 / 3, 2 / 3))
    image = one.image_ZYX.copy()
    image[:, :, :12] = 1.0
    y, x = np.mgrid[:150, :150]
    for row, column in ((25, 40), (30, 120), (115, 118), (120, 35)):
        image[:, (y - row) ** 2 + (x - column) ** 2 <= 9] = 0.9
    return replace(one, image_ZYX=image, ratings={"malignancy": 4.0, "texture": 5.0}, **changed)


def test_the_pixels_are_those_of_the_field_at_the_place_of_the_outline():
    one = made()
    pictures = [picture for picture in cut([one], CUTTING) if picture.what == "nodule"]
    assert len(pictures) == CUTTING.slices
    for picture in pictures:
        assert picture.pixels_YX.shape == (EDGE, EDGE)
        scaled = as_bytes(one.image_ZYX[picture.number])
        places = np.argwhere(
            np.all(np.lib.stride_tricks.sliding_window_view(scaled, (EDGE, EDGE)) == picture.pixels_YX, axis=(2, 3))
        )
        assert len(places) == 1
        row, column = places[0]
        assert np.abs(places[0] + EDGE / 2 - 75).max() <= CUTTING.shift + 1
        votes = one.votes_ZYX[picture.number, row : row + EDGE, column : column + EDGE]
        assert np.array_equal(picture.inside_YX == 1, votes >= 2)
        assert picture.counted_YX.all()
        assert picture.inside_YX.sum() == (one.votes_ZYX[picture.number] >= 2).sum()


def test_lung_and_tissue_stand_where_the_card_says():
    assert as_bytes(np.array([-0.3, 0.0, 1.0, 1.5, 9.0, -4.0])).tolist() == [0, 42, 184, 255, 255, 0]


def test_background_holds_no_outline_of_anybody_and_no_other_nodule():
    other = np.zeros((5, 150, 150), bool)
    other[:, 20:40, 110:130] = True
    one = made(other_ZYX=other)
    marked = (one.votes_ZYX > 0) | other
    lit = replace(one, image_ZYX=np.where(marked, 1.5, np.minimum(one.image_ZYX, 1.2)))
    found = list(cut([lit] * 8, CUTTING))
    assert {picture.what for picture in found} == {"nodule", "spot", "lung"}
    for picture in found:
        if picture.what == "nodule":
            assert picture.pixels_YX[picture.inside_YX == 1].min() == 255
        else:
            assert picture.pixels_YX.max() < 255
            assert picture.inside_YX.sum() == 0
            assert picture.counted_YX.all()


def test_every_image_lies_whole_inside_its_field_so_that_none_has_a_frame():
    one = made()
    level = np.linspace(0, 1, 150, dtype=np.float32)
    ramp = replace(one, image_ZYX=one.image_ZYX * 0.2 + (level[:, None] + level)[None] * 0.2)
    for picture in cut([ramp] * 4, replace(CUTTING, backgrounds=3)):
        scaled = as_bytes(ramp.image_ZYX[picture.number])
        views = np.lib.stride_tricks.sliding_window_view(scaled, (EDGE, EDGE))
        assert np.all(views == picture.pixels_YX, axis=(2, 3)).any()


def test_a_single_readers_nodule_gives_background_and_is_none():
    one = made(readers=1, votes_ZYX=np.minimum(made().votes_ZYX, 1))
    found = list(cut([one] * 4, CUTTING))
    assert found
    assert {picture.what for picture in found} <= {"spot", "lung"}
    assert not list(cut([replace(one, reliable_scale=False)], CUTTING))


def test_spots_are_found_where_they_are_and_not_in_the_wall():
    image = made().image_ZYX[2]
    found = {tuple(place) for place in spots(image).tolist()}
    for wanted in ((25, 40), (30, 120), (115, 118), (120, 35), (75, 75)):
        assert min(np.hypot(row - wanted[0], column - wanted[1]) for row, column in found) <= 2
    assert min(column for _, column in found) > 12


def test_the_same_seed_cuts_the_same_and_the_table_has_a_row_for_each():
    arrays, columns = table(cut([made(), made(patient="Q")], CUTTING))
    again, _ = table(cut([made(), made(patient="Q")], CUTTING))
    assert np.array_equal(arrays["fields"], again["fields"])
    rows = len(columns["identity"])
    assert {name: array.shape for name, array in arrays.items()} == dict.fromkeys(
        ("fields", "masks", "counted"), (rows, EDGE, EDGE)
    )
    assert set(columns["identity"]) == {"P", "Q"}
    for number in range(rows):
        nodule = columns["what"][number] == "nodule"
        assert columns["label"][number] == int(nodule) == int(arrays["masks"][number].any())
        assert columns["malignancy"][number] == (4.0 if nodule else None)
        assert columns["spiculation"][number] is None
    assert set(RATINGS) <= set(columns)
    assert columns["slice_mm"][0] == pytest.approx(2.0)
