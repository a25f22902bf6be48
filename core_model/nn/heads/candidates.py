"""Candidates and images: what they are, and how readers would rate them.

Shapes: N candidates or images, D width, K ratings, L levels less one.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_model.nn.heads.rows import ClassificationHead


class RatingHead(nn.Module):
    """Readers' ratings on ordered levels 1, 2, 3 ...: for each the log-odds that it is above each level but the last.

    Ordered levels by their thresholds on one line (McCullagh 1980): a rating of 4 is nearer to 5 than to 1.

    Args:
        width: D, or that of what is read.
        ratings: K.
        levels: Of each rating.
    """

    def __init__(self, width: int, ratings: int, levels: int = 5) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, ratings)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.first_K = nn.Parameter(torch.full((ratings,), (2 - levels) / 2))
        self.steps_KL = nn.Parameter(torch.zeros(ratings, levels - 2))

    @property
    def levels(self) -> int:
        """How many there are."""
        return self.steps_KL.shape[1] + 2

    def forward(self, x_ND: Tensor) -> Tensor:
        """Log-odds that each rating is above 1, above 2, ..., ``[N, K, levels - 1]``, falling."""
        more_KL = F.softplus(self.steps_KL + 0.5413).cumsum(-1)  # a step of 1 at the start
        cuts_KL = torch.cat([self.first_K[:, None], self.first_K[:, None] + more_KL], dim=-1)
        return self.linear(self.norm(x_ND)).unsqueeze(-1) - cuts_KL

    def rating(self, x_ND: Tensor) -> Tensor:
        """Expected ratings, ``[N, K]``."""
        return 1 + self(x_ND).sigmoid().sum(-1)

    def above(self, x_ND: Tensor, level: int) -> Tensor:
        """Log-odds that each rating is above a level, ``[N, K]``."""
        return self(x_ND)[..., level - 1]

    def loss(self, x_ND: Tensor, rating_NK: Tensor) -> Tensor:
        """Mean cross-entropy over the ratings that there are and the levels.

        Args:
            x_ND: What is read.
            rating_NK: Means over the readers, 1 to ``levels``; NaN where there is none. A mean between two levels is
                above the lower one for the share of it that lies beyond.
        """
        logit_NKL = self(x_ND)
        there_NK = torch.isfinite(rating_NK)
        level_L = torch.arange(1, self.levels, device=x_ND.device)
        share_NKL = (rating_NK.nan_to_num().unsqueeze(-1) - level_L).clamp(0, 1).to(logit_NKL.dtype)
        each_NKL = F.binary_cross_entropy_with_logits(logit_NKL, share_NKL, reduction="none")
        return (each_NKL.mean(-1) * there_NK).sum() / there_NK.sum().clamp(min=1)


class CandidateHead(nn.Module):
    """Whether a candidate is what is looked for, from its tokens: their mean and their maximum.

    A score that was there before is added, so that an untrained head leaves it as it is.

    Args:
        width: D.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.said = ClassificationHead(2 * width, 1)
        self.slope = nn.Parameter(torch.ones(()))

    def forward(self, mean_ND: Tensor, most_ND: Tensor, score_N: Tensor | None = None) -> Tensor:
        """Log-odds, ``[N]``.

        Args:
            mean_ND: Mean over each candidate's tokens.
            most_ND: Maximum over them.
            score_N: Log-odds that whoever found it gave it.
        """
        said_N = self.said(torch.cat([mean_ND, most_ND], dim=-1))[:, 0]
        return said_N if score_N is None else said_N + self.slope * score_N

    def loss(
        self,
        mean_ND: Tensor,
        most_ND: Tensor,
        label_N: Tensor,
        score_N: Tensor | None = None,
        weight_N: Tensor | None = None,
    ) -> Tensor:
        """Mean cross-entropy, each candidate with its weight."""
        said_N = self(mean_ND, most_ND, score_N)
        each_N = F.binary_cross_entropy_with_logits(said_N, label_N.to(said_N.dtype), reduction="none")
        return each_N.mean() if weight_N is None else (each_N * weight_N).sum() / weight_N.sum()
