"""Texts with a label: messages and their mood, medical answers and the type of question that they answer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apps.finance.adapter.message_examples import cleaned, distinct, messages
from benchmarks.core_tasks.splits import JUDGED, LEARNING
from core_model.training.splits import Split, split_of

TWEETS = "finance/financial_tweets_sentiment_train.csv"
ARTICLE = 400
"""Characters beyond which a text is an article, not a message: messages end at 280, but for links and marks."""
TYPES = 10
"""Commonest types of medical questions that are told apart."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with their label.

    Attributes:
        texts: As they are given to a model.
        labels: One a text.
        identities: What each belongs to: its split follows from this.
    """

    texts: list[str]
    labels: list[str]
    identities: list[str]

    def __len__(self) -> int:
        return len(self.texts)

    def chosen(self, numbers: Sequence[int]) -> "Labelled":
        """Some of the texts."""
        return Labelled(*([part[k] for k in numbers] for part in (self.texts, self.labels, self.identities)))

    def of(self, split: Split) -> "Labelled":
        """The texts of one split."""
        return self.chosen([k for k, identity in enumerate(self.identities) if split_of(identity) == split])

    def articles(self, wanted: bool) -> "Labelled":
        """The texts of article length, or the others."""
        return self.chosen([k for k, text in enumerate(self.texts) if (len(text) > ARTICLE) == wanted])

    def numbered(self) -> tuple[list[str], np.ndarray]:
        """The labels that there are, in order, and the number of each text's."""
        names = sorted(set(self.labels))
        place = {name: number for number, name in enumerate(names)}
        return names, np.array([place[label] for label in self.labels])


def tweets(file: Path) -> Labelled:
    """Messages with their mood, near-duplicates dropped; the identity is the cleaned text."""
    found = messages(file)
    kept = [found[place] for place in distinct([text for text, _ in found])]
    return Labelled([text for text, _ in kept], [mood for _, mood in kept], [cleaned(text) for text, _ in kept])


def medical_answers(file: Path) -> Labelled:
    """Answers with the type of the question that each answers, of the types commonest among the learning topics.

    The identity is the topic. An answer that stands for several topics is kept once, for a judged one where it can be.
    """
    import pandas as pd

    table = pd.read_parquet(file)
    rows = [(str(a), str(kind), str(focus).lower()) for a, kind, focus in zip(*_columns(table), strict=True)]
    count = Counter(kind for _, kind, focus in rows if split_of(focus) == LEARNING)
    common = {kind for kind, _ in sorted(count.items(), key=lambda item: (-item[1], item[0]))[:TYPES]}
    kept: dict[str, tuple[str, str, str]] = {}
    for row in sorted(rows, key=lambda row: split_of(row[2]) != JUDGED):
        if row[1] in common:
            kept.setdefault(" ".join(row[0].lower().split()), row)
    texts, kinds, topics = (list(column) for column in zip(*kept.values(), strict=True))
    return Labelled(texts, kinds, topics)


def _columns(table: object) -> list[list[object]]:
    return [list(table[name]) for name in ("answer", "question_type", "focus")]  # type: ignore[index]
