"""Slices as pictures: grey values, orientation, overlays."""

import io
from itertools import permutations, product

import numpy as np
import pytest
from PIL import Image

from apps.medical.ct.volume import Geometry, Volume
from apps.medical.ct.windows import WINDOWS, Heat, Outline, Ring, Window, letter, render_slice, view_along, view_of

PLAIN = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


def picture(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


def volume_of(hu: np.ndarray, direction=PLAIN, spacing=(2.0, 1.0, 1.0)) -> Volume:
    return Volume(hu.astype(np.int16), Geometry(hu.shape, spacing, (0, 0, 0), direction))


def test_a_window_maps_its_ends_to_black_and_white() -> None:
    window = Window(-600, 1500)
    assert window.grey(np.array([-2000, -1350, -600, 150, 900])).tolist() == [0, 0, 128, 255, 255]
    with pytest.raises(ValueError):
        Window(0, 0)


def test_presets_are_those_of_the_trade() -> None:
    assert set(WINDOWS) == {"lung", "mediastinum", "soft tissue", "bone"}
    assert WINDOWS["lung"] == Window(-600, 1500)


def test_letters_follow_the_patient() -> None:
    assert [letter(v) for v in ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1))] == list("LRPAHF")
    assert letter((0.1, -0.9, 0.3)) == "A"


@pytest.mark.parametrize(
    ("row_direction", "column_direction"),
    [(np.eye(3)[a] * s, np.eye(3)[b] * t) for (a, b), s, t in product(permutations(range(3), 2), (1, -1), (1, -1))],
)
def test_any_stored_orientation_is_shown_the_radiologists_way(row_direction, column_direction) -> None:
    view = view_along(row_direction, column_direction)
    plane = {int(np.argmax(np.abs(v))) for v in (row_direction, column_direction)}
    expected = {
        frozenset({0, 1}): ("R", "L", "A", "P"),
        frozenset({0, 2}): ("R", "L", "H", "F"),
        frozenset({1, 2}): ("A", "P", "H", "F"),
    }[frozenset(plane)]
    assert view.letters == expected
    # A mark far along both stored directions ends where those directions point on the picture.
    stored = np.zeros((5, 7), int)
    stored[4, 6] = 1
    shown = view.turn(stored)
    row, column = view.turn_point(4, 6, (5, 7))
    assert shown[int(row), int(column)] == 1


def test_a_flipped_series_looks_like_a_plain_one() -> None:
    random = np.random.default_rng(0)
    hu = random.integers(-1000, 400, (3, 20, 30))
    plain = picture(render_slice(volume_of(hu), 1, letters=False))
    flipped = volume_of(hu[:, ::-1, ::-1], ((0, 0, 1), (0, -1, 0), (-1, 0, 0)))
    turned = volume_of(hu.swapaxes(1, 2), ((0, 0, 1), (1, 0, 0), (0, 1, 0)))
    assert np.array_equal(picture(render_slice(flipped, 1, letters=False)), plain)
    assert np.array_equal(picture(render_slice(turned, 1, letters=False)), plain)
    assert plain.shape == (20, 30, 3)
    assert np.array_equal(plain[..., 0], WINDOWS["lung"].grey(hu[1]))


def test_unequal_spacing_keeps_the_shape_of_the_body() -> None:
    hu = np.zeros((1, 20, 20))
    assert picture(render_slice(volume_of(hu, spacing=(1, 2.0, 1.0)), 0)).shape[:2] == (40, 20)
    assert picture(render_slice(volume_of(hu, spacing=(1, 1.0, 1.0)), 0, height=100)).shape[:2] == (100, 100)


def test_overlays_and_rings_stand_where_they_belong() -> None:
    hu = np.full((1, 40, 40), -600)
    mask = np.zeros((40, 40), bool)
    mask[10:20, 5:15] = True
    heat = np.zeros((40, 40))
    heat[30, 30] = 1
    shown = picture(
        render_slice(
            volume_of(hu),
            0,
            overlays=[Outline(mask, (0, 255, 0)), Heat(heat, (255, 0, 0), opacity=1.0)],
            rings=[Ring(20, 32, 4, "", (0, 0, 255))],
            letters=False,
        )
    )
    assert shown[10, 5].tolist() == [0, 255, 0]
    assert shown[15, 10].tolist() == [128, 128, 128], "the inside stays as it was"
    assert shown[30, 30].tolist() == [255, 0, 0]
    assert shown[20, 36].tolist() == [0, 0, 255]


def test_letters_are_drawn_unless_not_wanted() -> None:
    hu = np.full((1, 80, 80), -1350)
    assert picture(render_slice(volume_of(hu), 0, letters=False)).max() == 0
    assert picture(render_slice(volume_of(hu), 0)).max() > 200


@pytest.mark.parametrize("k", [-1, 3])
def test_a_slice_that_is_not_there_is_an_error(k: int) -> None:
    with pytest.raises(IndexError, match="of 3"):
        render_slice(volume_of(np.zeros((3, 4, 4))), k)


def test_the_view_of_a_volume_follows_its_directions() -> None:
    assert view_of(volume_of(np.zeros((1, 2, 2))).geometry).letters == ("R", "L", "A", "P")
