"""Search by words (Okapi BM25), and its mixture with the scores of another search.

Shapes: Q questions, P passages, V words.
"""

import re
from collections.abc import Sequence

import numpy as np
from scipy import sparse

from benchmarks.core_tasks.searches import Search

WEIGHTS = tuple(step / 20 for step in range(21))
"""Shares of the other search in a mixture that are tried."""
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Words of a text in lower case; numbers are words too."""
    return _WORD.findall(text.lower())


class BM25:
    """Passages, ready to be searched by words.

    ``score = sum over the question's words of idf * tf (k1 + 1) / (tf + k1 (1 - b + b length / mean length))`` with
    ``idf = log(1 + (P - df + 0.5) / (df + 0.5))``; a word that stands twice in a question counts twice.

    Args:
        passages: The pool; its own counts decide how rare a word is.
        k1: How soon a repeated word stops to count more.
        b: How much long passages are held back.
    """

    def __init__(self, passages: Sequence[str], k1: float = 1.5, b: float = 0.75) -> None:
        held = [words(passage) for passage in passages]
        self.number = {word: k for k, word in enumerate(sorted({word for each in held for word in each}))}
        tf_PV = self._counts(held).tocoo()
        length_P = np.array([len(each) for each in held], float)
        df_V = np.bincount(tf_PV.col, minlength=len(self.number))
        idf_V = np.log(1 + (len(held) - df_V + 0.5) / (df_V + 0.5))
        slow_P = k1 * (1 - b + b * length_P / max(length_P.mean(), 1e-9))
        weight = idf_V[tf_PV.col] * tf_PV.data * (k1 + 1) / (tf_PV.data + slow_P[tf_PV.row])
        self.weight_PV = sparse.csr_matrix((weight, (tf_PV.row, tf_PV.col)), shape=tf_PV.shape)

    def _counts(self, held: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        row = [k for k, each in enumerate(held) for word in each if word in self.number]
        column = [self.number[word] for each in held for word in each if word in self.number]
        return sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(len(held), len(self.number)))

    def scores(self, queries: Sequence[str]) -> np.ndarray:
        """``[Q, P]``."""
        return (self._counts([words(query) for query in queries]) @ self.weight_PV.T).toarray()


def standardised(scores_QP: np.ndarray) -> np.ndarray:
    """Scores of each question less their mean over the pool, over their spread: two searches become comparable."""
    centred_QP = scores_QP - scores_QP.mean(axis=1, keepdims=True)
    return centred_QP / np.maximum(scores_QP.std(axis=1, keepdims=True), 1e-9)


def mixed(by_words_QP: np.ndarray, other_QP: np.ndarray, weight: float) -> np.ndarray:
    """Both searches, standardised; ``weight`` is the share of the other."""
    return (1 - weight) * standardised(by_words_QP) + weight * standardised(other_QP)


def chosen_weight(search: Search, by_words_QP: np.ndarray, other_QP: np.ndarray) -> float:
    """The share of ``WEIGHTS`` with the highest mean of one over the rank: give it validation questions alone.

    Of equals the one in the middle of them is taken.
    """
    gain = [np.mean([1 / rank for rank in search.ranks(mixed(by_words_QP, other_QP, each))]) for each in WEIGHTS]
    best = [weight for weight, value in zip(WEIGHTS, gain, strict=True) if value >= max(gain) - 1e-12]
    return best[len(best) // 2]
