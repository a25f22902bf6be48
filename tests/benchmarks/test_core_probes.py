"""The probes of the shared core measure what they say, on examples small enough to see through."""

import numpy as np
import torch

from benchmarks.core_probes.captions import captions
from benchmarks.core_probes.concepts import (
    Captions,
    examples_by_caption,
    row_captions,
    scaled,
    tfidf_features,
    top1_by_company,
)
from benchmarks.core_probes.retrieval import caption_ranks, rank_of, recall_at
from core_model.training.splits import split_of

REPORT = b"""<html xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" xmlns:xbrli="http://www.xbrl.org/2003/instance"
  xmlns:xbrldi="http://xbrl.org/2006/xbrldi"><body>
<ix:header><ix:resources><xbrli:context id="plain"><xbrli:period/></xbrli:context>
<xbrli:context id="part"><xbrli:entity><xbrli:segment><xbrldi:explicitMember dimension="a">b</xbrldi:explicitMember>
</xbrli:segment></xbrli:entity></xbrli:context></ix:resources></ix:header>
<table><tr><td>1</td><td>Total  <b>assets</b></td>
<td><ix:nonFraction name="us-gaap:Assets" contextRef="plain">5</ix:nonFraction></td></tr>
<tr><td>Segment assets</td><td><ix:nonFraction name="us-gaap:Assets" contextRef="part">5</ix:nonFraction></td></tr>
<tr><td>Own line</td><td><ix:nonFraction name="ko:Own" contextRef="plain">5</ix:nonFraction></td></tr></table>
<p>Goodwill of <ix:nonFraction name="us-gaap:Goodwill" contextRef="plain">7</ix:nonFraction></p></body></html>"""


def test_captions_come_from_the_first_cell_with_letters_of_plain_standard_facts_in_tables() -> None:
    assert row_captions(REPORT) == {("Total assets", "Assets")}


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


def test_the_classifier_learns_across_companies_and_fails_on_other_features() -> None:
    rng = np.random.default_rng(0)
    concepts = [f"concept {k % 4}" for k in range(200)]
    centres = rng.normal(size=(4, 12))
    features = np.array([centres[k % 4] for k in range(200)]) + 0.3 * rng.normal(size=(200, 12))
    features = scaled(features, features)
    companies = [f"company {k // 20}" for k in range(200)]
    examples = Captions([str(k) for k in range(200)], concepts, companies, np.arange(200) // 20 % 5)
    row = np.arange(200)
    right = top1_by_company(examples, features, row)
    assert len(right) == 10
    assert np.mean([hit for hits in right.values() for hit in hits]) > 0.95
    lost = top1_by_company(examples, features, row, rng.normal(size=features.shape))
    assert np.mean([hit for hits in lost.values() for hit in hits]) < 0.5


def test_tf_idf_in_its_own_basis_keeps_the_products_of_captions() -> None:
    texts = ["Total assets", "Total current assets", "Goodwill"]
    for features in tfidf_features(texts).values():
        products = features @ features.T
        assert np.allclose(np.diag(products), 1, atol=1e-5)
        assert products[0, 1] > products[0, 2] + 0.2


def test_examples_share_the_row_of_their_caption() -> None:
    examples = Captions(["b", "a", "b"], ["x", "x", "y"], ["1", "1", "2"], np.array([0, 0, 1]))
    texts, row = examples_by_caption(examples)
    assert [texts[k] for k in row] == ["b", "a", "b"]
    assert split_of("x") in ("train", "validation", "test")
