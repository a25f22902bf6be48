"""Text to tokens: the tokenizer that ships with the trunk, and the embedding of its pieces.

Shapes: T text tokens, D width, V pieces.
"""

import gzip
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_model.config import CoreConfig
from core_model.inputs.segments import TextSegment

BEGIN, PAD, END, UNKNOWN = 0, 1, 2, 3
"""Numbers of the four special tokens in every vocabulary of ours."""


class TextTokenizer:
    """Unigram pieces of the trunk's vocabulary.

    Args:
        packed: The tokenizer as gzipped JSON of the ``tokenizers`` library; kept, so that it can be written again.
    """

    def __init__(self, packed: bytes) -> None:
        from tokenizers import Tokenizer

        self.packed = packed
        self._tokenizer: Any = Tokenizer.from_str(gzip.decompress(packed).decode("utf8"))

    @classmethod
    def from_file(cls, path: str | Path) -> "TextTokenizer":
        """Read ``tokenizer.json.gz``."""
        return cls(Path(path).read_bytes())

    def __len__(self) -> int:
        return self._tokenizer.get_vocab_size()

    @property
    def sha256(self) -> str:
        """Of the packed tokenizer, as a core's card names it."""
        return hashlib.sha256(self.packed).hexdigest()

    def ids(self, text: str, *, marks: bool = True) -> list[int]:
        """Piece numbers of a text, with the special tokens of begin and end; without them where ``marks`` is False."""
        return self._tokenizer.encode(text, add_special_tokens=marks).ids

    def batch_ids(self, texts: Sequence[str], *, marks: bool = True) -> list[list[int]]:
        """Piece numbers of several texts; see ``ids``."""
        return [coded.ids for coded in self._tokenizer.encode_batch(list(texts), add_special_tokens=marks)]

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """Begin and end in ``text`` of each piece that ``ids`` gives; (0, 0) for special tokens."""
        return self._tokenizer.encode(text).offsets

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """The pieces of some numbers, for people."""
        return [self._tokenizer.id_to_token(number) for number in ids]

    def segment(self, text: str) -> TextSegment:
        """A text as a segment."""
        return TextSegment(torch.tensor(self.ids(text), dtype=torch.int64))


class TextEmbedding(nn.Module):
    """Pieces and their positions inside a window.

    E5's constant token type is folded into the positions; both are trained in fp32.
    """

    def __init__(self, config: CoreConfig) -> None:
        super().__init__()
        self.word_VD = nn.Parameter(torch.empty(config.vocab_size, config.width).normal_(std=0.02))
        self.position_PD = nn.Parameter(torch.empty(config.window, config.width).normal_(std=0.02))

    def forward(self, ids_T: Tensor, position_T: Tensor) -> Tensor:
        """Embed pieces; ``[T, D]``, before the norm that all modalities share."""
        return F.embedding(ids_T, self.word_VD) + F.embedding(position_T, self.position_PD)

    def names(self, name_ids: Sequence[Tensor]) -> Tensor:
        """Mean of the pieces of each name, ``[N, D]``: how facts are named in the space of words."""
        flat = torch.cat(list(name_ids))
        lengths = torch.tensor([len(ids) for ids in name_ids], device=flat.device)
        starts = torch.cat([lengths.new_zeros(1), lengths.cumsum(0)[:-1]])
        return F.embedding_bag(flat, self.word_VD, starts, mode="mean")
