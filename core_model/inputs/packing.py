"""Rows of segments, packed into a batch of tokens without padding.

Shapes: B rows, T tokens of all rows, S longest row, M tokens of an expert group.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core_model.config import MODALITIES, CoreConfig, Modality
from core_model.errors import InputRejected
from core_model.inputs.segments import ImageSegment, Segment, TextSegment, VolumeSegment


@dataclass(frozen=True, slots=True)
class Batch:
    """Packed rows of segments.

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
        segments: By modality its segments, each with the number of its first token.
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
    segments: dict[Modality, list[tuple[int, Segment]]] = field(default_factory=dict)

    @property
    def num_tokens(self) -> int:
        return len(self.slot_T)

    @property
    def is_full(self) -> bool:
        """Whether all rows are of the same length, so that nothing needs padding."""
        return self.num_tokens == self.num_rows * self.longest

    def tokens_of(self, modality: Modality) -> Tensor:
        """Numbers of a modality's tokens."""
        return (self.modality_T == MODALITIES.index(modality)).nonzero().flatten()


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
    by_modality: dict[Modality, list[tuple[int, Segment]]] = {}
    lengths, start = [], 0
    for number, row in enumerate(rows):
        first, windows = start, 0
        for segment in row:
            _check(segment, config)
            length = len(segment)
            by_modality.setdefault(segment.kind, []).append((start, segment))
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


def _check(segment: Segment, config: CoreConfig) -> None:
    if isinstance(segment, TextSegment):
        wrong = len(segment) and not 0 <= int(segment.ids_L.min()) <= int(segment.ids_L.max()) < config.vocab_size
        if wrong or segment.kind not in ("text", "code"):
            raise InputRejected(
                f"text pieces outside 0 to {config.vocab_size - 1}", action="tokenise with the core's own tokenizer"
            )
    elif isinstance(segment, ImageSegment):
        if segment.pixels_YX.ndim != 2 or segment.patch != config.patch:
            raise InputRejected("an image that is not [Y, X], or is cut into patches of another size")
    elif isinstance(segment, VolumeSegment):
        n = len(segment.features_NC)
        if (
            segment.features_NC.shape != (n, config.volume_features)
            or segment.position_mm_N3.shape != (n, 3)
            or segment.spacing_mm_N3.shape != (n, 3)
        ):
            raise InputRejected(
                "volume vectors, positions and spacing that do not fit together",
                allowed=f"[N, {config.volume_features}], [N, 3] and [N, 3]",
            )
        if n and not bool((segment.spacing_mm_N3 > 0).all()):
            raise InputRejected("a spacing that is not positive", allowed="millimetres above 0")
    else:
        n = len(segment.name_ids)
        columns = (segment.values_N, segment.totals_N, segment.priors_N, segment.unit_N, segment.years_N)
        if any(column.shape != (n,) for column in columns) or not bool(torch.isfinite(segment.values_N).all()):
            raise InputRejected(
                "facts whose columns differ in length, or a value that is not finite",
                action="leave out facts without a value",
            )
        if any(len(ids) == 0 for ids in segment.name_ids):
            raise InputRejected("a fact without a name", action="name every fact")
