"""Rows of segments, packed into a batch of tokens without padding.

Shapes: B rows, T tokens of all rows, S longest row, M tokens of an expert group.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from core_model.config import MODALITIES, CoreConfig, Modality
from core_model.errors import InputRejected
from core_model.inputs.segments import Segment, TextSegment


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Packed rows of segments; made by ``pack``.

    Attributes:
        num_rows: B.
        longest: S.
        slot_T: Place of each token in a padded ``[B * S]`` layout.
        row_T: Row of each token.
        modality_T: Number of each token's modality in ``MODALITIES``.
        position_T: Position of a text piece inside its window; 0 for other tokens.
        window_mask: Attention mask inside windows, ``[B, 1, 1 or S, S]``; ``None`` where everything is seen.
        full_mask: Attention mask across windows, the same way.
        members: By expert group the numbers of its tokens, ``None`` where all tokens are its own.
        segments: By modality its segments, in the order of their tokens.
    """

    num_rows: int
    longest: int
    slot_T: Tensor
    row_T: Tensor
    modality_T: Tensor
    position_T: Tensor
    window_mask: Tensor | None
    full_mask: Tensor | None
    members: dict[str, Tensor | None]
    segments: dict[Modality, list[Segment]] = field(default_factory=dict)

    @property
    def num_tokens(self) -> int:
        """T."""
        return len(self.slot_T)

    @property
    def is_full(self) -> bool:
        """Whether all rows are of the same length, so that nothing needs padding."""
        return self.num_tokens == self.num_rows * self.longest

    def tokens_of(self, modality: Modality) -> Tensor:
        """Numbers of a modality's tokens."""
        return (self.modality_T == MODALITIES.index(modality)).nonzero().flatten()

    @property
    def device(self) -> torch.device:
        """Where the batch lies."""
        return self.slot_T.device

    def to(self, device: torch.device | str) -> "Batch":
        """The same batch on a device, its segments too."""

        def moved(tensor: Tensor | None) -> Tensor | None:
            return None if tensor is None else tensor.to(device)

        return replace(
            self,
            slot_T=self.slot_T.to(device),
            row_T=self.row_T.to(device),
            modality_T=self.modality_T.to(device),
            position_T=self.position_T.to(device),
            window_mask=moved(self.window_mask),
            full_mask=moved(self.full_mask),
            members={name: moved(index_M) for name, index_M in self.members.items()},
            segments={kind: [each.to(device) for each in held] for kind, held in self.segments.items()},
        )


def pack(rows: Sequence[Sequence[Segment]], config: CoreConfig) -> Batch:
    """Pack rows of segments into a batch.

    Args:
        rows: For each row its segments in any order and any subset of modalities.
        config: Of the core that will read the batch.

    Raises:
        InputRejected: No row, an empty row, or a segment whose shapes do not fit together or to the core.
    """
    if not rows or any(sum(len(segment) for segment in row) == 0 for row in rows):
        raise InputRejected("a row without tokens", allowed="at least one token in every row", code="empty_row")
    row_of, modality, position, window = [], [], [], []
    by_modality: dict[Modality, list[Segment]] = {}
    lengths, start = [], 0
    for number, row in enumerate(rows):
        first, windows = start, 0
        for segment in row:
            segment.check(config)
            length = len(segment)
            if not length:
                continue
            by_modality.setdefault(segment.kind, []).append(segment)
            modality.append(torch.full((length,), MODALITIES.index(segment.kind)))
            if isinstance(segment, TextSegment):
                order = torch.arange(length)
                position.append(order % config.window)
                window.append(order // config.window + windows)
                windows += -(-length // config.window)
            else:
                position.append(torch.zeros(length, dtype=torch.int64))
                window.append(torch.full((length,), -1))
            start += length
        row_of.append(torch.full((start - first,), number))
        lengths.append(start - first)
    row_T, modality_T, window_T = torch.cat(row_of), torch.cat(modality), torch.cat(window)
    longest = max(lengths)
    slot_T = torch.cat([torch.arange(length) + number * longest for number, length in enumerate(lengths)])
    valid_BS = torch.zeros(len(rows) * longest, dtype=torch.bool).index_fill(0, slot_T, True).view(len(rows), longest)
    full_mask = None if bool(valid_BS.all()) else valid_BS[:, None, None, :]
    window_mask = full_mask
    if int(window_T.max()) > 0:
        window_BS = torch.zeros(len(rows) * longest, dtype=torch.int64).index_copy(0, slot_T, window_T)
        window_mask = _window_mask(window_BS.view(len(rows), longest), valid_BS)
    return Batch(
        num_rows=len(rows),
        longest=longest,
        slot_T=slot_T,
        row_T=row_T,
        modality_T=modality_T,
        position_T=torch.cat(position),
        window_mask=window_mask,
        full_mask=full_mask,
        members=_members(modality_T, config),
        segments=by_modality,
    )


def _window_mask(window_BS: Tensor, valid_BS: Tensor) -> Tensor:
    """Tokens see their own window; those outside any window (-1) see, and are seen by, all of their row."""
    same = window_BS[:, :, None] == window_BS[:, None, :]
    outside = window_BS < 0
    seen = same | outside[:, :, None] | outside[:, None, :] | ~valid_BS[:, :, None]
    return (seen & valid_BS[:, None, :])[:, None]


def _members(modality_T: Tensor, config: CoreConfig) -> dict[str, Tensor | None]:
    members: dict[str, Tensor | None] = {}
    for group in config.groups:
        numbers = torch.tensor([MODALITIES.index(modality) for modality in group.modalities])
        index_M = torch.isin(modality_T, numbers).nonzero().flatten()
        if len(index_M) == len(modality_T):
            return {group.name: None}
        if len(index_M):
            members[group.name] = index_M
    return members
