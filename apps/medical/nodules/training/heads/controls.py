"""What the second look gains without the core, and without the place: heads trained anew, and better plain nets.

Shuffling the trunk under heads that were trained around the real one breaks them, whatever the trunk knows. The control
trains the same heads, with the same settings and candidates, around the shuffled trunk. And the plain net that is
trained exactly like the heads stops before it has learned what it can: here its settings are chosen among several, by
the loss on the training patients that each member held out. The heads are also trained without being told where in the
lungs a candidate lies. Each is brought to the common scale of the folds as the heads are; the plain nets that ship
beside the heads have no such shift, and are judged as ``shared_core`` judges them. Validation candidates are judged on,
and nothing else.

Shapes: N candidates.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from apps.medical.nodules.second_look import Head, SecondLook, averaged
from apps.medical.nodules.training.heads.ensemble import core_head, fit_members, held_out_logits, shift_of
from apps.medical.nodules.training.heads.examples import (
    Examples,
    check_training,
    examples_of,
    hash_of_part,
    without_place,
)
from apps.medical.nodules.training.heads.plain import HIDDEN, PlainNets, plain_head
from apps.medical.nodules.training.heads.train import HeadTraining
from core_model.errors import InputRejected
from core_model.explain import shuffled
from core_model.training.evaluate import average_precision
from core_model.training.splits import split_of

Part = Mapping[str, np.ndarray]
Untrained = Callable[[], Any]
"""Makes an untrained member, a head or a plain net."""
DRAWS = 2000
TRIED = tuple(
    (HeadTraining(epochs=passes, patience=6, rate=rate, score_rate=0.02 / rate), hidden)
    for passes in (20, 40)
    for rate in (1e-3, 3e-3)
    for hidden in (HIDDEN, 64)
)
"""Settings and width of plain nets beside the heads' own; the stem's slope keeps its learning rate."""
PAIRS = (
    ("core", "stem"),
    ("shuffled trunk", "stem"),
    ("core", "shuffled trunk"),
    ("core", "plain, as the heads"),
    ("core", "plain, best held out"),
    ("plain, best held out", "stem"),
    ("core", "core without the place"),
)


def check_validation(part: Part) -> None:
    """Refuse to judge on patients who are not for validation; names of backgrounds are no patients' fields.

    Raises:
        InputRejected: There is such a patient.
    """
    fields = part["source_N"] != "background"
    wrong = {str(name) for name in part["patient_N"][fields] if split_of(str(name)) != "validation"}
    if wrong:
        raise InputRejected(
            "candidates of {count} patients who are not for validation",
            action="make the part 'validation' anew",
            code="candidates_not_for_validation",
            values={"count": len(wrong)},
        )


def controls_of(
    second_look: SecondLook,
    plain_nets: PlainNets,
    parts: Mapping[str, tuple[Part, Part]],
    folder: Path,
    *,
    settings: HeadTraining | None = None,
    tried: tuple[tuple[HeadTraining, int], ...] = TRIED,
    log: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Train the controls of each fold and judge them beside the heads and the stem.

    Args:
        second_look: With the heads of each fold, as they ship.
        plain_nets: Those that were trained with them.
        parts: Training and validation candidates of each fold.
        folder: Where finished members are kept; a second call goes on after the last one.
        settings: That the heads were trained with.
        tried: For the plain nets: settings and width beside the heads' own.
        log: Takes one line at a time.

    Returns:
        Average precision by who scored, and differences, each with its 95% interval over patients; average precision
        within each fold, which no shift changes; what the plain nets tried came to.

    Raises:
        InputRejected: A training part holds patients who are not for training, or a validation part such who are not
            for validation.
    """
    settings = settings or HeadTraining()
    core = second_look.core
    shuffled_core = core.with_weights(shuffled(core.state_dict()))
    judges: dict[str, dict[str, Head]] = {}
    losses: dict[str, list[float]] = {}
    plain = {f"plain{number}": one for number, one in enumerate(((settings, HIDDEN), *tried))}
    for fold, (training, validation) in parts.items():
        check_training(training)
        check_validation(validation)
        examples = examples_of(training, settings.least)
        placeless = replace(examples, rows=without_place(examples.rows))
        layers = second_look.num_layers
        around_core = partial(core_head, core, layers, settings.dropout)
        around_shuffled = partial(core_head, shuffled_core, layers, settings.dropout)
        # By name: what is learned from, the settings, an untrained member, and what else it depends on.
        ensembles: dict[str, tuple[Examples, HeadTraining, Untrained, dict[str, Any]]] = {
            "shuffled": (examples, settings, around_shuffled, {"trunk": "shuffled"}),
            "placeless": (placeless, settings, around_core, {"place": "hidden"}),
        }
        for name, (other, hidden) in plain.items():
            net = partial(plain_head, core.config.volume_features, other.dropout, hidden)
            ensembles[name] = (examples, other, net, {"hidden": hidden})
        known = {"data_sha256": hash_of_part(training), "core_sha256": core.weights_hash}
        judges[fold] = {
            "core": partial(second_look, fold),
            "plain, as the heads": partial(averaged, plain_nets[fold]),
        }
        for name, (shown, how, make, also) in ensembles.items():
            members, reports = fit_members(shown, how, make, folder / fold, name, {**known, **also}, log)
            shift = shift_of(held_out_logits(members, shown, how), shown)
            judges[fold][name] = partial(averaged, members, shift=shift)
            losses.setdefault(name, []).extend(report["held_out_loss"] for report in reports)
    best = min(plain, key=lambda name: float(np.mean(losses[name])))

    found: dict[str, list[np.ndarray]] = {}
    labels, patients = [], []
    for fold, (_, validation) in parts.items():
        examples = examples_of(validation)
        rows = examples.rows
        found.setdefault("stem", []).append(rows.score_N.numpy())
        for words, name, asked in (
            ("core", "core", rows),
            ("core without the place", "placeless", without_place(rows)),
            ("shuffled trunk", "shuffled", rows),
            ("plain, as the heads", "plain, as the heads", rows),
            ("plain, best held out", best, rows),
        ):
            pieces = [judges[fold][name](asked.rows(some)) for some in torch.arange(len(examples)).split(512)]
            found.setdefault(words, []).append(torch.cat(pieces).numpy())
        labels.append(examples.label_N.numpy() > 0)
        patients.append(examples.patient_N)
    scores = {name: np.concatenate(each) for name, each in found.items()}
    by_fold = {
        fold: {name: round(average_precision(each[number], labels[number]), 4) for name, each in found.items()}
        for number, fold in enumerate(parts)
    }
    return {
        **judged(scores, np.concatenate(labels), np.concatenate(patients)),
        "average_precision_by_fold": by_fold,
        "plain_nets": [
            {
                "passes": other.epochs,
                "patience": other.patience,
                "rate": other.rate,
                "hidden": hidden,
                "held_out_loss": round(float(np.mean(losses[name])), 4),
                "chosen": name == best,
            }
            for name, (other, hidden) in plain.items()
        ],
    }


