"""Figures on held-out data against other libraries."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from core_model.training.evaluate import average_precision


def test_average_precision_is_the_librarys_also_with_ties():
    rng = np.random.default_rng(0)
    for _ in range(20):
        score, label = rng.integers(0, 9, 40).astype(float), rng.integers(0, 2, 40)
        assert average_precision(score, label) == pytest.approx(average_precision_score(label, score))
    assert np.isnan(average_precision(np.zeros(3), np.zeros(3)))
