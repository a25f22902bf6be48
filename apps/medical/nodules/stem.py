"""The convolutional stem of CT volumes: a dense nodule map and the vectors that become the core's volume tokens.

A small U-Net reads one slice with its neighbour below and above (2.5-D). A missing neighbour is a constant plane, as in
training, where neighbours were dropped at random: the depth of a stack must not tell the label. Normalisation is by
batch statistics, fixed after training, so that a slice's answer depends on its receptive field alone, never on the size
of the picture around it.

Shapes: B batch, C channels, Y rows, X columns (multiples of 8; ``padded`` brings any size there).
"""

import copy
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
COARSE = 4
"""Pixels of the picture to one of the coarse features."""
REACH = 2
"""Pixels along a cut that a level up computes wrongly: one for each of its two convolutions."""

Part = tuple[slice, slice]
"""Rows and columns of a picture."""


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

    def forward(self, slices_BCYX: Tensor, part: Part | None = None) -> StemOutput:
        """Dense map of a batch.

        Args:
            slices_BCYX: Scaled intensities, lung 0 and tissue 1, ``[B, 3, Y, X]``, Y and X multiples of 8.
            part: Rows and columns, from and to multiples of 4, that are wanted of the output; all where not given. The
                output is of this part alone, the same but for rounding: what lies beside it is seen, not given back.

        Raises:
            ValueError: The size is not a multiple of 8, or the part not one of 4.
        """
        size = (slices_BCYX.shape[-2], slices_BCYX.shape[-1])
        if size[0] % MULTIPLE or size[1] % MULTIPLE:
            raise ValueError(f"rows and columns must be multiples of {MULTIPLE}, got {size}")
        part = part or (slice(0, size[0]), slice(0, size[1]))
        if any(axis.start % COARSE or axis.stop % COARSE for axis in part):
            raise ValueError(f"a part must begin and end at multiples of {COARSE}, got {part}")
        kept = []
        x = slices_BCYX
        for level, block in enumerate(self.down):
            x = block(functional.max_pool2d(x, 2) if level else x)
            kept.append(x)
        steps = _steps(part, size)
        x = coarse = _cut(x, steps[0].below)
        for level, step in enumerate(steps):
            x = self.raised(level, x, _cut(kept[2 - level], step.computed))
            if level == 0:
                coarse = _cut(x, _within(_shrunk(part, COARSE), step.computed))
            if level < len(steps) - 1:
                x = _cut(x, _within(step.right, step.computed))
        inside = _within(part, steps[-1].computed)
        return StemOutput(_cut(self.head(x), inside)[:, 0], _cut(x, inside), coarse)

    def channels_last(self) -> "Stem":
        """The same network with its weights laid out as the processor's convolutions read them fastest."""
        return self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it

    def raised(self, level: int, x: Tensor, beside: Tensor) -> Tensor:
        """One level up: brought to twice the size, joined with the features that were kept there, convolved."""
        return self.up[level](torch.cat([functional.interpolate(x, scale_factor=2.0, mode="nearest"), beside], dim=1))

    def features(self) -> int:
        """Length of a candidate's vector: fine and coarse features, see ``pooled``."""
        return self.config.channels[0] + self.config.channels[2]


@dataclass(frozen=True, slots=True)
class _Step:
    """What one level up computes, in its own pixels (``below``: in those of the level under it, half as fine).

    Attributes:
        below: What it reads of the level under it.
        computed: What it computes.
        right: Of this, what a cut edge leaves right; the next level reads it.
    """

    below: Part
    computed: Part
    right: Part