def judged(
    scores: Mapping[str, np.ndarray],
    label_N: np.ndarray,
    patient_N: np.ndarray,
    pairs: tuple[tuple[str, str], ...] = PAIRS,
    draws: int = DRAWS,
) -> dict[str, Any]:
    """Average precision of each score and differences between pairs, with percentile bootstrap intervals over patients.

    Args:
        scores: By name, ``[N]``.
        label_N: Whether each is a nodule.
        patient_N: Identities; a whole CT's own candidates are one.
        pairs: Whose difference is wanted.
        draws: Of the bootstrap; those without a nodule are left out.
    """
    rows = [np.nonzero(patient_N == name)[0] for name in np.unique(patient_N)]
    rng = np.random.default_rng(0)
    drawn = {name: np.full(draws, np.nan) for name in scores}
    for number, pick in enumerate(rng.integers(0, len(rows), size=(draws, len(rows)))):
        some = np.concatenate([rows[index] for index in pick])
        for name, score in scores.items():
            drawn[name][number] = average_precision(score[some], label_N[some])

    def entry(value: float, values: np.ndarray) -> dict[str, Any]:
        low, high = np.nanpercentile(values, [2.5, 97.5])
        return {"value": round(value, 4), "interval": [round(float(low), 4), round(float(high), 4)]}

    whole = {name: average_precision(score, label_N) for name, score in scores.items()}
    return {
        "candidates": len(label_N),
        "nodule_candidates": int(np.sum(label_N)),
        "patients_and_ct": len(rows),
        "average_precision": {name: entry(value, drawn[name]) for name, value in whole.items()},
        "differences": {
            f"{one} minus {other}": entry(whole[one] - whole[other], drawn[one] - drawn[other]) for one, other in pairs
        },
    }
