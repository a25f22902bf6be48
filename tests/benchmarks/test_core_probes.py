"""The retrieval probes of the shared core measure what they say, on examples small enough to see through."""

import torch

from benchmarks.core_probes.captions import captions
from benchmarks.core_probes.retrieval import caption_ranks, rank_of, recall_at


def test_a_rank_counts_ties_against_the_right_answer() -> None:
    scores = torch.tensor([0.2, 0.9, 0.9, 0.1])
    assert [rank_of(scores, k) for k in range(4)] == [3, 2, 2, 4]
    assert recall_at({"a": [1, 3], "b": [2]}, 2) == 2 / 3


def test_the_written_pairs_are_at_least_a_hundred_distinct_ones_and_perfect_vectors_find_them_all() -> None:
    pairs = captions()
    assert len(pairs) >= 100
    assert len({english for english, _ in pairs}) == len({chinese for _, chinese in pairs}) == len(pairs)
    number = {text: k for k, pair in enumerate(pairs) for text in pair}
    ranks = caption_ranks(lambda texts, kind: torch.eye(len(pairs))[[number[text] for text in texts]])
    assert recall_at(ranks, 1) == 1.0
