"""Grey images to tokens: a small convolutional stem sees the pixels, its coarsest map has a cell for each token.

The stem reads at full size, then at half, and so on, until a cell is ``patch`` pixels wide. Its norms are those of a
pixel's channels alone: what a cell says depends on what the stem sees around it, never on the size of the picture or
on the other pictures of a batch.

Shapes: N images of one size, Y, X pixels; R, Q rows and columns of cells, P = R * Q of them, row by row; C channels;
D width.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_model.nn.products import Linear

PLACE_WAVES = (1.0, 2.0, 4.0, 8.0)
"""Half waves of the place code from one edge of the image to the other."""
_PLACE = 2 * 2 * len(PLACE_WAVES) + 2
MOST_CHANNELS = 8
"""So many times the channels at full size the coarser maps have at most."""


class PixelNorm(nn.Module):
    """Layer norm over the channels of each pixel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x_NCYX: Tensor) -> Tensor:
        """The same shape."""
        channels = (len(self.weight),)
        return F.layer_norm(x_NCYX.permute(0, 2, 3, 1), channels, self.weight, self.bias).permute(0, 3, 1, 2)


class ImageStem(nn.Module):
    """Convolutions from pixels to one vector a cell.

    Args:
        patch: Edge of a cell in pixels, a power of two.
        channels: At full size; they double at each halving, up to ``MOST_CHANNELS`` times.
    """

    def __init__(self, patch: int, channels: int) -> None:
        super().__init__()
        widths = [channels * min(2**level, MOST_CHANNELS) for level in range(int(math.log2(patch)) + 1)]
        self.features = widths[-1]
        self.levels = nn.ModuleList()
        for before, after in zip([1, *widths], widths, strict=False):
            self.levels.append(
                nn.Sequential(
                    nn.Conv2d(before, after, 3, padding=1),
                    PixelNorm(after),
                    nn.ReLU(),
                    nn.Conv2d(after, after, 3, padding=1),
                    PixelNorm(after),
                    nn.ReLU(),
                )
            )

    def forward(self, pixels_NYX: Tensor) -> Tensor:
        """The map of the cells, ``[N, C, R, Q]``.

        Args:
            pixels_NYX: Intensities 0 to 1; rows and columns are multiples of the patch.
        """
        x_NCYX = (pixels_NYX[:, None] - 0.5).contiguous(memory_format=torch.channels_last)
        for number, level in enumerate(self.levels):
            x_NCYX = level(F.max_pool2d(x_NCYX, 2) if number else x_NCYX)
        return x_NCYX


class ImageEmbedding(nn.Module):
    """Grey images of any size to tokens, one for each cell.

    Args:
        patch: Edge of a cell in pixels, a power of two.
        width: D.
        channels: Of the stem at full size.
    """

    def __init__(self, patch: int, width: int, channels: int) -> None:
        super().__init__()
        self.patch = patch
        self.stem = ImageStem(patch, channels)
        self.project = Linear(self.stem.features, width)
        self.place = Linear(_PLACE, width)
        for layer in (self.project, self.place):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, images: Sequence[Tensor]) -> Tensor:
        """Embed images, one after the other; those of one size go through the stem together.

        Args:
            images: Each ``[Y, X]`` with intensities 0 to 1; zeros fill the last cells.

        Returns:
            ``[P, D]`` of all images, in the type of the weights, before the norm that all modalities share.
        """
        alike: dict[tuple[int, int], list[int]] = {}
        for number, pixels_YX in enumerate(images):
            rows, columns = (-(-edge // self.patch) for edge in pixels_YX.shape)
            alike.setdefault((rows, columns), []).append(number)
        found: list[Tensor] = [images[0]] * len(images)
        for (rows, columns), numbers in alike.items():
            stack_NYX = torch.stack([self._filled(images[number], rows, columns) for number in numbers])
            map_NCRQ = self.stem(stack_NYX.to(self.project.weight.dtype))
            tokens_NPD = self.project(map_NCRQ.flatten(2).transpose(1, 2))
            tokens_NPD = tokens_NPD + self.place(place_code(rows, columns, stack_NYX.device).to(tokens_NPD.dtype))
            for number, tokens_PD in zip(numbers, tokens_NPD, strict=True):
                found[number] = tokens_PD
        return torch.cat(found)

    def _filled(self, pixels_YX: Tensor, rows: int, columns: int) -> Tensor:
        height, width = pixels_YX.shape
        return F.pad(pixels_YX, (0, columns * self.patch - width, 0, rows * self.patch - height))


def place_code(rows: int, columns: int, device: torch.device | None = None) -> Tensor:
    """Where each cell of an image stands, ``[R * Q, 18]``: cosines and sines of its height and of its distance from the
    left edge, as shares of the image's, at several wavelengths; and how many rows and columns there are, as logarithms.
    """
    waves_W = math.pi * torch.tensor(PLACE_WAVES, device=device)
    codes = []
    for cells in (rows, columns):
        angle_KW = (torch.arange(cells, device=device) + 0.5).unsqueeze(-1) / cells * waves_W
        codes.append(torch.cat([angle_KW.cos(), angle_KW.sin(), torch.full_like(angle_KW[:, :1], math.log(cells))], 1))
    down_RK, across_QK = codes
    return torch.cat([down_RK.repeat_interleave(columns, dim=0), across_QK.repeat(rows, 1)], dim=1)
