"""The cap on vessels against the readers' own outlines: no real nodule is anywhere near it."""

import numpy as np
import pytest

from apps.medical.nodules.linking import LONGEST_OVER_WIDTH, tubular
from apps.medical.nodules.shape import FEATURES
from apps.medical.nodules.training.sources.fields import load_fields
from benchmarks import shared_data
from tests import needs


def longest_over_width(drawn_ZYX: np.ndarray, spacing_mm: tuple[float, float, float]) -> float:
    """Ratio of the first to the second standard deviation of an outline's voxels, each a box of its own size."""
    places = np.argwhere(drawn_ZYX) * np.array(spacing_mm)
    spread = np.linalg.eigvalsh(np.cov(places.T) + np.diag(np.array(spacing_mm) ** 2 / 12))
    return float(np.sqrt(spread[2] / spread[1]))


@pytest.mark.shared_data
@pytest.mark.slow
def test_no_nodule_of_training_or_validation_patients_is_as_long_for_its_width_as_a_vessel() -> None:
    needs.shared_data()
    ratios = []
    for field in load_fields(
        shared_data.folder("medical/lidc_nodule_slices"),
        shared_data.file("medical/lidc_series.csv"),
        shared_data.file("medical/lidc_nodules.csv"),
        splits=("train", "validation"),
    ):
        drawn = field.votes_ZYX >= min(2, field.readers)
        if drawn.sum() >= 5 and drawn.any((1, 2)).sum() >= 2:
            ratios.append(longest_over_width(drawn, field.spacing_mm))
    assert len(ratios) == 1628
    assert max(ratios) == pytest.approx(3.58, abs=0.01)
    assert max(ratios) < LONGEST_OVER_WIDTH / 1.5


def test_a_part_falls_by_its_ratio_alone() -> None:
    features = np.zeros((2, len(FEATURES)))
    features[:, FEATURES.index("elongation_3d")] = np.log([LONGEST_OVER_WIDTH - 0.1, LONGEST_OVER_WIDTH + 0.1])
    assert tubular(features).tolist() == [False, True]
