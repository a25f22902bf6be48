"""Whether the core finds the passage that answers a question: TAT-QA contexts, medical answers; against BM25.

Questions of test identities alone are judged. TAT-QA: all 278 contexts are the pool, a passage is as like a question as
its best window is, and this is mixed with BM25; the share of the core in the mixture is chosen on validation questions.
Medical questions: all 4,740 answers are the pool, a hit is any answer of the same focus and type; the core alone stands
against BM25 alone. The core reads the beginning of an answer (``PIECES`` pieces), BM25 reads all of it.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np

from benchmarks import shared_data
from benchmarks.core_tasks import gains
from benchmarks.core_tasks.before import Before, Ranks, before
from benchmarks.core_tasks.bm25 import BM25, chosen_weight, mixed
from benchmarks.core_tasks.encoders import Windows, cut, likeness, shipped, windows_of
from benchmarks.core_tasks.running import log_reading, one_thread
from benchmarks.core_tasks.searches import MEDICAL, TATQA, Search, financial, medical
from benchmarks.core_tasks.splits import CHOOSING, JUDGED
from benchmarks.figures import Figure
from core_model import load_core
from core_model.core import Core

USUAL_MINUTES = 8.0
INPUTS = [TATQA, MEDICAL]
PIECES = 128
"""Of a medical answer that the core reads."""


@cache
def searches() -> tuple[Search, Search]:
    """TAT-QA and the medical questions, of all splits."""
    return financial(shared_data.file(TATQA)), medical(shared_data.file(MEDICAL))


def asked() -> dict[str, str]:
    """Hashes of all that is asked."""
    found, of_health = searches()
    return {"financial": found.sha256(), "medical": of_health.sha256(), "pieces": str(PIECES)}


def financial_ranks(windows: Windows, search: Search) -> tuple[Ranks, float]:
    """Ranks of judged questions by BM25, by the vectors alone and by both, and the share of the vectors in both."""
    judged, choosing = search.of(JUDGED), search.of(CHOOSING)
    by_words = BM25(search.passages)
    likeness_QP = likeness(windows, judged.queries + choosing.queries, search.passages)
    own_QP, other_QP = np.split(likeness_QP, [len(judged.queries)])
    weight = chosen_weight(choosing, by_words.scores(choosing.queries), other_QP)
    words_QP = by_words.scores(judged.queries)
    scores = {"bm25": words_QP, "vectors": own_QP, "fused": mixed(words_QP, own_QP, weight)}
    return {name: judged.by_identity(judged.ranks(each)) for name, each in scores.items()}, weight


def medical_ranks(windows: Windows, search: Search, read: list[str]) -> Ranks:
    """Ranks of judged questions by BM25 and by the vectors of what is ``read`` of each passage."""
    judged = search.of(JUDGED)
    scores = {
        "medical bm25": BM25(search.passages).scores(judged.queries),
        "medical vectors": likeness(windows, judged.queries, read),
    }
    return {name: judged.by_identity(judged.ranks(each)) for name, each in scores.items()}


def ranks_of(core: Core) -> Ranks:
    """Ranks of a core without adapters, on both searches."""
    found, of_health = searches()
    ranks, _ = financial_ranks(windows_of(core), found)
    return {**ranks, **medical_ranks(windows_of(core), of_health, cut(core, of_health.passages, PIECES))}


def run(recorded: bool) -> dict[str, Figure]:
    """Measure the core that ships, with the adapter ``retrieval`` where one ships."""
    with one_thread():
        core = load_core()
        found, of_health = searches()
        adapter = shipped("retrieval", core)
        windows = windows_of(core) if adapter is None else adapter.windows
        who = "the core alone: no adapter ships" if adapter is None else "the adapter that ships"
        ranks, weight = financial_ranks(windows, found)
        ranks |= medical_ranks(windows_of(core), of_health, cut(core, of_health.passages, PIECES))
        figures = figures_of(ranks, before("retrieval", asked(), ranks_of), f"{who}; its share is {weight:.2f}")
        log_reading("retrieval", core, figures)
        return figures


def figures_of(ranks: Ranks, earlier: Before, who: str) -> dict[str, Figure]:
    """All figures from ranks.

    Args:
        ranks: By search and way of searching.
        earlier: Those of the trunk before training.
        who: Whose vectors the financial search uses.
    """
    old, words = earlier.ranks, earlier.words()
    figures = {}
    for k in (1, 5):
        figures[f"recall_{k}_fused"] = gains.recall(ranks["fused"], k, note=f"{who}; {_all(ranks, old, k)}")
        figures[f"gain_over_bm25_at_{k}"] = gains.gain(ranks["fused"], ranks["bm25"], k, baseline="BM25 alone")
        figures[f"gain_over_before_at_{k}"] = gains.gain(ranks["fused"], old["fused"], k, baseline=words)
    figures["gain_over_bm25"] = figures.pop("gain_over_bm25_at_1")
    figures["recall_1_vectors"] = gains.recall(ranks["vectors"], 1, note=who)
    figures["medical_recall_1"] = gains.recall(
        ranks["medical vectors"],
        1,
        note="the core alone; "
        + _shares({"BM25": ranks["medical bm25"], "before training": old["medical vectors"]}, 1),
    )
    pair = (ranks["medical vectors"], ranks["medical bm25"])
    figures["medical_gain_over_bm25"] = gains.gain(*pair, 1, baseline="BM25 alone, whole answers")
    figures["medical_gain_over_before"] = gains.gain(pair[0], old["medical vectors"], 1, baseline=words)
    return figures


def _all(ranks: Ranks, old: Ranks, k: int) -> str:
    apart = {"BM25": ranks["bm25"], "vectors alone": ranks["vectors"]}
    return _shares({**apart, "before training": old["vectors"], "before training, fused": old["fused"]}, k)


def _shares(ranks: Mapping[str, gains.ByIdentity], k: int) -> str:
    shares = {name: gains.recall(each, k).value for name, each in ranks.items()}
    return f"recall@{k}: " + ", ".join(f"{name} {value:.4f}" for name, value in shares.items())
