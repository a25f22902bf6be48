"""Heads for a row or a token: classes, numbers, vectors to compare.

Shapes: B rows, T tokens, D width, C classes or outputs.
"""

from torch import Tensor, nn
from torch.nn import functional as F


class ClassificationHead(nn.Module):
    """One of C classes for a row or a token (token tagging is this head on ``hidden_TD``).

    Args:
        width: D.
        classes: C; 1 for yes or no.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, classes)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x_BD: Tensor) -> Tensor:
        """Logits ``[B, C]``; zero before training."""
        return self.linear(self.norm(x_BD))

    def loss(self, x_BD: Tensor, label_B: Tensor, weight_B: Tensor | None = None) -> Tensor:
        """Mean cross-entropy (of C = 1: of yes against no), each row with its weight."""
        logits_BC = self(x_BD)
        if logits_BC.shape[1] == 1:
            each_B = F.binary_cross_entropy_with_logits(logits_BC[:, 0], label_B.to(logits_BC.dtype), reduction="none")
        else:
            each_B = F.cross_entropy(logits_BC, label_B, reduction="none")
        if weight_B is None:
            return each_B.mean()
        return (each_B * weight_B).sum() / weight_B.sum()


class RegressionHead(nn.Module):
    """C numbers for a row or a token, each with its own spread.

    Args:
        width: D.
        outputs: C.
    """

    def __init__(self, width: int, outputs: int = 1) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, 2 * outputs)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x_BD: Tensor) -> tuple[Tensor, Tensor]:
        """Means and standard deviations, each ``[B, C]``; 0 and 1 before training."""
        mean_BC, log_spread_BC = self.linear(self.norm(x_BD)).chunk(2, dim=-1)
        return mean_BC, log_spread_BC.clamp(-7, 7).exp()

    def loss(self, x_BD: Tensor, value_BC: Tensor) -> Tensor:
        """Mean negative log-likelihood of a Laplace distribution, up to a constant: robust to gross errors."""
        mean_BC, spread_BC = self(x_BD)
        return ((value_BC - mean_BC).abs() / spread_BC + spread_BC.log()).mean()


class EmbeddingHead(nn.Module):
    """A unit vector for comparing rows.

    Args:
        width: D.
        outputs: Length of the vector.
    """

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, outputs, bias=False)

    def forward(self, x_BD: Tensor) -> Tensor:
        """``[B, outputs]``, of length 1."""
        return F.normalize(self.linear(x_BD), dim=-1)
