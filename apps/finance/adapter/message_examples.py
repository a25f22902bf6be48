"""Short messages with a mood, each once: the identity of a message is its words alone.

Two messages are near-duplicates where their words without numbers are nearly the same. Of such only the first is kept;
one that is near a message of the test split is dropped altogether.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core_model.training.splits import split_of

MOODS = ("bearish", "bullish", "neutral")
"""By their number in the file."""
NEAR = 0.8
"""Share of common words, of all words of two messages, at which they are near-duplicates."""
_LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_TICKER = re.compile(r"\$[A-Za-z][A-Za-z.\-]*")
_PUNCTUATION = re.compile(r"[^\w\s]|_")
_RARE = 6
_CROWD = 400


def cleaned(text: str) -> str:
    """The identity of a message: lower case, without links, tickers and punctuation."""
    bare = _TICKER.sub(" ", _LINK.sub(" ", text.lower()))
    return " ".join(_PUNCTUATION.sub(" ", bare).split())


def messages(file: Path) -> list[tuple[str, str]]:
    """Texts and moods of a CSV with the columns ``text`` and ``label``."""
    with file.open(encoding="utf8", newline="") as stream:
        return [(row["text"].strip(), MOODS[int(row["label"])]) for row in csv.DictReader(stream)]


def distinct(texts: Sequence[str]) -> list[int]:
    """Places of the messages that are kept: no two of them are near-duplicates, and those near a test message are
    test messages themselves.

    Args:
        texts: As written.
    """
    identities = [cleaned(text) for text in texts]
    words = [frozenset(word for word in identity.split() if not word.isdigit()) for identity in identities]
    frequency = Counter(word for held in words for word in held)
    kept: list[int] = []
    by_word: dict[str, list[int]] = defaultdict(list)
    seen: set[str] = set()
    order = sorted(range(len(texts)), key=lambda place: (split_of(identities[place]) != "test", place))
    for place in order:
        if not words[place] or identities[place] in seen:
            continue
        seen.add(identities[place])
        rare = sorted(words[place], key=lambda word: (frequency[word], word))[:_RARE]
        near = {other for word in rare for other in by_word[word][-_CROWD:]}
        if any(_alike(words[place], words[other]) for other in near):
            continue
        kept.append(place)
        for word in words[place]:
            by_word[word].append(place)
    return sorted(kept)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    common = len(one & other)
    return common >= NEAR * (len(one) + len(other) - common)


def message_rows(file: Path) -> Iterator[dict[str, Any]]:
    """Labelled messages of the train and validation splits."""
    found = messages(file)
    for place in distinct([text for text, _ in found]):
        text, mood = found[place]
        identity = cleaned(text)
        if split_of(identity) != "test":
            yield {"text": text, "label": mood, "identity": identity}
