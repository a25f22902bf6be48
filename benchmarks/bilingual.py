"""Whether an English caption finds its Chinese translation, and the other way round, among the captions of a list.

Two lists were written down before any training on them: ``captions_en_zh.tsv`` and, translated by a reader who saw no
output of a model, ``captions_en_zh_second.tsv``, whose SHA-256 was committed first and is checked. Both stay out of
training. A list's recall@1 is the mean of both directions; ``pooled`` searches the captions of both lists together.
The cosines are those of the core's vectors as they are; beside them those with each language's mean removed, which is
what a sceptic would try first on the trunk before training, and which needs the whole list at once.
"""

import csv
import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from torch import Tensor
from torch.nn import functional as F

from benchmarks.core_tasks import gains
from benchmarks.core_tasks.before import Before, Ranks, before
from benchmarks.core_tasks.running import log_reading, one_thread
from benchmarks.core_tasks.teacher import VARIABLE, teacher_vectors
from benchmarks.figures import Figure
from benchmarks.recorded import RecordDiffers
from core_model import load_core
from core_model.core import Core

USUAL_MINUTES = 0.5
INPUTS: list[str] = []
HERE = Path(__file__).resolve().parent
LISTS = {"first": HERE / "captions_en_zh.tsv", "second": HERE / "captions_en_zh_second.tsv"}
SECOND_SHA256 = "1c2e92aaea9aa330d7bee8b4a7c0194273972bd92f33fb444147ef11782006aa"
"""Of the second list, committed before any training."""

Pairs = list[tuple[str, str]]
Embed = Callable[[Sequence[str]], Tensor]
"""From captions to unit vectors."""


def digests() -> dict[str, str]:
    """SHA-256 of each list.

    Raises:
        RecordDiffers: The second is not the one that was written down before training.
    """
    found = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in LISTS.items()}
    if found["second"] != SECOND_SHA256:
        raise RecordDiffers(f"{LISTS['second'].name} is not the list that was written down: {found['second']}")
    return found


@cache
def lists() -> dict[str, Pairs]:
    """English and Chinese captions of each list, and of both together."""
    found = {}
    for name, path in LISTS.items():
        with path.open(encoding="utf8", newline="") as stream:
            found[name] = [(row["english"], row["chinese"]) for row in csv.DictReader(stream, delimiter="\t")]
    return {**found, "pooled": [pair for pairs in found.values() for pair in pairs]}


def asked() -> dict[str, str]:
    """Hashes of all that is asked."""
    return digests()


def ranks_by(embed: Embed, pairs: dict[str, Pairs], *, centred: bool) -> Ranks:
    """Ranks of the translations, English to Chinese and Chinese to English, by list and English caption.

    Args:
        embed: Makes the vectors.
        pairs: Captions by list; all must stand in the last one.
        centred: Remove the mean vector of each language, over the list, before the cosines.
    """
    everything = list(pairs.values())[-1]
    place = {pair: number for number, pair in enumerate(everything)}
    english_ND, chinese_ND = (embed([pair[side] for pair in everything]) for side in (0, 1))
    found: Ranks = {}
    for name, listed in pairs.items():
        numbers = [place[pair] for pair in listed]
        sides = [english_ND[numbers], chinese_ND[numbers]]
        if centred:
            sides = [F.normalize(side - side.mean(dim=0), dim=-1) for side in sides]
        scores_NN = sides[0] @ sides[1].T
        right_N = scores_NN.diagonal()
        there_N = (scores_NN >= right_N[:, None]).sum(dim=1).tolist()
        back_N = (scores_NN >= right_N[None, :]).sum(dim=0).tolist()
        found[name] = {pair[0]: list(ranks) for pair, *ranks in zip(listed, there_N, back_N, strict=True)}
    return found


def ranks_of(core: Core) -> Ranks:
    """Ranks of a core: of each list as it is, and ``centred``."""
    plain = ranks_by(core.embed_texts, lists(), centred=False)
    centred = ranks_by(core.embed_texts, lists(), centred=True)
    return {**plain, **{f"{name} centred": ranks for name, ranks in centred.items()}}


def run(recorded: bool) -> dict[str, Figure]:
    """Measure the core that ships."""
    with one_thread():
        core = load_core()
        texts = [text for pair in lists()["pooled"] for text in pair]
        vectors_ND = teacher_vectors(texts)
        teacher: Ranks | None = None
        if vectors_ND is not None:
            number = {text: k for k, text in enumerate(texts)}
            known = vectors_ND
            teacher = ranks_by(lambda some: known[[number[text] for text in some]], lists(), centred=False)
        figures = figures_of(ranks_of(core), before("bilingual", asked(), ranks_of), teacher, digests())
        log_reading("bilingual", core, figures)
        return figures


def figures_of(ranks: Ranks, earlier: Before, teacher: Ranks | None, listed: dict[str, str]) -> dict[str, Figure]:
    """All figures from ranks.

    Args:
        ranks: Of the core, by list.
        earlier: Those of the trunk before training.
        teacher: Those of the teacher; None where it is not installed.
        listed: SHA-256 of each list, for the note.
    """
    old, words = earlier.ranks, earlier.words()
    figures: dict[str, Figure] = {}
    for name in ("first", "second", "pooled"):
        note = _ways(ranks[name]) + (f"; SHA-256 of the list {listed[name]}" if name in listed else "")
        figures[f"recall_1_{name}"] = gains.recall(ranks[name], 1, note=note)
        figures[f"recall_1_{name}_centred"] = gains.recall(ranks[f"{name} centred"], 1)
        figures[f"before_{name}"] = gains.recall(old[name], 1, note=words)
        figures[f"before_{name}_centred"] = gains.recall(old[f"{name} centred"], 1, note=words)
        against = f"{words}, each language's mean removed"
        figures[f"gain_over_before_centred_{name}"] = gains.gain(
            ranks[name], old[f"{name} centred"], 1, baseline=against
        )
        if teacher is not None:
            figures[f"teacher_{name}"] = gains.recall(teacher[name], 1, note="USE-multilingual")
    worst = min(("first", "second"), key=lambda name: figures[f"recall_1_{name}"].value)
    there = "" if teacher is not None else f"; USE-multilingual is not installed (see {VARIABLE})"
    about = f"worst of both lists: the {worst}; {figures[f'recall_1_{worst}'].note}{there}"
    return {"recall_1": gains.recall(ranks[worst], 1, note=about, baseline=f"before training {_old(old)}"), **figures}


def _ways(ranks: gains.ByIdentity) -> str:
    ways = ("English to Chinese", "Chinese to English")
    return ", ".join(
        f"{way} {sum(each[k] <= 1 for each in ranks.values()) / len(ranks):.4f}" for k, way in enumerate(ways)
    )


def _old(old: Ranks) -> str:
    shares = {name: gains.recall(old[name], 1).value for name in ("first", "second")}
    centred = {name: gains.recall(old[f"{name} centred"], 1).value for name in ("first", "second")}
    return ", ".join(f"{name} {shares[name]:.4f} ({centred[name]:.4f} centred)" for name in shares)
