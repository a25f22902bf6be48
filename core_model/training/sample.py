"""The text that experts are distilled on: passages, captions and phrases of a corpus in one or both languages."""

import random
import re
from pathlib import Path

import torch

from core_model.config import CoreConfig
from core_model.errors import InputRejected
from core_model.inputs.packing import Batch, pack
from core_model.inputs.segments import TextSegment
from core_model.inputs.text import BEGIN, END, TextTokenizer

SHARES = {"chinese": 0.18, "phrase": 0.24, "caption": 0.16, "passage": 0.42}
"""Shares of the tokens by what a text is; what a corpus has nothing of is left out."""
_HAN = re.compile(r"[\u4e00-\u9fff]")


def sample_rows(corpus: Path, tokenizer: TextTokenizer, num_tokens: int, seed: int) -> list[list[int]]:
    """Piece numbers of sample texts: passages of one or several lines, and captions (the first cell of table rows).

    Two fifths of the tokens are Chinese: the corpus's own sentences, and captions and phrases drawn piece by piece from
    the Han pieces, since the corpus holds little Chinese. Half the texts are queries, half passages; captions are
    queries.

    Raises:
        InputRejected: The corpus holds no text.
    """
    rng = random.Random(seed)
    english: list[list[str]] = []
    chinese: list[str] = []
    for document in corpus.read_text(encoding="utf8").split("\n\n"):
        lines = [line for line in document.split("\n") if line]
        if lines and _HAN.search(lines[0]):
            chinese += lines
        elif lines:
            english.append(lines)
    if not english and not chinese:
        raise InputRejected(
            "a corpus without text",
            allowed="one passage a line, an empty line between documents",
            action="give another file",
            code="corpus_empty",
        )
    weights = [len(document) ** 0.5 for document in english]
    han = [piece for piece in tokenizer.pieces(range(len(tokenizer))) if re.fullmatch(r"[\u4e00-\u9fff]{1,6}", piece)]
    there = {"chinese": chinese, "phrase": han, "caption": english, "passage": english}
    shares = {name: share for name, share in SHARES.items() if there[name]}
    done = dict.fromkeys(shares, 0)
    rows: list[list[int]] = []
    total = 0
    while total < num_tokens:
        source = max(shares, key=lambda name: shares[name] * (total + 1) - done[name])
        kind = rng.choice(("query", "passage"))
        if source == "chinese":
            text = rng.choice(chinese)
        elif source == "phrase":
            kind, text = "query", "".join(rng.choice(han) for _ in range(rng.choice([1, 2, 2, 3, 3, 4, 6, 12])))
        else:
            passages = rng.choices(english, weights)[0]
            first = rng.randrange(len(passages))
            text = "\n".join(passages[first : first + rng.choice([1, 1, 1, 4, 12])])
            if source == "caption":
                kind, text = "query", text.split(" | ")[0][:120]
        ids = tokenizer.ids(f"{kind}: {text}", marks=False)[:254]
        rows.append([BEGIN, *ids, END])
        total += len(ids) + 2
        done[source] += len(ids) + 2
    return rows


def batches_of(rows: list[list[int]], config: CoreConfig, tokens: int = 8192) -> list[Batch]:
    """Pack the sample, texts of like length together."""
    ordered = sorted(rows, key=len)
    batches, start = [], 0
    while start < len(ordered):
        end = start + 1
        while end < len(ordered) and (end + 1 - start) * len(ordered[end]) <= tokens:
            end += 1
        batches.append(pack([[TextSegment(torch.tensor(row))] for row in ordered[start:end]], config))
        start = end
    return batches
