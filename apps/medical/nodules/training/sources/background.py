"""Whole CT as training background: on the working grid, on the common scale, with what looks suspicious masked.

Shapes: Z slices, Y rows, X columns; working grid in-plane.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from apps.medical.nodules.detect import Window
from apps.medical.nodules.grid import to_working_grid
from apps.medical.nodules.intensity import Scale, scale_of_ct
from apps.medical.nodules.place import LungBox, lung_box
from apps.medical.nodules.training.arrays import read_arrays, write_arrays
from core_model.errors import NotFound

REMOVED_HU = -1024
"""Value of voxels far from the lungs that a volume cropped to them has lost; the network is shown tissue there."""
SUSPECT_MARGIN_MM = 6.0


@dataclass(frozen=True, slots=True)
class Suspect:
    """A ball that may be a nodule and is neither a positive nor a negative: centre as native voxel k, row, column."""

    centre: tuple[float, float, float]
    radius_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """One CT to plant in and to learn vessels from.

    Attributes:
        name: Which CT.
        image_ZYX: float32, scaled.
        zone_ZYX: bool, the search zone.
        lung_ZYX: bool, the lungs after closing: where plantings may be centred.
        suspect_ZYX: bool, masked regions.
        spacing_mm: (z, y, x) of this grid.
        scale: Between Hounsfield units and the common scale.
    """

    name: str
    image_ZYX: np.ndarray
    zone_ZYX: np.ndarray
    lung_ZYX: np.ndarray
    suspect_ZYX: np.ndarray
    spacing_mm: tuple[float, float, float]
    scale: Scale

    @property
    def lungs(self) -> LungBox:
        """The box of the lungs."""
        return lung_box(self.zone_ZYX, self.spacing_mm)

    @property
    def window(self) -> Window:
        """All of it, to be searched."""
        return Window(self.image_ZYX, self.zone_ZYX, self.spacing_mm, self.suspect_ZYX, self.lungs)


def balls(shape: tuple[int, ...], spacing_mm: tuple[float, float, float], suspects: Sequence[Suspect]) -> np.ndarray:
    """Union of the suspects' balls, each grown by the margin, on the native grid."""
    mask = np.zeros(shape, bool)
    for suspect in suspects:
        reach = suspect.radius_mm + SUSPECT_MARGIN_MM
        box, axes = [], []
        for centre, mm, size in zip(suspect.centre, spacing_mm, shape, strict=True):
            low, high = max(0, int(centre - reach / mm)), min(size, int(centre + reach / mm) + 2)
            box.append(slice(low, high))
            axes.append(((np.arange(low, high) - centre) * mm) ** 2)
        mask[tuple(box)] |= axes[0][:, None, None] + axes[1][None, :, None] + axes[2][None, None, :] <= reach**2
    return mask


def fill_removed(volume_hu: np.ndarray, *, least_voxels: int = 20_000) -> np.ndarray:
    """A volume cropped to the lungs, with the voxels that it has lost shown as tissue."""
    lost = volume_hu <= REMOVED_HU
    labels, count = ndimage.label(lost)
    if not count:
        return volume_hu
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.where((sizes >= least_voxels)[labels], 0, volume_hu).astype(volume_hu.dtype)


def make_background(
    name: str,
    volume_hu: np.ndarray,
    spacing_mm: tuple[float, float, float],
    lung: np.ndarray,
    zone: np.ndarray,
    suspects: Sequence[Suspect] = (),
    *,
    cropped: bool = False,
) -> Background:
    """Bring a CT and its masks to the working grid.

    Args:
        name: Which CT.
        volume_hu: Hounsfield units.
        spacing_mm: (z, y, x).
        lung: Lungs after closing.
        zone: The search zone.
        suspects: Balls to mask, native voxels.
        cropped: Whether voxels far from the lungs were set to -1024.
    """
    scale = scale_of_ct(volume_hu, lung)
    filled = fill_removed(volume_hu) if cropped else volume_hu
    image = to_working_grid(scale.apply(filled), spacing_mm[1:])

    def mask(values: np.ndarray) -> np.ndarray:
        return to_working_grid(values, spacing_mm[1:]) > 0.5

    rows, columns = image.shape[1:]
    return Background(
        name=name,
        image_ZYX=image,
        zone_ZYX=mask(zone),
        lung_ZYX=mask(lung),
        suspect_ZYX=mask(balls(volume_hu.shape, spacing_mm, suspects)),
        spacing_mm=(
            spacing_mm[0],
            spacing_mm[1] * volume_hu.shape[1] / rows,
            spacing_mm[2] * volume_hu.shape[2] / columns,
        ),
        scale=scale,
    )


def save_background(background: Background, path: Path) -> None:
    """Write a prepared background as one compressed NumPy archive (no pickles)."""
    arrays = {
        "name": np.array(background.name),
        "image": background.image_ZYX.astype(np.float32),
        "zone": background.zone_ZYX,
        "lung": background.lung_ZYX,
        "suspect": background.suspect_ZYX,
        "spacing_mm": np.array(background.spacing_mm),
        "scale": np.array([background.scale.lung, background.scale.tissue]),
    }
    write_arrays(path, arrays)


def load_background(path: Path) -> Background:
    """Read what ``save_background`` wrote.

    Raises:
        NotFound: There is no such file.
        InputRejected: It is damaged.
    """
    if not path.is_file():
        raise NotFound(
            "the prepared background is absent",
            action="make it with `python -m apps.medical.nodules.training background`",
            code="background_missing",
        )
    held = read_arrays(path, ("name", "image", "zone", "lung", "suspect", "spacing_mm", "scale"))
    z_mm, y_mm, x_mm = (float(mm) for mm in held["spacing_mm"])
    lung, tissue = (float(value) for value in held["scale"])
    return Background(
        name=str(held["name"]),
        image_ZYX=held["image"].astype(np.float32),
        zone_ZYX=held["zone"],
        lung_ZYX=held["lung"],
        suspect_ZYX=held["suspect"],
        spacing_mm=(z_mm, y_mm, x_mm),
        scale=Scale(lung, tissue),
    )
