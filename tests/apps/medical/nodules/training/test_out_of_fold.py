"""What a threshold is chosen on, and the curve of plantings found over false marks."""

import numpy as np
import pytest

from apps.medical.nodules.training.out_of_fold import Measured, PlantingResult, choose_threshold, froc


def planting(probability: float, size: str = "10mm") -> PlantingResult:
    return PlantingResult("LIDC-IDRI-0100", "x", "b", "A", size, False, 12.0, probability, 1.0)


def test_the_threshold_lies_halfway_between_the_marks_let_through_and_the_others():
    measured = Measured((planting(0.9), planting(0.5, "6mm")), {"a": (0.8, 0.6), "b": (0.7, 0.2)})
    threshold, reason = choose_threshold(measured, marks=1)
    between = np.log([0.7 / 0.3, 0.6 / 0.4]).mean()
    assert threshold == pytest.approx(1 / (1 + np.exp(-between)), abs=1e-4)
    assert reason["marks"] == {"a": 1, "b": 1}
    assert reason["recall"] == {"10mm": 1.0, "6mm": 0.0, "all": 0.5}


@pytest.mark.parametrize(
    ("plantings", "score"),
    [((0.9, 0.95), 1.0), ((0.9, 0.0), 0.5), ((0.0, 0.0), 0.0)],
    ids=["above all marks", "one of two", "none"],
)
def test_the_froc_score_is_the_mean_share_of_plantings_found_over_the_numbers_of_marks(plantings, score):
    measured = Measured(tuple(map(planting, plantings)), {"a": (0.8, 0.6), "b": (0.7, 0.3)})
    assert froc(measured) == pytest.approx(score, abs=1e-3)
