"""The searches of the core's benchmarks, on passages small enough to be counted by hand."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.core_tasks.bm25 import BM25, chosen_weight, mixed, standardised
from benchmarks.core_tasks.searches import Search, financial, medical
from benchmarks.retrieval import figures_of, financial_ranks
from core_model.training.splits import split_of


def test_bm25_gives_the_scores_of_its_formula() -> None:
    scores_QP = BM25(["cash flow", "cash cash tax", "debt"]).scores(["Cash tax", "unheard of"])
    idf_cash, idf_tax = math.log(1 + 1.5 / 2.5), math.log(1 + 2.5 / 1.5)
    slow = {length: 1.5 * (0.25 + 0.75 * length / 2) for length in (1, 2, 3)}
    assert scores_QP[0] == pytest.approx(
        [idf_cash * 2.5 / (1 + slow[2]), idf_cash * 2 * 2.5 / (2 + slow[3]) + idf_tax * 2.5 / (1 + slow[3]), 0.0]
    )
    assert scores_QP[1].tolist() == [0, 0, 0]


def test_a_word_that_stands_twice_in_a_question_counts_twice() -> None:
    once, twice = BM25(["cash flow", "debt"]).scores(["cash", "cash cash"])
    assert twice.tolist() == pytest.approx((2 * once).tolist())


def test_a_rank_is_that_of_the_best_right_passage_and_ties_count_against_it() -> None:
    search = Search(["q", "r"], ["a", "b"], ["0", "1", "2", "3"], [[1, 3], [0]])
    assert search.ranks(np.array([[0.9, 0.1, 0.5, 0.5], [0.2, 0.2, 0.1, 0.3]])) == [3, 3]
    assert search.ranks(np.array([[0.4, 0.1, 0.2, 0.5], [0.4, 0.2, 0.1, 0.3]])) == [1, 1]


def test_the_mixture_takes_the_search_that_is_right() -> None:
    search = Search(["q"] * 3, ["a", "b", "c"], ["0", "1", "2"], [[0], [1], [2]])
    right_QP, wrong_QP = np.eye(3), np.roll(np.eye(3), 1, axis=1)
    assert chosen_weight(search, wrong_QP, right_QP) > 0.5
    assert chosen_weight(search, right_QP, wrong_QP) < 0.5
    assert mixed(wrong_QP, right_QP, 1.0).tolist() == standardised(right_QP).tolist()


def names(split: str, count: int) -> list[str]:
    return [name for name in (f"table-{k}" for k in range(200)) if split_of(name) == split][:count]


@pytest.fixture
def tatqa(tmp_path: Path) -> Path:
    contexts = [
        {
            "table": {"uid": uid, "table": [["", "2019"], ["Item", f"word{k}"], ["", ""]]},
            "paragraphs": [{"order": 2, "text": "second  line"}, {"order": 1, "text": "first &amp; line"}],
            "questions": [{"question": f"What is word{k} ?"}, {"question": "What is it?"}],
        }
        for k, uid in enumerate([*names("test", 3), *names("validation", 2), *names("train", 2)])
    ]
    path = tmp_path / "tatqa.json"
    path.write_text(json.dumps(contexts))
    return path


def test_all_contexts_are_the_pool_and_questions_are_told_apart_by_split(tatqa: Path) -> None:
    search = financial(tatqa)
    assert search.passages[0] == "first & line\nsecond line\n2019\nItem | word0"
    assert len(search.passages) == 7
    assert sorted(set(search.of("test").identities)) == sorted(names("test", 3))
    assert search.of("validation").right == [[3], [3], [4], [4]]
    assert len(search.of("validation").passages) == 7
    assert search.sha256() != search.chosen([0]).sha256()


def test_the_share_of_the_vectors_follows_from_validation_questions_alone(tatqa: Path) -> None:
    search = financial(tatqa)
    asked: list[str] = []

    def windows(texts, kind):
        if kind == "query":
            asked.extend(texts)
        number = {text: k for k, text in enumerate(search.passages)}
        right = {query: right[0] for query, right in zip(search.queries, search.right, strict=True)}
        places = [number[text] if kind == "passage" else right[text] for text in texts]
        return torch.eye(7)[places], torch.arange(len(texts))

    ranks, weight = financial_ranks(windows, search)
    assert asked == search.of("test").queries + search.of("validation").queries
    assert sorted(ranks["vectors"]) == sorted(names("test", 3))
    assert 0 < weight <= 1
    assert [each[0] for each in ranks["bm25"].values()] == [1, 1, 1]


def test_answers_of_the_same_focus_and_type_are_all_right(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    table = {
        "source": ["s"] * 4,
        "focus": ["Gout", "gout", "Gout", "Flu"],
        "question_type": ["causes", "causes", "outlook", "causes"],
        "question": ["a?", "b?", "c?", "d?"],
        "answer": ["A", "B", "C", "D"],
    }
    pd.DataFrame(table).to_parquet(tmp_path / "q.parquet")
    search = medical(tmp_path / "q.parquet")
    assert search.right == [[0, 1], [0, 1], [2], [3]]
    assert search.identities == ["gout", "gout", "gout", "flu"]
    assert (search.queries, search.passages) == (["a?", "b?", "c?", "d?"], ["A", "B", "C", "D"])


def test_gains_are_paired_by_question() -> None:
    from benchmarks.core_tasks.before import Before

    worse, better = {"a": [2, 1], "b": [7]}, {"a": [1, 1], "b": [3]}
    ranks = {"bm25": worse, "vectors": worse, "fused": better, "medical bm25": worse, "medical vectors": better}
    figures = figures_of(ranks, Before("0" * 64, ranks), "made")
    assert figures["recall_1_fused"].value == pytest.approx(2 / 3)
    assert figures["recall_5_fused"].value == 1
    assert figures["gain_over_bm25"].value == pytest.approx(1 / 3)
    assert figures["gain_over_bm25"].interval == (0, 0.5)
    assert figures["gain_over_bm25_at_5"].value == pytest.approx(1 / 3)
    assert figures["gain_over_before_at_1"].value == 0
    assert figures["medical_gain_over_bm25"].value == pytest.approx(1 / 3)
    assert all(figure.n == 3 for figure in figures.values())
