"""Multi-head self-attention over packed tokens: inside windows, or over whole rows.

Shapes: T tokens of the whole batch, R runs of a rectangle, S its longest run, H heads, C width of a head, D = H * C.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from core_model.inputs.packing import Batch
from core_model.nn.products import Linear


class Attention(nn.Module):
    """BERT's self-attention with its output projection.

    Args:
        width: D.
        num_heads: H.
        across_windows: Whether the windows of a long row see each other in this layer.
    """

    def __init__(self, width: int, num_heads: int, *, across_windows: bool) -> None:
        super().__init__()
        self.num_heads, self.across_windows = num_heads, across_windows
        self.qkv = Linear(width, 3 * width)
        self.out = Linear(width, width)

    def forward(self, x_TD: Tensor, batch: Batch) -> Tensor:
        """Attend within each window or each row of the batch; ``[T, D]``."""
        qkv = self.qkv(x_TD)
        layout = batch.rows if self.across_windows else batch.windows
        parts = []
        for rectangle in layout.rectangles:
            qkv_3RHSC = rectangle.of(qkv).unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
            y_RHSC = F.scaled_dot_product_attention(*qkv_3RHSC.unbind(), attn_mask=rectangle.mask)
            parts.append(y_RHSC.transpose(1, 2).flatten(2))
        return self.out(layout.joined(parts))
