"""What the core is told of candidates: tokens at their heights, and score, spacing and place as facts."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from apps.medical.nodules.candidate_rows import FACTS, CandidateRows, rows_described
from apps.medical.nodules.detect import CONTEXT_MM, TOKENS
from core_model.errors import InputRejected
from tests.apps.medical.nodules.second_looks import asked


def test_a_row_gives_each_token_its_nominal_height_and_states_score_spacing_and_place():
    given = asked()
    made = rows_described(given)
    assert made.position_mm_NT3[2, :, 0].tolist() == list(CONTEXT_MM)
    facts = dict(zip([name for name, _ in FACTS], made.facts_NF.T.numpy(), strict=True))
    assert facts["log odds of a lung nodule by the convolutional detector"] == pytest.approx(given.score_N)
    assert set(facts["distance between CT slices"].tolist()) == {2.5}
    for axis, words in enumerate(("above the lower end", "behind the front", "from the right side")):
        assert facts[f"distance {words} of the lungs"] == pytest.approx(given.place_mm_N3[:, axis])
    assert made.features_NTC[4, 2].numpy() == pytest.approx(given.features_ND.reshape(6, TOKENS, 80)[4, 2])


def candidates(n=5, seed=0, tokens=7, features=8):
    """Candidates of which the second lacks three tokens below and the fourth all but its first."""
    generator = torch.Generator().manual_seed(seed)
    features_NTC = torch.randn(n, tokens, features, generator=generator)
    features_NTC[1, 1:4] = 0
    features_NTC[3, 1:] = 0
    return CandidateRows(
        features_NTC,
        40 * torch.randn(n, tokens, 3, generator=generator),
        torch.rand(n, 3, generator=generator) + 0.5,
        torch.randn(n, 2, generator=generator),
        torch.randn(n, generator=generator),
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("position_mm_NT3", torch.zeros(5, 7, 2)),
        ("spacing_mm_N3", torch.ones(4, 3)),
        ("facts_NF", torch.zeros(5)),
        ("score_N", torch.zeros(5, 1)),
        ("features_NTC", torch.zeros(5, 7 * 8)),
        ("score_N", torch.full((5,), torch.nan)),
        ("facts_NF", torch.full((5, 2), torch.inf)),
        ("position_mm_NT3", torch.full((5, 7, 3), torch.nan)),
        ("features_NTC", torch.zeros(5, 7, 8)),
    ],
)
def test_what_does_not_fit_together_is_refused(name, value):
    with pytest.raises(InputRejected):
        replace(candidates(), **{name: value})


@pytest.mark.parametrize(
    "wrong",
    [
        {"features_ND": asked().features_ND[:, :-1]},
        {"score_N": asked().score_N[:-1]},
        {"features_ND": np.full_like(asked().features_ND, np.nan)},
        {"place_mm_N3": asked().place_mm_N3[:, :2]},
        {"place_mm_N3": np.full((6, 3), np.inf)},
    ],
)
def test_descriptions_whose_parts_do_not_fit_together_are_refused(wrong):
    with pytest.raises(InputRejected):
        rows_described(replace(asked(), **wrong))


def test_the_tokens_that_are_there_are_those_that_are_not_zero():
    rows = candidates()
    assert rows.present_NT.sum(1).tolist() == [7, 4, 7, 1, 7]
    assert len(rows.present_PC) == 26
    assert torch.equal(rows.present_PC[7], rows.features_NTC[1, 0])
