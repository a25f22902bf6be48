"""What a linear head learns from 60, 200 and 600 labels on the core's vectors, against tf-idf with a linear SVM.

Two tasks, ten draws of labels from train identities each, judged on all test identities by macro-F1: the mood of
messages, near-duplicates dropped, and the type of question that a medical answer answers (ten commonest types, split
by topic). The core reads the beginning of a text (``PIECES`` pieces), tf-idf reads all of it. Heads on a core whose
weights are shuffled stand beside them at 60 and 200 labels. The guesses of each draw are recorded; ``--recorded`` makes
one draw in twenty again. What the core computes is checked by those draws: its code is not among the record's hashes.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

import numpy as np

from benchmarks import recorded as records
from benchmarks import shared_data
from benchmarks.core_tasks.encoders import around_nothing, cut
from benchmarks.core_tasks.heads import f1_gain, head_guesses, macro_f1, tfidf_guesses
from benchmarks.core_tasks.labelled import TWEETS, Labelled, medical_answers, tweets
from benchmarks.core_tasks.running import log_reading, one_thread
from benchmarks.core_tasks.searches import MEDICAL
from benchmarks.core_tasks.splits import JUDGED, LEARNING
from benchmarks.figures import Figure
from core_model import load_core
from core_model.core import Core

USUAL_MINUTES = 15.0
INPUTS = [TWEETS, MEDICAL]
SIZES = (60, 200, 600)
CONTROLLED = (60, 200)
"""Numbers of labels for which the shuffled core is asked too, and whose worst is held to the targets."""
DRAWS = 10
PIECES = {"tweets": 128, "medical": 96}
"""Of a text that the core reads."""
AGREE = 0.99
"""Share of a draw's guesses that must be the recorded ones: products differ in the last bit from machine to machine."""

Vectors = Callable[[Sequence[int]], np.ndarray]
"""From numbers of texts to their vectors, each computed once."""


@cache
def tasks() -> dict[str, Labelled]:
    """Both tasks, all splits."""
    return {
        "tweets": tweets(shared_data.file(TWEETS)),
        "medical": medical_answers(shared_data.file(MEDICAL)),
    }


def drawn(labelled: Labelled, draw: int, size: int) -> list[int]:
    """Numbers of the learning texts of a draw; those of a smaller size are among those of a larger."""
    learning = labelled.of(LEARNING)
    return np.random.default_rng([2026, draw]).permutation(len(learning))[:size].tolist()


def vectors_of(core: Core, texts: Sequence[str], pieces: int) -> Vectors:
    """Vectors of texts by a core, kept for the run."""
    known: dict[int, np.ndarray] = {}

    def vectors(numbers: Sequence[int]) -> np.ndarray:
        new = [number for number in dict.fromkeys(numbers) if number not in known]
        if new:
            found_ND = core.embed_texts(cut(core, [texts[number] for number in new], pieces)).numpy()
            known.update(zip(new, found_ND, strict=True))
        return np.stack([known[number] for number in numbers])

    return vectors


class Trial:
    """One task with the vectors of its texts, by the core and by the shuffled one.

    Args:
        labelled: All its texts.
        cores: By name.
        pieces: Of a text that they read.
    """

    def __init__(self, labelled: Labelled, cores: dict[str, Core], pieces: int) -> None:
        self.labelled, self.learning, self.judged = labelled, labelled.of(LEARNING), labelled.of(JUDGED)
        place = {name: number for number, name in enumerate(labelled.numbered()[0])}
        self.truth_M = np.array([place[label] for label in self.judged.labels])
        self._label = np.array([place[label] for label in self.learning.labels])
        texts = self.learning.texts + self.judged.texts
        self._vectors = {name: vectors_of(core, texts, pieces) for name, core in cores.items()}

    def guesses(self, draw: int, size: int) -> dict[str, str]:
        """The numbers that are guessed for the judged texts, a digit each, by who guesses."""
        numbers = drawn(self.labelled, draw, size)
        label_N = self._label[numbers]
        first = len(self.learning)
        judged = range(first, first + len(self.judged))
        found = {"tfidf": tfidf_guesses([self.learning.texts[k] for k in numbers], label_N, self.judged.texts)}
        for name, vectors in self._vectors.items():
            if name == "core" or size in CONTROLLED:
                found[name] = head_guesses(vectors(numbers), label_N, vectors(judged))
        return {name: "".join(str(number) for number in guess) for name, guess in found.items()}


