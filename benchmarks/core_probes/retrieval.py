"""Retrieval: TAT-QA questions to their contexts, and statement captions to their translations.

Questions are those of the validation split; they are searched among the contexts of the validation and training splits
(test contexts stay closed). Captions are the pairs of ``captions_en_zh.tsv``, searched in both directions among all
captions of the other language.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Literal

import torch
from torch import Tensor

from benchmarks import shared_data
from benchmarks.core_probes.captions import captions
from benchmarks.core_probes.e5_file import e5_core, e5_source
from benchmarks.figures import Figure, bootstrap
from core_model.checkpoint import quantise
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.pretrained import int8_axis
from core_model.training.cut import trunk_state
from core_model.training.splits import split_of

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


def states(core: Core) -> dict[str, Core]:
    """The steps from E5 to what ships, and one beyond: E5 as it was, its pruned vocabulary, that in int8, the core, and
    the core with two of eight text experts running in place of four (without another distillation)."""
    source = e5_source()
    place = {piece: number for number, piece in enumerate(source.pieces)}
    kept = [place[piece] for piece in core.tokenizer.pieces(range(len(core.tokenizer)))]
    config = CoreConfig(vocab_size=len(kept), norm_eps=source.norm_eps).with_active("text", 8)
    pruned = trunk_state(source, kept, config)
    rounded = {}
    for name, tensor in pruned.items():
        axis = int8_axis(name, tensor)
        values, scale = quantise(tensor, axis) if axis is not None else (tensor, torch.ones(()))
        rounded[name] = values.float() * scale if axis is not None else tensor
    return {
        "E5": e5_core(),
        "pruned": Core.from_state(config, pruned, core.tokenizer, core.card),
        "int8": Core.from_state(config, rounded, core.tokenizer, core.card),
        "shipped": core,
        "two experts": Core.from_state(
            core.config.with_active("text", 2), core.state_dict(), core.tokenizer, core.card
        ),
    }


def retrieval_figures(core: Core) -> dict[str, Figure]:
    """Points of recall@1 that pruning the vocabulary costs, and that cutting, distilling and int8 cost after it.

    Beside them what int8 costs by itself, and what the core with two experts would cost.
    """
    ranks: dict[str, dict[str, dict[str, list[int]]]] = {"TAT-QA questions": {}, "bilingual captions": {}}
    for name, step in states(core).items():
        ranks["TAT-QA questions"][name] = question_ranks(step.embed_texts)
        ranks["bilingual captions"][name] = caption_ranks(step.embed_texts)
    note = "recall@1: " + "; ".join(
        f"{task} " + ", ".join(f"{name} {recall_at(found, 1):.4f}" for name, found in steps.items())
        for task, steps in ranks.items()
    )

    def lost(before: str, after: str) -> Figure:
        figures = []
        for task, steps in ranks.items():
            apart = {
                key: [100.0 * ((a <= 1) - (b <= 1)) for a, b in zip(values, steps[after][key], strict=True)]
                for key, values in steps[before].items()
            }
            flat = [value for values in apart.values() for value in values]
            figures.append(
                Figure(
                    sum(flat) / len(flat),
                    "points",
                    len(flat),
                    interval=bootstrap(apart),
                    baseline=before,
                    note=f"worst of the two: {task}; {note}",
                )
            )
        return max(figures, key=lambda figure: figure.value)

    return {
        "retrieval_points_lost_pruned": lost("E5", "pruned"),
        "retrieval_points_lost_split": lost("pruned", "shipped"),
        "retrieval_points_lost_int8": lost("pruned", "int8"),
        "retrieval_points_lost_two_experts": lost("pruned", "two experts"),
    }
