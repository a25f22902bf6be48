"""The linking score: which connected parts of the map are nodules, and which of several overlapping parts is the one.

A logistic score on the features of ``shape``. One cap comes before it, justified from background alone: nothing longer
than 60 mm along any axis is a nodule (hilar vessels of the backgrounds reach 72 mm). There is no cap on density: bone
or calcified cartilage that reaches into the lung is a spot of 600 to 1100 HU with air around it, and so is a calcified
nodule (two such marks on C3N-00247: 10 and 42% of their voxels above 350 HU, 56 and 73% of their shell in air).

One cap comes after the score: a part more than six times as long as it is wide is a vessel (of 1,628 nodules of
training and validation patients, by the readers' outlines, the longest is 3.6 times as long as wide). It falls after
the choice among overlapping parts, so that a vessel takes its own pieces with it.

Shapes: N regions, F features.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from apps.medical.nodules.regions import Region
from apps.medical.nodules.shape import FEATURES
from core_model.errors import InputRejected

LONGEST_MM = 60.0
LONGEST_OVER_WIDTH = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class LinkWeights:
    """Logistic weights on standardised features, clipped to ``clip`` standard deviations.

    Attributes:
        mean_F: Subtracted.
        scale_F: Divided by.
        weight_F: Logistic weights.
        bias: Intercept.
        clip: Standardised features are limited to this, so that one odd figure cannot decide alone.
    """

    mean_F: np.ndarray
    scale_F: np.ndarray
    weight_F: np.ndarray
    bias: float
    clip: float = 3.0

    def __post_init__(self) -> None:
        if not len(self.mean_F) == len(self.scale_F) == len(self.weight_F) == len(FEATURES):
            raise ValueError(f"linking weights must hold {len(FEATURES)} features")

    def logit(self, features_NF: np.ndarray) -> np.ndarray:
        """Log-odds of each region being a nodule, ``[N]``."""
        if not len(features_NF):
            return np.zeros(0)
        z_NF = np.clip((features_NF - self.mean_F) / self.scale_F, -self.clip, self.clip)
        return z_NF @ self.weight_F + self.bias

    def as_dict(self) -> dict:
        return {
            "features": list(FEATURES),
            "mean": [float(v) for v in self.mean_F],
            "scale": [float(v) for v in self.scale_F],
            "weight": [float(v) for v in self.weight_F],
            "bias": float(self.bias),
            "clip": float(self.clip),
        }

    def shifted(self, by: float) -> "LinkWeights":
        """The same weights with ``by`` added to every log-odds."""
        return replace(self, bias=self.bias + by)

    @classmethod
    def zeros(cls) -> "LinkWeights":
        """Weights that say nothing, for a fold whose linking is not fitted yet."""
        count = len(FEATURES)
        return cls(np.zeros(count), np.ones(count), np.zeros(count), 0.0)

    @classmethod
    def from_dict(cls, held: dict) -> "LinkWeights":
        """The reverse of ``as_dict``.

        Raises:
            InputRejected: The features differ from those that this code computes.
        """
        if list(held["features"]) != list(FEATURES):
            raise InputRejected(
                "linking weights that were made for other features",
                action="fit them anew",
                code="linking_of_other_features",
            )
        return cls(
            np.array(held["mean"]), np.array(held["scale"]), np.array(held["weight"]), held["bias"], held["clip"]
        )


def sigmoid(logit: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(logit, np.float64)))


def allowed(region: Region, spacing_mm: tuple[float, float, float]) -> bool:
    """Whether a region passes the cap on its length."""
    sides = [(part.stop - part.start) * mm for part, mm in zip(region.box, spacing_mm, strict=True)]
    return max(sides) <= LONGEST_MM


def tubular(features_NF: np.ndarray) -> np.ndarray:
    """Whether each part is too long for its width to be a nodule, ``[N]``."""
    return features_NF[:, FEATURES.index("elongation_3d")] > np.log(LONGEST_OVER_WIDTH)


def centre_of(region: Region) -> np.ndarray:
    """Mean voxel of a region in the volume, continuous (z, y, x)."""
    return np.argwhere(region.mask_ZYX).mean(0) + region.start()


def choose(
    regions: Sequence[Region], score_N: np.ndarray, spacing_mm: tuple[float, float, float], most: int | None = None
) -> list[int]:
    """Of regions that overlap, or whose centres lie within the larger one's radius, the one that scores best.

    Args:
        regions: All regions.
        score_N: Higher is better.
        spacing_mm: (z, y, x).
        most: Stop at so many.

    Returns:
        Indices of the chosen regions, best first.
    """
    spacing = np.asarray(spacing_mm)
    centre_N3 = np.array([centre_of(region) * spacing for region in regions]).reshape(-1, 3)
    voxels_N = np.array([region.mask_ZYX.sum() for region in regions])
    radius_N = (3 * voxels_N * np.prod(spacing) / (4 * np.pi)) ** (1 / 3)
    chosen: list[int] = []
    for index in np.argsort(-np.asarray(score_N), kind="stable"):
        index = int(index)
        if most is not None and len(chosen) == most:
            break
        apart = np.linalg.norm(centre_N3[chosen] - centre_N3[index], axis=1)
        if (apart < np.maximum(radius_N[chosen], radius_N[index])).any():
            continue
        relatives = [other for other in chosen if regions[other].root == regions[index].root]
        if not any(_overlap(regions[index], regions[other]) for other in relatives):
            chosen.append(index)
    return chosen


def _overlap(one: Region, other: Region) -> bool:
    box = [slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(one.box, other.box, strict=True)]
    if any(part.stop <= part.start for part in box):
        return False

    def part(region: Region) -> np.ndarray:
        inner = tuple(slice(p.start - r.start, p.stop - r.start) for p, r in zip(box, region.box, strict=True))
        return region.mask_ZYX[inner]

    return bool((part(one) & part(other)).any())
