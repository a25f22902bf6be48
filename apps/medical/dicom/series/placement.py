"""Where the slices of a stack lie: the grid of a run of them, and how far they are from a plain box."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.medical.ct.volume import Geometry
from apps.medical.dicom.series.stacks import Stack


def unevenness_mm(stack: Stack, run: range) -> float:
    """Largest distance of a slice of a run from where even steps would put it, in mm."""
    places = np.array(stack.positions_mm[run.start : run.stop])
    if len(places) < 3:
        return 0.0
    return float(np.abs(places - np.linspace(places[0], places[-1], len(places))).max())


@dataclass(frozen=True)
class Placement:
    """The grid of a run of slices, and how far it is from a plain box.

    Attributes:
        geometry: Grid in the patient.
        tilt_degrees: Angle between the step from slice to slice and the normal.
        shift_mm: Largest distance of an image's corner from where the grid puts it, within the plane.
    """

    geometry: Geometry
    tilt_degrees: float
    shift_mm: float


def place(stack: Stack, run: range) -> Placement:
    """Grid of a run: spacing from the mean of its (even) steps, tilt kept in the affine."""
    images = [stack.images[k][0] for k in run]
    corners = np.array([image.position for image in images], float)
    normal = np.array(stack.normal)
    along_row, along_column = _orthonormal(images[0].orientation)
    if len(images) > 1:
        step = (corners[-1] - corners[0]) / (len(images) - 1)
    else:
        step = normal * max(stack.step_mm, 1.0)
    in_plane = step - (step @ normal) * normal
    if np.linalg.norm(in_plane) < 1e-3 * np.linalg.norm(step):
        step = (step @ normal) * normal
    fitted = corners[0] + np.arange(len(images))[:, None] * step
    residual = corners - fitted
    residual -= (residual @ normal)[:, None] * normal
    row_spacing, column_spacing = images[0].pixel_spacing
    length = float(np.linalg.norm(step))
    geometry = Geometry(
        (len(images), images[0].rows, images[0].columns),
        (length, float(row_spacing), float(column_spacing)),
        tuple(corners[0].tolist()),
        (tuple((step / length).tolist()), tuple(along_column.tolist()), tuple(along_row.tolist())),
    )
    tilt = math.degrees(math.acos(min(1.0, float(step @ normal) / length)))
    return Placement(geometry, tilt, float(np.linalg.norm(residual, axis=1).max()))


def _orthonormal(orientation: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The two directions of a slice, each of length 1 and at right angles."""
    along_row = np.array(orientation[:3]) / np.linalg.norm(orientation[:3])
    along_column = np.array(orientation[3:]) - (np.array(orientation[3:]) @ along_row) * along_row
    return along_row, along_column / np.linalg.norm(along_column)
