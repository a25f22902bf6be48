"""Judge each half on the background that it has not seen: marks of the background, and plantings of validation nodules.

Also chooses the operating point: one probability threshold for both halves, from the backgrounds' marks alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from apps.medical.nodules.detect import Half, Rescore, find_candidates
from apps.medical.nodules.findings import probability_of
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
        half: Which half looked.
        size: Size group.
        subsolid: Whether it is.
        diameter_mm: By the readers.
        probability: Highest of the candidates whose centre lies within the radius, 0 where there is none.
        share: Share of the outline's voxels with P > 0.5 on the map.
    """

    patient: str
    name: str
    background: str
    half: str
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
    half: Half, field: Field, planted: Planted, background: str, lungs: LungBox, rescore: Rescore | None
) -> PlantingResult:
    """One half's answer to one planting; ``lungs`` are the background's."""
    looks = None if rescore is None else [rescore]
    found = find_candidates(
        [half],
        planted.image_ZYX,
        planted.zone_ZYX,
        planted.spacing_mm,
        masked_ZYX=planted.suspect_ZYX,
        vectors=rescore is not None,
        lungs=lungs.seen_from(planted.start),
    )
    probability = probability_of(found, looks)
    apart = np.linalg.norm((found.centre_N3 - planted.centre) * np.array(planted.spacing_mm), axis=1)
    hits = probability[apart <= planted.radius_mm]
    return PlantingResult(
        patient=field.patient,
        name=field.name,
        background=background,
        half=half.name,
        size=size_group(field),
        subsolid=field.subsolid,
        diameter_mm=field.diameter_mm,
        probability=float(hits.max(initial=0.0)),
        share=float((found.map_ZYX[planted.truth_ZYX] > 0.5).mean()),
    )


def marks_of(half: Half, background: Background, rescore: Rescore | None = None) -> tuple[float, ...]:
    """Probabilities of a background's own candidates outside what is masked, highest first."""
    looks = None if rescore is None else [rescore]
    found = find_candidates(
        [half],
        background.image_ZYX,
        background.zone_ZYX,
        background.spacing_mm,
        masked_ZYX=background.suspect_ZYX,
        vectors=rescore is not None,
        lungs=background.lungs,
    )
    return tuple(sorted((float(p) for p in probability_of(found, looks)), reverse=True))


def out_of_fold(
    halves: Sequence[Half],
    unseen: Mapping[str, Sequence[Background]],
    fields: Sequence[Field],
    *,
    seed: int,
    rescore: Mapping[str, Rescore] | None = None,
    log: Callable[[str], None] = print,
) -> Measured:
    """Both halves on what they have not seen.

    Args:
        halves: The halves.
        unseen: For each half its unseen backgrounds.
        fields: Validation nodules.
        seed: Of the plantings.
        rescore: For each half the core's second look.
        log: Takes one line at a time.
    """
    plantings: list[PlantingResult] = []
    marks: dict[str, tuple[float, ...]] = {}
    for half in halves:
        look = None if rescore is None else rescore[half.name]
        for background in unseen[half.name]:
            marks[background.name] = marks_of(half, background, look)
            log(f"half {half.name} on {background.name}: {[round(p, 3) for p in marks[background.name][:8]]}")
            lungs = background.lungs
            for field, planted in plantings_of(background, fields, seed):
                plantings.append(judge(half, field, planted, background.name, lungs, look))
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
    }
