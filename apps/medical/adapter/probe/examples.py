"""The images of a source as tensors to learn from, and their changes in training.

Shapes: N images, Y, X pixels, K ratings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from apps.medical.adapter.pictures import RATINGS

LEVELS = 5
_CALCIFICATION_LEVELS = 6
GAIN, OFFSET, NOISE = 0.1, 0.03, 0.01
"""By how much intensities are changed at random in training: share, addition, spread of noise."""


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Images with what is known of them.

    Attributes:
        pixels_NYX: 0 to 1.
        inside_NYX: 1 inside the outline.
        counted_NYX: 1 where the outline is sure.
        label_N: 1 nodule, 0 background.
        rating_NK: On 1 to 5, NaN where there is none.
        identity_N: Patients.
    """

    pixels_NYX: Tensor
    inside_NYX: Tensor
    counted_NYX: Tensor
    label_N: Tensor
    rating_NK: Tensor
    identity_N: np.ndarray

    def __len__(self) -> int:
        return len(self.label_N)

    def some(self, index: Tensor | np.ndarray) -> "Images":
        """Those of some numbers."""
        index_M = torch.as_tensor(index)
        return Images(
            self.pixels_NYX[index_M],
            self.inside_NYX[index_M],
            self.counted_NYX[index_M],
            self.label_N[index_M],
            self.rating_NK[index_M],
            self.identity_N[index_M.numpy()],
        )

    @property
    def suspicion_N(self) -> Tensor:
        """Mean suspicion, NaN where there is none."""
        return self.rating_NK[:, RATINGS.index("malignancy")]


def images_of(arrays: Mapping[str, np.ndarray], columns: Mapping[str, Sequence[Any]], split: str) -> Images:
    """The images of a split; see ``apps.medical.adapter.pictures.table`` for arrays and columns."""
    index = np.flatnonzero(np.array(columns["split"]) == split)
    rating_KN = [np.array([np.nan if v is None else float(v) for v in columns[name]])[index] for name in RATINGS]
    rating_NK = torch.tensor(np.stack(rating_KN, axis=1), dtype=torch.float32)
    last = RATINGS.index("calcification")
    rating_NK[:, last] = 1 + (rating_NK[:, last] - 1) * (LEVELS - 1) / (_CALCIFICATION_LEVELS - 1)
    return Images(
        torch.from_numpy(arrays["fields"][index]).float() / 255,
        torch.from_numpy(arrays["masks"][index]).float(),
        torch.from_numpy(arrays["counted"][index]).float(),
        torch.tensor(np.array(columns["label"])[index]),
        rating_NK,
        np.array(columns["identity"])[index],
    )


def changed(images: Images, shift: int, generator: torch.Generator) -> Images:
    """The images turned, mirrored, moved and with other intensities, each by chance, their outlines with them."""
    stack_N3YX = torch.stack([images.pixels_NYX, images.inside_NYX, images.counted_NYX], dim=1)
    edge = stack_N3YX.shape[-1]
    padded = F.pad(stack_N3YX, (shift,) * 4, mode="replicate")
    moved = torch.empty_like(stack_N3YX)
    place_N2 = torch.randint(0, 2 * shift + 1, (len(images), 2), generator=generator).tolist()
    turn_N = torch.randint(0, 4, (len(images),), generator=generator).tolist()
    flip_N = torch.randint(0, 2, (len(images),), generator=generator).tolist()
    for n, ((row, column), turn, flip) in enumerate(zip(place_N2, turn_N, flip_N, strict=True)):
        one = torch.rot90(padded[n, :, row : row + edge, column : column + edge], turn, (1, 2))
        moved[n] = one.flip(2) if flip else one
    gain_N = 1 + GAIN * (2 * torch.rand(len(images), 1, 1, generator=generator) - 1)
    offset_N = OFFSET * torch.randn(len(images), 1, 1, generator=generator)
    noise = NOISE * torch.randn(moved[:, 0].shape, generator=generator)
    pixels_NYX = (gain_N * (moved[:, 0] - 0.5) + 0.5 + offset_N + noise).clamp(0, 1)
    return replace(images, pixels_NYX=pixels_NYX, inside_NYX=moved[:, 1], counted_NYX=moved[:, 2])
