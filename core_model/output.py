"""What the core makes of a batch.

Shapes: T tokens of the whole batch, B rows, D width.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core_model.config import MODALITIES, Modality
from core_model.inputs.packing import Batch
from core_model.nn.router import Routing


@dataclass(frozen=True, slots=True, eq=False)
class CoreOutput:
    """What the core makes of a batch.

    Attributes:
        hidden_TD: Last hidden state of each token.
        batch: The batch.
        routings: For each layer that ran, by group, what its router did.
        after: Hidden states after so many blocks, those that were asked for.
        first_layer: Blocks before the first that ran.
    """

    hidden_TD: Tensor
    batch: Batch
    routings: list[dict[str, Routing]] = field(default_factory=list)
    after: Mapping[int, Tensor] = field(default_factory=dict)
    first_layer: int = 0

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

    def most(self, *modalities: Modality) -> Tensor:
        """Largest hidden state of each row over the tokens of some modalities, or of all, entry by entry; ``[B, D]``.

        A row that has none of them gives zeros.
        """
        hidden_TD, row_T = self.hidden_TD, self.batch.row_T
        if modalities:
            wanted = torch.tensor([MODALITIES.index(m) for m in modalities], device=row_T.device)
            index = torch.isin(self.batch.modality_T, wanted).nonzero().flatten()
            hidden_TD, row_T = hidden_TD[index], row_T[index]
        start_BD = hidden_TD.new_zeros(self.batch.num_rows, hidden_TD.shape[1])
        place_TD = row_T.unsqueeze(-1).expand_as(hidden_TD)
        return start_BD.scatter_reduce(0, place_TD, hidden_TD, "amax", include_self=False)

    def first(self) -> Tensor:
        """Hidden state of each row's first token, ``[B, D]``."""
        count_B = torch.bincount(self.batch.row_T, minlength=self.batch.num_rows)
        return self.hidden_TD[count_B.cumsum(0) - count_B]
