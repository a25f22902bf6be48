"""Two adapters on the same held-out cases: may the one take the other's place?

A row fails where the candidate is worse than the current beyond chance: the interval of the paired difference over
identities lies below zero, or the candidate's value lies below the current's own interval. Subgroups are held to the
first rule, where they have enough cases.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core_model.adapters.metrics import Cases, Figure, Metric, draws_of, figure_of, interval, on, subgroups
from core_model.errors import NotAllowed

LEAST_GUARDED = 30
"""Cases from which on a subgroup is guarded too."""


@dataclass(frozen=True, slots=True)
class Row:
    """One metric of one set of cases.

    Attributes:
        held_out: Whose held-out set it is: ``candidate`` or ``current``.
        metric: Its name.
        group: ``name=value`` of a subgroup; empty for all cases.
        n: Cases.
        current: Value and interval of what is in use, or of the plain baseline where nothing is.
        candidate: The same of the candidate.
        difference: Candidate less current, with the interval of the paired difference; better is positive.
        guarded: Whether it counts.
        passed: Whether the candidate may be promoted as far as this row goes.
    """

    held_out: str
    metric: str
    group: str
    n: int
    current: Figure
    candidate: Figure
    difference: Figure
    guarded: bool
    passed: bool

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        figures = {name: getattr(self, name).as_dict() for name in ("current", "candidate", "difference")}
        plain = {name: value for name, value in asdict(self).items() if name not in figures}
        return {**plain, **figures}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The table of a promotion.

    Attributes:
        candidate: Version that is judged.
        current: Version that is in use; None where there is none that can be asked, so that the baseline stands in.
        rows: A row for each metric of each set, subgroups below them.
    """

    candidate: int
    current: int | None
    rows: tuple[Row, ...]

    @property
    def failed(self) -> tuple[Row, ...]:
        """The rows that speak against a promotion."""
        return tuple(row for row in self.rows if row.guarded and not row.passed)

    @property
    def passed(self) -> bool:
        """Whether nothing does, and something was guarded at all."""
        return not self.failed and any(row.guarded for row in self.rows)

    def require(self) -> None:
        """Refuse a candidate that may not be promoted.

        Raises:
            NotAllowed: With the metrics that speak against it.
        """
        if self.passed:
            return
        names = [f"{row.metric} {row.group}".strip() for row in self.failed]
        raise NotAllowed(
            "version {version} is worse than what is in use: {metrics}",
            allowed="not worse than the current on any guarded metric, beyond its interval",
            action="see the table of 'tandem adapters evaluate', and train with other data or settings",
            code="promotion_refused",
            values={"version": self.candidate, "metrics": list(dict.fromkeys(names)) or ["-"]},
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        rows = [row.as_dict() for row in self.rows]
        return {"candidate": self.candidate, "current": self.current, "passed": self.passed, "rows": rows}


def rows_of(held_out: str, metrics: Sequence[Metric], candidate: Cases, current: Cases) -> list[Row]:
    """The rows of one held-out set, both sides on the same cases in the same order."""
    if list(candidate.identities) != list(current.identities):
        raise ValueError("both sides are judged on the same cases, in the same order")
    rows = []
    for metric in metrics:
        rows.append(_row(held_out, metric, "", candidate, current, np.arange(len(candidate))))
        for name, index_N in subgroups(candidate).items():
            rows.append(_row(held_out, metric, name, candidate, current, index_N))
    return rows


def _row(held_out: str, metric: Metric, group: str, candidate: Cases, current: Cases, index_N: np.ndarray) -> Row:
    ours, theirs = candidate.arrays(), current.arrays()
    sign = 1.0 if metric.higher_is_better else -1.0
    drawn = draws_of([candidate.identities[number] for number in index_N])

    def difference(some_N: np.ndarray) -> float:
        return sign * (on(metric, ours, some_N) - on(metric, theirs, some_N))

    low, high = interval([difference(index_N[draw]) for draw in drawn])
    known, now = figure_of(metric, candidate, index_N), figure_of(metric, current, index_N)
    gain = Figure(difference(index_N), len(index_N), low, high)
    end = now.low if metric.higher_is_better else now.high
    below = not group and sign * known.value < sign * end
    passed = math.isfinite(known.value) and not (high < 0 or below)
    guarded = metric.guarded and (not group or len(index_N) >= LEAST_GUARDED)
    return Row(held_out, metric.name, group, len(index_N), now, known, gain, guarded, passed)
