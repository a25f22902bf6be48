"""Multi-head self-attention over packed tokens: dense, inside windows or across them.

Shapes: T tokens of the whole batch, B rows, S longest row, H heads, C width of a head, D = H * C.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from core_model.inputs.packing import Batch


class Attention(nn.Module):
    """BERT's self-attention with its output projection.

    Args:
        width: D.
        num_heads: H.
        across_windows: Whether the windows of a long text see each other in this layer.
    """

    def __init__(self, width: int, num_heads: int, *, across_windows: bool) -> None:
        super().__init__()
        self.num_heads, self.across_windows = num_heads, across_windows
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x_TD: Tensor, batch: Batch) -> Tensor:
        """Attend within each row of the batch; ``[T, D]``."""
        qkv = self.qkv(x_TD)
        rows, longest = batch.num_rows, batch.longest
        if not batch.is_full:
            qkv = qkv.new_zeros(rows * longest, qkv.shape[1]).index_copy(0, batch.slot_T, qkv)
        qkv_3BHSC = qkv.view(rows, longest, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        mask = batch.full_mask if self.across_windows else batch.window_mask
        y_BHSC = F.scaled_dot_product_attention(qkv_3BHSC[0], qkv_3BHSC[1], qkv_3BHSC[2], attn_mask=mask)
        y_TD = y_BHSC.transpose(1, 2).reshape(rows * longest, -1)
        return self.out(y_TD if batch.is_full else y_TD[batch.slot_T])
