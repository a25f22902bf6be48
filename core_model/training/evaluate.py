"""What is measured on held-out data: models judged as they are, figures with intervals over identities.

Shapes: N cases.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn


@contextmanager
def judged(*models: nn.Module) -> Iterator[None]:
    """Models in evaluation mode and without gradients; afterwards each is in the mode in which it came."""
    modes = [model.training for model in models]
    for model in models:
        model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for model, mode in zip(models, modes, strict=True):
            model.train(mode)


def average_precision(score_N: np.ndarray, label_N: np.ndarray) -> float:
    """Area under the curve of precision over recall, summed over the steps of recall; equal scores are one step.

    Args:
        score_N: Higher is surer.
        label_N: Truth; NaN comes back where there is no positive.
    """
    order = np.argsort(-np.asarray(score_N), kind="stable")
    hit = np.asarray(label_N, bool)[order]
    if not hit.any():
        return float("nan")
    ends = np.append(np.nonzero(np.diff(np.asarray(score_N)[order]))[0], len(hit) - 1)
    found = hit.cumsum()[ends]
    return float((np.diff(found, prepend=0) * found / (ends + 1)).sum() / found[-1])


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
