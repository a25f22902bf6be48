"""Replay: texts lie among each other as they did for the core that the training began with.

Distillation of its mean states, and of its similarities within a batch, both centred: general quality stays while
domains are learnt.

Shapes: B texts, D width.
"""

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from core_model.core import Core
from core_model.training.joint.objective import Asked, Objective
from core_model.training.joint.similarity import similarity_loss
from core_model.training.mixture.examples import Example, Labelled


class Replay(Objective):
    """Embeddings of texts by the core against those of the core that it was.

    Args:
        before: That core; it is kept beside this module, not in it, and does not learn.
        temperature: Cosines are divided by it before they are compared.
        vectors: Weight of the distance between the embeddings themselves.
    """

    def __init__(self, before: Core, *, temperature: float = 0.05, vectors: float = 1.0) -> None:
        super().__init__()
        self._before = (before.eval().requires_grad_(False),)
        self.temperature, self.vectors = temperature, vectors

    def ask(self, core: Core, examples: Sequence[Example]) -> Asked:
        rows = []
        for example in examples:
            assert isinstance(example, Labelled)
            rows.append([example.segment])
        before = self._before[0]
        with torch.no_grad():
            wanted_BD = F.normalize(before(before.pack(rows)).mean().float(), dim=-1)
        output = core(core.pack(rows))
        found_BD = F.normalize(output.mean().float(), dim=-1)
        apart = 1 - (found_BD * wanted_BD).sum(dim=1).mean()
        among = similarity_loss(found_BD, wanted_BD, self.temperature)
        loss = self.vectors * apart + among
        return Asked(loss, {"apart": float(apart.detach()), "among": float(among.detach())}, [output])
