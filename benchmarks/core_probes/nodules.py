"""The core's second look at nodule candidates, out of fold: with it, without it, and with its weights shuffled.

Candidates of validation patients' fields, of plantings of their nodules (and of non-nodules) into the CT that a fold
has not seen, and of that CT itself, each scored by the stem's linking, by the core with the fold's own head, by the
same heads around a shuffled trunk, and by a small net on the same vectors that was trained alike but has no core. As in
training, candidates of fields are judged by their best slice alone: the stack's end must not tell the label.

The heads were trained around the real trunk: what shuffling it costs them says that they need that trunk, not how much
of their gain it brings. The plain nets stopped after as many passes as the heads, some before they had learned all that
they can. ``python -m apps.medical.nodules.training controls`` trains heads around a shuffled trunk, and better plain
nets.
"""

from collections.abc import Mapping
from functools import partial

import numpy as np
import torch

from apps.medical.nodules.detector_weights import WEIGHTS, Detector, load_detector
from apps.medical.nodules.second_look import Head, SecondLook, averaged
from apps.medical.nodules.training.heads.candidate_cache import gather
from apps.medical.nodules.training.heads.examples import examples_of
from apps.medical.nodules.training.heads.plain import PlainNets, load_plain_nets
from apps.medical.nodules.training.sources.fields import load_fields
from apps.medical.nodules.training.sources.prepare import listed
from benchmarks import shared_data
from benchmarks.detector_guards import backgrounds
from benchmarks.figures import Figure, bootstrap
from core_model.core import Core
from core_model.explain import shuffled
from core_model.training.evaluate import average_precision

SEED = 2026
PLANTINGS = 213
WINDOWS = 213
DATA = (
    "medical/lidc_nodule_slices.zip",
    "medical/lidc_series.csv",
    "medical/lidc_nodules.csv",
    "medical/ct_LIDC-IDRI-0002_lungs.tar.xz",
    "medical/ct_C3N-00247.tar.xz",
)
Parts = Mapping[str, Mapping[str, np.ndarray]]


def candidates(detector: Detector) -> dict[str, dict[str, np.ndarray]]:
    """For each fold the candidates of validation patients and of the CT that it has not seen."""
    held, entries = backgrounds(), listed()
    fields = list(
        load_fields(
            shared_data.folder("medical/lidc_nodule_slices"),
            shared_data.file("medical/lidc_series.csv"),
            shared_data.file("medical/lidc_nodules.csv"),
            splits=("validation",),
        )
    )
    found = {}
    for fold in detector.folds:
        unseen = next(held[name] for name in sorted(held) if entries[name].fold != fold.name)
        found[fold.name] = gather(
            fold, unseen, fields, SEED, plantings=PLANTINGS, windows_of_fields=WINDOWS, log=lambda text: None
        )
    return found


def scores(second_look: SecondLook, plain_nets: PlainNets, parts: Parts) -> dict[str, np.ndarray]:
    """Log-odds of all trusted candidates, the folds one after the other, by who scored them."""
    # The trunk's own tensors; the heads carry their embeddings of volume and facts and their modality vectors.
    core = second_look.core
    around_shuffled = second_look.around(core.with_weights(shuffled(core.state_dict())))
    found: dict[str, list[np.ndarray]] = {"stem": [], "core": [], "shuffled": [], "plain": []}
    for fold, part in parts.items():
        rows = examples_of(part).rows
        judges: dict[str, Head] = {
            "core": partial(second_look, fold),
            "shuffled": partial(around_shuffled, fold),
            "plain": partial(averaged, plain_nets[fold]),
        }
        found["stem"].append(rows.score_N.numpy())
        for name, judge in judges.items():
            pieces = [judge(rows.rows(index)).numpy() for index in torch.arange(len(rows)).split(512)]
            found[name].append(np.concatenate(pieces))
    return {name: np.concatenate(values) for name, values in found.items()}


def difference(first: np.ndarray, second: np.ndarray, label: np.ndarray, patients: np.ndarray) -> tuple[float, tuple]:
    """Average precision by one score minus that by another, and its interval over patients."""
    by_patient: dict[str, list[tuple[float, float, int]]] = {}
    for patient, *case in zip(patients.tolist(), first.tolist(), second.tolist(), label.tolist(), strict=True):
        by_patient.setdefault(patient, []).append(tuple(case))

    def gain(cases: list) -> float:
        table = np.array(cases)
        return average_precision(table[:, 0], table[:, 2]) - average_precision(table[:, 1], table[:, 2])

    value = average_precision(first, label) - average_precision(second, label)
    return value, bootstrap(by_patient, gain)


def figures_of(found: Mapping[str, np.ndarray], parts: Parts) -> dict[str, Figure]:
    """Both figures from the scores."""
    kept = {fold: part["label_N"] >= 0 for fold, part in parts.items()}

    def column(name: str) -> np.ndarray:
        return np.concatenate([part[name][kept[fold]] for fold, part in parts.items()])

    label, patients, source = column("label_N").astype(int), column("patient_N"), column("source_N")
    fold = np.concatenate([np.full(kept[name].sum(), name) for name in parts])
    apart = {"all": np.ones(len(label), bool), "CT": source != "field", "fields": source == "field"}
    apart |= {f"fold {name}": fold == name for name in parts}
    nodules = column("nodule_N")
    shares = [
        f"{where} ({chosen.sum()} candidates, {label[chosen].sum()} of them marks of "
        f"{len(np.unique(nodules[chosen & (label == 1)]))} nodules): "
        + " ".join(f"{name} {average_precision(score[chosen], label[chosen]):.4f}" for name, score in found.items())
        for where, chosen in apart.items()
    ]
    words = f"average precision by score; {len(np.unique(patients))} patients and CT; " + "; ".join(shares)
    figures = {}
    for name, first, second, baseline in (
        ("nodule_rescore_gain_over_stem", "core", "stem", "the stem's linking score alone"),
        (
            "nodule_ap_lost_when_shuffled",
            "core",
            "shuffled",
            "the core with its weights shuffled, heads untouched: they were trained around the real one",
        ),
        (
            "nodule_rescore_gain_over_plain",
            "core",
            "plain",
            "a small net on the same vectors, without the core, trained exactly as the heads; a longer training gains",
        ),
    ):
        value, interval = difference(found[first], found[second], label, patients)
        figures[name] = Figure(value, "score", len(label), interval, baseline=baseline, note=words)
    return figures


def nodule_figures(core: Core) -> dict[str, Figure]:
    """Gain of the core's second look over the stem, and loss when the core's weights are shuffled."""
    detector = load_detector(core=core)
    parts = candidates(detector)
    return figures_of(scores(detector.second_look, load_plain_nets(WEIGHTS), parts), parts)
