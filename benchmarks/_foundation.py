"""The foundation's layout: rows padded to the longest, one mask over all pairs of tokens, every product by F.linear."""

import torch
from torch import Tensor
from torch.nn import functional as F

from core_model.core import Core
from core_model.inputs.packing import Batch
from core_model.nn.products import multiply_by


def foundation_forward(core: Core, batch: Batch) -> Tensor:
    """Hidden states ``[T, D]`` of texts by the foundation's way of attending; weights and experts are the core's."""
    rows, row_T = batch.num_rows, batch.row_T
    count_B = torch.bincount(row_T, minlength=rows)
    longest = int(count_B.max())
    order_T = torch.arange(len(row_T)) - (count_B.cumsum(0) - count_B)[row_T]
    slot_T = row_T * longest + order_T
    valid_BS = torch.zeros(rows * longest, dtype=torch.bool).index_fill(0, slot_T, True).view(rows, longest)
    full = valid_BS[:, None, None, :] if not bool(valid_BS.all()) else None
    window_S = torch.arange(longest) // core.config.window
    inside = full
    if longest > core.config.window:
        inside = ((window_S[:, None] == window_S[None, :]) | ~valid_BS[:, :, None]) & valid_BS[:, None, :]
        inside = inside[:, None]
    with multiply_by("mkl"):
        x_TD = core.embed(batch)
        for block in core.layers:
            attention = block.attention
            qkv = attention.qkv(x_TD)
            qkv = qkv.new_zeros(rows * longest, qkv.shape[1]).index_copy(0, slot_T, qkv)
            qkv_3BHSC = qkv.view(rows, longest, 3, attention.num_heads, -1).permute(2, 0, 3, 1, 4)
            mask = full if attention.across_windows else inside
            y_BHSC = F.scaled_dot_product_attention(qkv_3BHSC[0], qkv_3BHSC[1], qkv_3BHSC[2], attn_mask=mask)
            y_TD = attention.out(y_BHSC.transpose(1, 2).reshape(rows * longest, -1)[slot_T])
            x_TD = block.attention_norm(x_TD + y_TD)
            x_TD = block.experts_norm(x_TD + block.experts(x_TD, batch.members)[0])
    return x_TD
