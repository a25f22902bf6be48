"""Which rows above a total can add up to it at all, told for all of them at once by approximate arithmetic.

Exact arithmetic goes row by row. Most rows of a page are the sum of nothing, and here that is seen sooner.
"""

from collections.abc import Callable, Sequence

import numpy as np

from apps.finance.anomaly.printed.page import PageRow

Way = Callable[[PageRow], int] | None
"""The sign of a row in a sum; None where the top row is what all others are deducted from."""
SAFE = 1e-9
"""Beyond what numbers of double precision lose in a sum of some hundred terms."""


class Possible:
    """The rows of a statement in numbers of double precision.

    Args:
        rows: As printed.
    """

    def __init__(self, rows: Sequence[PageRow]) -> None:
        self._rows = rows
        periods = list(dict.fromkeys(period for row in rows for period in row.amounts))
        shape = len(rows), len(periods)
        self._values, self._roundings = np.zeros(shape), np.zeros(shape)
        self._stated = np.zeros(shape, dtype=bool)
        for number, row in enumerate(rows):
            for column, period in enumerate(periods):
                amount = row.amounts.get(period)
                if amount is not None:
                    self._stated[number, column] = True
                    self._values[number, column] = float(amount.value)
                    self._roundings[number, column] = float(amount.rounding)
        self._known = bool(np.isfinite(self._values).all() and np.isfinite(self._roundings).all())
        self._signs: dict[Way, np.ndarray] = {}

    def depths(self, total: int, above: Sequence[int], ways: Sequence[Way]) -> list[int]:
        """How many of the rows above, from the lowest up, may be in a sum that gives the total in some column.

        Args:
            total: Its number among the rows.
            above: Numbers of the rows, from top to bottom.
            ways: How the rows may be added up.

        Returns:
            For each way the most rows, 0 where no sum is possible. A sum that exact arithmetic finds has no more.
        """
        if not self._known:
            return [len(above)] * len(ways)
        if not above:
            return [0] * len(ways)
        rows = np.asarray(above)[::-1]  # K of them, in C columns, W ways
        values_KC, sizes_KC = self._values[rows], np.abs(self._values[rows]).cumsum(axis=0)
        signs_WK = np.stack([self._signs_of(way)[rows] for way in ways])
        sums_WKC = (signs_WK[:, :, None] * values_KC).cumsum(axis=1)
        for number, way in enumerate(ways):
            if way is None:  # the top row less all below it
                sums_WKC[number] = 2 * values_KC - values_KC.cumsum(axis=0)
        stated_C, rounding_C = self._values[total], self._roundings[total]
        allowed_KC = rounding_C + self._roundings[rows].cumsum(axis=0) + SAFE * (sizes_KC + np.abs(stated_C))
        counts_KC = np.logical_and.accumulate(self._stated[rows], axis=0) & self._stated[total] & (stated_C != 0)
        possible_WK = ((np.abs(stated_C - sums_WKC) <= allowed_KC) & counts_KC).any(axis=2)
        deepest = possible_WK.shape[1] - possible_WK[:, ::-1].argmax(axis=1)
        return [int(depth) if some else 0 for depth, some in zip(deepest, possible_WK.any(axis=1), strict=True)]

    def _signs_of(self, way: Way) -> np.ndarray:
        signs = self._signs.get(way)
        if signs is None:
            made = [1 if way is None else way(row) for row in self._rows]
            signs = self._signs[way] = np.array(made, dtype=float)
        return signs
