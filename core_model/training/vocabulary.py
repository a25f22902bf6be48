"""Prune a multilingual Unigram vocabulary to English and Chinese.

Kept, in this order until the vocabulary is full: the four special tokens; every piece of Han characters alone; every
single printable ASCII or Latin-1 character and CJK punctuation mark; the ASCII pieces that a corpus uses, the most
frequent first; the remaining ASCII pieces by their score. Dropped pieces fall apart into kept ones, so that text in
the two languages never becomes unknown.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from core_model.inputs.text import BEGIN, END, PAD, UNKNOWN

_HAN = re.compile(r"[\u2581\u4e00-\u9fff]+")
_ASCII = re.compile(r"[\u2581\x21-\x7e]+")
_MARKS = "\u00a1-\u00ff\u2010-\u2026\u20a0-\u20bf\u2190-\u2193\u2200-\u22ff\u3001-\u3011"
_SINGLE = re.compile(f"\u2581?[\x21-\x7e{_MARKS}]")
_CONTROL = "[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f\\x8f\\x9f]"
_SPACE = "[\\s\\x{1680}\\x{200b}-\\x{200f}\\x{2028}\\x{2029}\\x{2581}\\x{feff}\\x{fffd}]+"


def make_tokenizer(pieces: list[str], scores: Iterable[float]) -> Any:
    """A Unigram tokenizer with XLM-R's normalisation.

    NFKC, control characters removed, all kinds of space made one; a space in front of the first word; the
    special tokens of begin and end around a text.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer: Any = Tokenizer(
        models.Unigram([(p, float(s)) for p, s in zip(pieces, scores, strict=True)], unk_id=UNKNOWN)
    )
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Replace(Regex(_CONTROL), ""),
            normalizers.Replace(Regex(_SPACE), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{pieces[BEGIN]} $A {pieces[END]}",
        special_tokens=[(pieces[BEGIN], BEGIN), (pieces[END], END)],
    )
    return tokenizer


def choose_pieces(pieces: list[str], scores: Iterable[float], counts: Counter[int], size: int) -> list[int]:
    """Numbers of the pieces to keep, the special tokens first, then in their old order.

    Args:
        pieces: The full vocabulary.
        scores: Log-probabilities of the pieces.
        counts: How often a corpus used each piece.
        size: How many to keep.
    """
    score_of = list(scores)
    marks = [BEGIN, PAD, END, UNKNOWN]
    ranked: list[tuple[int, float, int]] = []
    for number, piece in enumerate(pieces):
        if number in marks:
            continue
        if _HAN.fullmatch(piece) or _SINGLE.fullmatch(piece):
            ranked.append((0, -score_of[number], number))
        elif counts[number]:
            ranked.append((1, -counts[number], number))
        elif _ASCII.fullmatch(piece):
            ranked.append((2, -score_of[number], number))
    return marks + sorted(number for _, _, number in sorted(ranked)[: size - len(marks)])


def count_pieces(tokenizer: Any, lines: Iterable[str], chunk: int = 2000) -> Counter[int]:
    """How often each piece of a tokenizer stands in the lines of a corpus."""
    counts: Counter[int] = Counter()
    pending: list[str] = []
    for line in lines:
        pending.append(line)
        if len(pending) == chunk:
            for coded in tokenizer.encode_batch(pending, add_special_tokens=False):
                counts.update(coded.ids)
            pending = []
    for coded in tokenizer.encode_batch(pending, add_special_tokens=False):
        counts.update(coded.ids)
    return counts


def pack_tokenizer(tokenizer: Any) -> bytes:
    """The tokenizer as gzipped JSON, the same bytes every time; scores are rounded to 4 decimals."""
    described = json.loads(tokenizer.to_str())
    described["model"]["vocab"] = [[piece, round(score, 4)] for piece, score in described["model"]["vocab"]]
    text = json.dumps(described, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode("utf8"), compresslevel=9, mtime=0)
