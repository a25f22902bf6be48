"""What is similar to what, taken over from another embedder, whatever the width of its vectors.

Shapes: B texts, D width of what learns, V width of the teacher's vectors.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from core_model.core import Core
from core_model.training.joint.objective import Asked, Objective
from core_model.training.mixture.examples import Example, Taught


class Similarities(Objective):
    """Captions lie among each other as a teacher has them, across languages too.

    Args:
        temperature: Cosines are divided by it before they are compared.
    """

    def __init__(self, *, temperature: float = 0.05) -> None:
        super().__init__()
        self.temperature = temperature

    def ask(self, core: Core, examples: Sequence[Example]) -> Asked:
        captions = [example for example in examples if isinstance(example, Taught)]
        assert len(captions) == len(examples)
        languages = sorted({caption.language for caption in captions})
        language_B = torch.tensor([languages.index(caption.language) for caption in captions])
        output = core(core.pack([[caption.segment] for caption in captions]))
        wanted_BV = torch.stack([caption.vector_V for caption in captions])
        loss = similarity_loss(output.mean().float(), wanted_BV, self.temperature, language_B)
        return Asked(loss, {}, [output])


def similarity_loss(
    found_BD: Tensor, wanted_BV: Tensor, temperature: float, language_B: Tensor | None = None
) -> Tensor:
    """Kullback-Leibler divergence from the wanted similarities of each text to all others, to those found.

    Both are centred within the batch, by language where that is given: an embedder's texts of one language share a
    direction, which says nothing.

    Args:
        found_BD: Embeddings that learn; the widths of both sides may differ.
        wanted_BV: Those of the teacher.
        temperature: Cosines are divided by it.
        language_B: Number of each text's language.
    """
    if len(found_BD) < 3:
        return found_BD.sum() * 0
    sides = []
    for x_BD in (found_BD, wanted_BV):
        centred_BD = F.normalize(centred(x_BD, language_B), dim=-1)
        score_BB = centred_BD @ centred_BD.T / temperature
        themselves_BB = torch.eye(len(x_BD), dtype=torch.bool, device=x_BD.device)
        sides.append(score_BB.masked_fill(themselves_BB, -1e4).log_softmax(dim=1))
    return F.kl_div(sides[0], sides[1], log_target=True, reduction="batchmean")


def centred(x_BD: Tensor, language_B: Tensor | None = None) -> Tensor:
    """Vectors less their mean, or the mean of their language."""
    if language_B is None:
        return x_BD - x_BD.mean(dim=0, keepdim=True)
    count = int(language_B.max()) + 1
    sum_LD = x_BD.new_zeros(count, x_BD.shape[1]).index_add(0, language_B, x_BD)
    count_L1 = torch.bincount(language_B, minlength=count).clamp(min=1).unsqueeze(-1)
    return x_BD - (sum_LD / count_L1)[language_B]
