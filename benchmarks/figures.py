"""One figure with what makes it honest: its sample size, its interval or its cases, and its baseline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

UNITS = ("share", "score", "points", "ratio", "s", "MB", "GB", "mm", "count", "abs", "slope")
NEEDS_SPREAD = ("share", "score", "points")


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure.

    Attributes:
        value: The figure itself, finite.
        unit: One of ``UNITS``. A ratio is baseline / ours.
        n: Number of cases it rests on.
        interval: 95% interval ``(low, high)``; needed for shares, scores and points unless ``cases`` is given.
        cases: One value for each patient or company, where there are fewer than 10.
        baseline: What a ratio was measured against; welcome on every figure.
        note: What a reader must know to read it right.
    """

    value: float
    unit: str
    n: int
    interval: tuple[float, float] | None = None
    cases: list[float] | None = None
    baseline: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unit {self.unit!r} is not one of {', '.join(UNITS)}")
        if not np.isfinite(self.value):
            raise ValueError(f"a figure is a finite number, got {self.value}")
        if self.unit in NEEDS_SPREAD and self.interval is None and not self.cases:
            raise ValueError(f"a {self.unit} needs its interval, or its cases where they are fewer than 10")
        if self.unit == "ratio" and not self.baseline:
            raise ValueError("a ratio names its baseline")

    def as_dict(self) -> dict:
        entry: dict = {"value": float(self.value), "unit": self.unit, "n": int(self.n)}
        if self.interval is not None:
            entry["interval"] = [float(end) for end in self.interval]
        if self.cases is not None:
            entry["cases"] = [float(case) for case in self.cases]
        if self.baseline:
            entry["baseline"] = self.baseline
        if self.note:
            entry["note"] = self.note
        return entry


def bootstrap(
    values_by_identity: Mapping[str, Sequence],
    statistic: Callable[[list], float] | None = None,
    *,
    draws: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[float, float]:
    """Percentile bootstrap over identities (patients, companies): cases of one identity stay together.

    Args:
        values_by_identity: The cases of each patient or company; at least one identity.
        statistic: From a list of cases to a number; the mean where not given. Draws on which it is not finite (an
            average precision without a positive, say) are left out.
        draws: Number of resamples.
        seed: Seed of the resampling.
        level: Coverage of the interval.

    Returns:
        Lower and upper end.
    """
    identities = sorted(values_by_identity)
    if not identities:
        raise ValueError("no identities to draw from")
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, len(identities), size=(draws, len(identities)))
    if statistic is None:
        sums = np.array([float(np.sum(values_by_identity[i])) for i in identities])
        counts = np.array([len(values_by_identity[i]) for i in identities])
        results = sums[picks].sum(axis=1) / np.maximum(counts[picks].sum(axis=1), 1)
    else:
        results = np.array(
            [statistic([case for k in pick for case in values_by_identity[identities[k]]]) for pick in picks]
        )
        results = results[np.isfinite(results)]
        if not len(results):
            raise ValueError("the statistic is finite on no draw")
    tail = (1 - level) / 2 * 100
    low, high = np.percentile(results, [tail, 100 - tail])
    return float(low), float(high)
