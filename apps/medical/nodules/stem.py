"""The convolutional stem of CT volumes: a dense nodule map and the vectors that become the core's volume tokens.

A small U-Net reads one slice with its neighbour below and above (2.5-D). A missing neighbour is a constant plane, as in
training, where neighbours were dropped at random: the depth of a stack must not tell the label. Normalisation is by
batch statistics, fixed after training, so that a slice's answer depends on its receptive field alone, never on the size
of the picture around it.

Shapes: B batch, C channels, Y rows, X columns (multiples of 8; ``padded`` brings any size there).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

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
        for level in range(len(self.up)):
            x = self.raised(level, x, kept[2 - level])
            if level == 0:
                coarse = x
        return StemOutput(self.head(x)[:, 0], x, coarse)

    def channels_last(self) -> "Stem":
        """The same network with its weights laid out as the processor's convolutions read them fastest."""
        return self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it

    def raised(self, level: int, x: Tensor, beside: Tensor) -> Tensor:
        """One level up: brought to twice the size, joined with the features that were kept there, convolved."""
        return self.up[level](torch.cat([functional.interpolate(x, scale_factor=2.0, mode="nearest"), beside], dim=1))

    def features(self) -> int:
        """Length of a candidate's vector: fine and coarse features, see ``pooled``."""
        return self.config.channels[0] + self.config.channels[2]


class FoldedStem(Stem):
    """The same network for reading alone: it computes the same but for rounding, in little more than half of the time.

    Each normalisation is folded into the convolution before it. Where a convolution reads features of half the size
    beside kept ones, each is convolved where it lies: over a picture enlarged to twice its size a kernel of 3 x 3 is a
    transposed convolution of stride 2 and 4 x 4, four products a pixel in place of nine, and nothing is enlarged.

    Args:
        stem: The network; it stays as it is.
    """

    def __init__(self, stem: Stem) -> None:
        super().__init__(stem.config)
        self.head.load_state_dict(stem.head.state_dict())
        for level, pair in enumerate(stem.down):
            self.down[level] = nn.Sequential(*_folded(pair))
        for level, pair in enumerate(stem.up):
            self.up[level] = _FoldedUp(*_folded(pair), below=stem.config.channels[3 - level])
        self.eval().channels_last().requires_grad_(False)

    def raised(self, level: int, x: Tensor, beside: Tensor) -> Tensor:
        """See ``Stem.raised``."""
        return self.up[level](x, beside)


class _FoldedUp(nn.Module):
    """A level up without enlarged features.

    Args:
        first: The convolution that reads the enlarged features, then the kept ones.
        relu: Follows on each convolution.
        second: The other one.
        below: How many features are enlarged.
    """

    def __init__(self, first: nn.Conv2d, relu: nn.ReLU, second: nn.Conv2d, _: nn.ReLU, below: int) -> None:
        super().__init__()
        self.relu, self.second = relu, second
        weight_OIYX = first.weight.detach()
        outside, inside = weight_OIYX.shape[:2]
        self.beside = nn.Conv2d(inside - below, outside, 3, padding=1)
        self.beside.load_state_dict({**first.state_dict(), "weight": weight_OIYX[:, below:]})
        self.below = nn.ConvTranspose2d(below, outside, 4, stride=2, padding=1, bias=False)
        kernel_IOYX = torch.zeros_like(self.below.weight)
        for row, column in product(range(4), range(4)):
            # The pixel at ``row`` of a 4 x 4 patch lies ``row - 1`` from the upper of the two that share a value.
            for y, x in product(_taps(row), _taps(column)):
                kernel_IOYX[:, :, row, column] += weight_OIYX[:, :below, y, x].T
        self.below.load_state_dict({"weight": kernel_IOYX})

    def forward(self, x: Tensor, beside: Tensor) -> Tensor:
        return self.relu(self.second(self.relu(self.below(x) + self.beside(beside))))


def _taps(at: int) -> range:
    """Which rows of a 3 x 3 kernel fall on a value of a picture that was enlarged to two pixels.

    Args:
        at: Where the kernel's middle lies: 0 just above the two pixels, 1 and 2 on them, 3 just below.
    """
    return range(max(0, 2 - at), min(3, 4 - at))


def _folded(pair: nn.Module) -> tuple[nn.Conv2d, nn.ReLU, nn.Conv2d, nn.ReLU]:
    """A pair of convolutions with their normalisation folded in."""
    first, norm, relu, second, last_norm, last_relu = cast(Iterable[Any], pair.eval().children())
    return fuse_conv_bn_eval(first, norm), relu, fuse_conv_bn_eval(second, last_norm), last_relu


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
