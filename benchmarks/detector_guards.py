"""Nodule detector without the test scans: plantings of validation nodules, frames, marks on unseen background.

Each fold of the detector is judged on the CT that it has not seen. The operating point was chosen on the marks of the
same two CT, so that the number of marks here follows from the choice; no planting entered it. It is committed in the
card before a test scan is scored.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from scipy import ndimage

from apps.medical.nodules.dense import probability_map
from apps.medical.nodules.detect import Fold, Rescorer
from apps.medical.nodules.detector_weights import Detector, load_detector
from apps.medical.nodules.training.out_of_fold import Measured, PlantingResult, out_of_fold
from apps.medical.nodules.training.sources.background import Background
from apps.medical.nodules.training.sources.fields import Field, load_fields
from apps.medical.nodules.training.sources.prepare import listed, read_background
from apps.medical.nodules.training.stems.level import outline_logits
from benchmarks import shared_data
from benchmarks.figures import Figure, bootstrap

USUAL_MINUTES = 6.0
INPUTS = [
    "medical/lidc_nodule_slices.zip",
    "medical/lidc_series.csv",
    "medical/lidc_nodules.csv",
    "medical/ct_LIDC-IDRI-0002_lungs.tar.xz",
    "medical/ct_C3N-00247.tar.xz",
]
SEED = 2026
BLACK = -0.3
AROUND = 24
FRAME_MM = 90
CROPS = 145
CROP_EDGE = 8
GROUPS = {"10mm": "10 mm and more", "6_to_10mm": "6 to 10 mm", "under_6mm": "under 6 mm"}


def backgrounds() -> dict[str, Background]:
    """Both training CTs, prepared anew from their files."""
    entries = listed()
    cut = shared_data.folder("medical/ct_LIDC-IDRI-0002_lungs")
    whole = shared_data.folder("medical/ct_C3N-00247")
    paths = {"LIDC-IDRI-0002": next(iter(sorted(cut.rglob("*.npy")))), "C3N-00247": whole}
    return {name: read_background(path, entries[name]) for name, path in paths.items()}


def validation_fields() -> list[Field]:
    """Nodules of validation patients that at least three readers marked."""
    return list(
        load_fields(
            shared_data.folder("medical/lidc_nodule_slices"),
            shared_data.file("medical/lidc_series.csv"),
            shared_data.file("medical/lidc_nodules.csv"),
            splits=("validation",),
            min_readers=3,
        )
    )


def rescorers(detector: Detector) -> Mapping[str, Rescorer]:
    """For each fold the core's second look."""
    return {fold.name: rescorer for fold, rescorer in zip(detector.folds, detector.rescorers, strict=True)}


def share_in_field(fold: Fold, field: Field) -> float | None:
    """Share of the outline with P > 0.5 in the field itself, its frame replaced by its mirror image."""
    logits = outline_logits(fold.stem, field)
    return float((logits > 0).mean()) if len(logits) else None


