"""Where in the lungs a voxel lies, by the patient's own directions.

Distances are counted from the ends of the lungs, so that they are positive and change smoothly everywhere: upwards from
their lower end, backwards from their front, to the left from their right side.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

LEAST_MM = 1.0
"""No distance is smaller: a candidate on the pleura may lie beyond the ends."""
OUTSIDE = 0.005
"""So large a share of the search zone lies beyond each end of an axis: a stray voxel moves no end."""


@dataclass(frozen=True, slots=True, eq=False)
class LungBox:
    """The box of the lungs on a grid.

    Attributes:
        middle_3: Its middle as continuous voxel (z, y, x).
        half_mm_3: Half of its edges, millimetres.
        spacing_mm: (z, y, x).
        turn_33: Turns millimetres along the grid's axes (z, y, x) to upwards, backwards and to the left.
    """

    middle_3: np.ndarray
    half_mm_3: np.ndarray
    spacing_mm: tuple[float, float, float]
    turn_33: np.ndarray

    def seen_from(self, start: ArrayLike) -> "LungBox":
        """The same box on the grid of a window that starts at this voxel."""
        return replace(self, middle_3=self.middle_3 - np.asarray(start, float))

    def place_of(self, voxel_N3: np.ndarray) -> np.ndarray:
        """Millimetres from the lower end upwards, from the front backwards and from the right side to the left.

        Args:
            voxel_N3: Continuous voxels (z, y, x) of the grid.

        Returns:
            ``[N, 3]``, at least 1.
        """
        offset_N3 = (voxel_N3 - self.middle_3) * np.array(self.spacing_mm) @ self.turn_33.T
        return np.maximum(offset_N3 + np.abs(self.turn_33) @ self.half_mm_3, LEAST_MM)


def lung_box(zone_ZYX: np.ndarray, spacing_mm: tuple[float, float, float], affine: ArrayLike | None = None) -> LungBox:
    """The box of a search zone.

    Args:
        zone_ZYX: bool, not empty.
        spacing_mm: (z, y, x).
        affine: From (k, row, column, 1) to LPS millimetres; without it the axes are taken to run upwards, backwards and
            to the left.
    """
    low, high = [], []
    for axis in range(3):
        share = zone_ZYX.sum(tuple(other for other in range(3) if other != axis)).cumsum() / max(zone_ZYX.sum(), 1)
        low.append(int(np.searchsorted(share, OUTSIDE)))
        high.append(int(np.searchsorted(share, 1 - OUTSIDE)))
    turn_33 = np.eye(3)
    if affine is not None:
        axes_33 = np.asarray(affine, float)[:3, :3]
        turn_33 = (axes_33 / np.linalg.norm(axes_33, axis=0))[::-1]  # rows: left, back, up of LPS, the other way round
    ends = np.array([low, high], float)
    return LungBox(ends.mean(0), (ends[1] - ends[0]) / 2 * np.array(spacing_mm), spacing_mm, turn_33)
