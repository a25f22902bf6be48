"""Attention of one row in pieces: each piece is some blocks of queries with the keys that they see.

On a CPU the pieces run one after the other, forward and backward, through PyTorch's flash attention; gathered keys live
for the time of a piece alone, so that memory grows with the row and not with the row times the keys seen. Where one
query sees two pieces their results are joined by their log-sum-exps, which is exact.

Shapes: N tokens of the row (of keys: filled up to whole blocks), H heads, C width of a head, B blocks of queries of a
piece, S queries of a block, M blocks of keys that one sees, L keys of a block, K keys that a block of queries sees, W
window distances.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

_flash = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
_flash_backward = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward
_EXTRA = 8
"""Columns by which heads are widened where the bias learns; one is used, the rest keeps rows aligned."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Some blocks of queries and what they see.

    Attributes:
        first: Number of the first query.
        size: Queries of a block, S.
        count: Blocks of queries, B.
        keys: The first key and the one after the last, seen by all of the piece; ``None`` where they are gathered.
        index_BHM: Blocks of keys, gathered, by block of queries and head.
        own: Whether each block of queries sees its own tokens up to itself, and nothing else.
    """

    first: int
    size: int
    count: int
    keys: tuple[int, int] | None = None
    index_BHM: Tensor | None = None
    own: bool = False

    @property
    def last(self) -> int:
        """The query after the last."""
        return self.first + self.size * self.count


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes that all pieces of a row share.

    Attributes:
        tokens: Tokens of the row without padding.
        block: Keys of a block, L.
        window: Tokens of a window: what the bias counts distances in.
    """

    tokens: int
    block: int
    window: int


def attend_pieces(
    q_NHC: Tensor, k_HNC: Tensor, v_HNC: Tensor, bias_HW: Tensor | None, pieces: Sequence[Piece], scale: Scale
) -> Tensor:
    """Attention of a row in pieces.

    Args:
        q_NHC: Queries, without padding.
        k_HNC: Keys, zeros where padded.
        v_HNC: Values, the same way.
        bias_HW: Added to a score by the distance of its windows, from far before to far behind; the middle is 0.
        pieces: In the order of their queries; two with the same queries follow each other.
        scale: Sizes.

    Returns:
        ``[N, H, C]``, differentiable once in queries, keys, values and bias.
    """
    if q_NHC.device.type == "cpu":
        return _Pieces.apply(q_NHC, k_HNC, v_HNC, bias_HW, pieces, scale)
    return composed(q_NHC, k_HNC, v_HNC, bias_HW, pieces, scale)


def _queries(x_NHC: Tensor, piece: Piece) -> Tensor:
    """``[B, H, S, C]``, a view."""
    part = x_NHC[piece.first : piece.last]
    return part.view(piece.count, piece.size, *part.shape[1:]).transpose(1, 2)


