"""Candidate vectors of a volume's stem to tokens, with position and spacing.

Shapes: N vectors, C their length, D width. Positions and spacing in millimetres, z, y, x.
"""

import math

import torch
from torch import Tensor, nn

from core_model.nn.products import Linear

WAVELENGTHS_MM = (8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0)
"""Wavelengths of the position code: from the size of a small nodule to that of a chest."""


def position_code(position_mm_N3: Tensor) -> Tensor:
    """Sines and cosines of each coordinate at each wavelength, ``[N, 3 * 2 * 7]``."""
    lengths_W = position_mm_N3.new_tensor(WAVELENGTHS_MM)
    angle_N3W = 2 * math.pi * position_mm_N3.unsqueeze(-1) / lengths_W
    return torch.cat([angle_N3W.sin(), angle_N3W.cos()], dim=-1).flatten(1)


class VolumeEmbedding(nn.Module):
    """Projects candidate vectors into tokens.

    Args:
        features: C, length of the stem's vectors.
        width: D.
    """

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(features)
        self.features = Linear(features, width)
        self.place = Linear(3 * 2 * len(WAVELENGTHS_MM) + 3, width)
        for layer in (self.features, self.place):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, features_NC: Tensor, position_mm_N3: Tensor, spacing_mm_N3: Tensor) -> Tensor:
        """Embed vectors.

        Args:
            features_NC: Vectors of the stem, ``[N, C]``.
            position_mm_N3: Where each stands, from the origin that the head was trained with (that of nodules: the
                candidate's best slice).
            spacing_mm_N3: Of the voxels that the vectors were computed from, positive.

        Returns:
            ``[N, D]`` in the type of the weights, before the norm that all modalities share.
        """
        place_NP = torch.cat([position_code(position_mm_N3), spacing_mm_N3.log()], dim=-1)
        dtype = self.features.weight.dtype
        return self.features(self.norm(features_NC.to(dtype))) + self.place(place_NP.to(dtype))
