"""Masked text: pieces are hidden, and told from what stands around them (BERT, arXiv 1810.04805, section 3.1).

Shapes: T tokens of the batch, N hidden ones, D width, V pieces.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.inputs.segments import TextSegment
from core_model.inputs.text import BEGIN, END, UNKNOWN
from core_model.nn.products import Linear, linear
from core_model.training.joint.objective import Asked, Objective
from core_model.training.mixture.examples import Example, Text

HIDDEN_SHARE = 0.15
"""Of the pieces, hidden ones."""
AS_UNKNOWN, AS_OTHER = 0.8, 0.1
"""Of the hidden pieces those that become the unknown piece, and those that become some other; the rest stay."""


class MaskedText(Objective):
    """Tells hidden pieces of text and code, by the word embeddings themselves.

    The vocabulary has no piece for what is hidden; the unknown piece, which real text almost never has, serves.

    Args:
        config: Of the core.
    """

    def __init__(self, config: CoreConfig) -> None:
        super().__init__()
        self.dense = Linear(config.width, config.width)
        self.norm = nn.LayerNorm(config.width)
        self.bias_V = nn.Parameter(torch.zeros(config.vocab_size))

    def ask(self, core: Core, examples: Sequence[Example]) -> Asked:
        rows, wanted = [], []
        for example in examples:
            assert isinstance(example, Text)
            whole_L = example.segment.ids_L
            given_L, hidden_L = hide(whole_L, core.config.vocab_size)
            rows.append([TextSegment(given_L, example.segment.kind)])
            wanted.append(torch.where(hidden_L, whole_L, -1))
        output = core(core.pack(rows))
        wanted_T = torch.cat(wanted).to(output.hidden_TD.device)
        index_N = (wanted_T >= 0).nonzero().flatten()
        logits_NV = self.logits(core, output.hidden_TD[index_N])
        loss = F.cross_entropy(logits_NV.float(), wanted_T[index_N])
        right = float((logits_NV.detach().argmax(dim=1) == wanted_T[index_N]).float().mean())
        return Asked(loss, {"right": right}, [output])

    def logits(self, core: Core, x_ND: Tensor) -> Tensor:
        """Score of each piece at each place, ``[N, V]``."""
        y_ND = self.norm(F.gelu(self.dense(x_ND)))
        return linear(y_ND, core.text.word_VD.to(y_ND.dtype), self.bias_V.to(y_ND.dtype))


def hide(ids_L: Tensor, vocab_size: int) -> tuple[Tensor, Tensor]:
    """Hide pieces of a text, at least one; marks of begin and end stay, but where there is nothing else.

    Returns:
        What the core is given, and which pieces it has to tell.
    """
    free_L = (ids_L != BEGIN) & (ids_L != END)
    hidden_L = (torch.rand(len(ids_L)) < HIDDEN_SHARE) & free_L
    if not hidden_L.any():
        among_K = (free_L if free_L.any() else ~free_L).nonzero().flatten()
        hidden_L[among_K[int(torch.randint(len(among_K), ()))]] = True
    how_L = torch.rand(len(ids_L))
    other_L = torch.randint(UNKNOWN + 1, vocab_size, (len(ids_L),))
    given_L = torch.where(hidden_L & (how_L < AS_UNKNOWN), UNKNOWN, ids_L)
    return torch.where(hidden_L & (how_L >= 1 - AS_OTHER), other_L, given_L), hidden_L
