"""Lungs of a chest CT: mask, sides, and the zone in which nodules are searched.

Everything happens on a grid of about 2 mm: air inside the body is labelled, the airways and bowel gas are left out, the
two lungs are told apart, each is closed with a ball of 8 mm (vessels, nodules at the pleura) and its holes are filled.
The search zone is built from them in `zone`.
Works with contrast, with any in-plane orientation, and with voxels far from the lungs set to -1024.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from apps.medical.ct.airway import trachea
from apps.medical.ct.grid import CoarseGrid, box_of, close
from apps.medical.ct.sides import LEFT, RIGHT, of_both, side_at, split_sides
from apps.medical.ct.volume import AIR_HU, Volume
from apps.medical.ct.zone import search_zone
from core_model.errors import Caution, InputRejected, Phrase

AIM_MM = 2.0
AIR_BELOW_HU = -400.0
CLOSING_MM = 8.0
MIN_ML, MAX_ML = 300.0, 12_000.0
"""Both lungs together: from a small child's to the largest lungs on record at full inspiration."""
MIN_HEIGHT_MM = 60.0
SMALLEST_PART = 0.04
"""Share of the largest part of lung air that a part must have: remnants beside a consolidation count, specks do not."""
CUT_SHARE = 0.25
FINE_MM = 1.2
"""Grid for walls of a chest too thin for the usual one."""
LUNG_TISSUE_HU = (-960.0, -500.0)
UNEQUAL = 0.25
"""Share of the larger lung below which the other one is looked for again, and its size is said."""
MORE = 1.2
"""How much more lung a second look must find to be taken instead of the first."""


