"""Plantings with full depth: a nodule or a non-nodule in a window of an unseen CT, for linking, calibration and guards.

Shapes: Z slices, Y rows, X columns of the background's grid (1 mm in-plane).
"""

from dataclasses import dataclass

import numpy as np

from apps.medical.nodules.detect import Window
from apps.medical.nodules.place import LungBox
from apps.medical.nodules.shape import TISSUE
from apps.medical.nodules.training.sources.background import Background
from apps.medical.nodules.training.sources.fields import Field
from apps.medical.nodules.training.sources.plant import BLEND_MM, Cutout, paste, render

AROUND_MM = 48.0
ABOVE_MM = 16.0
"""A window reaches this far beyond the planting: the network's sight in-plane, the linker's caps and shell along z."""
CLEAR_OF_SUSPECT_MM = 12.0
MOST_TISSUE = 0.3
"""Largest share of the outline inside the lungs that may fall on tissue: in a hilar vessel no nodule can be seen.

The rule came after misses had been looked at, and what lies on a vessel is left out with what lies in one: plantings
say little of nodules attached to vessels."""


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """A window with one thing planted.

    Attributes:
        image_ZYX: Scaled window.
        zone_ZYX: The background's search zone there.
        suspect_ZYX: The background's masked regions there.
        truth_ZYX: The planted outline.
        centre: Of the outline, continuous window voxel (z, y, x).
        radius_mm: Half of the readers' mean diameter, at least 2.
        spacing_mm: (z, y, x).
        start: The window's first voxel in the background.
        nodule: Whether it is one.
        name: The field it comes from.
    """

    image_ZYX: np.ndarray
    zone_ZYX: np.ndarray
    suspect_ZYX: np.ndarray
    truth_ZYX: np.ndarray
    centre: np.ndarray
    radius_mm: float
    spacing_mm: tuple[float, float, float]
    start: np.ndarray
    nodule: bool
    name: str

    def window(self, lungs: LungBox | None = None) -> Window:
        """What is searched; ``lungs`` are the background's, without them places are not known."""
        seen = None if lungs is None else lungs.seen_from(self.start)
        return Window(self.image_ZYX, self.zone_ZYX, self.spacing_mm, self.suspect_ZYX, seen)


def plant_in(
    background: Background, cutout: Cutout, diameter_mm: float, rng: np.random.Generator, *, at_wall: bool = False
) -> Planted | None:
    """Plant a cutout at a random place of the lungs: beside vessels, hardly on them, on the pleura if asked to.

    The place is any lung voxel for which at least 90% of the outline lies in the lungs after closing, at most 30% of it
    on tissue, and none within 12 mm of a masked region; ``at_wall`` asks for 50 to 95% of the outline in the lungs and
    leaves the rest, beyond the search zone, out of the truth: a nodule on the pleura.

    Returns:
        None where 60 draws (200 at the wall) gave no place.
    """
    spacing = np.array(background.spacing_mm)
    size = np.array(background.lung_ZYX.shape)
    half = np.array([cutout.length_mm / 2, 0, 0])
    rows, columns = np.nonzero(cutout.mask_ZYX.any(0))
    reach = np.hypot(np.ptp(rows) + 1, np.ptp(columns) + 1) / 2 * cutout.spacing_mm[1]
    half[1:] = reach
    more = np.array([ABOVE_MM, AROUND_MM, AROUND_MM])
    for _ in range(200 if at_wall else 60):
        place = _in_lung(background, size, rng) + rng.uniform(-0.5, 0.5, 3)
        if at_wall and _deep(background, place, reach / spacing[1]):
            continue
        low = np.maximum(0, np.floor(place - (half + more) / spacing).astype(int))
        high = np.minimum(size, np.ceil(place + (half + more) / spacing).astype(int) + 1)
        if ((place * spacing - half < 0) | (place + half / spacing > size - 1)).any():
            continue
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        rendered = render(
            cutout,
            *[(np.arange(a, b) - at) * mm for a, b, at, mm in zip(low, high, place, spacing, strict=True)],
            angle=float(rng.uniform(0, 2 * np.pi)),
            mirror=bool(rng.random() < 0.5),
            blend_mm=float(rng.uniform(*BLEND_MM)),
        )
        truth = rendered.mask_ZYX
        inside = background.lung_ZYX[box][truth].mean() if truth.any() else 0.0
        if not (0.5 <= inside <= 0.95 if at_wall else inside >= 0.9):
            continue
        covered = truth & background.lung_ZYX[box]
        if (background.image_ZYX[box][covered] > TISSUE).mean() > MOST_TISSUE:
            continue
        truth = truth & background.zone_ZYX[box]
        near = np.argwhere(truth).mean(0)
        suspects = np.argwhere(background.suspect_ZYX[box])
        if len(suspects):
            gap = np.linalg.norm((suspects - near) * spacing, axis=1).min()
            if gap < CLEAR_OF_SUSPECT_MM + reach:
                continue
        return Planted(
            image_ZYX=paste(background.image_ZYX[box], rendered),
            zone_ZYX=background.zone_ZYX[box],
            suspect_ZYX=background.suspect_ZYX[box],
            truth_ZYX=truth,
            centre=near,
            radius_mm=max(2.0, diameter_mm / 2),
            spacing_mm=background.spacing_mm,
            start=low,
            nodule=cutout.nodule,
            name=cutout.name,
        )
    return None


def _in_lung(background: Background, size: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A voxel of the lungs, all alike."""
    while True:
        place = rng.integers(size)
        if background.lung_ZYX[tuple(place)]:
            return place


def _deep(background: Background, place: np.ndarray, reach: float) -> bool:
    """Whether the lung goes on in all four directions around a place: no wall within reach."""
    z, row, column = (int(v) for v in place)
    size = background.lung_ZYX.shape
    for dy, dx in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        y = int(np.clip(row + dy * reach, 0, size[1] - 1))
        x = int(np.clip(column + dx * reach, 0, size[2] - 1))
        if not background.lung_ZYX[z, y, x]:
            return False
    return True


def size_group(field: Field) -> str:
    """Size group of a nodule by the readers' mean diameter."""
    if field.diameter_mm >= 10:
        return "10mm"
    return "6_to_10mm" if field.diameter_mm >= 6 else "under_6mm"
