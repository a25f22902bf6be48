"""Contrastive losses against their formulas, written out."""

import math

import pytest
import torch
from torch.nn import functional as F

from core_model.training.joint.contrast import info_nce, same_pairs
from core_model.training.joint.similarity import centred, similarity_loss


def unit(*shape: int) -> torch.Tensor:
    return F.normalize(torch.randn(*shape), dim=-1)


def test_info_nce_by_hand_with_a_negative_and_an_equal_passage() -> None:
    torch.manual_seed(0)
    query_BD, passage_PD = unit(3, 8), unit(4, 8)
    same_BP = torch.zeros(3, 4, dtype=torch.bool)
    same_BP[0, 2] = same_BP[2, 0] = True
    loss, right = info_nce(query_BD, passage_PD, same_BP, 0.1)
    score = [[math.exp(float(q @ p) / 0.1) for p in passage_PD] for q in query_BD]
    forth = -sum(math.log(score[k][k] / sum(score[k][j] for j in range(4) if not same_BP[k, j])) for k in range(3))
    back = -sum(math.log(score[k][k] / sum(score[j][k] for j in range(3) if not same_BP[j, k])) for k in range(3))
    assert float(loss) == pytest.approx((forth + back) / 6, rel=1e-5)
    first = [max((score[k][j], j) for j in range(4) if not same_BP[k, j])[1] for k in range(3)]
    assert right == pytest.approx(sum(place == k for k, place in enumerate(first)) / 3)


def test_equal_questions_and_equal_passages_are_no_negatives() -> None:
    same_BB = same_pairs([1, 1, 2, 3], [10, 11, 12, 10])
    expected = torch.zeros(4, 4, dtype=torch.bool)
    for one, other in ((0, 1), (0, 3)):
        expected[one, other] = expected[other, one] = True
    assert torch.equal(same_BB, expected)


def test_similarities_of_the_teacher_itself_cost_nothing_whatever_its_width_or_mean() -> None:
    torch.manual_seed(1)
    wanted_BD = torch.randn(6, 8)
    turned_BD = wanted_BD @ torch.linalg.qr(torch.randn(8, 8))[0] + 3.0
    assert float(similarity_loss(turned_BD, wanted_BD, 0.1)) == pytest.approx(0, abs=1e-5)
    assert float(similarity_loss(torch.randn(6, 4), wanted_BD, 0.1)) > 0.1
    assert float(similarity_loss(wanted_BD[:2], wanted_BD[:2], 0.1)) == 0


def test_a_direction_that_a_language_shares_says_nothing() -> None:
    torch.manual_seed(2)
    wanted_BD, language_B = unit(8, 6), torch.tensor([0, 1] * 4)
    assert torch.allclose(centred(wanted_BD, language_B)[::2].mean(0), torch.zeros(6), atol=1e-6)
    apart_BD = wanted_BD + torch.tensor([[0.2], [-0.3]])[language_B]
    together = similarity_loss(apart_BD, wanted_BD, 0.1)
    assert float(similarity_loss(apart_BD, wanted_BD, 0.1, language_B)) < float(together)
