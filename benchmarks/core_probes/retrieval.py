"""Retrieval: TAT-QA questions to their contexts, and statement captions to their translations.

Questions are those of the validation split; they are searched among the contexts of the validation and training splits
(test contexts stay closed). Captions are the pairs of ``captions_en_zh.tsv``, searched in both directions among all
captions of the other language.
"""

import csv
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from benchmarks import shared_data
from core_model.training.splits import split_of

CAPTIONS = Path(__file__).resolve().parent.parent / "captions_en_zh.tsv"
TATQA = "finance/tatqa_dataset_dev.json"

Embed = Callable[[list[str], Literal["query", "passage"]], Tensor]
"""From texts and their kind to unit vectors ``[N, D]``."""


@cache
def tatqa() -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Uids and texts of the searched contexts, and the validation questions as (uid of the context, question)."""
    uids, texts, questions = [], [], []
    for context in json.loads(shared_data.file(TATQA).read_text(encoding="utf8")):
        uid = context["table"]["uid"]
        split = split_of(uid)
        if split == "test":
            continue
        paragraphs = sorted(context["paragraphs"], key=lambda part: part["order"])
        rows = [" ".join(cell for cell in row if cell) for row in context["table"]["table"]]
        uids.append(uid)
        texts.append("\n".join([*(part["text"] for part in paragraphs), *rows]))
        if split == "validation":
            questions += [(uid, question["question"]) for question in context["questions"]]
    return uids, texts, questions


@cache
def captions() -> list[tuple[str, str]]:
    """English and Chinese captions that mean the same."""
    with CAPTIONS.open(encoding="utf8", newline="") as stream:
        return [(row["english"], row["chinese"]) for row in csv.DictReader(stream, delimiter="\t")]


def question_ranks(embed: Embed) -> dict[str, list[int]]:
    """Rank, from 1, of each question's own context, by the context's uid."""
    uids, texts, questions = tatqa()
    passages = embed(texts, "passage")
    scores = embed([question for _, question in questions], "query") @ passages.T
    ranks: dict[str, list[int]] = {}
    for (uid, _), row in zip(questions, scores, strict=True):
        ranks.setdefault(uid, []).append(rank_of(row, uids.index(uid)))
    return ranks


def caption_ranks(embed: Embed) -> dict[str, list[int]]:
    """Ranks, from 1, of each caption's translation: English to Chinese, then Chinese to English, by the English."""
    pairs = captions()
    english = embed([pair[0] for pair in pairs], "query")
    chinese = embed([pair[1] for pair in pairs], "query")
    scores = english @ chinese.T
    return {pair[0]: [rank_of(scores[k], k), rank_of(scores[:, k], k)] for k, pair in enumerate(pairs)}


def rank_of(scores: Tensor, right: int) -> int:
    """Rank of one entry, from 1; ties count against it."""
    return int(torch.sum(scores >= scores[right]))


def recall_at(ranks: dict[str, list[int]], k: int) -> float:
    """Share of ranks that are at most ``k``."""
    flat = [rank for values in ranks.values() for rank in values]
    return sum(rank <= k for rank in flat) / len(flat)
