"""Heads learn what they are for, and the dense one keeps its voxels."""

import torch
from torch.testing import assert_close

from core_model.nn.heads import ClassificationHead, EmbeddingHead, HeatmapHead, RegressionHead


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
