"""The core: embeddings of all modalities, BERT-style blocks with experts, early exit.

Shapes: T tokens of the whole batch, B rows, D width.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from core_model.config import MODALITIES, CoreConfig, Modality
from core_model.inputs.facts import FactEmbedding
from core_model.inputs.image import ImageEmbedding
from core_model.inputs.packing import Batch
from core_model.inputs.segments import FactsSegment, ImageSegment, TextSegment, VolumeSegment
from core_model.inputs.text import TextEmbedding
from core_model.inputs.volume import VolumeEmbedding
from core_model.nn.blocks import Block
from core_model.nn.router import Routing


@dataclass(frozen=True, slots=True)
class CoreOutput:
    """What the core makes of a batch.

    Attributes:
        hidden_TD: Last hidden state of each token.
        batch: The batch.
        routings: For each layer that ran, by group, what its router did.
    """

    hidden_TD: Tensor
    batch: Batch
    routings: list[dict[str, Routing]] = field(default_factory=list)

    def mean(self, *modalities: Modality) -> Tensor:
        """Mean hidden state of each row over the tokens of some modalities, or of all; ``[B, D]``.

        A row that has none of them gives zeros.
        """
        hidden_TD, row_T = self.hidden_TD, self.batch.row_T
        if modalities:
            wanted = torch.tensor([MODALITIES.index(m) for m in modalities], device=row_T.device)
            index = torch.isin(self.batch.modality_T, wanted).nonzero().flatten()
            hidden_TD, row_T = hidden_TD[index], row_T[index]
        total_BD = hidden_TD.new_zeros(self.batch.num_rows, hidden_TD.shape[1]).index_add(0, row_T, hidden_TD)
        count_B = torch.bincount(row_T, minlength=self.batch.num_rows).clamp(min=1)
        return total_BD / count_B.unsqueeze(-1)


class CoreModel(nn.Module):
    """The shared model of all modalities.

    Args:
        config: Its shape.
        recompute: Recompute activations in the backward pass to save memory.
    """

    def __init__(self, config: CoreConfig, *, recompute: bool = False) -> None:
        super().__init__()
        self.config, self.recompute = config, recompute
        self.text = TextEmbedding(config)
        self.image = ImageEmbedding(config.patch, config.width)
        self.volume = VolumeEmbedding(config.volume_features, config.width)
        self.facts = FactEmbedding(config.width)
        self.modality_MD = nn.Parameter(torch.zeros(len(MODALITIES), config.width))
        self.embedding_norm = nn.LayerNorm(config.width, eps=config.norm_eps)
        first_full = config.num_layers - config.num_full_attention
        self.blocks = nn.ModuleList(
            Block(config, across_windows=number >= first_full) for number in range(config.num_layers)
        )

    @property
    def layers(self) -> list[Block]:
        """The blocks, in order."""
        return [block for block in self.blocks if isinstance(block, Block)]

    def embed(self, batch: Batch) -> Tensor:
        """Tokens of a batch before the first block, ``[T, D]``."""
        parts: list[tuple[int, Tensor]] = []
        for segments in batch.segments.values():
            for start, segment in segments:
                if isinstance(segment, TextSegment):
                    position_L = batch.position_T[start : start + len(segment)]
                    parts.append((start, self.text(segment.ids_L, position_L)))
                elif isinstance(segment, ImageSegment):
                    parts.append((start, self.image(segment.pixels_YX)))
                elif isinstance(segment, VolumeSegment):
                    tokens = self.volume(segment.features_NC, segment.position_mm_N3, segment.spacing_mm_N3)
                    parts.append((start, tokens))
                elif isinstance(segment, FactsSegment):
                    parts.append((start, self.facts(segment, self.text.names(segment.name_ids))))
        parts.sort(key=lambda part: part[0])
        x_TD = torch.cat([tokens for _, tokens in parts])
        return self.embedding_norm(x_TD + self.modality_MD[batch.modality_T])

    def forward(self, batch: Batch, *, num_layers: int | None = None, embedded_TD: Tensor | None = None) -> CoreOutput:
        """Run the core.

        Args:
            batch: Packed rows.
            num_layers: Stop after so many blocks (early exit); all where not given.
            embedded_TD: Tokens to use in place of ``embed(batch)``, for explanations.
        """
        x_TD = self.embed(batch) if embedded_TD is None else embedded_TD
        routings: list[dict[str, Routing]] = []
        for block in self.layers[:num_layers]:
            if self.recompute and torch.is_grad_enabled():
                x_TD, routing = checkpoint(block, x_TD, batch, use_reentrant=False)
            else:
                x_TD, routing = block(x_TD, batch)
            routings.append(routing)
            if self.training:
                block.count(routing)
        return CoreOutput(x_TD, batch, routings)