def trials(core: Core) -> dict[str, Trial]:
    """Both tasks around a core and its shuffled copy."""
    cores = {"core": core, "shuffled": around_nothing(core)}
    return {name: Trial(labelled, cores, PIECES[name]) for name, labelled in tasks().items()}


def hashes_of(core: Core) -> dict[str, str]:
    """Of what the record follows from."""
    here = Path(__file__).resolve()
    parts = [here.parent / "core_tasks" / f"{name}.py" for name in ("encoders", "heads", "labelled", "splits")]
    inputs = {name: shared_data.sha256_of(name) for name in INPUTS}
    return {"weights": core.weights_hash, "benchmark": records.hash_of(here, *parts), **inputs}


def same(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two runs of a draw guess the same, but for a few texts on the border."""
    return one.keys() == other.keys() and all(
        np.mean([a == b for a, b in zip(one[name], other[name], strict=True)]) >= AGREE for name in one
    )


def measured(found: dict[str, Trial], key: str) -> dict[str, str]:
    """The guesses of one case: ``TASK SIZE DRAW``."""
    name, size, draw = key.split()
    return found[name].guesses(int(draw), int(size))


def run(recorded: bool) -> dict[str, Figure]:
    """Measure the core that ships, or derive the figures from its record."""
    with one_thread():
        core = load_core()
        found, hashes = trials(core), hashes_of(core)
        if recorded:
            cases = records.load("few_labels", hashes, partial(measured, found), same)
        else:
            keys = [f"{name} {size} {draw}" for name in found for size in SIZES for draw in range(DRAWS)]
            cases = {key: measured(found, key) for key in keys}
            records.save("few_labels", hashes, cases)
        figures = figures_of(found, cases)
        log_reading("few_labels", core, figures)
        return figures


def figures_of(found: dict[str, Trial], cases: dict[str, dict[str, str]]) -> dict[str, Figure]:
    """All figures from the guesses."""
    figures: dict[str, Figure] = {}
    control: dict[str, Figure] = {}
    for name, trial in found.items():
        for size in SIZES:
            rows = [cases[f"{name} {size} {draw}"] for draw in range(DRAWS)]
            by = {who: [np.array([int(digit) for digit in row[who]]) for row in rows] for who in rows[0]}
            note = f"{size} labels, mean macro-F1 of {DRAWS} draws: " + ", ".join(
                f"{who} {np.mean([macro_f1(trial.truth_M, each, 10) for each in guesses]):.4f}"
                for who, guesses in by.items()
            )
            n = len(trial.judged)
            value, interval = f1_gain(trial.truth_M, by["core"], by["tfidf"], trial.judged.identities)
            baseline = "tf-idf and a linear SVM"
            figures[f"gain_{name}_{size}"] = Figure(value, "score", n, interval, baseline=baseline, note=note)
            if size in CONTROLLED:
                value, interval = f1_gain(trial.truth_M, by["shuffled"], by["tfidf"], trial.judged.identities)
                about = f"{name}, {note}"
                control[f"{name} {size}"] = Figure(value, "score", n, interval, baseline=baseline, note=about)
    worst = {
        f"gain_over_tfidf_{name}": min(
            (figures[f"gain_{name}_{size}"] for size in CONTROLLED), key=lambda figure: figure.value
        )
        for name in found
    }
    return {**worst, "shuffled_minus_tfidf": max(control.values(), key=lambda figure: figure.value), **figures}
