"""The classifier from features of a caption to its concept, the same for all features.

Multinomial logistic regression on the captions of the training companies, each distinct caption with its counts.

Shapes: N examples, C distinct captions, K concepts, D features.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

FOLDS = 5
RIDGES = (0.1, 0.03)


@dataclass(frozen=True, slots=True)
class Task:
    """Examples by number.

    Attributes:
        row_N: The distinct caption of each example.
        label_N: Its concept.
        fold_N: The fold of its company, 0 to 4.
        num_captions: C.
        num_concepts: K.
    """

    row_N: np.ndarray
    label_N: np.ndarray
    fold_N: np.ndarray
    num_captions: int
    num_concepts: int

    def counts(self, chosen_N: np.ndarray) -> Tensor:
        """How often each caption stands for each concept in the chosen examples, ``[C, K]``."""
        counts_CK = np.zeros((self.num_captions, self.num_concepts), dtype=np.float32)
        np.add.at(counts_CK, (self.row_N[chosen_N], self.label_N[chosen_N]), 1)
        return torch.from_numpy(counts_CK)


def task_of(row_N: np.ndarray, concepts: Sequence[str], fold_N: np.ndarray) -> Task:
    """The task of some examples; concepts are numbered in the order of their names."""
    names, label_N = np.unique(concepts, return_inverse=True)
    return Task(row_N, label_N, fold_N, int(row_N.max()) + 1, len(names))


def hits(
    task: Task, features_CD: np.ndarray, fold: int, *, ridge: float | None = None, tested: Sequence[np.ndarray] = ()
) -> list[np.ndarray]:
    """Whether the first guess is right for each example of a fold, learned from the other folds.

    Args:
        task: The examples.
        features_CD: What the classifier learns from.
        fold: The fold that is guessed.
        ridge: The ridge; where not given, the one of ``RIDGES`` that does better on the next fold, learned from the
            three that remain.
        tested: Other features of the same captions, for what the same classifier makes of them.

    Returns:
        For the features themselves, then for each of ``tested``, booleans in the order of the fold's examples.
    """
    if ridge is None:
        inner = (fold + 1) % FOLDS
        train, held = (task.fold_N != fold) & (task.fold_N != inner), task.fold_N == inner
        right = [right_of(task, fit(task, features_CD, train, each), features_CD, held).mean() for each in RIDGES]
        ridge = RIDGES[int(np.argmax(right))]
    learned = fit(task, features_CD, task.fold_N != fold, ridge)
    return [right_of(task, learned, each, task.fold_N == fold) for each in (features_CD, *tested)]


def fit(task: Task, features_CD: np.ndarray, chosen_N: np.ndarray, ridge: float) -> tuple[Tensor, Tensor]:
    """The classifier, learned from the chosen examples."""
    counts_CK = task.counts(chosen_N)
    there_C = counts_CK.sum(dim=1) > 0
    x_CD = torch.from_numpy(np.ascontiguousarray(features_CD, dtype=np.float32))
    return logistic_regression(x_CD[there_C], counts_CK[there_C], ridge)


def right_of(task: Task, learned: tuple[Tensor, Tensor], features_CD: np.ndarray, chosen_N: np.ndarray) -> np.ndarray:
    """Whether the first guess is right, for each chosen example."""
    weights_DK, bias_K = learned
    guess_C = (torch.from_numpy(np.ascontiguousarray(features_CD, dtype=np.float32)) @ weights_DK + bias_K).argmax(
        dim=1
    )
    return guess_C.numpy()[task.row_N[chosen_N]] == task.label_N[chosen_N]


def logistic_regression(x_CD: Tensor, counts_CK: Tensor, ridge: float, rounds: int = 40) -> tuple[Tensor, Tensor]:
    """Multinomial logistic regression by L-BFGS.

    Args:
        x_CD: One row a distinct caption.
        counts_CK: How often each caption stands for each concept.
        ridge: Half the weight of the squared coefficients against the summed log-loss.
        rounds: At most so many iterations.

    Returns:
        ``weights_DK`` and ``bias_K``.
    """
    weights_DK = torch.zeros(x_CD.shape[1], counts_CK.shape[1], requires_grad=True)
    bias_K = torch.zeros(counts_CK.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weights_DK, bias_K], max_iter=rounds, history_size=6, line_search_fn="strong_wolfe", tolerance_grad=1e-4
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = -(counts_CK * torch.log_softmax(x_CD @ weights_DK + bias_K, dim=1)).sum()
        value = value + ridge / 2 * weights_DK.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return weights_DK.detach(), bias_K.detach()


def tfidf_features(texts: list[str]) -> dict[str, np.ndarray]:
    """Word (one and two) and character (two to five) tf-idf, counted over all captions.

    Given in an orthogonal basis of the captions' space, which changes no product of two captions and makes the fits
    as cheap as those of dense features.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    makers = {
        "words": TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)),
        "characters": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    }
    found = {}
    for name, maker in makers.items():
        sparse = maker.fit_transform(texts)
        products = torch.from_numpy((sparse @ sparse.T).toarray().astype(np.float32))
        values, vectors = torch.linalg.eigh(products)
        kept = values > 1e-4
        found[name] = (vectors[:, kept] * values[kept].sqrt()).numpy()
    return found


def scaled(features: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Features centred and scaled by the mean and spread of others, then each row to length 1."""
    standard = (features - like.mean(axis=0)) / (like.std(axis=0) + 1e-6)
    return standard / np.linalg.norm(standard, axis=1, keepdims=True)
