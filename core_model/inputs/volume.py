"""Vectors of a volume's stem to tokens, with position and spacing.

A candidate is one vector, or a grid of the stem's feature map around it. Each token then says where it stands from the
origin, and how far from its candidate, both in millimetres, so that scans of any spacing are read alike.

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
        offsets: Whether it reads how far a vector stands from its candidate.
    """

    def __init__(self, features: int, width: int, *, offsets: bool = False) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(features)
        self.features = Linear(features, width)
        self.place = Linear(3 * 2 * len(WAVELENGTHS_MM) + 3, width)
        for layer in (self.features, self.place):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)
        self.offset = Linear(3 * 2 * len(WAVELENGTHS_MM), width, bias=False) if offsets else None
        if self.offset is not None:
            nn.init.normal_(self.offset.weight, std=0.02)

    def forward(
        self, features_NC: Tensor, position_mm_N3: Tensor, spacing_mm_N3: Tensor, offset_mm_N3: Tensor | None = None
    ) -> Tensor:
        """Embed vectors.

        Args:
            features_NC: Vectors of the stem, ``[N, C]``.
            position_mm_N3: Where each stands, from the origin that the head was trained with (that of nodules: the
                candidate's best slice).
            spacing_mm_N3: Of the voxels that the vectors were computed from, positive.
            offset_mm_N3: How far each stands from its candidate; NaN, or not given, where it is none's.

        Returns:
            ``[N, D]`` in the type of the weights, before the norm that all modalities share.
        """
        place_NP = torch.cat([position_code(position_mm_N3), spacing_mm_N3.log()], dim=-1)
        dtype = self.features.weight.dtype
        tokens_ND = self.features(self.norm(features_NC.to(dtype))) + self.place(place_NP.to(dtype))
        if offset_mm_N3 is None or self.offset is None:
            return tokens_ND
        known_N1 = torch.isfinite(offset_mm_N3).all(dim=-1, keepdim=True)
        code_NP = position_code(torch.where(known_N1, offset_mm_N3, torch.zeros_like(offset_mm_N3)))
        return tokens_ND + self.offset(code_NP.to(dtype)) * known_N1.to(dtype)
