"""One figure with what makes it honest: its sample size, its interval or its cases, and its baseline."""

from dataclasses import dataclass

import numpy as np

from core_model.training.evaluate import bootstrap

__all__ = ["UNITS", "Figure", "bootstrap"]

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
