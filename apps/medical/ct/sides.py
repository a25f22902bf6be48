"""The right and the left lung told apart, also where they touch."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from apps.medical.ct.grid import box_of, distance_mm

RIGHT, LEFT = 1, 2
SMALLEST_SHARE = 0.12
SEPARATING_MM = (2.5, 4.0, 6.0, 8.0, 11.0, 14.0)

Result = TypeVar("Result")


def of_both(work: Callable[[int], Result]) -> dict[int, Result]:
    """What a function gives for each side, the right one first; both are worked on at the same time."""
    with ThreadPoolExecutor(2) as threads:
        return dict(zip((RIGHT, LEFT), threads.map(work, (RIGHT, LEFT)), strict=True))


def split_sides(
    air: NDArray[np.bool_], spacing_mm: tuple[float, float, float], towards_left: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Labels lung air as the patient's right (1) or left (2).

    The lungs are shrunk until they fall into two large parts on either side; each voxel then goes to the nearer part.
    Where they never do (one lung alone), everything goes to the side of the body's middle on which it lies.

    Args:
        air: Lung air without the trachea, (Z, Y, X).
        spacing_mm: z, y, x.
        towards_left: For each array axis, how far LPS x moves along it (the x of the axis direction).
    """
    result = np.zeros(air.shape, np.uint8)
    if not air.any():
        return result
    box = box_of(air, (1, 1, 1))
    inside = air[box]
    depth = distance_mm(np.pad(inside, 1), spacing_mm)[1:-1, 1:-1, 1:-1]
    total = np.count_nonzero(inside)
    for radius in (0.0, *SEPARATING_MM):
        labels, count = ndimage.label(depth > radius)
        if count < 2:
            continue
        sizes = np.bincount(labels.ravel())
        sizes[0] = 0
        first, second = (int(label) for label in np.argsort(sizes)[::-1][:2])
        if sizes[second] < SMALLEST_SHARE * total:
            continue
        places = {label: _leftness(labels == label, spacing_mm, towards_left) for label in (first, second)}
        if abs(places[first] - places[second]) < 40:
            continue
        left = max(places, key=places.__getitem__)
        right = second if left == first else first
        seeds = np.zeros(inside.shape, np.uint8)
        seeds[labels == right] = RIGHT
        seeds[labels == left] = LEFT
        result[box] = np.where(inside, _spread(seeds, inside, spacing_mm), 0)
        return result
    return _by_middle(air, spacing_mm, towards_left)


def _spread(
    seeds: NDArray[np.uint8], inside: NDArray[np.bool_], spacing_mm: tuple[float, float, float]
) -> NDArray[np.uint8]:
    """Grows both sides step by step through the air; what neither reaches goes to the nearer one."""
    labels = seeds.copy()
    ball = ndimage.generate_binary_structure(3, 1)
    for _ in range(12):
        open_ = inside & (labels == 0)
        if not open_.any():
            return labels
        right = ndimage.binary_dilation(labels == RIGHT, ball) & open_
        left = ndimage.binary_dilation(labels == LEFT, ball) & open_
        labels[right & ~left] = RIGHT
        labels[left & ~right] = LEFT
        both = right & left
        labels[both] = RIGHT
        if not (right.any() or left.any()):
            break
    rest = inside & (labels == 0)
    if rest.any():
        nearest = ndimage.distance_transform_edt(
            labels == 0, sampling=spacing_mm, return_distances=False, return_indices=True
        )
        labels[rest] = labels[tuple(axis[rest] for axis in nearest)]
    return labels


def _leftness(part: NDArray[np.bool_], spacing_mm: tuple[float, ...], towards_left: NDArray[np.float64]) -> float:
    """Mean LPS x of a part in mm, up to a constant."""
    centre = np.array(ndimage.center_of_mass(part))
    return float((centre * spacing_mm) @ towards_left)


def _by_middle(
    air: NDArray[np.bool_], spacing_mm: tuple[float, float, float], towards_left: NDArray[np.float64]
) -> NDArray[np.uint8]:
    index: tuple[NDArray[np.int_], ...] = np.indices(air.shape, sparse=True)
    x = sum(axis * step * left for axis, step, left in zip(index, spacing_mm, towards_left, strict=True))
    low, high = (float(np.percentile(np.broadcast_to(x, air.shape)[air], q)) for q in (1, 99))
    middle = (low + high) / 2 if high - low > 180 else _array_middle(air.shape, spacing_mm, towards_left)
    return np.where(air, np.where(x < middle, RIGHT, LEFT), 0).astype(np.uint8)


def _array_middle(shape: tuple, spacing_mm: tuple, towards_left: NDArray[np.float64]) -> float:
    return float(sum((n - 1) / 2 * s * left for n, s, left in zip(shape, spacing_mm, towards_left, strict=True)))


def side_at(sides: NDArray[np.uint8], voxel: tuple[float, float, float], spacing_mm: tuple[float, float, float]) -> str:
    """``"right"`` or ``"left"`` (the patient's) of a place: the lung there or the nearest one.

    Args:
        sides: 0 outside, 1 the right lung, 2 the left one, (Z, Y, X).
        voxel: k, row, column; fractions are allowed.
        spacing_mm: z, y, x.

    Raises:
        ValueError: There are no lungs.
    """
    centre = tuple(int(np.clip(round(value), 0, size - 1)) for value, size in zip(voxel, sides.shape, strict=True))
    for reach_mm in (0.0, 6.0, 15.0, 40.0, 1e6):
        reach = [int(reach_mm / step) for step in spacing_mm]
        box = tuple(slice(max(0, c - r), min(n, c + r + 1)) for c, r, n in zip(centre, reach, sides.shape, strict=True))
        near = sides[box]
        right, left = np.count_nonzero(near == RIGHT), np.count_nonzero(near == LEFT)
        if right or left:
            return "right" if right >= left else "left"
    raise ValueError("there are no lungs")
