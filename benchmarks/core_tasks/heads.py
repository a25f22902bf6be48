"""Linear heads on few labels: on the core's vectors, and on tf-idf, the way a sceptic would try first.

Both choose how strongly they are held back by cross-validation inside the labels that they are given, by macro-F1.

Shapes: N texts to learn from, M texts to judge, D features.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

FOLDS = 5
LOGISTIC = (0.1, 1.0, 10.0, 100.0)
"""Inverse strengths of the regularisation that are tried on vectors."""
MARGINS = (0.03, 0.3, 3.0)
"""The same for tf-idf."""

Make = Callable[[float], Any]


def macro_f1(truth_M: np.ndarray, guess_M: np.ndarray, classes: int, weight_M: np.ndarray | None = None) -> float:
    """Mean F1 over the classes that occur among the truths; texts may count more than once, or not at all."""
    pairs = np.bincount(truth_M * classes + guess_M, weights=weight_M, minlength=classes * classes)
    counts = pairs.reshape(classes, classes)
    there = counts.sum(axis=1) > 0
    f1 = 2 * counts.diagonal() / np.maximum(counts.sum(axis=0) + counts.sum(axis=1), 1e-9)
    return float(f1[there].mean())


def fitted(make: Make, strengths: Sequence[float], x_ND: Any, label_N: np.ndarray) -> Any:
    """A classifier with the strength that does best in cross-validation, fitted to all that it is given."""
    from sklearn.model_selection import StratifiedKFold

    classes = int(label_N.max()) + 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # classes of fewer members than folds; fits that stop early
        folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(np.zeros(len(label_N)), label_N))
        scores = []
        for strength in strengths:
            guess_N = np.zeros_like(label_N)
            for learn, held in folds:
                guess_N[held] = make(strength).fit(x_ND[learn], label_N[learn]).predict(x_ND[held])
            scores.append(macro_f1(label_N, guess_N, classes))
        return make(strengths[int(np.argmax(scores))]).fit(x_ND, label_N)


def centred(vectors: np.ndarray, mean_D: np.ndarray) -> np.ndarray:
    """Vectors less a mean, of length 1: the trunk's own vectors lie in a narrow cone."""
    apart = vectors - mean_D
    return apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-9)


def head_guesses(learn_ND: np.ndarray, label_N: np.ndarray, judged_MD: np.ndarray) -> np.ndarray:
    """Guesses of a logistic regression on vectors, centred by the mean of those that it learns from."""
    from sklearn.linear_model import LogisticRegression

    mean_D = learn_ND.mean(axis=0)
    make: Make = lambda strength: LogisticRegression(  # noqa: E731
        C=strength, max_iter=300, class_weight="balanced"
    )
    return fitted(make, LOGISTIC, centred(learn_ND, mean_D), label_N).predict(centred(judged_MD, mean_D))


def tfidf_guesses(learn_N: Sequence[str], label_N: np.ndarray, judged_M: Sequence[str]) -> np.ndarray:
    """Guesses of a linear SVM on tf-idf of words (one and two) and characters (two to five), counted on what it learns
    from."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union
    from sklearn.svm import LinearSVC

    counted = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    )
    x_ND = counted.fit_transform(learn_N).tocsr()
    make: Make = lambda strength: LinearSVC(C=strength, class_weight="balanced")  # noqa: E731
    return fitted(make, MARGINS, x_ND, label_N).predict(counted.transform(judged_M))


def f1_gain(
    truth_M: np.ndarray,
    first: Sequence[np.ndarray],
    second: Sequence[np.ndarray],
    identities: Sequence[str],
    *,
    draws: int = 1000,
    seed: int = 0,
) -> tuple[float, tuple[float, float]]:
    """Macro-F1 of one way of guessing less that of another, mean over draws of labels, and its interval.

    The interval is over judged identities and draws of labels: both are drawn anew, with replacement.

    Args:
        truth_M: Numbers of the right labels.
        first: For each draw of labels the guesses of the one.
        second: Those of the other, of the same draws.
        identities: Of the judged texts: those of one are drawn together.
        draws: Number of resamples.
        seed: Of the resampling.
    """
    classes = int(max(truth_M.max(), *(guess.max() for guess in (*first, *second)))) + 1
    names, place_M = np.unique(list(identities), return_inverse=True)
    rng = np.random.default_rng(seed)

    def gain(label_draws: Sequence[int], weight_M: np.ndarray | None) -> float:
        apart = [
            macro_f1(truth_M, first[k], classes, weight_M) - macro_f1(truth_M, second[k], classes, weight_M)
            for k in label_draws
        ]
        return float(np.mean(apart))

    found = []
    for _ in range(draws):
        count = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names)).astype(float)
        found.append(gain(rng.integers(0, len(first), len(first)).tolist(), count[place_M]))
    low, high = np.percentile(found, [2.5, 97.5])
    return gain(range(len(first)), None), (float(low), float(high))
