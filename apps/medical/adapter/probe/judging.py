"""Areas under the curve of the two questions, with intervals over patients.

Shapes: N images.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from apps.medical.adapter.probe.examples import Images
from core_model.training.evaluate import bootstrap

MIDDLE = 3.0
"""Suspicion that is neither: not counted."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area under the curve.

    Attributes:
        value: 0 to 1.
        low: Lower end of its 95% interval over patients.
        high: Upper end.
        cases: Images.
        positives: Of them.
        patients: Whose images they are.
    """

    value: float
    low: float
    high: float
    cases: int
    positives: int
    patients: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def area_under(score_N: np.ndarray, label_N: np.ndarray) -> float:
    """The share of pairs of a positive and a negative that are in the right order, ties by half; NaN without a pair."""
    from scipy.stats import rankdata

    label_N = np.asarray(label_N, bool)
    positives, negatives = int(label_N.sum()), int((~label_N).sum())
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(score_N)[label_N].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def area(score_N: np.ndarray, label_N: np.ndarray, identity_N: np.ndarray, draws: int = 1000) -> Area:
    """The area with its interval."""
    by_patient: dict[str, list[tuple[float, int]]] = {}
    for score, label, identity in zip(score_N.tolist(), label_N.tolist(), identity_N.tolist(), strict=True):
        by_patient.setdefault(identity, []).append((score, label))

    def statistic(cases: list) -> float:
        scores, labels = zip(*cases, strict=True)
        return area_under(np.array(scores), np.array(labels))

    low, high = bootstrap(by_patient, statistic, draws=draws)
    return Area(area_under(score_N, label_N), low, high, len(score_N), int(label_N.sum()), len(by_patient))


def agreement(inside_NYX: np.ndarray, wanted_NYX: np.ndarray, counted_NYX: np.ndarray) -> np.ndarray:
    """Dice's coefficient of two outlines of each image over the pixels that count; 1 where both are empty, ``[N]``."""
    one_NYX, other_NYX = inside_NYX & counted_NYX, wanted_NYX & counted_NYX
    both_N, all_N = (one_NYX & other_NYX).sum((1, 2)), one_NYX.sum((1, 2)) + other_NYX.sum((1, 2))
    return np.where(all_N > 0, 2 * both_N / np.maximum(all_N, 1), 1.0)


def mean_agreement(dice_N: np.ndarray, identity_N: np.ndarray) -> dict[str, float]:
    """Mean of some coefficients with its interval over patients."""
    by_patient: dict[str, list[float]] = {}
    for dice, identity in zip(dice_N.tolist(), identity_N.tolist(), strict=True):
        by_patient.setdefault(identity, []).append(dice)
    low, high = bootstrap(by_patient, draws=1000)
    return {"value": float(dice_N.mean()), "low": low, "high": high, "cases": len(dice_N)}


def gain(
    score_N: np.ndarray, other_N: np.ndarray, label_N: np.ndarray, identity_N: np.ndarray, draws: int = 1000
) -> dict[str, float]:
    """By how much the area of one score is above that of another on the same images, with its paired interval."""
    by_patient: dict[str, list[tuple[float, float, int]]] = {}
    rows = zip(score_N.tolist(), other_N.tolist(), label_N.tolist(), identity_N.tolist(), strict=True)
    for one, other, label, identity in rows:
        by_patient.setdefault(identity, []).append((one, other, label))

    def statistic(cases: list) -> float:
        ones, others, labels = map(np.array, zip(*cases, strict=True))
        return area_under(ones, labels) - area_under(others, labels)

    low, high = bootstrap(by_patient, statistic, draws=draws)
    return {"value": area_under(score_N, label_N) - area_under(other_N, label_N), "low": low, "high": high}


def questions(images: Images) -> Mapping[str, tuple[np.ndarray, np.ndarray]]:
    """By question the images that it is asked of, and the truth: ``nodule`` against background; ``suspicion`` above 3
    against below 3, of nodules."""
    suspicion_N = images.suspicion_N.numpy()
    asked = np.flatnonzero(np.isfinite(suspicion_N) & (suspicion_N != MIDDLE))
    return {
        "nodule": (np.arange(len(images)), images.label_N.numpy()),
        "suspicion": (asked, (suspicion_N[asked] > MIDDLE).astype(int)),
    }
