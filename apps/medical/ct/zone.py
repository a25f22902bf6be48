"""The zone in which nodules are searched: the lungs, a rim, and where a mass at the pleura has pushed the lung away.

A mass that sits on the pleura is outside the air of the lung, and a closing of 8 mm does not bring back one of 30 mm.
A closing of 35 mm, of each lung alone, does: the radius lies between that of a mass and that of heart, liver and spine,
so that it fills dents and leaves organs. What it adds is deep only where something dents the lung; there, and only
there, the zone grows further, since the outline of a mass reaches into the wall.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from apps.medical.ct.grid import CoarseGrid, close, distance_mm, grow
from apps.medical.ct.sides import of_both

RIM_MM = 3.0
DENT_CLOSING_MM = 35.0
DENT_GROWTH_MM = ((4.0, 8.0), (6.0, 10.0))
"""Where the added part is deeper than the first number, the zone grows by the second."""
MOST_OVER_LUNG = 1.32
"""Ceiling of zone over lung; small lungs have much surface, and there the growth at dents is lessened."""


def search_zone(
    sides: NDArray[np.uint8], spacing_mm: tuple[float, float, float], tick: Callable[[float], None] | None = None
) -> NDArray[np.bool_]:
    """Search zone on the coarse grid.

    Args:
        sides: 1 right lung, 2 left lung, after closing, (Z, Y, X).
        spacing_mm: z, y, x.
        tick: Called with the share done.
    """
    tick = tick or (lambda share: None)
    lung = sides > 0
    right, left = of_both(lambda side: _close_far(sides == side, spacing_mm)).values()
    filled = lung | right | left
    tick(0.4)
    rim = grow(filled, RIM_MM, spacing_mm)
    tick(0.6)
    added = filled & ~lung
    if not added.any():
        return rim
    depth = np.where(added, distance_mm(~lung, spacing_mm), 0)
    for lessening in (1.0, 0.75, 0.5):
        zone = rim.copy()
        for deeper, growth in DENT_GROWTH_MM:
            zone |= grow(depth > deeper, growth * lessening, spacing_mm)
            tick(0.9)
        if np.count_nonzero(zone) <= MOST_OVER_LUNG * np.count_nonzero(lung):
            return zone
    return rim if np.count_nonzero(rim) <= MOST_OVER_LUNG * np.count_nonzero(lung) else grow(lung, RIM_MM, spacing_mm)


def _close_far(lung: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> NDArray[np.bool_]:
    """Closing with the large ball, on a grid twice as coarse: a few millimetres do not matter there."""
    grid = CoarseGrid.of(lung.shape, spacing_mm, 4.0)
    coarse = grid.mean(lung.astype(np.int16)) >= 0.5
    return grid.enlarge(close(coarse, DENT_CLOSING_MM, grid.spacing_mm)) | lung
