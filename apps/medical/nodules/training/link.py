"""Fit a fold's linking weights: plantings of training nodules against what its own CT and non-nodules give.

Shapes: N regions, F features.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from apps.medical.nodules.dense import probability_map
from apps.medical.nodules.detect import Window, regions_with_features
from apps.medical.nodules.linking import LinkWeights, centre_of, sigmoid
from apps.medical.nodules.regions import Region
from apps.medical.nodules.shape import FEATURES, SIGNS
from apps.medical.nodules.stem import Stem
from apps.medical.nodules.training.sources.background import Background
from apps.medical.nodules.training.sources.fields import Field
from apps.medical.nodules.training.sources.plant import nodule_of, sham_of
from apps.medical.nodules.training.sources.plantings import Planted, plant_in
from apps.medical.nodules.training.stems.samples import size_weight

SHARE_AT_WALL = 0.35
GOOD_OVERLAP = 0.25
"""Intersection over union from which a region counts as the nodule, its centre inside the radius."""


@dataclass(slots=True, eq=False)
class LinkData:
    """Regions with their features, labels and weights; one planting weighs as much as another of its size group."""

    features_NF: np.ndarray
    label_N: np.ndarray
    weight_N: np.ndarray


def regions_seen(stem: Stem, window: Window) -> tuple[list[Region], np.ndarray]:
    """The regions of one stem's map of a window, and their features, ``[N, F]``."""
    map_ZYX = probability_map(stem, window.image_ZYX, window.zone_ZYX, window.spacing_mm[0])
    regions, features_KNF = regions_with_features(map_ZYX, [map_ZYX], window)
    return regions, features_KNF[0]


def overlap(region: Region, truth_ZYX: np.ndarray) -> tuple[float, int]:
    """Intersection over union of a region with an outline, and the shared voxels."""
    shared = int((truth_ZYX[region.box] & region.mask_ZYX).sum())
    union = int(truth_ZYX.sum()) + int(region.mask_ZYX.sum()) - shared
    return shared / max(union, 1), shared


def label_of(region: Region, planted: Planted) -> int | None:
    """1 a good mark of the planted nodule, 0 a mark of a planted non-nodule, None neither."""
    share, shared = overlap(region, planted.truth_ZYX)
    if not planted.nodule:
        return 0 if shared else None
    apart = np.linalg.norm((centre_of(region) - planted.centre) * np.array(planted.spacing_mm))
    return 1 if apart <= planted.radius_mm and share >= GOOD_OVERLAP else None


def collect(
    stem: Stem,
    background: Background,
    fields: Sequence[Field],
    seed: int,
    *,
    share_of_shams: float = 0.3,
    log: Callable[[str], None] = print,
) -> LinkData:
    """Plant each field's nodule (or a non-nodule) once in the background, and add the background's own regions."""
    rng = np.random.default_rng(seed)
    features, labels, weights = [], [], []
    _, own = regions_seen(stem, background.window)
    features += list(own)
    labels += [0] * len(own)
    weights += [1.0] * len(own)
    planted_count = marked = 0
    for field in fields:
        cutout = nodule_of(field)
        if cutout is not None and rng.random() < share_of_shams:
            cutout = sham_of(fields[int(rng.integers(len(fields)))], cutout, rng)
        planted = None
        if cutout is not None:
            wall = bool(rng.random() < SHARE_AT_WALL)
            planted = plant_in(background, cutout, field.diameter_mm, rng, at_wall=wall)
        if planted is None:
            continue
        regions, rows = regions_seen(stem, planted.window())
        told = [(row, label_of(region, planted)) for region, row in zip(regions, rows, strict=True)]
        found = [(row, label) for row, label in told if label is not None]
        planted_count += planted.nodule
        marked += planted.nodule and bool(found)
        for row, label in found:
            features.append(row)
            labels.append(label)
            weights.append((size_weight(field.diameter_mm) if planted.nodule else 1.0) / len(found))
    log(f"{background.name}: {len(own)} regions of its own, {marked} of {planted_count} planted nodules have a region")
    return LinkData(np.array(features), np.array(labels), np.array(weights))


def fit(data: LinkData, penalty: float = 1.0) -> LinkWeights:
    """Logistic regression on standardised, clipped features, each weight with the sign that ``shape.SIGNS`` allows.

    Nodules and the rest weigh the same in sum.

    Args:
        data: Regions.
        penalty: Of the squared weights, in units of one region's loss.
    """
    mean = data.features_NF.mean(0)
    scale = np.maximum(data.features_NF.std(0), 1e-6)
    z_NF = np.clip((data.features_NF - mean) / scale, -3, 3)
    weight_N = data.weight_N.astype(np.float64).copy()
    for label in (0, 1):
        chosen = data.label_N == label
        weight_N[chosen] *= len(weight_N) / 2 / max(weight_N[chosen].sum(), 1e-9)
    sign_N = 2.0 * data.label_N - 1

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        margin_N = sign_N * (z_NF @ parameters[:-1] + parameters[-1])
        slope_N = -weight_N * sign_N * sigmoid(-margin_N)
        gradient = np.append(z_NF.T @ slope_N + penalty * parameters[:-1], slope_N.sum())
        value = (weight_N * np.logaddexp(0, -margin_N)).sum() + penalty / 2 * (parameters[:-1] ** 2).sum()
        return float(value), gradient

    bounds = [{1: (0, None), -1: (None, 0), 0: (None, None)}[SIGNS[name]] for name in FEATURES]
    found = optimize.minimize(
        loss, np.zeros(len(FEATURES) + 1), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]
    )
    return LinkWeights(mean, scale, found.x[:-1], float(found.x[-1]))
