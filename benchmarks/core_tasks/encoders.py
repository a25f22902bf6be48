"""Who makes vectors of texts: the core, an adapter that ships, the teacher; and how they are searched with.

Shapes: Q questions, P passages, W windows, N texts, D width.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core_model.core import Core
from core_model.explain import shuffled
from core_model.inputs.segments import TextSegment
from core_model.inputs.windows import text_windows

Windows = Callable[[Sequence[str], str], tuple[Tensor, Tensor]]
"""From texts and their kind (query or passage) to unit vectors of all windows ``[W, D]`` and whose each is ``[W]``."""


def windows_of(core: Core) -> Windows:
    """The core alone: the mean hidden state of each window."""

    def windows(texts: Sequence[str], kind: str) -> tuple[Tensor, Tensor]:
        found = text_windows(core.tokenizer, [f"{kind}: {text}" for text in texts], core.config.window)
        vectors_WD = torch.zeros(len(found.ids), core.config.width)
        for some in found.batches():
            rows = [TextSegment(torch.tensor(found.ids[number])) for number in some]
            with torch.inference_mode():
                vectors_WD[some] = F.normalize(core.encode(rows).mean().float().cpu(), dim=-1)
        return vectors_WD, torch.tensor(list(found.text))

    return windows


def whole(windows: Windows, texts: Sequence[str], kind: str) -> Tensor:
    """One unit vector a text, ``[N, D]``: the mean of its windows."""
    vectors_WD, text_W = windows(texts, kind)
    return F.normalize(torch.zeros(len(texts), vectors_WD.shape[1]).index_add_(0, text_W, vectors_WD), dim=-1)


def likeness(windows: Windows, queries: Sequence[str], passages: Sequence[str]) -> np.ndarray:
    """Likeness ``[Q, P]`` of each question to the best window of each passage."""
    vectors_WD, passage_W = windows(passages, "passage")
    likeness_QW = whole(windows, queries, "query") @ vectors_WD.T
    best_QP = likeness_QW.new_full((len(queries), len(passages)), -2.0)
    return best_QP.scatter_reduce_(1, passage_W.expand(len(queries), -1), likeness_QW, "amax").numpy()


def cut(core: Core, texts: Sequence[str], pieces: int) -> list[str]:
    """Texts up to their piece of some number: what long ones hold beyond costs time and adds little."""
    found = []
    for text in texts:
        ends = core.tokenizer.offsets(text)[1:-1]
        found.append(text[: ends[pieces - 1][1]] if len(ends) > pieces else text)
    return found


def around_nothing(core: Core) -> Core:
    """The core with the entries of each weight tensor permuted: its size and statistics without what it learned."""
    return core.with_weights(shuffled(core.state_dict()))


def shipped(name: str, core: Core) -> Any | None:
    """The adapter of a domain that ships for this core; None where none does.

    Args:
        name: ``retrieval`` or ``sentiment``.
        core: What it is an adapter of.

    Raises:
        InputRejected: One ships, and it was made for another core.
    """
    try:
        module = import_module(f"apps.finance.adapter.{name}")
    except ModuleNotFoundError as missing:
        if missing.name != f"apps.finance.adapter.{name}":
            raise
        return None
    domain = getattr(module, f"{name.title()}Domain")
    card: Path | None = domain.shipped
    return domain.kind.load(card.parent, card.stem, core) if card is not None and card.is_file() else None
