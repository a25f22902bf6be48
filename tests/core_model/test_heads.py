"""Heads learn what they are for, and the dense one keeps its voxels."""

import torch
from torch.testing import assert_close

from core_model.inputs.segments import UNITS
from core_model.nn.heads import (
    CandidateHead,
    ClassificationHead,
    EmbeddingHead,
    HeatmapHead,
    MaskedFactHead,
    OutlineHead,
    RatingHead,
    RegressionHead,
)


def fit(head: torch.nn.Module, *arguments: torch.Tensor, steps: int = 200) -> None:
    optimizer = torch.optim.Adam(head.parameters(), lr=0.05)
    for _ in range(steps):
        loss = head.loss(*arguments)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_classification_learns_a_linear_rule_for_two_and_for_three_classes() -> None:
    torch.manual_seed(0)
    x_BD = torch.nn.functional.layer_norm(torch.randn(300, 8), (8,))
    yes_B = (x_BD[:, 0] > 0.3).long()
    two = ClassificationHead(8, 1)
    assert_close(two(x_BD), torch.zeros(300, 1))
    fit(two, x_BD, yes_B)
    assert float(((two(x_BD)[:, 0] > 0) == yes_B.bool()).float().mean()) > 0.95
    label_B = x_BD[:, :3].argmax(dim=1)
    three = ClassificationHead(8, 3)
    fit(three, x_BD, label_B)
    assert float((three(x_BD).argmax(dim=1) == label_B).float().mean()) > 0.95


def test_rows_of_weight_zero_do_not_count() -> None:
    x_BD, label_B = torch.randn(4, 8), torch.tensor([0, 1, 1, 0])
    head = ClassificationHead(8, 2)
    torch.nn.init.normal_(head.linear.weight)
    weighted = head.loss(x_BD, label_B, torch.tensor([2.0, 2.0, 0.0, 0.0]))
    assert_close(weighted, head.loss(x_BD[:2], label_B[:2]))


def test_regression_learns_values_and_how_far_they_scatter() -> None:
    torch.manual_seed(0)
    x_BD = torch.nn.functional.layer_norm(torch.randn(2000, 8), (8,))
    noise = torch.where(x_BD[:, 1:2] > 0, 0.5, 0.05) * torch.randn(2000, 1)
    head = RegressionHead(8)
    fit(head, x_BD, 2 * x_BD[:, :1] + noise, steps=400)
    mean_BC, spread_BC = head(x_BD)
    assert float((mean_BC - 2 * x_BD[:, :1]).abs().mean()) < 0.15
    assert float(spread_BC[x_BD[:, 1] > 1].mean() / spread_BC[x_BD[:, 1] < -1].mean()) > 3


def test_a_heatmap_moves_with_its_features_and_is_their_product_with_the_query() -> None:
    torch.manual_seed(0)
    head = HeatmapHead(8, 5)
    x_ND, map_FZYX = torch.randn(2, 8), torch.randn(5, 3, 4, 6)
    heat = head(x_ND, map_FZYX)
    assert heat.shape == (2, 3, 4, 6)
    query_N6 = head.query(head.norm(x_ND))
    assert_close(heat[1, 2, 3, 4], query_N6[1, :5] @ map_FZYX[:, 2, 3, 4] + query_N6[1, 5])
    moved = head(x_ND, map_FZYX.roll((1, 2), dims=(2, 3)))
    assert_close(moved, heat.roll((1, 2), dims=(2, 3)))


def test_an_embedding_is_of_length_one() -> None:
    assert_close(EmbeddingHead(8, 4)(torch.randn(3, 8)).norm(dim=1), torch.ones(3))


def test_an_outline_is_read_off_the_tokens_and_lies_in_their_cells() -> None:
    torch.manual_seed(0)
    head = OutlineHead(8, 4)
    tokens = torch.zeros(2, 3, 5, 8)
    tokens[0, 1, 2] = torch.randn(8)
    heat = head(tokens)
    assert heat.shape == (2, 12, 20)
    differs = (heat[0] != heat[1]).nonzero()
    assert differs.amin(0).tolist() == [4, 8]
    assert differs.amax(0).tolist() == [7, 11]
    cell = head.linear(head.norm(tokens[0, 1, 2])).view(4, 4)
    assert_close(heat[0, 4:8, 8:12], cell)


def test_an_outline_is_learned_and_pixels_that_do_not_count_do_not() -> None:
    torch.manual_seed(0)
    head = OutlineHead(16, 4)
    tokens = torch.randn(6, 2, 3, 16)
    inside = (torch.rand(6, 8, 12) < 0.3).float()
    counted = torch.ones_like(inside)
    counted[:, :, 8:] = 0
    fit(head, tokens, inside, counted, steps=300)
    agreed = (head(tokens) > 0).float() == inside
    assert float(agreed[:, :, :8].float().mean()) > 0.9
    changed = inside.clone()
    changed[:, :, 8:] = 1 - changed[:, :, 8:]
    assert_close(head.loss(tokens, changed, counted), head.loss(tokens, inside, counted))


