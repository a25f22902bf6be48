"""Damage within a slice, seen by its texture: noise of neighbouring slices is alike at the same place.

A coder that lost its place goes on with values of its own; what a decoder fills in has no noise at all. Anatomy changes
from slice to slice, its texture at one place hardly does.
"""

import numpy as np
from numpy.typing import NDArray

from apps.medical.ct.volume import AIR_HU

BLOCK = 32
"""Side of the squares that are compared, in pixels."""
ROWS = 2
"""Of so many rows one is looked at."""
LEAST_VALID = 0.5
QUIET_HU = 5.0
"""Added to every texture: where there is next to none, small differences say nothing."""
TIMES, OVER_USUAL = 2.0, 1.7
"""How much rougher or smoother than both neighbours a square must be, and than squares of the series usually are."""
USUAL = 99.0
LEAST_SQUARES = 3
"""One square alone may be a clip of metal, or a disc between two vertebrae."""
FILLED = 0.6
"""Smoother than this share of its own slice: no tissue is, what a decoder fills in is."""


def texture(plane_hu: NDArray[np.int16]) -> NDArray[np.float32]:
    """Mean second difference along the rows of each square of a slice, in HU; NaN where most of it is padding."""
    rows, columns = (size // BLOCK * BLOCK for size in plane_hu.shape)
    plane = plane_hu[:rows:ROWS, :columns]
    rough = np.abs(plane[:, :-2] + plane[:, 2:] - 2 * plane[:, 1:-1])
    held = plane > AIR_HU
    valid = held[:, :-2] & held[:, 1:-1] & held[:, 2:]
    sums = _squares(np.where(valid, rough, 0))
    counts = _squares(valid)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts >= LEAST_VALID * BLOCK**2 / ROWS, sums / counts + QUIET_HU, np.nan).astype(np.float32)


def _squares(inner: NDArray) -> NDArray[np.int64]:
    """Sums over the squares of a slice of what stands at its inner columns."""
    whole = np.pad(inner, ((0, 0), (1, 1)))
    rows, columns = whole.shape
    parts = whole.reshape(rows // (BLOCK // ROWS), BLOCK // ROWS, columns // BLOCK, BLOCK)
    return np.asarray(parts.sum(axis=(1, 3), dtype=np.int64))


def unlike_in_texture(textures: NDArray[np.float32]) -> list[int]:
    """Slices with squares that are far rougher, or far smoother, than the same squares of both neighbours.

    Args:
        textures: (slices, squares down, squares across), see ``texture``.
    """
    if len(textures) < 5 or not textures[0].size or np.isnan(textures).all():
        return []
    here, below, above = textures[1:-1], textures[:-2], textures[2:]
    rougher, smoother = here / np.maximum(below, above), np.minimum(below, above) / here
    unlike = np.fmax(rougher, smoother)
    known = [k for k in range(len(here)) if not np.isnan(unlike[k]).all()]
    if not known:
        return []
    usual = np.median([np.nanpercentile(unlike[k], USUAL) for k in known])  # a damaged slice does not move it
    limit = np.fmax(TIMES, OVER_USUAL * usual)
    own = np.full(len(here), np.nan)
    own[known] = [np.nanmedian(here[k]) for k in known]
    odd = (rougher > limit) | ((smoother > limit) & (here < FILLED * own[:, None, None]))
    return [int(k) + 1 for k in np.flatnonzero(odd.sum(axis=(1, 2)) >= LEAST_SQUARES)]
