"""The probe of the second look compares what it says, on candidates that are seen through."""

import numpy as np
import pytest
import torch

from benchmarks.core_probes import nodules
from benchmarks.core_probes.nodules import difference, figures_of, scores
from tests.apps.medical.nodules.second_looks import cached_part, small_plain_nets, small_second_look


@pytest.fixture(scope="module")
def parts():
    torch.set_num_threads(1)
    return {fold: cached_part(n=90, seed=seed, split="validation") for fold, seed in (("A", 1), ("B", 2))}


@pytest.fixture(scope="module")
def scored(parts):
    return scores(small_second_look(), small_plain_nets(), parts)


@pytest.fixture(scope="module")
def figures(scored, parts):
    return figures_of(scored, parts)


def test_a_perfect_score_gains_what_a_useless_one_lacks_and_equal_scores_gain_nothing():
    label = np.array([1, 0, 0, 0] * 10)
    patients = np.repeat([f"patient {n}" for n in range(10)], 4)
    value, (low, high) = difference(label.astype(float), np.zeros(40), label, patients)
    assert (value, low, high) == pytest.approx((0.75, 0.75, 0.75))
    assert difference(label, label, label, patients) == (0, (0, 0))


def test_the_shuffled_trunk_answers_otherwise_and_the_heads_stay_as_they_are(parts):
    second_look = small_second_look()
    before = {name: value.clone() for name, value in second_look.state_dict().items()}
    found = scores(second_look, small_plain_nets(), parts)
    assert {name: len(score) for name, score in found.items()} == dict.fromkeys(found, 170)
    assert np.abs(found["core"] - found["shuffled"]).min() > 0
    # The small nets of these heads are untrained: they give the stem's own score.
    assert found["plain"] == pytest.approx(found["stem"], abs=1e-5)
    assert all(torch.equal(value, second_look.state_dict()[name]) for name, value in before.items())


def test_the_note_counts_each_nodule_once_however_many_of_its_marks_there_are(parts, scored, figures, monkeypatch):
    label = np.concatenate([part["label_N"][part["label_N"] >= 0] for part in parts.values()])
    marks = int((label == 1).sum())
    distinct = len({name for part in parts.values() for name in part["nodule_N"][part["label_N"] == 1].tolist()})
    assert distinct < marks
    note = figures["nodule_rescore_gain_over_stem"].note
    assert f"all (170 candidates, {marks} of them marks of {distinct} nodules)" in note
    once = {
        fold: {**part, "nodule_N": np.where(part["label_N"] == 1, "P/nodule-0", "")} for fold, part in parts.items()
    }
    monkeypatch.setattr(nodules, "bootstrap", lambda *_: (-1.0, 1.0))
    assert "marks of 1 nodules)" in figures_of(scored, once)["nodule_rescore_gain_over_stem"].note


def test_both_figures_carry_interval_baseline_and_sizes(figures):
    over_plain, over_stem = (figures[f"nodule_rescore_gain_over_{name}"].value for name in ("plain", "stem"))
    assert over_plain == pytest.approx(over_stem)
    for name in ("nodule_rescore_gain_over_stem", "nodule_ap_lost_when_shuffled"):
        figure = figures[name]
        assert figure.n == 170
        assert figure.interval[0] <= figure.value <= figure.interval[1]
        assert "fold A (85 candidates, " in figure.note
