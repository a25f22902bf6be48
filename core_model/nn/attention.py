"""Multi-head self-attention over packed tokens: inside windows, or over whole rows.

Shapes: T tokens of the whole batch, R runs of a rectangle, S its longest run, H heads, G heads of keys and values, C
width of a head, D = H * C, W window distances.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_model.config import CoreConfig
from core_model.inputs.layout import Rectangle
from core_model.inputs.packing import Batch
from core_model.nn.products import Linear
from core_model.nn.sparse import DENSE_UP_TO, DISTANCES, Blocks, attend_row


class Attention(nn.Module):
    """BERT's self-attention with its output projection.

    Args:
        config: Of the core.
        across_windows: Whether the windows of a long row see each other in this layer, sparsely where that is faster.

    Attributes:
        dense_up_to: Tokens of the longest row that is attended to densely.
        distance_HW: Added to a score by the distance of the windows, in layers across windows; zeros at the start.
    """

    def __init__(self, config: CoreConfig, *, across_windows: bool) -> None:
        super().__init__()
        self.num_heads, self.num_kv_heads, self.window = config.num_heads, config.kv_heads, config.window
        self.across_windows = across_windows
        self.dense_up_to = DENSE_UP_TO * config.window
        self.blocks = Blocks.for_window(config.window)
        self.head_width = config.width // config.num_heads
        self.qkv = Linear(config.width, config.width + 2 * self.num_kv_heads * self.head_width)
        self.out = Linear(config.width, config.width)
        self.distance_HW = nn.Parameter(torch.zeros(config.num_heads, DISTANCES)) if across_windows else None

    def forward(self, x_TD: Tensor, batch: Batch) -> Tensor:
        """Attend within each window or each row of the batch; ``[T, D]``."""
        qkv_TE = self.qkv(x_TD)
        layout = batch.rows if self.across_windows else batch.windows
        return self.out(layout.joined([self._attend(rectangle, qkv_TE) for rectangle in layout.rectangles]))

    def _attend(self, rectangle: Rectangle, qkv_TE: Tensor) -> Tensor:
        qkv_RSHC = rectangle.of(qkv_TE).unflatten(2, (-1, self.head_width))
        q_RSHC, k_RSGC, v_RSGC = qkv_RSHC.split([self.num_heads, self.num_kv_heads, self.num_kv_heads], dim=2)
        if rectangle.longest > self.window:  # stands alone
            blocks = self.blocks if rectangle.longest > self.dense_up_to else None
            y_NHC = attend_row(q_RSHC[0], k_RSGC[0], v_RSGC[0], self.distance_HW, window=self.window, blocks=blocks)
            return y_NHC.flatten(1)[None]
        q_RHSC, k_RGSC, v_RGSC = (x.transpose(1, 2) for x in (q_RSHC, k_RSGC, v_RSGC))
        shared = self.num_kv_heads != self.num_heads
        y_RHSC = F.scaled_dot_product_attention(q_RHSC, k_RGSC, v_RGSC, attn_mask=rectangle.mask, enable_gqa=shared)
        return y_RHSC.transpose(1, 2).flatten(2)
