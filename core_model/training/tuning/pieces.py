"""Texts as rows of a batch, cut to so many pieces."""

from collections.abc import Sequence

import torch

from core_model.core import Core
from core_model.inputs.segments import TextSegment
from core_model.inputs.text import END


def rows_of(core: Core, texts: Sequence[str], longest: int) -> list[TextSegment]:
    """Each text as a segment of at most ``longest`` pieces, its end mark among them."""
    found = []
    for ids in core.tokenizer.batch_ids(texts):
        kept = ids if len(ids) <= longest else [*ids[: longest - 1], END]
        found.append(TextSegment(torch.tensor(kept, dtype=torch.int64)))
    return found
