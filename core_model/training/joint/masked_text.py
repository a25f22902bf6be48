"""Masked text: pieces are hidden, and told from what stands around them (BERT, arXiv 1810.04805, section 3.1).

Shapes: T tokens of the batch, N hidden ones, D width, V pieces, C of them.
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

    In training a piece is told from the other hidden ones of the batch and from some drawn at random (sampled softmax,
    Jean and others 2015, arXiv 1412.2007, with equal odds): a tenth of the vocabulary costs a tenth. It is judged
    against the whole vocabulary.

    Args:
        config: Of the core.
        others: Pieces drawn at random.
    """

    def __init__(self, config: CoreConfig, *, others: int = 4096) -> None:
        super().__init__()
        self.others = others
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
        wanted_N = wanted_T[index_N]
        among_C = among(wanted_N, core.config.vocab_size, self.others) if self.training else None
        logits_NC = self.logits(core, output.hidden_TD[index_N], among_C)
        place_N = wanted_N if among_C is None else torch.searchsorted(among_C, wanted_N)
        loss = F.cross_entropy(logits_NC.float(), place_N)
        if self.training:
            return Asked(loss, {"loss": float(loss.detach())}, [output])
        right = float((logits_NC.argmax(dim=1) == wanted_N).float().mean())
        return Asked(loss, {"right": right}, [output])

    def logits(self, core: Core, x_ND: Tensor, among_C: Tensor | None = None) -> Tensor:
        """Score of each piece at each place, ``[N, V]``, or of some pieces, ``[N, C]``."""
        y_ND = self.norm(F.gelu(self.dense(x_ND)))
        word_CD: Tensor = core.text.word_VD
        bias_C: Tensor = self.bias_V
        if among_C is not None:
            word_CD, bias_C = word_CD[among_C], bias_C[among_C]
        return linear(y_ND, word_CD.to(y_ND.dtype), bias_C.to(y_ND.dtype))


def among(wanted_N: Tensor, vocab_size: int, others: int) -> Tensor:
    """Pieces among which the hidden ones are told: they themselves and some drawn at random, in order, ``[C]``."""
    drawn = torch.randint(UNKNOWN + 1, vocab_size, (min(others, vocab_size),), device=wanted_N.device)
    return torch.cat([wanted_N, drawn]).unique()


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
