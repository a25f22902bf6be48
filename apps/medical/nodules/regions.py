"""Regions of a probability map that may be nodules: connected parts at several levels, as a tree.

One level cannot serve: at a low one a nodule runs together with its vessel or its neighbour, at a high one a faint
nodule falls apart. So the parts at every level are looked at, those are kept that begin a branch, split, or shrink
clearly, and the linking score chooses among those that overlap.

Shapes: Z slices, Y rows, X columns.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

LEVELS = (0.15, 0.3, 0.45, 0.6, 0.75, 0.88, 0.95, 0.985)
LEAST_PEAK = 0.2
LEAST_MM3 = 6.0
SHRINK = 0.6
"""A part is kept when its volume is below this share of the last kept part around it."""
CONNECTED = ndimage.generate_binary_structure(3, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A connected part of the map.

    Attributes:
        box: Slices of the volume that hold it.
        mask_ZYX: The part inside the box.
        level: Probability at which it was cut.
        peak: Highest probability inside.
        root: Number of the part at the lowest level that it belongs to.
    """

    box: tuple[slice, slice, slice]
    mask_ZYX: np.ndarray
    level: float
    peak: float
    root: int

    def start(self) -> np.ndarray:
        """The voxel at which the box begins, (z, y, x)."""
        return np.array([part.start for part in self.box])


def _parts(map_ZYX: np.ndarray, inside: np.ndarray, level: float) -> list[tuple[tuple[slice, ...], np.ndarray, float]]:
    labels, count = ndimage.label(inside & (map_ZYX > level), CONNECTED)
    found = []
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        mask = labels[box] == number
        found.append((box, mask, float(map_ZYX[box][mask].max())))
    assert len(found) == count
    return found


def regions_of(map_ZYX: np.ndarray, spacing_mm: tuple[float, float, float]) -> list[Region]:
    """All regions worth scoring.

    Args:
        map_ZYX: P(nodule), 0 outside the search zone.
        spacing_mm: (z, y, x).

    Returns:
        Regions in order of their roots, larger before smaller inside a root.
    """
    voxel = float(np.prod(spacing_mm))
    least = max(3, int(np.ceil(LEAST_MM3 / voxel)))
    kept: list[Region] = []

    def descend(
        box: tuple[slice, ...], mask: np.ndarray, peak: float, depth: int, root: int, last: int | None, split: bool
    ) -> None:
        volume = int(mask.sum())
        if peak < LEAST_PEAK or volume < least:
            return
        if last is None or split or volume < SHRINK * last:
            kept.append(Region((box[0], box[1], box[2]), mask, LEVELS[depth], peak, root))
            last = volume
        if depth + 1 == len(LEVELS):
            return
        children = [part for part in _parts(map_ZYX[box], mask, LEVELS[depth + 1]) if part[1].sum() >= least]
        for child_box, child_mask, child_peak in children:
            absolute = tuple(
                slice(outer.start + inner.start, outer.start + inner.stop)
                for outer, inner in zip(box, child_box, strict=True)
            )
            descend(absolute, child_mask, child_peak, depth + 1, root, last, len(children) > 1)

    for root, (box, mask, peak) in enumerate(_parts(map_ZYX, np.ones(map_ZYX.shape, bool), LEVELS[0])):
        descend(box, mask, peak, 0, root, None, False)
    return kept


def root_sizes(regions: list[Region]) -> dict[int, int]:
    """Voxels of the largest part of each root, those included that are too long to be a nodule."""
    sizes: dict[int, int] = {}
    for region in regions:
        sizes[region.root] = max(sizes.get(region.root, 0), int(region.mask_ZYX.sum()))
    return sizes