def blobs(fold: Fold, background: Background, seed: int) -> tuple[int, int, int]:
    """False blobs (P > 0.5) on plain CT crops of a field's size.

    Returns:
        Counts of the crop given alone, as a field is; of the crop in a frame of black; and of the crop where it lies
        in its slice. Blobs are looked for at least 8 mm inside the crop's edge.
    """
    rng = np.random.default_rng(seed)
    places = np.argwhere(background.lung_ZYX)
    image, slice_mm = background.image_ZYX, background.spacing_mm[0]
    step = max(1, round(2.5 / slice_mm))
    counts = np.zeros(3, int)
    done = 0
    while done < CROPS:
        z, row, column = (int(value) for value in places[int(rng.integers(len(places)))])
        top = int(np.clip(row - FRAME_MM // 2, 0, image.shape[1] - FRAME_MM))
        left = int(np.clip(column - FRAME_MM // 2, 0, image.shape[2] - FRAME_MM))
        crop = (slice(top, top + FRAME_MM), slice(left, left + FRAME_MM))
        if background.suspect_ZYX[z][crop].any():
            continue
        done += 1
        low, high = max(0, z - step), min(len(image), z + step + 1)
        pad = [(0, 0), (AROUND, AROUND), (AROUND, AROUND)]
        wide = np.pad(image[low:high], pad, mode="edge")
        wide = wide[:, top : top + FRAME_MM + 2 * AROUND, left : left + FRAME_MM + 2 * AROUND]
        alone = image[low:high][:, crop[0], crop[1]]
        black = np.pad(alone, pad, constant_values=BLACK)
        zone = np.zeros(alone.shape, bool)
        inner = slice(CROP_EDGE, FRAME_MM - CROP_EDGE)
        zone[z - low][inner, inner] = background.zone_ZYX[z][crop][inner, inner]
        for number, (picture, where) in enumerate(
            ((alone, zone), (black, np.pad(zone, pad)), (wide, np.pad(zone, pad)))
        ):
            seen = probability_map(fold.stem, picture, where, slice_mm, [z - low])[z - low]
            counts[number] += ndimage.label(seen > 0.5)[1]
    return int(counts[0]), int(counts[1]), int(counts[2])


def _recall(results: Sequence[PlantingResult], threshold: float, note: str) -> Figure:
    by_patient: dict[str, list[float]] = {}
    for result in results:
        by_patient.setdefault(result.patient, []).append(float(result.probability >= threshold))
    found = [value for held in by_patient.values() for value in held]
    planted = (
        f"{len(found)} plantings of {len({result.name for result in results})} nodules of {len(by_patient)} patients"
    )
    return Figure(float(np.mean(found)), "share", len(found), bootstrap(by_patient), note=f"{note}; {planted}")


def recall_figures(measured: Measured, threshold: float) -> dict[str, Figure]:
    """Recall of all plantings, by size, and of subsolid ones."""
    figures = {"planted_recall": _recall(measured.plantings, threshold, "all sizes")}
    for group, words in GROUPS.items():
        chosen = [result for result in measured.plantings if result.size == group]
        figures[f"planted_recall_{group}"] = _recall(chosen, threshold, words)
    chosen = [result for result in measured.plantings if result.subsolid]
    figures["planted_recall_subsolid"] = _recall(chosen, threshold, "mean texture rating up to 3.5")
    return figures


def field_minus_planted(folds: Sequence[Fold], fields: Sequence[Field], measured: Measured) -> Figure:
    """Mean share of the nodule above P .5, frameless fields minus plantings, in points, paired by nodule and fold."""
    own = {
        (fold.name, field.name): share
        for fold in folds
        for field in fields
        if (share := share_in_field(fold, field)) is not None
    }
    by_patient: dict[str, list[float]] = {}
    fielded, planted = [], []
    for result in measured.plantings:
        if (result.fold, result.name) in own:
            share = own[result.fold, result.name]
            by_patient.setdefault(result.patient, []).append(100 * (share - result.share))
            fielded.append(share)
            planted.append(result.share)
    value = 100 * (np.mean(fielded) - np.mean(planted))
    note = f"fields {np.mean(fielded):.3f}, plantings {np.mean(planted):.3f}"
    return Figure(float(value), "points", len(fielded), bootstrap(by_patient), note=note)


def framed_figures(folds: Sequence[Fold], unseen: Mapping[str, Sequence[Background]]) -> dict[str, Figure]:
    """False blobs with and without a frame, larger over smaller, worst fold.

    The harsher of two frames bears the target's name: black on all sides. Beside it stands the crop given alone.
    """
    words = {
        "framed": "the crop in a frame of black, as a field as cut may have it",
        "crop_alone": "the crop given alone",
    }
    ratios: dict[str, list[float]] = {name: [] for name in words}
    notes: dict[str, list[str]] = {name: [] for name in words}
    for fold in folds:
        for background in unseen[fold.name]:
            alone, black, free = blobs(fold, background, SEED)
            for name, count in (("framed", black), ("crop_alone", alone)):
                ratios[name].append((max(count, free) + 1) / (min(count, free) + 1))
                notes[name].append(f"fold {fold.name} on {background.name}: {count} so, {free} in the slice")
    return {
        f"{name}_over_unframed_blobs": Figure(
            float(max(found)),
            "ratio",
            CROPS * len(found),
            baseline="the smaller of the two counts, one added to each",
            note=f"{words[name]}; {'; '.join(notes[name])}",
        )
        for name, found in ratios.items()
    }


def run(recorded: bool, log: Callable[[str], None] = lambda text: None) -> dict[str, Figure]:
    """All figures; nothing is recorded, it simply runs."""
    torch.set_num_threads(1)
    detector = load_detector()
    threshold = detector.operating_point.threshold
    held, entries = backgrounds(), listed()
    unseen = {
        fold.name: [held[name] for name in sorted(held) if entries[name].fold != fold.name] for fold in detector.folds
    }
    fields = validation_fields()
    measured = out_of_fold(detector.folds, unseen, fields, seed=SEED, rescorers=rescorers(detector), log=log)
    marks = {name: sum(p >= threshold for p in found) for name, found in measured.marks.items()}
    return {
        "planted": Figure(len(measured.plantings), "count", len(measured.plantings)),
        **recall_figures(measured, threshold),
        "field_minus_planted_points": field_minus_planted(detector.folds, fields, measured),
        **framed_figures(detector.folds, unseen),
        "background_marks_per_scan": Figure(
            float(np.mean(list(marks.values()))),
            "count",
            len(marks),
            cases=[float(count) for count in marks.values()],
            note=", ".join(f"{name} {count}" for name, count in marks.items())
            + "; the threshold was set so that these two CT have 5 marks together",
        ),
    }
