"""Figures of shares and of differences, with intervals over identities; see ``benchmarks.figures``."""

from collections.abc import Mapping, Sequence

from benchmarks.figures import Figure, bootstrap

ByIdentity = Mapping[str, Sequence[int]]
"""Ranks, from 1, of the cases of each identity."""


def hits(ranks: ByIdentity, k: int) -> dict[str, list[float]]:
    """1 for each case whose right answer is among the first ``k``, else 0."""
    return {identity: [float(rank <= k) for rank in each] for identity, each in ranks.items()}


def recall(ranks: ByIdentity, k: int, *, baseline: str | None = None, note: str = "") -> Figure:
    """Share of the cases whose right answer is among the first ``k``."""
    return _mean(hits(ranks, k), baseline, note)


def gain(ranks: ByIdentity, over: ByIdentity, k: int, *, baseline: str | None = None, note: str = "") -> Figure:
    """What one search finds among the first ``k`` more often than another, paired by case."""
    first, second = hits(ranks, k), hits(over, k)
    apart = {key: [a - b for a, b in zip(values, second[key], strict=True)] for key, values in first.items()}
    return _mean(apart, baseline, note)


def _mean(values: Mapping[str, Sequence[float]], baseline: str | None, note: str) -> Figure:
    flat = [value for each in values.values() for value in each]
    return Figure(sum(flat) / len(flat), "share", len(flat), interval=bootstrap(values), baseline=baseline, note=note)
