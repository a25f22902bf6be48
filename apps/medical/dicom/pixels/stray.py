"""Values within a slice that nothing around them leads to: what damage leaves where no decoder sees it.

A scanner's image is blurred by its detectors and its kernel: no voxel stands far outside all of its neighbours, and no
value is repeated along a row between rows that have others. A bit that was turned over makes the first, bytes that were
zeroed, or moved up from the end of the pixels, the second.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from apps.medical.ct.volume import HIGHEST_HU

OUTSIDE_HU, OUTSIDE_TIMES = 400, 1.25
"""How far a voxel lies outside the range of the 26 around it, in HU and in widths of that range. Of real scans, one
with a sharp kernel and every third slice among them, no voxel that lay one width outside did so by 260 HU."""
END_OUTSIDE_HU, END_OUTSIDE_TIMES = 700, 2.0
"""The same for the first and the last slice, whose voxels have 17 around them."""
RANGE_HU = 20
"""Added to the range: where there is next to none, it says nothing."""
EVERY, SAMPLES = 8, 3
"""Of so many columns one is looked at first; so many of them in a row must agree, and then all in between."""
SPAN = EVERY * (SAMPLES - 1) + 1
AROUND_HU = 30
"""What lies around a repeated value differs by more; what lies around a repeated lower byte has others."""
MOST_OF = 0.8
NO_VALUE = 1 << 20
"""Stands beyond the first row and the last."""


def stray_slices(hu: NDArray[np.int16], swapped: bool = False) -> list[int]:
    """Slices that hold such values.

    Args:
        hu: (slices, rows, columns).
        swapped: Whether what was stored as a row is a column here.
    """
    stored = hu.transpose(0, 2, 1) if swapped else hu
    if min(stored.shape[1:]) < SPAN:
        return []
    scratch = np.empty((2, stored.shape[1] - 2, stored.shape[2]), np.int16)
    found = []
    for k, plane in enumerate(stored):
        beside = [stored[other] for other in (k - 1, k + 1) if 0 <= other < len(stored)]
        if beside and (_has_stray_voxel(plane, beside, scratch) or _has_stray_run(plane, beside)):
            found.append(k)
    return found


def _has_stray_voxel(plane: NDArray[np.int16], beside: Sequence[NDArray[np.int16]], scratch: NDArray[np.int16]) -> bool:
    """Whether a voxel lies far outside the range of those around it."""
    least_hu, times = (OUTSIDE_HU, OUTSIDE_TIMES) if len(beside) > 1 else (END_OUTSIDE_HU, END_OUTSIDE_TIMES)
    twice, around_it = scratch
    np.add(plane[1:-1], plane[1:-1], out=twice)
    np.add(plane[:-2], plane[2:], out=around_it)
    np.abs(np.subtract(twice, around_it, out=twice), out=twice)
    rows, columns = np.divmod(np.flatnonzero(twice > 2 * least_hu), plane.shape[1])
    inner = (columns > 0) & (columns < plane.shape[1] - 1)
    rows, columns = rows[inner] + 1, columns[inner]
    value = plane[rows, columns].astype(np.int32)
    low, high = (np.full(len(rows), sign * NO_VALUE, np.int32) for sign in (1, -1))
    for image in (plane, *beside):
        for down in (-1, 0, 1):
            for across in (-1, 0, 1):
                if image is not plane or down or across:
                    near = image[rows + down, columns + across]
                    low, high = np.minimum(low, near), np.maximum(high, near)
        off = np.maximum(value - high, low - value)
        left = off > np.maximum(least_hu, times * (high - low + RANGE_HU))
        rows, columns, value, low, high = (each[left] for each in (rows, columns, value, low, high))
    return len(rows) > 0


def _has_stray_run(plane: NDArray[np.int16], beside: Sequence[NDArray[np.int16]]) -> bool:
    """Whether a value, or its lower byte, is repeated along a row, and in no row or slice beside it."""
    thin = np.ascontiguousarray(plane[:, ::EVERY])
    low = thin & 0xFF
    same = low[:, 1:] == low[:, :-1]
    if _has_stray_row(plane, same, beside):
        return True
    steps = thin[1:, 1:-1] != thin[:-1, 1:-1]
    run = same[:, :-1] & same[:, 1:] & (thin[:, 1:-1] != HIGHEST_HU)  # metal is cut off there
    run[1:] &= steps
    run[:-1] &= steps
    rows, columns = np.divmod(np.flatnonzero(run), run.shape[1])
    if not len(rows):
        return False
    at = columns[:, None] * EVERY + np.arange(SPAN)
    values = plane[rows[:, None], at].astype(np.int32)
    repeated = ((values & 0xFF) == (values[:, :1] & 0xFF)).all(axis=1)
    rows, at, values = rows[repeated], at[repeated], values[repeated]
    framed = [plane[np.clip(rows + down, 0, len(plane) - 1)[:, None], at].astype(np.int32) for down in (-1, 1)]
    framed[0][rows == 0] = framed[1][rows == len(plane) - 1] = NO_VALUE
    around = [*framed, *(image[rows[:, None], at] for image in beside)]
    one = (values == values[:, :1]).all(axis=1)[:, None]
    unlike = [np.where(one, np.abs(values - near) > AROUND_HU, (values ^ near) & 0xFF != 0) for near in around]
    far = [each.mean(axis=1) >= MOST_OF for each in unlike]
    return bool(np.all(far, axis=0).any())


def _has_stray_row(plane: NDArray[np.int16], same: NDArray[np.bool_], beside: Sequence[NDArray[np.int16]]) -> bool:
    """Whether one value fills a row, or several, that the slices beside it fill with others."""
    for row in np.flatnonzero(same.all(axis=1)):
        values = plane[row].astype(np.int32)
        one = values[0] != HIGHEST_HU and bool((values == values[0]).all())
        if one and all((np.abs(values - image[row]) > AROUND_HU).mean() >= MOST_OF for image in beside):
            return True
    return False