def _rows_of(index_BHM: Tensor, x_HNC: Tensor, block: int) -> Tensor:
    heads, padded, _ = x_HNC.shape
    base_H1 = torch.arange(heads, device=index_BHM.device)[:, None] * (padded // block)
    return (index_BHM + base_H1).flatten()


def _keys(x_HNC: Tensor, piece: Piece, block: int) -> Tensor:
    """Keys or values that a piece sees, ``[B, H, K, C]``."""
    heads, _, width = x_HNC.shape
    if piece.index_BHM is not None:
        rows = _rows_of(piece.index_BHM, x_HNC, block)
        return x_HNC.view(-1, block * width).index_select(0, rows).view(piece.count, heads, -1, width)
    if piece.own:
        own = x_HNC[:, piece.first : piece.last]
        return own.view(heads, piece.count, piece.size, width).transpose(0, 1)
    assert piece.keys is not None
    return x_HNC[None, :, slice(*piece.keys)]


def _add_keys(sum_HNC: Tensor, part_BHKC: Tensor, piece: Piece, block: int) -> None:
    """Add gradients of a piece's keys where they belong; the inverse of ``_keys``."""
    heads, _, width = sum_HNC.shape
    if piece.index_BHM is not None:
        rows = _rows_of(piece.index_BHM, sum_HNC, block)
        sum_HNC.view(-1, block * width).index_add_(0, rows, part_BHKC.reshape(-1, block * width))
    elif piece.own:
        own = sum_HNC[:, piece.first : piece.last].view(heads, piece.count, piece.size, width)
        own += part_BHKC.transpose(0, 1)
    else:
        assert piece.keys is not None
        sum_HNC[:, slice(*piece.keys)] += part_BHKC[0]


def _distances(piece: Piece, scale: Scale, reach: int, device: torch.device) -> Tensor:
    """Place among the W distances of each block of keys that is seen, ``[B, H or 1, M]``; of each key in a range."""
    start_B = torch.arange(piece.count, device=device) * piece.size + piece.first
    if piece.index_BHM is not None:
        window_BHM = piece.index_BHM * scale.block // scale.window
    else:
        assert piece.keys is not None
        window_BHM = torch.arange(*piece.keys, device=device)[None, None] // scale.window
    return (window_BHM - (start_B // scale.window)[:, None, None]).clamp(-reach, reach) + reach


def _mask(bias_HW: Tensor | None, piece: Piece, scale: Scale, like: Tensor) -> Tensor | None:
    """What is added to a piece's scores, ``[B, H or 1, 1, K]``; ``None`` where that is nothing."""
    if piece.own:
        return None
    mask = None
    each = scale.block if piece.index_BHM is not None else 1
    if bias_HW is not None:
        place_BHM = _distances(piece, scale, bias_HW.shape[1] // 2, like.device)
        heads = bias_HW.shape[0]
        mask = bias_HW.gather(1, place_BHM.expand(-1, heads, -1).transpose(0, 1).reshape(heads, -1))
        mask = mask.view(heads, piece.count, -1).transpose(0, 1).to(like.dtype)
        mask = mask.repeat_interleave(each, dim=2)[:, :, None]
    if scale.tokens % scale.block and piece.index_BHM is not None:
        inside = torch.arange(scale.block, device=like.device)
        beyond = (piece.index_BHM[..., None] * scale.block + inside >= scale.tokens).flatten(2)[:, :, None]
        mask = like.new_zeros(()).expand(beyond.shape) if mask is None else mask
        mask = mask.masked_fill(beyond, -torch.inf)
    return mask


def _twice(pieces: Sequence[Piece], number: int) -> bool:
    """Whether a piece's queries are those of the piece before it."""
    return number > 0 and pieces[number - 1].first == pieces[number].first


class _Pieces(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        q_NHC: Tensor,
        k_HNC: Tensor,
        v_HNC: Tensor,
        bias_HW: Tensor | None,
        pieces: Sequence[Piece],
        scale: Scale,
    ) -> Tensor:
        y_NHC = torch.empty_like(q_NHC, memory_format=torch.contiguous_format)
        lse_NH = torch.empty(q_NHC.shape[:2], dtype=torch.float32)
        for number, piece in enumerate(pieces):
            q_BHSC = _queries(q_NHC, piece)
            seen = (_keys(k_HNC, piece, scale.block), _keys(v_HNC, piece, scale.block))
            mask = _mask(bias_HW, piece, scale, q_NHC)
            part_BHSC, lse_BHS = _flash(q_BHSC, *seen, 0.0, piece.own, attn_mask=mask)
            y_BHSC, whole_BHS = _queries(y_NHC, piece), _queries(lse_NH[..., None], piece)[..., 0]
            if _twice(pieces, number):
                joined_BHS = torch.logaddexp(whole_BHS, lse_BHS)
                y_BHSC.mul_((whole_BHS - joined_BHS).exp()[..., None].to(y_BHSC.dtype))
                y_BHSC.add_(part_BHSC * (lse_BHS - joined_BHS).exp()[..., None].to(y_BHSC.dtype))
                whole_BHS.copy_(joined_BHS)
            else:
                y_BHSC.copy_(part_BHSC)
                whole_BHS.copy_(lse_BHS)
        ctx.save_for_backward(q_NHC, k_HNC, v_HNC, bias_HW, y_NHC, lse_NH)
        ctx.pieces, ctx.scale = pieces, scale
        return y_NHC

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy_NHC: Tensor) -> tuple[Tensor | None, ...]:
        q_NHC, k_HNC, v_HNC, bias_HW, y_NHC, lse_NH = ctx.saved_tensors
        pieces, scale = ctx.pieces, ctx.scale
        dy_NHC = dy_NHC.contiguous()
        dq_NHC = torch.empty_like(q_NHC, memory_format=torch.contiguous_format)
        dk_HNC, dv_HNC = torch.zeros_like(k_HNC), torch.zeros_like(v_HNC)
        dbias_HW = torch.zeros_like(bias_HW) if ctx.needs_input_grad[3] else None
        for number, piece in enumerate(pieces):
            q_BHSC, dy_BHSC, y_BHSC = (_queries(x_NHC, piece) for x_NHC in (q_NHC, dy_NHC, y_NHC))
            k_BHKC, v_BHKC = _keys(k_HNC, piece, scale.block), _keys(v_HNC, piece, scale.block)
            # As the kernel's own forward gives it: its queries lie H apart.
            lse_BHS = _queries(lse_NH[..., None], piece)[..., 0]
            factor = q_NHC.shape[-1] ** -0.5
            if dbias_HW is None or piece.own:
                mask = _mask(bias_HW, piece, scale, q_NHC)
                parts = _flash_backward(
                    dy_BHSC, q_BHSC, k_BHKC, v_BHKC, y_BHSC, lse_BHS, 0.0, piece.own, attn_mask=mask, scale=factor
                )
            else:
                parts = _backward_with_bias(dy_BHSC, q_BHSC, k_BHKC, v_BHKC, y_BHSC, lse_BHS, bias_HW, piece, scale)
                _add_bias(dbias_HW, parts[3], piece, scale)
            dq_BHSC = _queries(dq_NHC, piece)
            if _twice(pieces, number):
                dq_BHSC.add_(parts[0])
            else:
                dq_BHSC.copy_(parts[0])
            _add_keys(dk_HNC, parts[1], piece, scale.block)
            _add_keys(dv_HNC, parts[2], piece, scale.block)
        return dq_NHC, dk_HNC, dv_HNC, dbias_HW, None, None


def _backward_with_bias(
    dy_BHSC: Tensor,
    q_BHSC: Tensor,
    k_BHKC: Tensor,
    v_BHKC: Tensor,
    y_BHSC: Tensor,
    lse_BHS: Tensor,
    bias_HW: Tensor,
    piece: Piece,
    scale: Scale,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gradients of queries, keys, values, and of what is added to the scores of each key, ``[B, H, K]``.

    The kernel has no gradient of its mask. The bias becomes one more column of the keys, and a one of the queries.
    """
    width = q_BHSC.shape[-1]
    factor = width**-0.5
    mask = _mask(bias_HW, piece, scale, q_BHSC)
    assert mask is not None
    added_BHK = mask.expand(*k_BHKC.shape[:2], 1, k_BHKC.shape[2])[:, :, 0]
    hidden = added_BHK.isneginf()
    wide_q, wide_k = F.pad(q_BHSC, (0, _EXTRA)), F.pad(k_BHKC, (0, _EXTRA))
    wide_q[..., width] = 1.0
    wide_k[..., width] = added_BHK.masked_fill(hidden, 0.0) / factor
    padding = mask.new_zeros(()).expand_as(mask).masked_fill(mask.isneginf(), -torch.inf) if hidden.any() else None
    others = (F.pad(x, (0, _EXTRA)) for x in (v_BHKC, y_BHSC))
    dq, dk, dv = _flash_backward(
        F.pad(dy_BHSC, (0, _EXTRA)), wide_q, wide_k, *others, lse_BHS, 0.0, False, attn_mask=padding, scale=factor
    )
    return dq[..., :width], dk[..., :width], dv[..., :width], dk[..., width] / factor


def _add_bias(dbias_HW: Tensor, added_BHK: Tensor, piece: Piece, scale: Scale) -> None:
    """Add gradients of what was added to scores to those of the distances."""
    place_BHM = _distances(piece, scale, dbias_HW.shape[1] // 2, dbias_HW.device)
    heads = len(dbias_HW)
    if piece.index_BHM is not None:
        added_BHK = added_BHK.unflatten(2, (-1, scale.block)).sum(-1)
    place_HK = place_BHM.expand(-1, heads, -1).transpose(0, 1).reshape(heads, -1)
    dbias_HW.scatter_add_(1, place_HK, added_BHK.transpose(0, 1).reshape(heads, -1).to(dbias_HW.dtype))


def composed(
    q_NHC: Tensor, k_HNC: Tensor, v_HNC: Tensor, bias_HW: Tensor | None, pieces: Sequence[Piece], scale: Scale
) -> Tensor:
    """The same of PyTorch's own operators, for other devices; a piece of own tokens is joined to the one before it."""
    parts: list[Tensor] = []
    for number, piece in enumerate(pieces):
        if number + 1 < len(pieces) and _twice(pieces, number + 1):
            continue
        before = pieces[number - 1] if _twice(pieces, number) else None
        q_BHSC = _queries(q_NHC, piece)
        k_BHKC, v_BHKC = _keys(k_HNC, piece, scale.block), _keys(v_HNC, piece, scale.block)
        mask = _mask(bias_HW, piece, scale, q_NHC)
        if piece.own:
            order_S = torch.arange(piece.size, device=q_NHC.device)
            mask = q_NHC.new_zeros(piece.size, piece.size).masked_fill(order_S[:, None] < order_S, -torch.inf)
            mask = mask.expand(*q_BHSC.shape[:2], -1, -1)
        if before is not None:
            assert mask is not None
            earlier = _keys(k_HNC, before, scale.block), _keys(v_HNC, before, scale.block)
            first = _mask(bias_HW, before, scale, q_NHC)
            first = q_NHC.new_zeros(()).expand(1, 1, 1, earlier[0].shape[2]) if first is None else first
            mask = torch.cat([first.expand(*mask.shape[:3], -1), mask], dim=-1)
            k_BHKC, v_BHKC = torch.cat([earlier[0], k_BHKC], dim=2), torch.cat([earlier[1], v_BHKC], dim=2)
        y_BHSC = F.scaled_dot_product_attention(q_BHSC, k_BHKC, v_BHKC, attn_mask=mask)
        parts.append(y_BHSC.transpose(1, 2).flatten(0, 1))
    return torch.cat(parts)
