"""The mood of messages, by the adapter that ships, against tf-idf with a linear SVM tuned on validation messages.

Near-duplicates are dropped, test identities are judged by macro-F1, and texts of article length stand apart. Until an
adapter ships for the core, a linear head on the core's vectors stands in for it, fitted to the train messages, and the
figures' notes say so.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

from benchmarks import shared_data
from benchmarks.core_tasks.encoders import cut, shipped
from benchmarks.core_tasks.heads import centred, f1_gain, macro_f1
from benchmarks.core_tasks.labelled import TWEETS, Labelled, tweets
from benchmarks.core_tasks.running import log_reading, one_thread
from benchmarks.core_tasks.splits import CHOOSING, JUDGED, LEARNING
from benchmarks.figures import Figure
from core_model import load_core
from core_model.core import Core

USUAL_MINUTES = 6.0
INPUTS = [TWEETS]
PIECES = 128
"""Of a text that the head in place of an adapter reads."""
STRENGTHS = (0.1, 0.3, 1.0, 3.0)
"""Inverse strengths of the regularisation that are tried on validation messages, for tf-idf and for the head."""
MOODS = ("bearish", "bullish", "neutral")


@cache
def everything() -> Labelled:
    """Messages and articles of all splits."""
    return tweets(shared_data.file(TWEETS))


def numbers_of(labels: Sequence[str]) -> np.ndarray:
    """Labels by their place in ``MOODS``."""
    return np.array([MOODS.index(label) for label in labels])


def tfidf(learning: Labelled, choosing: Labelled, judged: Sequence[Labelled]) -> list[np.ndarray]:
    """Guesses for each judged set by a linear SVM on tf-idf of words and characters, strength and weights of the
    classes chosen on validation messages."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union
    from sklearn.svm import LinearSVC

    counted = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    )
    x_ND, label_N = counted.fit_transform(learning.texts), numbers_of(learning.labels)
    held, truth = counted.transform(choosing.texts), numbers_of(choosing.labels)
    fits = [
        LinearSVC(C=strength, class_weight=weights).fit(x_ND, label_N)
        for strength in STRENGTHS
        for weights in (None, "balanced")
    ]
    best = max(fits, key=lambda fit: macro_f1(truth, fit.predict(held), len(MOODS)))
    return [best.predict(counted.transform(each.texts)) for each in judged]


def head(core: Core, learning: Labelled, choosing: Labelled, judged: Sequence[Labelled]) -> list[np.ndarray]:
    """Guesses for each judged set by a logistic regression on the core's vectors."""
    from sklearn.linear_model import LogisticRegression

    def vectors(labelled: Labelled) -> np.ndarray:
        return core.embed_texts(cut(core, labelled.texts, PIECES)).numpy()

    learn_ND = vectors(learning)
    mean_D = learn_ND.mean(axis=0)
    x_ND, label_N = centred(learn_ND, mean_D), numbers_of(learning.labels)
    held, truth = centred(vectors(choosing), mean_D), numbers_of(choosing.labels)
    fits = [
        LogisticRegression(C=10 * strength, max_iter=500, class_weight="balanced").fit(x_ND, label_N)
        for strength in STRENGTHS
    ]
    best = max(fits, key=lambda fit: macro_f1(truth, fit.predict(held), len(MOODS)))
    return [best.predict(centred(vectors(each), mean_D)) for each in judged]


def run(recorded: bool) -> dict[str, Figure]:
    """Measure the adapter ``sentiment`` that ships, or a head on the core that ships."""
    with one_thread():
        core, labelled = load_core(), everything()
        learning, choosing = (labelled.of(split).articles(False) for split in (LEARNING, CHOOSING))
        judged = [labelled.of(JUDGED).articles(wanted) for wanted in (False, True)]
        adapter = shipped("sentiment", core)
        if adapter is None:
            who, guesses = "no adapter ships: a linear head on the core", head(core, learning, choosing, judged)
        else:
            who = "the adapter that ships"
            chances = [adapter.chances(each.texts).argmax(dim=1).tolist() for each in judged]
            guesses = [numbers_of([adapter.labels[number] for number in each]) for each in chances]
        of_articles = tfidf(labelled.of(LEARNING), labelled.of(CHOOSING), judged[1:])
        words = tfidf(learning, choosing, judged[:1]) + of_articles
        figures = figures_of(judged, guesses, words, who)
        log_reading("text_sentiment", core, figures)
        return figures


def figures_of(
    judged: Sequence[Labelled], guesses: Sequence[np.ndarray], words: Sequence[np.ndarray], who: str
) -> dict[str, Figure]:
    """Figures of messages, then of articles.

    Args:
        judged: Messages and articles.
        guesses: Of the core, for each.
        words: Of tf-idf, for each.
        who: Whose guesses the core's are.
    """
    figures = {}
    for ending, each, own, other in zip(("", "_articles"), judged, guesses, words, strict=True):
        truth = numbers_of(each.labels)
        reached, spread = f1_gain(truth, [own], [truth], each.identities)
        score = {name: macro_f1(truth, guess, len(MOODS)) for name, guess in (("core", own), ("tf-idf", other))}
        note = f"{who}; tf-idf and a linear SVM, tuned on validation messages, {score['tf-idf']:.4f}"
        figures[f"macro_f1{ending}"] = Figure(
            score["core"], "score", len(each), (1 + spread[0], 1 + spread[1]), note=note
        )
        value, interval = f1_gain(truth, [own], [other], each.identities)
        baseline = "tf-idf and a linear SVM, tuned on validation messages"
        figures[f"gain_over_tfidf{ending}"] = Figure(value, "score", len(each), interval, baseline=baseline)
    return figures
