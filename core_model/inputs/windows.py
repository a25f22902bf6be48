"""Texts of any length as rows of one window each, those of like length together.

Shapes: W windows of all texts.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core_model.inputs.text import BEGIN, END, TextTokenizer

TOKENS_A_BATCH = 4096
"""At most so many tokens in a batch, but for a single window that is longer."""


@dataclass(frozen=True, slots=True)
class TextWindows:
    """Texts, cut into windows.

    Attributes:
        ids: Piece numbers of each window with its special tokens, W of them.
        text: Number of the text that each belongs to.
    """

    ids: list[list[int]]
    text: list[int]

    def batches(self, tokens: int = TOKENS_A_BATCH) -> Iterator[list[int]]:
        """Numbers of the windows, the shortest first, batch by batch."""
        rows: list[int] = []
        for number in sorted(range(len(self.ids)), key=lambda k: len(self.ids[k])):
            if rows and (len(rows) + 1) * len(self.ids[number]) > tokens:
                yield rows
                rows = []
            rows.append(number)
        if rows:
            yield rows


def text_windows(tokenizer: TextTokenizer, texts: Sequence[str], window: int) -> TextWindows:
    """Cut texts into windows of like length; an empty text is one window of its special tokens.

    Args:
        tokenizer: Of the core.
        texts: Any number of them.
        window: Pieces of a window, special tokens counted.
    """
    inner = window - 2
    windows = TextWindows([], [])
    for number, ids in enumerate(tokenizer.batch_ids(texts, marks=False)):
        count = max(1, math.ceil(len(ids) / inner))
        size = math.ceil(len(ids) / count) if ids else 1
        for part in range(count):
            windows.ids.append([BEGIN, *ids[part * size : (part + 1) * size], END])
            windows.text.append(number)
    return windows
