"""Judge each fold on the background that it has not seen: marks of the background, and plantings of validation nodules.

Also chooses the operating point: one probability threshold for both folds, from the backgrounds' marks alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from apps.medical.nodules.detect import Candidates, Fold, Rescorer, Window, find_candidates
from apps.medical.nodules.place import LungBox
from apps.medical.nodules.training.sources.background import Background
from apps.medical.nodules.training.sources.fields import Field
from apps.medical.nodules.training.sources.plant import nodule_of
from apps.medical.nodules.training.sources.plantings import Planted, plant_in, size_group


@dataclass(frozen=True, slots=True)
class PlantingResult:
    """What became of one planted nodule.

    Attributes:
        patient: Where the nodule comes from.
        name: Its field.
        background: Where it was planted.
        fold: Which fold looked.
        size: Size group.
        subsolid: Whether it is.
        diameter_mm: By the readers.
        probability: Highest of the candidates whose centre lies within the radius, 0 where there is none.
        share: Share of the outline's voxels with P > 0.5 on the map.
    """

    patient: str
    name: str
    background: str
    fold: str
    size: str
    subsolid: bool
    diameter_mm: float
    probability: float
    share: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Plantings, and for each background the probabilities of its own candidates, highest first."""

    plantings: tuple[PlantingResult, ...]
    marks: Mapping[str, tuple[float, ...]]


def plantings_of(background: Background, fields: Sequence[Field], seed: int) -> list[tuple[Field, Planted]]:
    """Each field's nodule planted once; the place of each depends on the seed and on its name alone."""
    made = []
    for field in fields:
        cutout = nodule_of(field)
        if cutout is None:
            continue
        rng = np.random.default_rng([seed, *field.name.encode(), *background.name.encode()])
        planted = plant_in(background, cutout, field.diameter_mm, rng)
        if planted is not None:
            made.append((field, planted))
    return made


def judge(
    fold: Fold, field: Field, planted: Planted, background: str, lungs: LungBox, rescorer: Rescorer | None
) -> PlantingResult:
    """One fold's answer to one planting.

    Args:
        fold: The network with its linking.
        field: The field whose nodule was planted.
        planted: The window with the nodule in it.
        background: Name of the CT that it was planted into.
        lungs: Where the lungs of that CT lie.
        rescorer: The second look; the linking's own probability counts where not given.

    Returns:
        The highest probability of a candidate inside the nodule's radius, 0 where there is none, and the share of its
        outline that the map marks.
    """
    found, probability = _candidates(fold, planted.window(lungs), rescorer)
    apart = np.linalg.norm((found.centre_N3 - planted.centre) * np.array(planted.spacing_mm), axis=1)
    hits = probability[apart <= planted.radius_mm]
    return PlantingResult(
        patient=field.patient,
        name=field.name,
        background=background,
        fold=fold.name,
        size=size_group(field),
        subsolid=field.subsolid,
        diameter_mm=field.diameter_mm,
        probability=float(hits.max(initial=0.0)),
        share=float((found.map_ZYX[planted.truth_ZYX] > 0.5).mean()),
    )


def marks_of(fold: Fold, background: Background, rescorer: Rescorer | None = None) -> tuple[float, ...]:
    """Probabilities of a background's own candidates outside what is masked, highest first."""
    _, probability = _candidates(fold, background.window, rescorer)
    return tuple(sorted((float(p) for p in probability), reverse=True))


def _candidates(fold: Fold, window: Window, rescorer: Rescorer | None) -> tuple[Candidates, np.ndarray]:
    """A fold's candidates of a window and the probability of each."""
    found = find_candidates([fold], window, vectors=rescorer is not None)
    return found, found.probability(None if rescorer is None else [rescorer])


def out_of_fold(
    folds: Sequence[Fold],
    unseen: Mapping[str, Sequence[Background]],
    fields: Sequence[Field],
    *,
    seed: int,
    rescorers: Mapping[str, Rescorer] | None = None,
    log: Callable[[str], None] = print,
) -> Measured:
    """Both folds on what they have not seen.

    Args:
        folds: The folds.
        unseen: For each fold its unseen backgrounds.
        fields: Validation nodules.
        seed: Of the plantings.
        rescorers: For each fold the core's second look.
        log: Takes one line at a time.
    """
    plantings: list[PlantingResult] = []
    marks: dict[str, tuple[float, ...]] = {}
    for fold in folds:
        rescorer = None if rescorers is None else rescorers[fold.name]
        for background in unseen[fold.name]:
            marks[background.name] = marks_of(fold, background, rescorer)
            log(f"fold {fold.name} on {background.name}: {[round(p, 3) for p in marks[background.name][:8]]}")
            lungs = background.lungs
            for field, planted in plantings_of(background, fields, seed):
                plantings.append(judge(fold, field, planted, background.name, lungs, rescorer))
    return Measured(tuple(plantings), marks)


def choose_threshold(measured: Measured, *, marks: float) -> tuple[float, dict]:
    """The threshold at which a background has at most ``marks`` marks in the mean, and what it gives.

    It lies halfway, in log-odds, between the last background mark that is let through and the first that is not.
    """
    pooled = sorted((p for held in measured.marks.values() for p in held), reverse=True)
    allowed = int(marks * len(measured.marks))
    edge = np.clip([pooled[allowed - 1], pooled[allowed]] if allowed < len(pooled) else [0.5, 0.5], 1e-6, 1 - 1e-6)
    logit = np.log(edge / (1 - edge)).mean()
    threshold = round(float(1 / (1 + np.exp(-logit))), 4)
    groups: dict[str, list[float]] = {}
    for result in measured.plantings:
        for name in ("all", result.size, *(["subsolid"] if result.subsolid else [])):
            groups.setdefault(name, []).append(result.probability >= threshold)
    return threshold, {
        "marks_aimed_at": marks,
        "between": [round(float(p), 4) for p in edge],
        "marks": {name: sum(p >= threshold for p in held) for name, held in measured.marks.items()},
        "recall": {name: round(float(np.mean(held)), 4) for name, held in sorted(groups.items())},
        "plantings": {name: len(held) for name, held in sorted(groups.items())},
        "froc": froc(measured),
    }


def froc(measured: Measured) -> float:
    """Mean share of plantings found at 1/4, 1/2, 1, 2, 4 and 8 false marks a background, as detection challenges score.

    The curve is MONAI's (``monai.metrics.compute_froc_score``).
    """
    from monai.metrics import compute_froc_curve_data, compute_froc_score  # takes seconds

    false = np.array([p for held in measured.marks.values() for p in held])
    true = np.array([result.probability for result in measured.plantings])
    marks, found = compute_froc_curve_data(false, true, len(true), len(measured.marks))
    return round(float(compute_froc_score(marks, found)), 4)
