"""Draw small solids into a volume of Hounsfield units, each in its own box, averaged over the thickness of a slice."""

from collections.abc import Callable, Iterable

import numpy as np

from apps.demo.chest.anatomy import Tube
from apps.demo.chest.grid import Grid
from apps.demo.chest.shapes import capsule, cover

AIR_HU = -1000.0
Distance = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def shares(grid: Grid, low: np.ndarray, high: np.ndarray, distance: Distance, samples: int = 3):
    """Box of a solid and the share of every voxel in it that the solid fills; None where it lies outside the grid."""
    margin = np.array([grid.spacing[2], grid.spacing[1], grid.spacing[0]])
    box = grid.box(np.asarray(low) - margin, np.asarray(high) + margin)
    if box is None:
        return None
    step = grid.spacing[0]
    offsets = ((np.arange(samples) + 0.5) / samples - 0.5) * step
    levels = (grid.z[box[0]].ravel()[:, None] + offsets[None, :].astype(np.float32)).reshape(-1, 1, 1)
    filled = cover(distance(grid.x[:, :, box[2]], grid.y[:, box[1]], levels), grid.spacing[2])
    rows, columns = filled.shape[1:]
    return box, filled.reshape(-1, samples, rows, columns).mean(1)


def _rod(tube: Tube, widen: float) -> tuple[np.ndarray, np.ndarray, Distance]:
    radii = tube.radius_start + widen, tube.radius_end + widen
    ends = np.array([tube.start, tube.end])

    def distance(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        return capsule(x, y, z, tube.start, tube.end, *radii)

    return ends.min(0) - max(radii), ends.max(0) + max(radii), distance


def brighten_tubes(
    volume_hu: np.ndarray, grid: Grid, tubes: Iterable[Tube], hu: float, behind_hu: float, widen: float = 0.0
) -> None:
    """Draw many tubes into a dark surrounding; where they overlap there is no seam, since the brighter value stays.

    Args:
        volume_hu: Changed in place.
        grid: Its grid.
        tubes: What to draw.
        hu: Density inside.
        behind_hu: Density of the surrounding, not above any other value near the tubes.
        widen: Added to the radii, mm.
    """
    for tube in tubes:
        drawn = shares(grid, *_rod(tube, widen))
        if drawn is not None:
            box, share = drawn
            volume_hu[box] = np.maximum(volume_hu[box], behind_hu + share * (hu - behind_hu))


def lay_tubes(volume_hu: np.ndarray, grid: Grid, tubes: list[Tube], hu: float, widen: float = 0.0) -> None:
    """Lay the union of tubes over whatever is there, in place."""
    rods = [_rod(tube, widen) for tube in tubes]
    margin = np.array(grid.spacing[::-1])
    whole = grid.box(np.min([r[0] for r in rods], 0) - margin, np.max([r[1] for r in rods], 0) + margin)
    if whole is None:
        return
    union = np.zeros([part.stop - part.start for part in whole], np.float32)
    for rod in rods:
        drawn = shares(grid, *rod)
        if drawn is not None:
            box, share = drawn
            inner = tuple(slice(b.start - w.start, b.stop - w.start) for b, w in zip(box, whole, strict=True))
            union[inner] = np.maximum(union[inner], share)
    volume_hu[whole] += union * (hu - volume_hu[whole])
