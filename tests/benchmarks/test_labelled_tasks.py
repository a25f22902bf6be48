"""Few labels and sentiment: on texts, labels and guesses small enough to be followed by hand."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import few_labels, text_sentiment
from benchmarks.core_tasks import heads
from benchmarks.core_tasks.labelled import ARTICLE, Labelled, medical_answers, tweets
from core_model.training.splits import split_of


def names(split: str, count: int, stem: str = "topic") -> list[str]:
    return [name for name in (f"{stem} {k}" for k in range(400)) if split_of(name) == split][:count]


def test_macro_f1_is_that_of_scikit_learn_over_the_classes_that_occur() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    truth, guess = rng.integers(0, 3, 40), rng.integers(0, 4, 40)
    expected = metrics.f1_score(truth, guess, labels=[0, 1, 2], average="macro")
    assert heads.macro_f1(truth, guess, 4) == pytest.approx(expected)
    weight = rng.integers(0, 3, 40)
    twice = np.repeat(np.arange(40), weight)
    assert heads.macro_f1(truth, guess, 4, weight.astype(float)) == heads.macro_f1(truth[twice], guess[twice], 4)


def test_a_gain_is_the_mean_over_draws_and_its_interval_holds_it() -> None:
    truth = np.array([0, 1] * 20)
    wrong = truth.copy()
    wrong[:8] = 1 - wrong[:8]
    identities = [str(k) for k in range(40)]
    value, (low, high) = heads.f1_gain(truth, [truth, wrong], [wrong, wrong], identities, draws=200)
    assert value == pytest.approx((1 - heads.macro_f1(truth, wrong, 2)) / 2)
    assert low <= value <= high
    assert heads.f1_gain(truth, [wrong], [wrong], identities, draws=20) == (0, (0, 0))


def test_heads_learn_what_separates_the_classes() -> None:
    pytest.importorskip("sklearn")
    label = np.array([0, 1, 2] * 12)
    vectors = np.eye(3)[label] + 5 + np.random.default_rng(0).normal(0, 0.05, (36, 3))
    assert (heads.head_guesses(vectors, label, vectors) == label).all()
    texts = [("profit rises", "loss widens", "board meets")[k] + f" in {n}" for n, k in enumerate(label)]
    assert (heads.tfidf_guesses(texts, label, texts) == label).all()


def test_messages_once_each_and_articles_apart(tmp_path: Path) -> None:
    rows = [("Profit rises at $ABC https://t.co/1", 1), ("profit rises at", 1), ("Loss " + "widens again " * 40, 0)]
    with (tmp_path / "tweets.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("text", "label"), *rows])
    found = tweets(tmp_path / "tweets.csv")
    assert found.identities[0] == "profit rises at"
    assert found.labels == ["bullish", "bearish"]
    assert len(found.articles(True)) == len(found.articles(False)) == 1
    assert len(found.articles(True).texts[0]) > ARTICLE


def test_the_commonest_types_are_kept_and_an_answer_of_two_topics_stands_once(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    kinds = [f"type {k:02}" for k in range(12)]
    learning, judged = names("train", 12), names("test", 1)[0]
    rows = [(focus, kind, f"{kind} {focus}") for k, kind in enumerate(kinds) for focus in learning[: 12 - k]]
    rows += [(learning[0], kinds[0], "The same  answer"), (judged.upper(), kinds[0], "the same answer")]
    table = {name: [row[k] for row in rows] for k, name in enumerate(("focus", "question_type", "answer"))}
    pd.DataFrame(table).to_parquet(tmp_path / "q.parquet")
    found = medical_answers(tmp_path / "q.parquet")
    assert found.numbered()[0] == kinds[:10]
    assert [(text, topic) for text, topic in zip(found.texts, found.identities, strict=True) if "same" in text] == [
        ("the same answer", judged)
    ]
    assert "answer" in found.of("test").texts[0]


def made(count: int = 90) -> Labelled:
    topics = names("train", count) + names("test", 30)
    labels = [("bearish", "bullish", "neutral")[k % 3] for k in range(len(topics))]
    return Labelled([f"{label} news" for label in labels], labels, topics)


def test_a_smaller_draw_is_part_of_a_larger_and_draws_differ() -> None:
    labelled = made()
    assert few_labels.drawn(labelled, 3, 20) == few_labels.drawn(labelled, 3, 60)[:20]
    assert few_labels.drawn(labelled, 3, 20) != few_labels.drawn(labelled, 4, 20)


def test_a_trial_learns_from_train_topics_and_judges_all_test_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    labelled = made()
    place = {"bearish": 0, "bullish": 1, "neutral": 2}

    def vectors_of(core, texts, pieces):
        rng = np.random.default_rng(0)
        right = core == "knows"
        rows = [np.eye(3)[place[text.split()[0]]] if right else rng.normal(size=3) for text in texts]
        return lambda numbers: np.stack([rows[k] for k in numbers])

    monkeypatch.setattr(few_labels, "vectors_of", vectors_of)
    cores: Any = {"core": "knows", "shuffled": "does not"}
    trial = few_labels.Trial(labelled, cores, 8)
    found = trial.guesses(0, 60)
    assert sorted(found) == ["core", "shuffled", "tfidf"]
    truth = "".join(str(place[label]) for label in labelled.of("test").labels)
    assert found["core"] == found["tfidf"] == truth
    assert found["shuffled"] != truth
    assert few_labels.same(found, found)
    assert not few_labels.same(found, {**found, "core": found["shuffled"]})
    assert "shuffled" not in trial.guesses(0, 600)
    cases = {f"tweets {size} {draw}": found for size in few_labels.SIZES for draw in range(few_labels.DRAWS)}
    figures = few_labels.figures_of({"tweets": trial}, cases)
    assert figures["gain_over_tfidf_tweets"].value == 0
    assert figures["gain_over_tfidf_tweets"].n == 30
    assert figures["shuffled_minus_tfidf"].value < 0


def test_sentiment_figures_are_of_messages_and_of_articles_apart() -> None:
    judged = [made().of("test"), made().of("test").chosen(range(6))]
    truth = [text_sentiment.numbers_of(each.labels) for each in judged]
    wrong = [np.zeros_like(each) for each in truth]
    figures = text_sentiment.figures_of(judged, truth, wrong, "made")
    assert figures["macro_f1"].value == 1
    assert figures["macro_f1"].interval == (1, 1)
    assert figures["gain_over_tfidf"].value == pytest.approx(1 - 0.5 / 3)
    assert (figures["gain_over_tfidf"].interval or (0, 0))[0] > 0
    assert figures["macro_f1_articles"].n == 6


def test_tfidf_is_tuned_on_validation_messages_alone() -> None:
    pytest.importorskip("sklearn")
    labelled = made()
    guesses = text_sentiment.tfidf(labelled.of("train"), labelled.of("train"), [labelled.of("test")])
    assert guesses[0].tolist() == text_sentiment.numbers_of(labelled.of("test").labels).tolist()