def _steps(part: Part, size: tuple[int, int]) -> list[_Step]:
    """What each level up must compute so that a part of the picture comes out right, the lowest level first."""
    steps: list[_Step] = []
    right = part
    while len(steps) < 3:
        computed = cast(Part, tuple(_around(axis, length) for axis, length in zip(right, size, strict=True)))
        below = _shrunk(computed, 2)
        steps.insert(0, _Step(below, computed, right))
        right, size = below, (size[0] // 2, size[1] // 2)
    return steps


def _around(axis: slice, length: int) -> slice:
    """An axis and what a level up computes wrongly beside it, from and to even places."""
    return slice(max(0, axis.start - REACH) // 2 * 2, min(length, -(-(axis.stop + REACH) // 2) * 2))


def _shrunk(part: Part, times: int) -> Part:
    return cast(Part, tuple(slice(axis.start // times, axis.stop // times) for axis in part))


def _within(part: Part, outer: Part) -> Part:
    """A part, counted from the start of a larger one."""
    return cast(Part, tuple(slice(a.start - b.start, a.stop - b.start) for a, b in zip(part, outer, strict=True)))


def _cut(picture_BCYX: Tensor, part: Part) -> Tensor:
    return picture_BCYX[..., part[0], part[1]]


class FoldedStem(Stem):
    """The same network for reading alone: it computes the same but for rounding, faster.

    Each normalisation is folded into the convolution before it. Where a convolution reads features of half the size
    beside kept ones, each is convolved where it lies: over a picture enlarged to twice its size a kernel of 3 x 3 is a
    transposed convolution of stride 2 and 4 x 4, four products a pixel in place of nine, and nothing is enlarged.

    Args:
        stem: The network, not folded; it stays as it is.
    """

    def __init__(self, stem: Stem) -> None:
        nn.Module.__init__(self)
        self.config = stem.config
        self.head = copy.deepcopy(stem.head)
        self.down = nn.ModuleList([nn.Sequential(*_folded(pair)) for pair in stem.down])
        # The first of each of the upper pairs reads the features of the level below, enlarged, then the kept ones.
        below = stem.config.channels[:0:-1]
        self.up = nn.ModuleList([_FoldedUp(*_folded(pair), below=c) for pair, c in zip(stem.up, below, strict=True)])
        self.eval().channels_last().requires_grad_(False)

    def raised(self, level: int, x: Tensor, beside: Tensor) -> Tensor:
        """See ``Stem.raised``."""
        return self.up[level](x, beside)


TAPS = ((2,), (1, 2), (0, 1), (0,))
"""By row (column) of the 4 x 4 kernel of a transposed convolution, the rows of a 3 x 3 kernel that it adds up.

The value that an enlarged picture repeats in two rows is seen by four rows of its convolution: the row above those two
with the last row of the kernel, the first of the two with its middle and last row, and so on."""


class _FoldedUp(nn.Module):
    """A level up without enlarged features.

    Args:
        first: The convolution that reads the enlarged features, then the kept ones.
        relu: Follows on each convolution.
        second: The other one.
        last_relu: The same as ``relu``.
        below: How many features are enlarged.
    """

    def __init__(self, first: nn.Conv2d, relu: nn.ReLU, second: nn.Conv2d, last_relu: nn.ReLU, *, below: int) -> None:
        super().__init__()
        self.relu, self.second, self.last_relu, self.bias = relu, second, last_relu, first.bias
        weight_OIYX = first.weight.detach()
        self.beside_OIYX = nn.Parameter(weight_OIYX[:, below:].clone())
        kernel_IOYX = weight_OIYX.new_zeros(below, len(weight_OIYX), len(TAPS), len(TAPS))
        for row, column in product(range(len(TAPS)), repeat=2):
            for y, x in product(TAPS[row], TAPS[column]):
                kernel_IOYX[:, :, row, column] += weight_OIYX[:, :below, y, x].T
        self.below_IOYX = nn.Parameter(kernel_IOYX)

    def forward(self, x: Tensor, beside: Tensor) -> Tensor:
        x = functional.conv_transpose2d(x, self.below_IOYX, stride=2, padding=1)
        x = x + functional.conv2d(beside, self.beside_OIYX, self.bias, padding=1)
        return self.last_relu(self.second(self.relu(x)))


def _folded(pair: nn.Module) -> tuple[nn.Conv2d, nn.ReLU, nn.Conv2d, nn.ReLU]:
    """A pair of convolutions with their normalisation folded in, in modules of their own."""
    first, norm, relu, second, last_norm, last_relu = cast(Iterable[Any], copy.deepcopy(pair).eval().children())
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
