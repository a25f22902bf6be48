"""Where in the lungs a voxel lies: from the ends, by the patient's directions, whatever the grid."""

import numpy as np
import pytest

from apps.medical.nodules.place import LEAST_MM, lung_box

SPACING = (2.0, 0.5, 1.0)


def zone(shape=(40, 60, 50)):
    made = np.zeros(shape, bool)
    made[5:35, 10:50, 8:44] = True
    return made


def test_distances_are_counted_from_the_ends_in_millimetres():
    place = lung_box(zone(), SPACING).place_of(np.array([[5.0, 10.0, 8.0], [25.0, 30.0, 18.0], [34.0, 49.0, 43.0]]))
    assert place[0] == pytest.approx([LEAST_MM] * 3)
    assert place[1] == pytest.approx([40, 10, 10])
    assert place[2] == pytest.approx([58, 19.5, 35])


def test_a_stray_voxel_moves_no_end_and_no_distance_is_below_the_least():
    strayed = zone()
    strayed[0, 0, 0] = strayed[39, 59, 49] = True
    box, same = lung_box(strayed, SPACING), lung_box(zone(), SPACING)
    assert box.middle_3 == pytest.approx(same.middle_3)
    assert box.half_mm_3 == pytest.approx(same.half_mm_3)
    assert box.place_of(np.array([[-3.0, -3.0, -3.0]])) == pytest.approx(LEAST_MM)


@pytest.mark.parametrize("seed", range(6))
def test_turned_and_mirrored_grids_give_the_same_place(seed):
    """The same lungs, stored with other axes and in another order, and the same point in them."""
    rng = np.random.default_rng(seed)
    order, flips = rng.permutation(3), rng.integers(0, 2, 3).astype(bool)
    point = rng.uniform((6, 11, 9), (33, 48, 42))
    plain = lung_box(zone(), SPACING).place_of(point[None])[0]
    other = np.transpose(zone(), order)
    spacing = tuple(float(SPACING[axis]) for axis in order)
    moved = point[order]
    lps = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]], float)  # z, y, x of the plain grid as LPS directions
    axes = []
    for number, axis in enumerate(order):
        sign = -1 if flips[number] else 1
        axes.append(sign * lps[axis] * SPACING[axis])
        if flips[number]:
            other = np.flip(other, number)
            moved[number] = other.shape[number] - 1 - moved[number]
    affine = np.eye(4)
    affine[:3, :3] = np.array(axes).T
    assert lung_box(other, spacing, affine).place_of(moved[None])[0] == pytest.approx(plain, abs=1e-9)


def test_a_small_step_is_a_small_step_everywhere():
    box = lung_box(zone(), SPACING)
    line = np.linspace((5.5, 11, 9), (33, 48, 42), 500)
    steps = np.abs(np.diff(box.place_of(line), axis=0))
    assert steps.max() < 0.2
    assert (box.place_of(line) >= LEAST_MM).all()
