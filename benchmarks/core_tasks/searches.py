"""Questions that are searched for an answer in a pool of passages, of all splits.

Shapes: Q questions, P passages.
"""

import hashlib
import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core_model.training.splits import Split, split_of

TATQA = "finance/tatqa_dataset_dev.json"
MEDICAL = "medical/medical_questions.parquet"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Search:
    """Questions, the pool that they are searched in, and what would be right.

    Attributes:
        queries: The questions.
        identities: Whose each question is: those of one identity are drawn together.
        passages: The pool.
        right: For each question the numbers of the passages that answer it, at least one.
    """

    queries: list[str]
    identities: list[str]
    passages: list[str]
    right: list[list[int]]

    def of(self, split: Split) -> "Search":
        """The questions of one split, in the whole pool."""
        return self.chosen([k for k, identity in enumerate(self.identities) if split_of(identity) == split])

    def chosen(self, numbers: Sequence[int]) -> "Search":
        """Some of the questions, in the whole pool."""
        queries, identities = [self.queries[k] for k in numbers], [self.identities[k] for k in numbers]
        return Search(queries, identities, self.passages, [self.right[k] for k in numbers])

    def sha256(self) -> str:
        """Of all that is given to a model and of what is right."""
        content = json.dumps([self.queries, self.identities, self.passages, self.right], ensure_ascii=False)
        return hashlib.sha256(content.encode("utf8")).hexdigest()

    def ranks(self, scores_QP: np.ndarray) -> list[int]:
        """Rank of the best right passage, from 1: wrong passages with as high a score stand before it."""
        found = []
        for score_P, right in zip(scores_QP, self.right, strict=True):
            wrong_P = np.ones(len(score_P), bool)
            wrong_P[right] = False
            found.append(1 + int((score_P[wrong_P] >= score_P[right].max()).sum()))
        return found

    def by_identity(self, values: Sequence[Any]) -> dict[str, list[Any]]:
        """One value a question, by the identity that it belongs to."""
        grouped: dict[str, list[Any]] = {}
        for identity, value in zip(self.identities, values, strict=True):
            grouped.setdefault(identity, []).append(value)
        return grouped


def financial(file: Path) -> Search:
    """TAT-QA: all contexts are the pool; a question's own context is right."""
    queries: list[str] = []
    identities: list[str] = []
    passages: list[str] = []
    right: list[list[int]] = []
    for number, context in enumerate(json.loads(file.read_text(encoding="utf8"))):
        passages.append(context_text(context))
        for question in context["questions"]:
            queries.append(html.unescape(question["question"]).strip())
            identities.append(context["table"]["uid"])
            right.append([number])
    return Search(queries, identities, passages, right)


def context_text(context: dict[str, Any]) -> str:
    """Paragraphs in their order, then the rows of the table, a line each."""
    paragraphs = sorted(context["paragraphs"], key=lambda part: part["order"])
    rows = [" | ".join(cell for cell in row if cell) for row in context["table"]["table"]]
    lines = [part["text"] for part in paragraphs] + [row for row in rows if row.strip(" |")]
    return "\n".join(html.unescape(_SPACES.sub(" ", line)).strip() for line in lines)


def medical(file: Path) -> Search:
    """Medical questions: all answers are the pool; every answer of the same focus and type is right.

    Nothing but the text of a question and of an answer is given to a model.
    """
    import pandas as pd

    table = pd.read_parquet(file)
    focus = [str(name).lower() for name in table["focus"]]
    places: dict[tuple[str, str], list[int]] = {}
    keys = list(zip(focus, (str(kind) for kind in table["question_type"]), strict=True))
    for number, key in enumerate(keys):
        places.setdefault(key, []).append(number)
    queries, answers = ([str(text) for text in table[name]] for name in ("question", "answer"))
    return Search(queries, focus, answers, [places[key] for key in keys])
