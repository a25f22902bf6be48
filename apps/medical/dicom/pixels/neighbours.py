"""What neighbouring slices tell of each other: damage within one, and another scale from one to the next."""

import numpy as np
from numpy.typing import NDArray

ODD_TIMES, ODD_HU = 1.8, 20.0
JUMP_HU = 200.0
"""No two neighbours of one scan differ so much in the middle of their tissue, or of all their values."""
TISSUE_HU = -500
LEAST_TISSUE = 0.02


def odd_slices(hu: NDArray[np.int16]) -> list[int]:
    """Slices that differ from both neighbours far more than neighbours usually do.

    A damaged stream of lossless JPEG decodes without complaint, and DICOM has no checksum: this is what can be seen.
    """
    if len(hu) < 5:
        return []
    thin = hu[:, ::4, ::4]
    steps = np.array(
        [np.abs(thin[k + 1].astype(np.int32) - thin[k]).mean() for k in range(len(hu) - 1)], dtype=np.float64
    )
    nearer = np.minimum(np.append(steps, np.inf), np.insert(steps, 0, np.inf))
    return np.flatnonzero(nearer > ODD_TIMES * np.median(steps) + ODD_HU).tolist()


def jump_between(hu: NDArray[np.int16]) -> tuple[int, int] | None:
    """The first pair of neighbours whose values lie on different scales.

    Args:
        hu: (slices, rows, columns).

    Returns:
        The lower slice, and by how many HU the upper one lies higher; None where there is no such pair.
    """
    thin = hu[:, ::4, ::4].astype(np.int32)
    for k in range(len(thin) - 1):
        below, above = thin[k], thin[k + 1]
        tissue = (below > TISSUE_HU) & (above > TISSUE_HU)
        for where in (slice(None), tissue):
            difference = (above - below)[where]
            if difference.size < LEAST_TISSUE * tissue.size:
                continue
            step = float(np.median(difference))
            # A slice of something else differs too, but not everywhere by the same.
            if abs(step) > JUMP_HU and float(np.median(np.abs(difference - step))) < JUMP_HU / 2:
                return k, round(step)
    return None
