"""Grey images to tokens: square patches, projected, with their place on the page.

Shapes: Y, X pixels; P patches, row by row, I pixels of a patch; D width.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_model.nn.products import Linear

_PLACE = 4


class ImageEmbedding(nn.Module):
    """Patches of a grey image to tokens.

    Args:
        patch: Edge of a patch in pixels.
        width: D.
    """

    def __init__(self, patch: int, width: int) -> None:
        super().__init__()
        self.patch = patch
        self.project = Linear(patch * patch, width)
        self.place = Linear(_PLACE, width)
        for layer in (self.project, self.place):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, images: Sequence[Tensor]) -> Tensor:
        """Embed images, one after the other.

        Args:
            images: Each ``[Y, X]`` with intensities 0 to 1.

        Returns:
            ``[P, D]`` in the type of the weights, before the norm that all modalities share.
        """
        pairs = [self._patches(pixels_YX) for pixels_YX in images]
        patch_PI = torch.cat([patches for patches, _ in pairs]).to(self.project.weight.dtype)
        place_P4 = torch.cat([place for _, place in pairs]).to(self.place.weight.dtype)
        return self.project(patch_PI - 0.5) + self.place(place_P4)

    def _patches(self, pixels_YX: Tensor) -> tuple[Tensor, Tensor]:
        """The patches of an image, ``[P, patch * patch]``, and where each stands, ``[P, 4]``."""
        height, width = pixels_YX.shape
        filled = F.pad(pixels_YX, (0, -width % self.patch, 0, -height % self.patch))
        rows, columns = filled.shape[0] // self.patch, filled.shape[1] // self.patch
        patches = filled.view(rows, self.patch, columns, self.patch).transpose(1, 2).reshape(rows * columns, -1)
        y_P = torch.arange(rows, device=filled.device).repeat_interleave(columns) / max(rows, 1)
        x_P = torch.arange(columns, device=filled.device).repeat(rows) / max(columns, 1)
        return patches, torch.stack([y_P, x_P, y_P * y_P, x_P * x_P], dim=-1)
