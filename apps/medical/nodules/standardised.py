"""The embedding of candidates that their heads put in place of the core's own.

Shapes: N vectors, C their length, D width.
"""

import torch
from torch import Tensor

from core_model.inputs.volume import VolumeEmbedding

CLIP = 5.0
"""Standardised features are limited to this many standard deviations."""


class StandardisedVolumeEmbedding(VolumeEmbedding):
    """Candidate vectors of one stem: standardised and clipped before they are embedded.

    Args:
        features: C, length of the stem's vectors.
        width: D.
    """

    mean_C: Tensor
    scale_C: Tensor

    def __init__(self, features: int, width: int) -> None:
        super().__init__(features, width)
        self.register_buffer("mean_C", torch.zeros(features))
        self.register_buffer("scale_C", torch.ones(features))

    def standardise_by(self, features_NC: Tensor) -> None:
        """Take mean and spread of each feature from some vectors."""
        self.mean_C, self.scale_C = features_NC.mean(dim=0), features_NC.std(dim=0).clamp(min=1e-4)

    def standardised(self, features_NC: Tensor) -> Tensor:
        """Vectors in standard deviations from the mean, within ``CLIP``."""
        return ((features_NC - self.mean_C) / self.scale_C).clamp(-CLIP, CLIP)

    def forward(
        self, features_NC: Tensor, position_mm_N3: Tensor, spacing_mm_N3: Tensor, offset_mm_N3: Tensor | None = None
    ) -> Tensor:
        """See ``VolumeEmbedding``; the vectors are as the stem gives them."""
        return super().forward(self.standardised(features_NC), position_mm_N3, spacing_mm_N3, offset_mm_N3)
