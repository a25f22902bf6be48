"""Linking weights: what a heavier group of nodules changes, and which signs may not appear."""

import numpy as np

from apps.medical.nodules.shape import FEATURES, SIGNS
from apps.medical.nodules.training.link import LinkData, fit
from apps.medical.nodules.training.stems.samples import size_weight


def _data(large_weight: float) -> LinkData:
    """Small and large nodules that differ in elongation, against elongated vessels."""
    rng = np.random.default_rng(0)
    kinds = [("small", 200, 0.1, 4.5, 1), ("large", 20, 0.9, 8.5, 1), ("vessel", 200, 1.0, 5.0, 0)]
    rows, labels, weights = [], [], []
    for kind, count, elongation, volume, label in kinds:
        part = rng.normal(0, 0.3, (count, len(FEATURES)))
        part[:, FEATURES.index("elongation_3d")] += elongation
        part[:, FEATURES.index("log_volume")] += volume
        rows.append(part)
        labels += [label] * count
        weights += [large_weight if kind == "large" else 1.0] * count
    return LinkData(np.concatenate(rows), np.array(labels), np.array(weights))


def test_a_heavier_group_is_believed_more() -> None:
    plain, heavy = _data(1.0), _data(2.5)
    large = slice(200, 220)
    assert fit(heavy).logit(heavy.features_NF[large]).mean() > fit(plain).logit(plain.features_NF[large]).mean()


def test_no_weight_has_a_sign_that_anatomy_forbids() -> None:
    fitted = fit(_data(1.0))
    for name, weight in zip(FEATURES, fitted.weight_F, strict=True):
        assert SIGNS[name] == 0 or weight * SIGNS[name] >= 0


def test_larger_nodules_never_count_less() -> None:
    counts = [size_weight(mm) for mm in (3, 6, 10, 15, 30)]
    assert counts == sorted(counts)
    assert counts[0] == 1
