"""What neighbouring slices tell of each other: damage within one, and another scale from one to the next."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

ODD_TIMES, ODD_HU = 1.8, 20.0
BANDS = 8
BEYOND_TIMES, BEYOND_HU = 1.25, 10.0
"""Of real scans no band of a slice lay more than 1.0 times as far, every third slice taken too."""
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
    thin = np.ascontiguousarray(hu[:, ::4, ::4])
    return sorted({*_far_from_both(thin), *_not_between(thin)})


def _far_from_both(thin: NDArray[np.int16]) -> list[int]:
    """Slices whose least step is far larger than steps usually are."""
    steps = np.array([_step(thin[k], thin[k + 1]) for k in range(len(thin) - 1)])
    # The first and the last have one neighbour, which may itself be odd: the next but one then tells.
    below, above = (np.append(_step(thin[end], thin[next_but_one]), steps) for end, next_but_one in ((0, 2), (-1, -3)))
    nearer = np.minimum(below, np.roll(above, -1))
    return np.flatnonzero(nearer > ODD_TIMES * np.median(steps) + ODD_HU).tolist()


def _step(below: NDArray[np.int16], above: NDArray[np.int16]) -> float:
    return float(np.abs(above - below).mean())  # values of 12 bits: their differences fit


def _not_between(thin: NDArray[np.int16]) -> list[int]:
    """Slices of which a band of rows lies further from both neighbours than these lie from each other.

    Bytes that are missing shift the rest of a slice. Whatever the noise and however far the slices lie apart, what lies
    between two slices is nearer to one of them.
    """
    height = thin.shape[1] // BANDS
    if not height:
        return []
    bands = thin[:, : height * BANDS].reshape(len(thin), BANDS, -1)
    steps, across = (
        np.array([np.abs(bands[k + by] - bands[k]).mean(axis=1) for k in range(len(bands) - by)]) for by in (1, 2)
    )
    beyond = np.minimum(steps[:-1], steps[1:]) > BEYOND_TIMES * (across + BEYOND_HU)
    return (np.flatnonzero(beyond.any(axis=1)) + 1).tolist()


def jump_between(hu: NDArray[np.int16]) -> tuple[int, int] | None:
    """The first pair of neighbours whose values lie on different scales.

    Args:
        hu: (slices, rows, columns).

    Returns:
        The lower slice, and by how many HU the upper one lies higher; None where there is no such pair.
    """
    thin = (plane[::4, ::4].astype(np.int32) for plane in hu)
    for k, (below, above) in enumerate(pairwise(thin)):
        if below.min() == below.max() or above.min() == above.max():
            continue  # a blank slice has no scale
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
