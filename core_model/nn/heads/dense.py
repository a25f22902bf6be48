"""Heads for voxels and pixels.

Shapes: N candidates or images, D width, F features of a dense map, Z, Y, X voxels or pixels; R, Q rows and columns of
an image's cells.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class HeatmapHead(nn.Module):
    """A dense heatmap: how much each voxel's features answer to what the core says of a candidate.

    Args:
        width: D.
        features: F, channels of the dense map, for example of a volume's stem.
    """

    def __init__(self, width: int, features: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, features + 1)

    def forward(self, x_ND: Tensor, map_FZYX: Tensor) -> Tensor:
        """Logits ``[N, Z, Y, X]``, registered to the map's voxels."""
        query_NF, bias_N1 = self.query(self.norm(x_ND)).split([map_FZYX.shape[0], 1], dim=-1)
        return torch.einsum("nf,fzyx->nzyx", query_NF, map_FZYX) + bias_N1[..., None, None]


class OutlineHead(nn.Module):
    """An outline on an image, read off its tokens: each says which pixels of its cell are inside.

    Args:
        width: D.
        patch: Edge of a cell in pixels.
    """

    def __init__(self, width: int, patch: int) -> None:
        super().__init__()
        self.patch = patch
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, patch * patch)
        nn.init.normal_(self.linear.weight, std=0.02)
        nn.init.constant_(self.linear.bias, -4.0)

    def forward(self, x_NRQD: Tensor) -> Tensor:
        """Logits of the pixels, ``[N, R * patch, Q * patch]``: few are inside before training."""
        pixels = self.linear(self.norm(x_NRQD)).unflatten(-1, (self.patch, self.patch))
        return pixels.transpose(2, 3).flatten(3, 4).flatten(1, 2)

    def loss(self, x_NRQD: Tensor, inside_NYX: Tensor, counted_NYX: Tensor | None = None) -> Tensor:
        """Mean of cross-entropy and of one less the overlap (soft Dice, Milletari and others 2016, arXiv 1606.04797).

        Args:
            x_NRQD: Tokens.
            inside_NYX: 1 inside, 0 outside.
            counted_NYX: Pixels that count; all where not given.
        """
        logit_NYX = self(x_NRQD)
        inside_NYX = inside_NYX.to(logit_NYX.dtype)
        counted_NYX = torch.ones_like(logit_NYX) if counted_NYX is None else counted_NYX.to(logit_NYX.dtype)
        each_NYX = F.binary_cross_entropy_with_logits(logit_NYX, inside_NYX, reduction="none") * counted_NYX
        p_NYX = logit_NYX.sigmoid() * counted_NYX
        inside_NYX = inside_NYX * counted_NYX
        both_N = (p_NYX * inside_NYX).sum((1, 2))
        overlap_N = (2 * both_N + 1) / (p_NYX.sum((1, 2)) + inside_NYX.sum((1, 2)) + 1)
        return (each_NYX.sum() / counted_NYX.sum().clamp(min=1) + 1 - overlap_N.mean()) / 2
