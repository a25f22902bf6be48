"""One block of the core: attention and experts.

Shapes: T tokens of the whole batch, D width.
"""

from torch import Tensor, nn

from core_model.config import CoreConfig
from core_model.inputs.packing import Batch
from core_model.nn.attention import Attention
from core_model.nn.balance import count_loads, routers_of
from core_model.nn.experts import ExpertGroup, FeedForward, MixtureOfExperts
from core_model.nn.router import Routing


class Block(nn.Module):
    """Attention and experts, each followed by its residual and norm (post-norm, as BERT)."""

    def __init__(self, config: CoreConfig, *, across_windows: bool) -> None:
        super().__init__()
        self.attention = Attention(config, across_windows=across_windows)
        self.attention_norm = nn.LayerNorm(config.width, eps=config.norm_eps)
        self.experts = MixtureOfExperts(
            FeedForward(config.width, config.shared_hidden),
            {
                group.name: ExpertGroup(config.width, group.num_experts, group.hidden, group.num_active)
                for group in config.groups
            },
        )
        self.experts_norm = nn.LayerNorm(config.width, eps=config.norm_eps)

    def forward(self, x_TD: Tensor, batch: Batch) -> tuple[Tensor, dict[str, Routing]]:
        """Tokens ``[T, D]`` after attention and experts, and the routing of each group."""
        x_TD = self.attention_norm(x_TD + self.attention(x_TD, batch))
        y_TD, routings = self.experts(x_TD, batch.members)
        return self.experts_norm(x_TD + y_TD), routings

    def count(self, routings: dict[str, Routing]) -> None:
        """Add a batch's loads to this block's routers."""
        count_loads((next(routers_of(self.experts.groups[name])), routing) for name, routing in routings.items())
