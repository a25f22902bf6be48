"""Rows of segments, packed into a batch of tokens without padding.

Lower layers attend inside windows, the last ones over whole rows; both layouts are made here, once a batch.

Shapes: B rows, T tokens of all rows, S longest row, M tokens of an expert group.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from core_model.config import MODALITIES, CoreConfig, Modality
from core_model.errors import InputRejected
from core_model.inputs.layout import Layout, layout_of, window_lengths
from core_model.inputs.segments import Segment, TextSegment

LONGEST_ROW = 32_768
"""Tokens that a row may have."""


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
        windows: The windows of all rows, for layers that attend inside them.
        rows: The rows, for layers that attend across windows.
        members: By expert group the numbers of its tokens, ``None`` where all tokens are its own.
        segments: By modality its segments, in the order of their tokens.
    """

    num_rows: int
    longest: int
    slot_T: Tensor
    row_T: Tensor
    modality_T: Tensor
    position_T: Tensor
    windows: Layout
    rows: Layout
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
            windows=self.windows.to(device),
            rows=self.rows.to(device),
            members={name: moved(index_M) for name, index_M in self.members.items()},
            segments={kind: [each.to(device) for each in held] for kind, held in self.segments.items()},
        )


def pack(rows: Sequence[Sequence[Segment]], config: CoreConfig) -> Batch:
    """Pack rows of segments into a batch.

    Args:
        rows: For each row its segments in any order and any subset of modalities.
        config: Of the core that will read the batch.

    Raises:
        InputRejected: No row, an empty row, a row of more than ``LONGEST_ROW`` tokens, or a segment whose shapes do not
            fit together or to the core.
    """
    for row in rows:
        for segment in row:
            segment.check(config)
    lengths = [sum(len(segment) for segment in row) for row in rows]
    if not lengths or not all(lengths):
        raise InputRejected("a row without tokens", allowed="at least one token in every row", code="empty_row")
    longest = max(lengths)
    if longest > LONGEST_ROW:
        raise InputRejected(
            "a row of {tokens} tokens",
            allowed="at most {most} tokens in a row",
            action="cut it into several rows",
            code="row_too_long",
            values={"tokens": longest, "most": LONGEST_ROW},
        )
    modality, position, windows = [], [], []
    by_modality: dict[Modality, list[Segment]] = {}
    for row in rows:
        windows += window_lengths(row, config.window)
        for segment in row:
            length = len(segment)
            if not length:
                continue
            by_modality.setdefault(segment.kind, []).append(segment)
            modality.append(torch.full((length,), MODALITIES.index(segment.kind)))
            is_text = isinstance(segment, TextSegment)
            position.append(torch.arange(length) % config.window if is_text else torch.zeros(length, dtype=torch.int64))
    modality_T = torch.cat(modality)
    inside = layout_of(windows, config.window)
    return Batch(
        num_rows=len(rows),
        longest=longest,
        slot_T=torch.cat([torch.arange(length) + number * longest for number, length in enumerate(lengths)]),
        row_T=torch.repeat_interleave(torch.tensor(lengths)),
        modality_T=modality_T,
        position_T=torch.cat(position),
        windows=inside,
        rows=inside if windows == lengths else layout_of(lengths, config.window),
        members=_members(modality_T, config),
        segments=by_modality,
    )


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