@dataclass(frozen=True, eq=False)
class Lungs:
    """Where the lungs are.

    Attributes:
        sides: uint8 (Z, Y, X) of the full volume: 0 outside, 1 the patient's right lung, 2 the left, after closing.
        zone: bool (Z, Y, X): where nodules are searched; contains both lungs.
        volume_ml: Volume of both lungs after closing, in millilitres.
        lung_hu: Commonest value of the lung tissue in HU: the lung mode.
        cautions: What is odd about them.
    """

    sides: NDArray[np.uint8]
    zone: NDArray[np.bool_]
    volume_ml: float
    right_ml: float
    left_ml: float
    lung_hu: float
    cautions: tuple[Caution, ...] = ()

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Both lungs after closing, (Z, Y, X)."""
        return self.sides > 0

    @property
    def zone_ratio(self) -> float:
        """Volume of the search zone over that of the lungs after closing."""
        return float(np.count_nonzero(self.zone) / np.count_nonzero(self.sides))

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """The smallest box that holds the search zone."""
        return box_of(self.zone)

    def side_at(self, voxel: tuple[float, float, float], spacing_mm: tuple[float, float, float]) -> str:
        """``"right"`` or ``"left"`` (the patient's) of a place k, row, column: the lung there or the nearest one."""
        return side_at(self.sides, voxel, spacing_mm)


@dataclass(frozen=True)
class LungExtent:
    """Result of the quick look: slices with lung, and how much of the lungs the first and last slice cut.

    ``cut_low`` and ``cut_high`` are the lung area of the lowest and highest slice over the largest of any slice.
    """

    first: int
    last: int
    cut_low: float
    cut_high: float
    volume_ml: float


def find_lungs(volume: Volume, tick: Callable[[float], None] | None = None) -> Lungs:
    """Segments the lungs of an axial chest CT.

    Args:
        volume: HU, axial slices from low to high.
        tick: Called with the share done; may raise to cancel.

    Returns:
        Sides, search zone, volumes, on the full grid.

    Raises:
        InputRejected: There is nothing in it that could be lungs.
    """
    tick = tick or (lambda share: None)
    try:
        found = _find_on(volume, AIM_MM, False, tick)
        if min(found.right_ml, found.left_ml) >= UNEQUAL * max(found.right_ml, found.left_ml):
            return found
        refusal = None
    except InputRejected as refused:
        found, refusal = None, refused
    for aim_mm in (AIM_MM, FINE_MM):  # a wall as thin as the grid's blocks lets the lung out
        try:
            again = _find_on(volume, aim_mm, True, lambda share: None)
        except InputRejected:
            continue
        if found is None or again.volume_ml > MORE * found.volume_ml:
            tick(1.0)
            return again
    if found is None:
        raise refusal or no_lungs(Phrase("lungs_not_found", "no air is left that could be lungs"))
    return found


def _find_on(volume: Volume, aim_mm: float, thin: bool, tick: Callable[[float], None]) -> Lungs:
    """Segments the lungs on a grid of ``aim_mm``; ``thin`` takes the thinnest wall for a body."""
    grid = CoarseGrid.of(volume.shape, volume.spacing_mm, aim_mm)
    mean = grid.mean(volume.hu)
    tick(0.1)
    air, _ = lung_air(mean, grid, thin)
    tick(0.35)
    airway = trachea(mean, air, grid.spacing_mm)
    tick(0.45)
    towards_left = np.array([axis[0] for axis in volume.geometry.direction])
    raw = split_sides(air & ~airway, grid.spacing_mm, towards_left)
    tick(0.55)
    sides = np.zeros(grid.shape, np.uint8)
    closed = of_both(lambda side: close(raw == side, CLOSING_MM, grid.spacing_mm))
    tick(0.7)
    for side, lung in of_both(lambda side: fill_slices(closed[side])).items():
        sides[lung & ~airway & (sides == 0)] = side
    tick(0.75)
    right_ml, left_ml = grid.ml(sides == RIGHT), grid.ml(sides == LEFT)
    _check(right_ml + left_ml, sides > 0, grid)
    zone = search_zone(sides, grid.spacing_mm, lambda share: tick(0.75 + 0.2 * share))
    lungs = Lungs(
        grid.enlarge(sides),
        grid.enlarge(zone),
        right_ml + left_ml,
        right_ml,
        left_ml,
        lung_mode(mean[air & (sides > 0)]),
        _cautions(sides, right_ml, left_ml),
    )
    tick(1.0)
    return lungs


def lung_extent(hu: NDArray[np.int16], spacing_mm: tuple[float, float, float]) -> LungExtent:
    """A quick look on a 4 mm grid whether there are lungs and where they begin and end; finer where it finds none.

    Raises:
        InputRejected: There is nothing in it that could be lungs.
    """
    refusal: InputRejected | None = None
    for aim_mm, thin in ((2 * AIM_MM, False), (AIM_MM, False), (AIM_MM, True), (FINE_MM, True)):
        grid = CoarseGrid.of(hu.shape, spacing_mm, aim_mm)
        mean = grid.mean(hu)
        try:
            air, _ = lung_air(mean, grid, thin)
            _check(grid.ml(air), air, grid)
        except InputRejected as refused:
            refusal = refusal or refused
            continue
        area = np.count_nonzero(air, axis=(1, 2))
        slices = np.flatnonzero(area)
        block = grid.block[0]
        first, last = int(slices[0]) * block, min(int(slices[-1] + 1) * block, hu.shape[0]) - 1
        return LungExtent(first, last, float(area[0] / area.max()), float(area[-1] / area.max()), grid.ml(air))
    if _leave_view(mean, grid):
        raise no_lungs(Phrase("lungs_leave_view", "the edge of the picture cuts through them"))
    assert refusal is not None, "every look either finds lungs or refuses"
    raise refusal


def _leave_view(mean: NDArray[np.float32], grid: CoarseGrid) -> bool:
    """Whether much of what touches the edges of its slices has the density of lung, not of plain air."""
    low, high = LUNG_TISSUE_HU
    outside = _outside(mean < AIR_BELOW_HU)
    lung = ndimage.binary_opening(outside & (mean > low) & (mean < high), np.ones((1, 3, 3), bool))
    labels, _ = ndimage.label(lung)
    edges = (labels[:, 0], labels[:, -1], labels[:, :, 0], labels[:, :, -1])
    at_edge = np.unique(np.concatenate([edge.ravel() for edge in edges]))
    return bool(grid.ml(np.isin(labels, at_edge[at_edge > 0])) > MIN_ML / 2)


def lung_air(
    mean: NDArray[np.float32], grid: CoarseGrid, thin: bool = False
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Air that belongs to lungs (airways still in it) on the coarse grid, and the body; ``thin``: as ``_body``.

    Raises:
        InputRejected: No air inside a body.
    """
    air = mean < AIR_BELOW_HU
    inside = air & ~_outside(air)
    emptied = (mean <= AIR_HU + 0.01) & inside
    if grid.ml(emptied) > 20:  # voxels far from the lungs were set to -1024: islands in heart and liver are no air
        inside &= ~ndimage.binary_dilation(emptied, iterations=2)
    body = _body(mean, thin)
    labels, count = ndimage.label(inside)
    if count == 0:
        raise no_lungs(Phrase("lungs_no_air", "there is no air inside the body"))
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    in_body = np.bincount(labels[body], minlength=count + 1)
    sizes[0] = 0
    enclosed = np.where(in_body >= 0.7 * sizes, sizes, 0)
    keep = []
    for label in np.flatnonzero(enclosed >= max(1, SMALLEST_PART * enclosed.max())):
        part = labels == label
        if not _is_gas(mean, part, grid.ml(part)):
            keep.append(label)
    if not keep:
        raise no_lungs(Phrase("lungs_bowel_gas", "the air inside the body is bowel gas or lies outside"))
    return np.isin(labels, keep), body


def _outside(air: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Air that reaches the edge of its slice, by slice: airways that open above or beside the lungs cannot leak so.

    A large part that only grazes the edge (a field of view narrower than the chest) is not outside.
    """
    outside = np.zeros_like(air)
    for k in range(air.shape[0]):
        labels, count = ndimage.label(air[k])
        if not count:
            continue
        edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
        touching = np.bincount(edge, minlength=count + 1)
        areas = np.bincount(labels.ravel(), minlength=count + 1)
        grazing = touching <= 0.25 * np.sqrt(areas)
        gone = (touching > 0) & ~grazing
        gone[0] = False
        outside[k] = gone[labels]
    return outside


def _body(mean: NDArray[np.float32], thin: bool) -> NDArray[np.bool_]:
    """The body with everything that it encloses, by slice; table and blankets fall away by opening.

    Where ``thin``, nothing falls away: a wall of one block is a wall.
    """
    if thin:
        return fill_slices(mean >= AIR_BELOW_HU)
    tissue = mean > -300
    opened = ndimage.binary_erosion(tissue, np.ones((1, 3, 3), bool))
    labels, count = ndimage.label(opened)
    if count == 0:
        raise no_lungs(Phrase("lungs_no_body", "there is no body in it"))
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    # More than one: where all but a rim around the lungs was set to -1024, each lung has a rim of its own.
    large = np.flatnonzero(sizes >= 0.2 * sizes.max())
    body = ndimage.binary_dilation(np.isin(labels, large), np.ones((1, 3, 3), bool)) & tissue
    return fill_slices(body)


def fill_slices(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fills the holes of each slice."""
    filled = mask.copy()
    for k in np.flatnonzero(mask.any(axis=(1, 2))):
        filled[k] = ndimage.binary_fill_holes(mask[k])
    return filled


def _is_gas(mean: NDArray[np.float32], part: NDArray[np.bool_], ml: float) -> bool:
    """Gas in stomach or bowel: its core is plain air, while lung holds tissue even in emphysema."""
    box = box_of(part)
    core = ndimage.binary_erosion(part[box], iterations=2)
    values = mean[box][core]
    if values.size < 8:
        return bool(np.median(mean[box][part[box]]) < -950)
    tissue = float(np.mean(values > -900))
    return bool(np.median(values) < -940 and tissue < (0.1 if ml < 800 else 0.02))


def _check(total_ml: float, mask: NDArray[np.bool_], grid: CoarseGrid) -> None:
    if not mask.any():
        raise no_lungs(Phrase("lungs_not_found", "no air is left that could be lungs"))
    if not MIN_ML <= total_ml <= MAX_ML:
        raise no_lungs(
            Phrase("lungs_volume", "what looks like lungs has {volume_ml} ml", {"volume_ml": round(total_ml)})
        )
    slices = np.flatnonzero(mask.any(axis=(1, 2)))
    height = (slices[-1] - slices[0] + 1) * grid.spacing_mm[0]
    if height < MIN_HEIGHT_MM:
        raise no_lungs(
            Phrase("lungs_height", "what looks like lungs is {height_mm} mm high", {"height_mm": round(height)})
        )


def no_lungs(what: Phrase) -> InputRejected:
    """The rejection of a volume in which no plausible lungs are found, with the reason."""
    return InputRejected(
        "no lungs can be found in it: {what}",
        allowed="a chest CT with lungs of {least_ml} to {most_ml} ml",
        action="choose a series that shows the lungs",
        code="no_lungs",
        values={"what": what, "least_ml": round(MIN_ML), "most_ml": round(MAX_ML)},
    )


def _cautions(sides: NDArray[np.uint8], right_ml: float, left_ml: float) -> tuple[Caution, ...]:
    found = []
    area = np.count_nonzero(sides, axis=(1, 2))
    for share, end in ((area[0] / area.max(), "lower"), (area[-1] / area.max(), "upper")):
        if share > CUT_SHARE:
            found.append(Caution("lungs_cut", {"end": end}))
    small, large = sorted((right_ml, left_ml))
    if small < UNEQUAL * large:
        side = "right" if right_ml < left_ml else "left"
        values = {"side": side, "volume_ml": round(small), "both_ml": round(small + large)}
        found.append(Caution("lungs_unequal", values))
    return tuple(found)


def lung_mode(values_hu: NDArray[np.float32]) -> float:
    """Commonest value of lung tissue: the peak of a smoothed histogram between -1000 and -500 HU."""
    counts, edges = np.histogram(values_hu, bins=100, range=(-1000, -500))
    smooth = ndimage.gaussian_filter1d(counts.astype(float), 2)
    at = int(smooth.argmax())
    return float((edges[at] + edges[at + 1]) / 2)
