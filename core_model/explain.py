"""Relevance: from an output of the core back to words, facts, candidate vectors and voxels.

Integrated gradients (Sundararajan, Taly and Yan 2017, arXiv 1703.01365): the gradient of a score along the straight way
from a baseline to the input, times their difference. The relevances add up to the score's difference between input and
baseline, which tests check; ``steps=1`` is gradient times input at the middle of the way.

Shapes: T tokens, D width, L pieces of a text, Z, Y, X voxels; ``...`` any shape.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core_model.core import Core
from core_model.inputs.packing import Batch
from core_model.output import CoreOutput


def input_relevance(
    score: Callable[[Tensor], Tensor],
    x: Tensor,
    *,
    baseline: Tensor | float = 0.0,
    steps: int = 16,
    tick: Callable[[float], None] | None = None,
) -> Tensor:
    """Relevance of every entry of an input, in the input's own shape: a voxel's relevance stands at its voxel.

    Args:
        score: From such an input to one number; for voxels the stem, the core and a head in one function.
        x: The input.
        baseline: An input that says nothing, such as air; a number stands for a constant input.
        steps: Points on the way from the baseline; the sum rule of the module's head is exact in the limit.
        tick: Told the share done after each step; may raise to cancel.
    """
    start = torch.as_tensor(baseline, dtype=x.dtype, device=x.device).expand_as(x)
    way = x.detach() - start
    total = torch.zeros_like(way)
    for step in range(steps):
        point = (start + way * ((step + 0.5) / steps)).requires_grad_(True)
        (gradient,) = torch.autograd.grad(score(point), point)
        total += gradient
        if tick:
            tick((step + 1) / steps)
    return way * total / steps


def token_relevance(core: Core, batch: Batch, score: Callable[[CoreOutput], Tensor], *, steps: int = 16) -> Tensor:
    """Relevance of each token of a batch, ``[T]``, against tokens that say nothing (zeros after the embedding).

    Args:
        core: The core.
        batch: Packed rows of any modalities, on the core's device.
        score: From the core's output to one number, for example one logit of a head.
        steps: See ``input_relevance``.
    """
    with torch.no_grad():
        embedded_TD = core.embed(batch)
    return input_relevance(lambda x_TD: score(core(batch, embedded_TD=x_TD)), embedded_TD, steps=steps).sum(dim=1)


@dataclass(frozen=True, slots=True)
class WordRelevance:
    """A word's relevance; ``text[begin:end]`` is the word."""

    begin: int
    end: int
    relevance: float


def word_relevance(
    core: Core, text: str, score: Callable[[CoreOutput], Tensor], *, steps: int = 16
) -> list[WordRelevance]:
    """Relevance of each word of a text (in Chinese of each piece), in order; special tokens are left out.

    Args:
        core: The core with its tokenizer.
        text: At most as long as the core's window.
        score: From the core's output to one number.
        steps: See ``input_relevance``.
    """
    relevance_L = token_relevance(core, core.pack([text]), score, steps=steps).tolist()
    words: list[WordRelevance] = []
    for (begin, end), value in zip(core.tokenizer.offsets(text), relevance_L, strict=True):
        while begin < end and text[begin].isspace():
            begin += 1
        if begin == end:
            continue
        joined = words and words[-1].end == begin and text[begin - 1 : begin + 1].isascii()
        if joined and text[begin - 1].isalnum() and text[begin].isalnum():
            last = words.pop()
            words.append(WordRelevance(last.begin, end, last.relevance + value))
        else:
            words.append(WordRelevance(begin, end, value))
    return words


def smooth(relevance_ZYX: Tensor, spacing_mm: tuple[float, float, float], sigma_mm: float) -> Tensor:
    """A map smoothed by a Gaussian, for people's eyes; still registered to the voxel, its sum kept inside.

    Args:
        relevance_ZYX: The map.
        spacing_mm: Of the voxels, z, y, x.
        sigma_mm: Standard deviation of the Gaussian.
    """
    smoothed = relevance_ZYX[None, None]
    for axis, step in enumerate(spacing_mm):
        radius = max(1, round(3 * sigma_mm / step))
        kernel_K = torch.exp(-0.5 * (torch.arange(-radius, radius + 1) * step / sigma_mm) ** 2).to(smoothed.dtype)
        shape, padding = [1, 1, 1, 1, 1], [0, 0, 0]
        shape[2 + axis], padding[axis] = len(kernel_K), radius
        smoothed = F.conv3d(smoothed, (kernel_K / kernel_K.sum()).view(shape), padding=tuple(padding))
    return smoothed[0, 0]


def shuffled(state: Mapping[str, Tensor], seed: int = 0) -> dict[str, Tensor]:
    """The same weights, the entries of each tensor permuted: what an explanation, and a figure, must not survive."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: tensor.flatten()[torch.randperm(tensor.numel(), generator=generator)].view_as(tensor)
        for name, tensor in state.items()
    }
