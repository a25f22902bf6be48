"""Attention over one long row: each block of queries sees the blocks of keys that answer it best, and its neighbours.

Blocks of keys are chosen as in NSA (arXiv 2502.11089) and MoBA (2502.13189): by scores between means of queries and
means of keys, here of parts of blocks, whose best counts, so that one strong key is not lost in the mean of its block.
The first block (where a question stands) and the neighbours are always seen. Where all blocks are seen the result is
dense attention's. Rows up to ``DENSE_UP_TO`` windows are dense: choosing and gathering cost more than they save there.

In a causal row the blocks are chosen by the queries of the block before, never by the block's own: the mean of a block
knows its last token, and its first must not. A block's own tokens are seen up to each query.

Shapes: N tokens of the row, H heads, G heads of keys and values, C width of a head, Q blocks of queries, J blocks of
keys, M blocks of keys that a block of queries sees, P parts of all queries, L parts of all keys, W window distances.
"""

from dataclasses import dataclass
from math import gcd

import torch
from torch import Tensor
from torch.nn import functional as F

from core_model.nn.pieces import Piece, Scale, attend_pieces

DENSE_UP_TO = 3
"""Rows of up to so many windows are dense (measured by the benchmark ``sparse_attention``)."""
FARTHEST = 32
"""Window distances beyond this count as this."""
DISTANCES = 2 * FARTHEST + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocks:
    """How a row is cut and how much of it is seen.

    Attributes:
        queries: Queries of a block.
        keys: Keys of a block.
        seen: Blocks of keys that a block of queries sees, the forced ones counted.
        sink: Blocks at the begin of the row that are always seen.
        neighbours: Blocks before and behind a block of queries that are always seen.
        parts: Parts of a block whose means are compared.
        at_once: Blocks of queries that run together: their keys should fit the processor's cache.
    """

    queries: int = 256
    keys: int = 64
    seen: int = 16
    sink: int = 1
    neighbours: int = 1
    parts: int = 4
    at_once: int = 4

    def __post_init__(self) -> None:
        if self.queries % self.keys or self.keys % self.parts:
            raise ValueError("a block of queries is made of whole blocks of keys, and these of whole parts")
        if self.seen < self.forced:
            raise ValueError(f"{self.forced} blocks are always seen: {self.seen} are too few")

    @property
    def forced(self) -> int:
        """Blocks of keys that are always seen."""
        return self.sink + self.queries // self.keys + 2 * self.neighbours

    @classmethod
    def for_window(cls, window: int) -> "Blocks":
        """Blocks of which a window holds a whole number: distances of windows are then distances of blocks."""
        usual = cls()
        queries = gcd(window, usual.queries)
        keys = min(gcd(window, usual.keys), max(1, queries // 4))
        return cls(queries=queries, keys=keys, parts=gcd(keys, usual.parts))


def attend_row(
    q_NHC: Tensor,
    k_NGC: Tensor,
    v_NGC: Tensor,
    bias_HW: Tensor | None = None,
    *,
    window: int,
    blocks: Blocks | None = None,
    causal: bool = False,
) -> Tensor:
    """Attention of a row to itself.

    Args:
        q_NHC: Queries.
        k_NGC: Keys; G divides H, and heads of queries share those of keys in turn, as in grouped-query attention.
        v_NGC: Values.
        bias_HW: ``[H, DISTANCES]``: added to a score by the signed distance of the key's window from the query's.
        window: Tokens of a window; positions are counted from the row's begin.
        blocks: How it is cut; ``None`` computes it densely.
        causal: Whether a token sees only those before it.

    Returns:
        ``[N, H, C]``.
    """
    n, heads, groups = len(q_NHC), q_NHC.shape[1], k_NGC.shape[1]
    learns = bias_HW is not None and bias_HW.requires_grad and torch.is_grad_enabled()
    if n <= window or (bias_HW is not None and not learns and not bias_HW.any()):
        bias_HW = None  # the same for all keys
    if blocks is None and bias_HW is None:
        q, k, v = (x.transpose(0, 1)[None] for x in (q_NHC, k_NGC, v_NGC))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=causal, enable_gqa=groups != heads)
        return y[0].transpose(0, 1)
    if bias_HW is not None:
        bias_HW = bias_HW - bias_HW[:, FARTHEST : FARTHEST + 1]
    k_GNC, v_GNC = k_NGC.transpose(0, 1), v_NGC.transpose(0, 1)
    block = 1
    if blocks is None:
        pieces = _dense_pieces(0, n, n, window, causal)
    else:
        block = blocks.keys
        k_GNC, v_GNC = (F.pad(x_GNC, (0, 0, 0, -n % block)).contiguous() for x_GNC in (k_GNC, v_GNC))
        pieces = _sparse_pieces(q_NHC, k_GNC, n, window, blocks, causal)
    if groups != heads:
        k_GNC, v_GNC = (x_GNC.repeat_interleave(heads // groups, dim=0) for x_GNC in (k_GNC, v_GNC))
    return attend_pieces(q_NHC, k_GNC, v_GNC, bias_HW, pieces, Scale(n, block, window))


def _dense_pieces(first: int, last: int, n: int, window: int, causal: bool) -> list[Piece]:
    """Queries ``first`` to ``last``, window by window: one bias holds for all queries of a piece."""
    pieces = []
    for begin in range(first, last, window):
        size = min(window, last - begin)
        if causal and begin:
            pieces.append(Piece(begin, size, 1, keys=(0, begin)))
        pieces.append(Piece(begin, size, 1, own=True) if causal else Piece(begin, size, 1, keys=(0, n)))
    return pieces


def _sparse_pieces(q_NHC: Tensor, k_GNC: Tensor, n: int, window: int, blocks: Blocks, causal: bool) -> list[Piece]:
    """Pieces of gathered keys; the begin of a causal row, which sees little anyway, is dense."""
    size = blocks.queries
    past = blocks.seen - size // blocks.keys
    start = 0
    if causal:
        start = min(-(-past * blocks.keys // size) * size, n)
        if start == n:
            return _dense_pieces(0, n, n, window, causal)
    chosen_QHM = choose(q_NHC, k_GNC, blocks, causal=causal)
    pieces = _dense_pieces(0, start, n, window, causal)
    whole, rest = n // size, n % size
    cuts = [(first, min(first + blocks.at_once, whole)) for first in range(start // size, whole, blocks.at_once)]
    for first, last in cuts + ([(whole, whole + 1)] if rest else []):
        length = size if last <= whole else rest
        pieces.append(Piece(first * size, length, last - first, index_BHM=chosen_QHM[first:last]))
        if causal:
            pieces.append(Piece(first * size, length, last - first, own=True))
    return pieces


@torch.no_grad()
def choose(q_NHC: Tensor, k_GNC: Tensor, blocks: Blocks, *, causal: bool) -> Tensor:
    """Blocks of keys that each block of queries sees, ``[Q, H, M]``; of a causal row those before the block alone.

    Heads that share keys see the same blocks.

    Args:
        q_NHC: Queries.
        k_GNC: Keys, filled up with zeros to whole blocks.
        blocks: How the row is cut.
        causal: See ``attend_row``; the first blocks of queries have no choice, and their entries mean nothing.
    """
    n, heads = len(q_NHC), q_NHC.shape[1]
    groups, padded, width = k_GNC.shape
    parts, own = blocks.parts, blocks.queries // blocks.keys
    num_queries, num_keys = -(-n // blocks.queries), padded // blocks.keys
    q_HPC = _means(q_NHC.transpose(0, 1), n, blocks.queries // parts, num_queries * parts)
    k_GLC = _means(k_GNC, n, blocks.keys // parts, num_keys * parts)
    if causal:  # by the queries of the block before
        q_HPC = F.pad(q_HPC[:, :-parts], (0, 0, parts, 0))
    scores = torch.einsum("grpc,glc->grpl", q_HPC.view(groups, heads // groups, -1, width), k_GLC)
    empty_L = torch.arange(num_keys * parts, device=q_NHC.device) * (blocks.keys // parts) >= n
    scores = scores.masked_fill(empty_L, -torch.inf)
    scores_GQJ = scores.view(groups, heads // groups, num_queries, parts, num_keys, parts).amax(dim=(1, 3, 5))
    first_Q1 = torch.arange(num_queries, device=q_NHC.device)[:, None] * own
    key_J = torch.arange(num_keys, device=q_NHC.device)
    behind = 0 if causal else blocks.neighbours + own
    near_QJ = (key_J >= first_Q1 - blocks.neighbours) & (key_J < first_Q1 + behind)
    scores_GQJ = scores_GQJ.masked_fill(near_QJ | (key_J < blocks.sink), torch.inf)
    seen = blocks.seen
    if causal:
        seen -= own
        scores_GQJ = scores_GQJ.masked_fill(key_J >= first_Q1, -torch.inf)
    chosen_GQM = scores_GQJ.topk(min(seen, num_keys), dim=-1, sorted=False)[1]
    return chosen_GQM.transpose(0, 1).repeat_interleave(heads // groups, dim=1)


def _means(x_HNC: Tensor, n: int, size: int, count: int) -> Tensor:
    """Means of parts of ``size`` tokens; of an unfilled part over what it holds, of an empty one the last token."""
    heads, _, width = x_HNC.shape
    held = (n - torch.arange(count, device=x_HNC.device) * size).clamp(1, size)
    sums_HPC = F.pad(x_HNC[:, :n], (0, 0, 0, size * count - n)).view(heads, count, size, width).sum(dim=2)
    full = -(-n // size)
    means_HPC = sums_HPC / held[:, None]
    return torch.cat([means_HPC[:, :full], x_HNC[:, n - 1 : n].expand(-1, count - full, -1)], dim=1)
