"""Rows of slices by their positions along the normal alone: what lies between them, in their places, in their gaps."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ON_GRID = 0.15
"""Share of a step by which a slice may lie off its place."""

Places = NDArray[np.float64]
"""Positions in mm; those of a row rise, each once."""


def row_of(places: Sequence[float] | Places) -> Places:
    """Positions as a row, to a hundredth of a millimetre."""
    return np.unique(np.asarray(places, float).round(2))


def step_of(row: Places) -> float:
    """The usual distance of neighbours; 0 where there are none."""
    return float(np.median(np.diff(row))) if len(row) > 1 else 0.0


def lie_within(rows: Sequence[Places]) -> bool:
    """Whether slices of some rows lie between those of others, or in their places."""
    ends = sorted((float(row[0]), float(row[-1])) for row in rows)
    return any(above[0] <= below[1] for below, above in zip(ends, ends[1:], strict=False))


def lacking(row: Places) -> int:
    """How many slices would fit into the gaps of a row."""
    times = np.round(np.diff(row) / step_of(row))
    return int((times - 1)[times > 1].sum())


def in_gaps(row: Places, others: Places) -> NDArray[np.bool_]:
    """Which of the others lie where a slice of the row is lacking."""
    widths = np.diff(row)
    times = np.round(widths / step_of(row))
    gap = np.clip(np.searchsorted(row, others, side="right") - 1, 0, len(widths) - 1)
    turns = (others - row[gap]) * times[gap] / widths[gap]
    turn = np.round(turns)
    return np.asarray((turn >= 1) & (turn <= times[gap] - 1) & (np.abs(turns - turn) < ON_GRID))


def at_ends(row: Places, others: Places) -> NDArray[np.bool_]:
    """Which of the others go on with the steps of the row below its first or above its last slice."""
    turns = np.maximum(row[0] - others, others - row[-1]) / step_of(row)
    return np.asarray((turns > 1 - ON_GRID) & (np.abs(turns - np.round(turns)) < ON_GRID))


def num_taken(row: Places, others: Places) -> int:
    """In how many places of a row one of the others lies as well."""
    others = np.sort(others)
    above = np.searchsorted(others, row)
    below, above = np.clip(above - 1, 0, None), np.clip(above, None, len(others) - 1)
    nearest = np.minimum(np.abs(row - others[below]), np.abs(row - others[above]))
    return int(np.count_nonzero(nearest < ON_GRID * step_of(row)))
