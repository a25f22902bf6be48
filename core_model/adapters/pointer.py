"""An adapter that points at the answer of a question in a long row.

Shapes: Q questions of a row, N tokens of a row after its questions, D width.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from core_model.adapters.adapter import Adapter
from core_model.core import Core, Row
from core_model.nn.heads import PointerHead
from core_model.output import CoreOutput


class Pointer(Adapter):
    """Scores the tokens of a row as the answers of its questions, which stand in front.

    Args:
        core: What it is an adapter of.
        own_layers: Blocks of its own, the last ones; 0 where the core itself was trained for it.
        compared: Width in which questions and tokens are compared.
    """

    kind = "pointer"

    def __init__(self, core: Core, own_layers: int = 0, compared: int = 128) -> None:
        super().__init__(core, settings={"own_layers": own_layers, "compared": compared}, own_layers=own_layers)
        self.head = PointerHead(core.config.width, compared)

    def forward(self, rows: Sequence[Row], questions: Sequence[Tensor]) -> list[Tensor]:
        """Logits ``[Q, N]`` of the tokens behind each row's questions.

        Args:
            rows: Each begins with its questions.
            questions: Begin and end of each question of a row among the row's tokens, ``[Q, 2]``.
        """
        return self.pointed(self.encode(rows), questions)

    def pointed(self, output: CoreOutput, questions: Sequence[Tensor]) -> list[Tensor]:
        """The same of what the core made of the rows."""
        return [self.head(*parts) for parts in split_rows(output.hidden_TD, output, questions)]


def split_rows(hidden_TD: Tensor, output: CoreOutput, questions: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
    """For each row the mean state of each question, ``[Q, D]``, and the states of the tokens behind them, ``[N, D]``.

    Args:
        hidden_TD: Hidden states, after any block.
        output: What the core made of the rows.
        questions: See ``Pointer.forward``.
    """
    lengths = torch.bincount(output.batch.row_T, minlength=output.batch.num_rows).tolist()
    parts = []
    for row_LD, question_Q2 in zip(hidden_TD.split(lengths), questions, strict=True):
        spans = question_Q2.tolist()
        asked_QD = torch.stack([row_LD[begin:end].mean(dim=0) for begin, end in spans])
        parts.append((asked_QD, row_LD[spans[-1][1] :]))
    return parts
