"""The convolutional stem of CT volumes: a dense nodule map and the vectors that become the core's volume tokens.

A small U-Net reads one slice with its neighbour below and above (2.5-D). A missing neighbour is a constant plane, as in
training, where neighbours were dropped at random: the depth of a stack must not tell the label. Normalisation is by
batch statistics, fixed after training, so that a slice's answer depends on its receptive field alone, never on the size
of the picture around it.

Shapes: B batch, C channels, Y rows, X columns (multiples of 8; ``padded`` brings any size there).
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

NEIGHBOURS = 3
"""Channels of the input: the slice below, the slice, the slice above."""
MISSING = -0.5
"""Value of a plane that stands for a missing neighbour; scaled images never go below -0.3."""
MULTIPLE = 8


@dataclass(frozen=True, slots=True)
class StemConfig:
    """Channels at full, half, quarter and eighth resolution."""

    channels: tuple[int, int, int, int] = (16, 32, 64, 96)

    def __post_init__(self) -> None:
        if len(self.channels) != 4 or min(self.channels) < 1:
            raise ValueError(f"channels are four positive numbers, got {self.channels}")

    def as_dict(self) -> dict:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class StemOutput:
    """What the stem says of a batch of slices.

    Attributes:
        logit_BYX: Log-odds that a pixel belongs to a nodule.
        fine_BCYX: Features at full resolution (C = channels[0]).
        coarse_BCYX: Features at quarter resolution (C = channels[2]).
    """

    logit_BYX: Tensor
    fine_BCYX: Tensor
    coarse_BCYX: Tensor


def _pair(inside: int, outside: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, padding=1, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
        nn.Conv2d(outside, outside, 3, padding=1, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
    )


class Stem(nn.Module):
    """U-Net of four levels with a one-channel map on top."""

    def __init__(self, config: StemConfig | None = None) -> None:
        super().__init__()
        self.config = config or StemConfig()
        a, b, c, d = self.config.channels
        self.down = nn.ModuleList([_pair(NEIGHBOURS, a), _pair(a, b), _pair(b, c), _pair(c, d)])
        self.up = nn.ModuleList([_pair(d + c, c), _pair(c + b, b), _pair(b + a, a)])
        self.head = nn.Conv2d(a, 1, 1)
        assert self.head.bias is not None
        nn.init.constant_(self.head.bias, -4.0)

    def forward(self, slices_BCYX: Tensor) -> StemOutput:
        """Dense map of a batch.

        Args:
            slices_BCYX: Scaled intensities, lung 0 and tissue 1, ``[B, 3, Y, X]``, Y and X multiples of 8.

        Raises:
            ValueError: The size is not a multiple of 8.
        """
        if slices_BCYX.shape[-1] % MULTIPLE or slices_BCYX.shape[-2] % MULTIPLE:
            raise ValueError(f"rows and columns must be multiples of {MULTIPLE}, got {tuple(slices_BCYX.shape[-2:])}")
        kept = []
        x = slices_BCYX
        for level, block in enumerate(self.down):
            x = block(functional.max_pool2d(x, 2) if level else x)
            kept.append(x)
        coarse = x
        for level, block in enumerate(self.up):
            x = block(torch.cat([functional.interpolate(x, scale_factor=2.0, mode="nearest"), kept[2 - level]], dim=1))
            if level == 0:
                coarse = x
        return StemOutput(self.head(x)[:, 0], x, coarse)

    def channels_last(self) -> "Stem":
        """The same network with its weights laid out as the processor's convolutions read them fastest."""
        return self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it

    def features(self) -> int:
        """Length of a candidate's vector: fine and coarse features, see ``pooled``."""
        return self.config.channels[0] + self.config.channels[2]


def padded(rows: int, columns: int) -> tuple[int, int]:
    """The smallest size that the stem takes and that holds a picture of this size."""
    return -(-rows // MULTIPLE) * MULTIPLE, -(-columns // MULTIPLE) * MULTIPLE


def pooled(fine_CYX: Tensor, coarse_CYX: Tensor, weight_YX: Tensor) -> Tensor:
    """One vector for a region of one slice: both feature maps, averaged with weights.

    Args:
        fine_CYX: Full-resolution features of a window.
        coarse_CYX: Quarter-resolution features of the same window.
        weight_YX: Not negative, full resolution, not all zero.

    Returns:
        ``[C_fine + C_coarse]``.
    """
    weight_quarter = functional.avg_pool2d(weight_YX[None, None], 4)[0, 0]
    fine = (fine_CYX * weight_YX).sum((1, 2)) / weight_YX.sum()
    coarse = (coarse_CYX * weight_quarter).sum((1, 2)) / weight_quarter.sum()
    return torch.cat([fine, coarse])
