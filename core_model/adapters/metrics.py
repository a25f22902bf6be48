"""What an adapter did on each held-out case, and the figures that follow: with intervals, and by subgroup.

Shapes: N cases.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

DRAWS = 1000
"""Resamples behind an interval."""
LEAST_IN_GROUP = 5
"""Cases below which a subgroup has no figure of its own: an interval over so few says nothing."""


@dataclass(frozen=True, slots=True)
class Cases:
    """An adapter's answers to a held-out set, a value a case in each column.

    Attributes:
        identities: Whose case it is (patient, company, cleaned text): cases of one identity are drawn together.
        columns: By name, for example ``truth`` and ``guess``; JSON values.
        groups: By name the subgroup of each case, for example ``language``; empty where there is none.
    """

    identities: Sequence[str]
    columns: Mapping[str, Sequence[Any]]
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.identities)

    def arrays(self) -> dict[str, np.ndarray]:
        """The columns as arrays."""
        return {name: np.asarray(values) for name, values in self.columns.items()}


Statistic = Callable[[Mapping[str, np.ndarray]], float]
"""From the columns of some cases to a number; NaN where it has no meaning for them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A figure of a domain.

    Attributes:
        name: Its name in cards and tables.
        of: How it is computed.
        higher_is_better: Its direction.
        guarded: Whether a promotion must not make it worse.
    """

    name: str
    of: Statistic
    higher_is_better: bool = True
    guarded: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of some cases.

    Attributes:
        value: NaN where it has no meaning for the cases.
        n: Cases.
        low: Lower end of its 95% interval over identities.
        high: Upper end.
    """

    value: float
    n: int
    low: float
    high: float

    def as_dict(self) -> dict[str, Any]:
        """JSON values; what is no number is null."""
        value, low, high = (round(x, 6) if math.isfinite(x) else None for x in (self.value, self.low, self.high))
        return {"value": value, "n": self.n, "interval": [low, high]}


def draws_of(identities: Sequence[str], seed: int = 0, draws: int = DRAWS) -> list[np.ndarray]:
    """Resamples of the cases, identity by identity, as numbers of cases; the same ones for every metric of a set."""
    cases_of: dict[str, list[int]] = defaultdict(list)
    for number, identity in enumerate(identities):
        cases_of[identity].append(number)
    parts = [np.asarray(cases_of[identity]) for identity in sorted(cases_of)]
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, len(parts), size=(draws, len(parts)))
    if len(parts) == len(identities):
        order_N = np.concatenate(parts)
        return list(order_N[picks])
    return [np.concatenate([parts[number] for number in pick]) for pick in picks]


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The middle 95% of a statistic's values on resamples; those that are no numbers are left out."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return math.nan, math.nan
    low, high = np.percentile(finite, [2.5, 97.5])
    return float(low), float(high)


def on(metric: Metric, columns: Mapping[str, np.ndarray], index_N: np.ndarray) -> float:
    """A metric of some of the cases."""
    return float(metric.of({name: column[index_N] for name, column in columns.items()}))


def figure_of(metric: Metric, cases: Cases, index_N: np.ndarray | None = None) -> Figure:
    """A metric of cases, or of some of them, with its interval."""
    index_N = np.arange(len(cases)) if index_N is None else index_N
    if not len(index_N):
        return Figure(math.nan, 0, math.nan, math.nan)
    columns = cases.arrays()
    drawn = draws_of([cases.identities[int(number)] for number in index_N])
    low, high = interval([on(metric, columns, index_N[draw]) for draw in drawn])
    return Figure(on(metric, columns, index_N), len(index_N), low, high)


def subgroups(cases: Cases, least: int = LEAST_IN_GROUP) -> dict[str, np.ndarray]:
    """The cases of each subgroup that has enough of them, by ``name=value``; one that holds all cases is left out."""
    found: dict[str, np.ndarray] = {}
    for name in sorted(cases.groups):
        values = np.asarray([str(value) for value in cases.groups[name]])
        for value in sorted(set(values.tolist()) - {""}):
            index_N = np.flatnonzero(values == value)
            if least <= len(index_N) < len(cases):
                found[f"{name}={value}"] = index_N
    return found


def figures_of(metrics: Sequence[Metric], cases: Cases) -> dict[str, Any]:
    """All metrics of a set as a card has them: value, n, interval, and ``by`` for the subgroups."""
    groups = subgroups(cases)
    return {
        metric.name: {
            **figure_of(metric, cases).as_dict(),
            "by": {name: figure_of(metric, cases, index_N).as_dict() for name, index_N in groups.items()},
        }
        for metric in metrics
    }


def accuracy(columns: Mapping[str, np.ndarray]) -> float:
    """Share of the cases whose ``guess`` is the ``truth``."""
    return float((columns["guess"] == columns["truth"]).mean())


def macro_f1(columns: Mapping[str, np.ndarray]) -> float:
    """Mean F1 over the labels that occur among the truths."""
    truth, guess = columns["truth"], columns["guess"]
    scores = []
    for label in set(truth.tolist()):
        right = int(((truth == label) & (guess == label)).sum())
        scores.append(2 * right / (int((truth == label).sum()) + int((guess == label).sum())))
    return float(np.mean(scores))


def log_loss(columns: Mapping[str, np.ndarray]) -> float:
    """Mean of ``-log`` of the probability ``chance`` that was given to the truth."""
    return float(-np.log(np.clip(columns["chance"].astype(float), 1e-9, 1)).mean())


def recall_at(k: int) -> Statistic:
    """Share of the cases whose right answer has a ``rank`` of at most k, counted from 1."""

    def recall(columns: Mapping[str, np.ndarray]) -> float:
        return float((columns["rank"].astype(float) <= k).mean())

    return recall