def test_ratings_are_ordered_learned_and_may_be_missing() -> None:
    torch.manual_seed(0)
    x_ND = torch.nn.functional.layer_norm(torch.randn(600, 8), (8,))
    true_NK = torch.stack([(3 + 1.2 * x_ND[:, 0]).round(), (3 - 1.5 * x_ND[:, 1]).round()], dim=1).clamp(1, 5)
    given_NK = true_NK.clone()
    given_NK[::2, 1] = float("nan")
    head = RatingHead(8, 2)
    assert_close(head.rating(x_ND), torch.full((600, 2), 3.0), atol=1e-3, rtol=0)
    logit_NKL = head(x_ND)
    assert logit_NKL.shape == (600, 2, 4)
    assert_close(logit_NKL[0, 0], torch.tensor([1.5, 0.5, -0.5, -1.5]), atol=1e-3, rtol=0)
    fit(head, x_ND, given_NK, steps=400)
    assert bool((head(x_ND).diff(dim=-1) < 0).all())
    assert float((head.rating(x_ND) - true_NK).abs().mean()) < 0.3
    above = (head.above(x_ND, 3)[:, 0] > 0) == (true_NK[:, 0] > 3)
    assert float(above.float().mean()) > 0.95


def test_a_candidates_score_stands_until_something_is_learned() -> None:
    torch.manual_seed(0)
    mean_ND, most_ND, score_N = torch.randn(400, 8), torch.randn(400, 8), torch.randn(400)
    head = CandidateHead(8)
    assert_close(head(mean_ND, most_ND, score_N), score_N)
    assert_close(head(mean_ND, most_ND), torch.zeros(400))
    label_N = (most_ND[:, 0] > 0).long()
    fit(head, mean_ND, most_ND, label_N, score_N)
    assert float(((head(mean_ND, most_ND, score_N) > 0) == label_N.bool()).float().mean()) > 0.93


def test_masked_facts_are_told_by_sign_unit_and_size() -> None:
    torch.manual_seed(0)
    x_N2D = torch.nn.functional.layer_norm(torch.randn(500, 2, 8), (2, 8))
    log10_N = 4 + 2 * x_N2D[:, 0, 0]
    value_N = torch.sign(x_N2D[:, 1, 1]) * 10**log10_N
    unit_N = (x_N2D[:, 1, 2] > 0).long() * 3
    all_N = torch.ones(500, dtype=torch.bool)
    head = MaskedFactHead(8)
    guess = head(x_N2D)
    assert guess.unit_NU.shape == (500, len(UNITS))
    assert float(guess.unit_NU.abs().sum()) == 0
    optimizer = torch.optim.Adam(head.parameters(), lr=0.01)
    for _ in range(400):
        loss = head.loss(x_N2D, value_N, unit_N, all_N, all_N)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    guess = head(x_N2D)
    assert float((guess.log10_N - log10_N).abs().mean()) < 0.2
    assert float((guess.unit_NU.argmax(-1) == unit_N).float().mean()) > 0.97
    assert float((torch.sign(guess.value_N) == torch.sign(value_N)).float().mean()) > 0.97


def test_what_was_not_masked_and_the_size_of_zero_teach_nothing() -> None:
    torch.manual_seed(0)
    head = MaskedFactHead(8)
    torch.nn.init.normal_(head.out.weight)
    x_N2D, unit_N = torch.randn(3, 2, 8), torch.tensor([1, 2, 3])
    value_N = torch.tensor([5.0, float("nan"), 0.0])
    hidden_N, units_N = torch.tensor([True, False, True]), torch.tensor([False, False, True])
    loss = head.loss(x_N2D, value_N, unit_N, hidden_N, units_N)
    other = head.loss(x_N2D, torch.tensor([5.0, -7e9, 0.0]), torch.tensor([9, 9, 3]), hidden_N, units_N)
    assert_close(loss, other)
    guess = head(x_N2D)
    sign = -guess.sign_N3.log_softmax(-1)
    size = -guess.bin_NK.log_softmax(-1)[0, 13]  # log10 of 5 is 0.699, in the bin from 0.5 to 1
    rest = torch.nn.functional.smooth_l1_loss(guess.rest_NK[0, 13], torch.tensor(0.69897 * 2 - 1.5), beta=0.1)
    wanted = (sign[0, 2] + sign[2, 1]) / 2 - guess.unit_NU.log_softmax(-1)[2, 3] + size + rest
    assert_close(loss, wanted, atol=1e-4, rtol=0)
    loss.backward()
    assert all(bool(torch.isfinite(parameter.grad).all()) for parameter in head.parameters())
