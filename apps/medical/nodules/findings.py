"""A whole CT to ranked findings: the way in for the medical app.

Shapes: Z slices, Y rows, X columns of the native volume.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage

from apps.medical.nodules.detect import Candidates, Fold, Rescorer, Window, find_candidates
from apps.medical.nodules.grid import from_working, to_working_grid
from apps.medical.nodules.intensity import cautions_of, scale_of_ct
from apps.medical.nodules.measure import Measurement, measure, occupancy_of
from apps.medical.nodules.place import lung_box
from apps.medical.nodules.regions import Region
from core_model.errors import Caution

MEASURE_MARGIN_MM = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One candidate, shown or not.

    Attributes:
        rank: From 1, by probability.
        probability: Of being a nodule.
        shown: Whether it reaches the operating point.
        measurement: Size and place.
        heat_ZYX: P(nodule) of each native voxel of the window, float32; None where it is not shown.
        heat_start: The window's first native voxel (k, row, column).
    """

    rank: int
    probability: float
    shown: bool
    measurement: Measurement
    heat_ZYX: np.ndarray | None
    heat_start: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class NoduleResult:
    """What a CT's reading gives.

    Attributes:
        findings: In order of probability, those below the operating point included.
        cautions: What makes them less sure.
        at_most: The number of candidates at which less likely ones were left out; None where there were no others.
    """

    findings: list[Finding]
    cautions: list[Caution]
    at_most: int | None = None


def find_nodules(
    volume_hu: np.ndarray,
    spacing_mm: tuple[float, float, float],
    zone_mask: np.ndarray,
    folds: Sequence[Fold],
    threshold: float,
    *,
    lung_mask: np.ndarray | None = None,
    affine: ArrayLike | None = None,
    rescorers: Sequence[Rescorer] | None = None,
    tick: Callable[[float], None] | None = None,
) -> NoduleResult:
    """Find and measure nodules in a chest CT.

    Args:
        volume_hu: Hounsfield units, ``[Z, Y, X]``.
        spacing_mm: (z, y, x).
        zone_mask: The search zone: lungs after closing, and their rim.
        folds: Both folds, averaged.
        threshold: The operating point.
        lung_mask: Aerated lungs, for the intensity scale; the zone where not given.
        affine: From (k, row, column, 1) to LPS millimetres.
        rescorers: For each fold the core's second look; without it the linking score is the probability.
        tick: Called with the fraction done; may raise to cancel.

    Returns:
        Findings in order of probability, those below the operating point included, and cautions.
    """
    rows, columns = np.nonzero(zone_mask.any((0, 2)))[0], np.nonzero(zone_mask.any((0, 1)))[0]
    if not len(rows):
        return NoduleResult([], [])
    margin = [int(np.ceil(30 / mm)) for mm in spacing_mm[1:]]
    box = (
        slice(max(0, int(rows[0]) - margin[0]), min(volume_hu.shape[1], int(rows[-1]) + margin[0] + 1)),
        slice(max(0, int(columns[0]) - margin[1]), min(volume_hu.shape[2], int(columns[-1]) + margin[1] + 1)),
    )
    part, zone = volume_hu[:, box[0], box[1]], zone_mask[:, box[0], box[1]]
    lung = None if lung_mask is None else lung_mask[:, box[0], box[1]]
    scale = scale_of_ct(part, zone if lung is None else lung)
    image = to_working_grid(scale.apply(part), spacing_mm[1:])
    working_zone = to_working_grid(zone, spacing_mm[1:]) > 0.5
    working_mm = (
        spacing_mm[0],
        spacing_mm[1] * part.shape[1] / image.shape[1],
        spacing_mm[2] * part.shape[2] / image.shape[2],
    )
    step = None if tick is None else (lambda done: tick(0.9 * done))
    window = Window(image, working_zone, working_mm, lungs=lung_box(working_zone, working_mm, affine))
    found = find_candidates(folds, window, vectors=rescorers is not None, tick=step)
    probability = found.probability(rescorers)
    findings = []
    order = np.argsort(-probability, kind="stable")
    for rank, index in enumerate(order, start=1):
        region = found.regions[int(index)]
        shown = bool(probability[index] >= threshold)
        measured, heat, start = _measure(found, region, part, spacing_mm, box, affine, shown)
        findings.append(Finding(rank, float(probability[index]), shown, measured, heat, start))
        if tick is not None:
            tick(0.9 + 0.1 * rank / len(order))
    return NoduleResult(findings, cautions_of(scale), found.at_most)


def _resample(values_ZYX: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    grid = np.meshgrid(rows, columns, indexing="ij")
    return np.stack([ndimage.map_coordinates(plane, grid, order=1, mode="nearest") for plane in values_ZYX])


def _measure(
    found: Candidates,
    region: Region,
    part_hu: np.ndarray,
    spacing_mm: tuple[float, float, float],
    box: tuple[slice, slice],
    affine: ArrayLike | None,
    heat: bool,
) -> tuple[Measurement, np.ndarray | None, tuple[int, int, int]]:
    """Bring one region to the native grid, with a margin, and measure it there."""
    native, places = [], []
    margin_z = int(np.ceil(MEASURE_MARGIN_MM / spacing_mm[0]))
    z = slice(max(0, region.box[0].start - margin_z), min(len(part_hu), region.box[0].stop + margin_z))
    for axis in (1, 2):
        working, size = found.map_ZYX.shape[axis], part_hu.shape[axis]
        margin = int(np.ceil(MEASURE_MARGIN_MM / spacing_mm[axis]))
        low = max(0, int(np.floor(from_working(region.box[axis].start, working, size))) - margin)
        high = min(size, int(np.ceil(from_working(region.box[axis].stop - 1, working, size))) + margin + 1)
        native.append(slice(low, high))
        places.append((np.arange(low, high) + 0.5) * working / size - 0.5)
    mask = np.zeros((z.stop - z.start, *found.map_ZYX.shape[1:]), np.float32)
    mask[region.box[0].start - z.start : region.box[0].stop - z.start, region.box[1], region.box[2]] = region.mask_ZYX
    inside = _resample(mask, *places) > 0.5
    hu = part_hu[z, native[0], native[1]].astype(np.float32)
    if not inside.any():
        at = [
            int(np.clip(round(from_working(c, w, s)) - n.start, 0, n.stop - n.start - 1))
            for c, w, s, n in zip(
                np.argwhere(region.mask_ZYX).mean(0)[1:] + region.start()[1:],
                found.map_ZYX.shape[1:],
                part_hu.shape[1:],
                native,
                strict=True,
            )
        ]
        inside[region.box[0].start - z.start, at[0], at[1]] = True
    start = (z.start, native[0].start + box[0].start, native[1].start + box[1].start)
    measured = measure(occupancy_of(hu, inside, spacing_mm), hu, spacing_mm, start, affine)
    heat_map = _resample(found.map_ZYX[z], *places).astype(np.float32) if heat else None
    return measured, heat_map, start
