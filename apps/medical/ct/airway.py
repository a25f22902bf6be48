"""The trachea: a round tube of air near the middle, followed from slice to slice down to where it divides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

AIR_TUBE_HU = -650.0
AREA_MM2 = (40.0, 800.0)
MAX_WIDTH_MM = 40.0
MIN_LENGTH_MM = 25.0
WALL_MM = 2.0


@dataclass
class _Tube:
    """Chain of round spots of air; ``spots`` are (slice, label)."""

    spots: list[tuple[int, int]]
    area: float
    off_centre_mm: float


def trachea(
    mean_hu: NDArray[np.float32], air: NDArray[np.bool_], spacing_mm: tuple[float, float, float]
) -> NDArray[np.bool_]:
    """Mask of the trachea with its wall on the coarse grid; empty where none is found.

    Args:
        mean_hu: Coarse HU, (Z, Y, X), slices from low to high.
        air: Air of lungs and airways.
        spacing_mm: z, y, x.
    """
    sz, sy, sx = spacing_mm
    mask = np.zeros_like(air)
    slices = np.flatnonzero(air.any(axis=(1, 2)))
    if not len(slices):
        return mask
    columns = np.flatnonzero(air.any(axis=(0, 1)))
    rows = np.flatnonzero(air.any(axis=(0, 2)))
    # The middle of the chest in both directions: slices may be rotated by 90 degrees.
    middle = np.array([(rows[0] + rows[-1]) / 2 * sy, (columns[0] + columns[-1]) / 2 * sx])
    inside_tubes = (mean_hu < AIR_TUBE_HU) & _reach(air)
    labels_of: dict[int, NDArray] = {}
    open_tubes: list[_Tube] = []
    done: list[_Tube] = []
    for k in range(mean_hu.shape[0] - 1, -1, -1):
        labels, count = ndimage.label(inside_tubes[k])
        labels_of[k] = labels
        spots = _round_spots(labels, count, sy, sx)
        follow: list[_Tube] = []
        for label, area, centre in spots:
            tube = next((t for t in open_tubes if _continues(t, labels_of[k + 1], labels == label, area)), None)
            if tube is None:
                tube = _Tube([], area, 0.0)
            else:
                open_tubes.remove(tube)
            tube.spots.append((k, label))
            tube.area = 0.7 * tube.area + 0.3 * area
            tube.off_centre_mm += float(np.abs(centre - middle).min())
            follow.append(tube)
        done += open_tubes
        open_tubes = follow
    done += open_tubes
    long_enough = [tube for tube in done if len(tube.spots) * sz >= MIN_LENGTH_MM]
    if not long_enough:
        return mask
    best = max(long_enough, key=lambda tube: len(tube.spots) * sz - 2 * tube.off_centre_mm / len(tube.spots))
    for k, label in best.spots:
        mask[k] = labels_of[k] == label
    distance = ndimage.distance_transform_edt(~mask, sampling=(1e6, sy, sx))
    return distance <= WALL_MM + max(sy, sx) / 2


def _reach(air: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Columns of air are followed in slices where the lungs have air, and above them."""
    reach = np.zeros_like(air)
    reach[int(np.flatnonzero(air.any(axis=(1, 2)))[0]) :] = True
    return reach & air


def _round_spots(labels: NDArray, count: int, sy: float, sx: float) -> list[tuple[int, float, NDArray]]:
    """Spots of air with the area and shape of a trachea: (label, mm2, centre in mm)."""
    if not count:
        return []
    areas = np.bincount(labels.ravel(), minlength=count + 1) * sy * sx
    found = []
    boxes = ndimage.find_objects(labels)
    for label in range(1, count + 1):
        box = boxes[label - 1]
        height, width = (box[0].stop - box[0].start) * sy, (box[1].stop - box[1].start) * sx
        fills = areas[label] / (height * width)
        if AREA_MM2[0] <= areas[label] <= AREA_MM2[1] and max(height, width) <= MAX_WIDTH_MM and fills > 0.5:
            centre = np.array([(box[0].start + box[0].stop) / 2 * sy, (box[1].start + box[1].stop) / 2 * sx])
            found.append((label, float(areas[label]), centre))
    return found


def _continues(tube: _Tube, labels_above: NDArray, here: NDArray[np.bool_], area: float) -> bool:
    _, label = tube.spots[-1]
    above = labels_above == label
    overlap = np.count_nonzero(above & here)
    smaller = min(np.count_nonzero(above), np.count_nonzero(here))
    return bool(overlap > 0.3 * smaller) and area < 2.0 * tube.area
