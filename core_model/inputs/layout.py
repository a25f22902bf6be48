"""Where the tokens of a batch stand in attention: short rows side by side in few rectangles, almost without padding.

A layout is made once a batch. It is a list of runs of tokens that attend to each other, in the order of the tokens: the
windows of all rows, or the rows themselves. Runs of like length share a rectangle; there is no mask between tokens,
only one over the padding of a rectangle, and none where nothing is padded.

Shapes: T tokens of the whole batch, R runs of a rectangle, S its longest run, N = R * S.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core_model.inputs.segments import Segment, TextSegment

LINEAR = 600
"""A slot of a rectangle costs as much as so many pairs of tokens: what attention does to each token by itself."""
PRICE = 30_000
"""A rectangle of its own costs as much as so many pairs of tokens (measured on one thread)."""


@dataclass(frozen=True, slots=True, eq=False)
class Rectangle:
    """Runs of like length, side by side.

    Attributes:
        num_runs: R.
        longest: S.
        first: Number of the first token, where the runs follow each other and nothing is padded.
        token_N: Token of each slot otherwise; padding repeats the run's last token.
        mask: Slots that hold a token, ``[R, 1, 1, S]``; ``None`` where all do.
    """

    num_runs: int
    longest: int
    first: int = 0
    token_N: Tensor | None = None
    mask: Tensor | None = None

    def of(self, x_TE: Tensor) -> Tensor:
        """The rectangle's part of the tokens, ``[R, S, E]``."""
        slots = self.num_runs * self.longest
        if self.token_N is not None:
            x_TE = x_TE.index_select(0, self.token_N)
        elif slots != len(x_TE):
            x_TE = x_TE.narrow(0, self.first, slots)
        return x_TE.view(self.num_runs, self.longest, -1)

    def to(self, device: torch.device | str) -> "Rectangle":
        """The same on a device."""
        return replace(self, token_N=_moved(self.token_N, device), mask=_moved(self.mask, device))


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The runs of a batch in rectangles.

    Attributes:
        rectangles: In the order of their results.
        place_T: Place of each token in their results, one rectangle after the other; ``None`` where the places are
            those of the tokens.
    """

    rectangles: tuple[Rectangle, ...]
    place_T: Tensor | None = None

    @property
    def num_slots(self) -> int:
        """Slots of all rectangles, padding counted."""
        return sum(each.num_runs * each.longest for each in self.rectangles)

    def joined(self, parts_RSE: Sequence[Tensor]) -> Tensor:
        """Results of the rectangles as tokens of the batch, ``[T, E]``."""
        flat = [part_RSE.flatten(0, 1) for part_RSE in parts_RSE]
        y_NE = flat[0] if len(flat) == 1 else torch.cat(flat)
        return y_NE if self.place_T is None else y_NE.index_select(0, self.place_T)

    def to(self, device: torch.device | str) -> "Layout":
        """The same on a device."""
        return Layout(tuple(each.to(device) for each in self.rectangles), _moved(self.place_T, device))


def _moved(tensor: Tensor | None, device: torch.device | str) -> Tensor | None:
    return None if tensor is None else tensor.to(device)


def layout_of(lengths: Sequence[int], alone_above: int) -> Layout:
    """Lay out runs of tokens.

    Args:
        lengths: Tokens of each run, in the order of the tokens, each at least 1.
        alone_above: Longer runs stand in a rectangle of their own, without padding.
    """
    starts = [0]
    for length in lengths:
        starts.append(starts[-1] + length)
    short = sorted((k for k, length in enumerate(lengths) if length <= alone_above), key=lambda k: -lengths[k])
    groups = [sorted(group) for group in _grouped(short, lengths)]
    groups += [[k] for k, length in enumerate(lengths) if length > alone_above]
    groups.sort(key=lambda group: group[0])
    rectangles = tuple(_rectangle(group, starts) for group in groups)
    if [k for group in groups for k in group] == list(range(len(lengths))) and all(
        each.mask is None for each in rectangles
    ):
        return Layout(rectangles)
    place_T, done = torch.empty(starts[-1], dtype=torch.int64), 0
    for group, each in zip(groups, rectangles, strict=True):
        for row, k in enumerate(group):
            begin = done + row * each.longest
            place_T[starts[k] : starts[k + 1]] = torch.arange(begin, begin + lengths[k])
        done += each.num_runs * each.longest
    return Layout(rectangles, place_T)


def _grouped(ordered: list[int], lengths: Sequence[int]) -> list[list[int]]:
    """Cut runs, the longest first, where a further rectangle costs less than the padding that it saves."""
    if not ordered:
        return []
    cost = [lengths[k] * (lengths[k] + LINEAR) for k in ordered]
    saved, cut = max((((len(cost) - k) * (cost[0] - cost[k])), k) for k in range(len(cost)))
    if saved <= PRICE:
        return [ordered]
    return _grouped(ordered[:cut], lengths) + _grouped(ordered[cut:], lengths)


def _rectangle(group: list[int], starts: list[int]) -> Rectangle:
    """Runs by number as a rectangle."""
    length_R = torch.tensor([starts[k + 1] - starts[k] for k in group])
    start_R = torch.tensor([starts[k] for k in group])
    longest = int(length_R.max())
    padded = bool((length_R < longest).any())
    if not padded and group == list(range(group[0], group[-1] + 1)):
        return Rectangle(len(group), longest, starts[group[0]])
    order_S = torch.arange(longest)
    token_RS = start_R[:, None] + torch.minimum(order_S, length_R[:, None] - 1)
    mask = (order_S < length_R[:, None])[:, None, None, :] if padded else None
    return Rectangle(len(group), longest, 0, token_RS.flatten(), mask)


def window_lengths(row: Sequence[Segment], window: int) -> list[int]:
    """Tokens of each window of a row, in the order of its tokens.

    A row that fits one window is one. In a longer row every text begins a window and fills as many as it needs;
    segments of other kinds that follow each other share windows, and one that is longer than a window is cut.

    Args:
        row: Segments.
        window: Tokens of a window.
    """
    total = sum(len(segment) for segment in row)
    if total <= window:
        return [total]
    lengths: list[int] = []
    held = 0
    for segment in row:
        length = len(segment)
        is_text = isinstance(segment, TextSegment)
        if held and (is_text or held + length > window):
            lengths.append(held)
            held = 0
        held += length
        while held > window or (is_text and held):
            lengths.append(min(held, window))
            held -= lengths[-1]
    if held:
        lengths.append(held)
    return lengths
