"""Attention as it is defined, by a mask over all pairs of tokens: the reference of layouts and sparse attention."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from core_model.config import CoreConfig
from core_model.inputs.packing import Batch
from core_model.inputs.segments import Segment, TextSegment
from core_model.nn.attention import Attention


def windows_of(rows: Sequence[Sequence[Segment]], config: CoreConfig) -> Tensor:
    """Number of the window that each token of the batch sees in the lower layers, token by token."""
    found: list[int] = []
    number = -1
    for row in rows:
        number += 1
        fits = sum(len(segment) for segment in row) <= config.window
        filled, text_before, begun = 0, False, False
        for segment in row:
            is_text = isinstance(segment, TextSegment)
            apart = is_text or text_before or (filled + len(segment) > config.window)
            if len(segment) and begun and not fits and apart:
                number, filled = number + 1, 0
            for _ in range(len(segment)):
                if not fits and filled == config.window:
                    number, filled = number + 1, 0
                found.append(number)
                filled, begun = filled + 1, True
            text_before = is_text if len(segment) else text_before
    return torch.tensor(found)


def distance_bias(bias_HW: Tensor, place_T: Tensor, window: int) -> Tensor:
    """What is added to the score of each pair of tokens by the signed distance of their windows, ``[H, T, T]``."""
    window_T = place_T // window
    farthest = bias_HW.shape[1] // 2
    return bias_HW[:, (window_T[None, :] - window_T[:, None]).clamp(-farthest, farthest) + farthest]


@contextmanager
def masked_attention(rows: Sequence[Sequence[Segment]], config: CoreConfig) -> Iterator[None]:
    """Inside, every attention layer is the definition: all pairs of tokens, those that do not see each other masked."""
    window_T = windows_of(rows, config)
    length_B = torch.tensor([sum(len(segment) for segment in row) for row in rows])
    row_T = torch.repeat_interleave(length_B)
    place_T = torch.cat([torch.arange(int(length)) for length in length_B])

    def forward(attention: Attention, x_TD: Tensor, batch: Batch) -> Tensor:
        group_T = row_T if attention.across_windows else window_T
        heads = attention.num_heads
        q_THC, k_THC, v_THC = attention.qkv(x_TD).view(len(x_TD), 3, heads, -1).unbind(1)
        scores_HTT = torch.einsum("ihc,jhc->hij", q_THC, k_THC) * q_THC.shape[-1] ** -0.5
        if attention.distance_HW is not None:
            scores_HTT = scores_HTT + distance_bias(attention.distance_HW, place_T, config.window)
        scores_HTT = scores_HTT.masked_fill(group_T[:, None] != group_T[None, :], -torch.inf)
        return attention.out(torch.einsum("hij,jhc->ihc", scores_HTT.softmax(-1), v_THC).flatten(1))

    own, Attention.forward = Attention.forward, forward
    try:
        yield
    finally:
        Attention.forward = own
