"""Measurements of a finding: axes, volume, attenuation and centre.

A voxel at the edge belongs to the nodule in part. ``occupancy_of`` estimates that part from the intensity between the
surroundings and the nodule's core; volume sums it, and the axes follow its half-level contour between voxels.

Shapes: Z slices, Y rows, X columns; spacing in millimetres in the same order.
"""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

ANGLES = 180
UPSAMPLE = 4
EDGE_MM = 1.6
"""Occupancy is looked for this far outside the region that was found."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """Size and place of one finding.

    Attributes:
        centre_voxel: Continuous (k, row, column).
        centre_mm: LPS (x, y, z), or None where no geometry was given.
        long_axis_mm: Largest in-plane diameter over all slices.
        short_axis_mm: Width at right angles to it, in the same slice.
        volume_mm3: Sum of the occupancy.
        attenuation_hu: Mean Hounsfield units of the voxels at least nine tenths full; of the fullest where none is.
        attenuation_sd_hu: Standard deviation over the same voxels.
        attenuation_range_hu: Lowest and highest of them.
        slices: Number of slices that hold a half-full voxel.
    """

    centre_voxel: tuple[float, float, float]
    centre_mm: tuple[float, float, float] | None
    long_axis_mm: float
    short_axis_mm: float
    volume_mm3: float
    attenuation_hu: float
    attenuation_sd_hu: float
    attenuation_range_hu: tuple[float, float]
    slices: int


def occupancy_of(
    image_hu_ZYX: np.ndarray, region_ZYX: np.ndarray, spacing_mm: tuple[float, float, float]
) -> np.ndarray:
    """Which part of each voxel belongs to the nodule, 0 to 1.

    The core's level is the median of the region's brighter half; the surroundings' level is the lower quartile of a
    shell 2 to 6 mm around it, which vessels and the chest wall do not raise. Beyond ``EDGE_MM`` and the next voxel from
    the region, and where something full follows it, nothing is added.

    Args:
        image_hu_ZYX: Hounsfield units.
        region_ZYX: Bool, the region that was found, not empty.
        spacing_mm: (z, y, x).
    """
    if not region_ZYX.any():
        raise ValueError("a region to measure holds at least one voxel")
    outside = ndimage.distance_transform_edt(~region_ZYX, sampling=spacing_mm)
    values = image_hu_ZYX[region_ZYX].astype(np.float64)
    core = float(np.median(values[values >= np.median(values)]))
    shell = (outside > 2) & (outside <= 6)
    around = float(np.percentile(image_hu_ZYX[shell], 25)) if shell.any() else float(values.min()) - 1
    if core - around < 80:
        return region_ZYX.astype(np.float64)
    part = np.clip((image_hu_ZYX - around) / (core - around), 0, 1)
    beside = ndimage.binary_dilation(region_ZYX)
    near = beside | (outside <= EDGE_MM)
    # Outside the region only an edge may be added, never something full: that is a vessel or a wall.
    part = np.where(~beside & (part > 0.5), 0.0, part)
    return np.where(near, part, 0.0)


def _contour(occupancy_YX: np.ndarray, spacing: tuple[float, float]) -> np.ndarray:
    """Points in mm inside or on the half-level contour, to a quarter of a voxel, ``[N, 2]``; the plane is not empty."""
    there = [np.flatnonzero(occupancy_YX.any(axis)) for axis in (1, 0)]
    top, left = (int(part[0]) for part in there)
    padded = np.pad(occupancy_YX[top : there[0][-1] + 1, left : there[1][-1] + 1], 1)
    rows = np.arange(0, padded.shape[0] - 1 + 1e-9, 1 / UPSAMPLE)
    columns = np.arange(0, padded.shape[1] - 1 + 1e-9, 1 / UPSAMPLE)
    fine = ndimage.map_coordinates(padded, np.meshgrid(rows, columns, indexing="ij"), order=1)
    inside = np.argwhere(fine >= 0.5)
    return (inside / UPSAMPLE + (top, left)) * np.asarray(spacing)


def axes_of(occupancy_ZYX: np.ndarray, spacing_mm: tuple[float, float, float]) -> tuple[float, float]:
    """Long axis over all slices, and the width at right angles to it in the same slice, in mm."""
    best = (0.0, 0.0)
    angles = np.arange(ANGLES) * np.pi / ANGLES
    directions = np.stack([np.sin(angles), np.cos(angles)])
    for plane in occupancy_ZYX:
        if plane.max(initial=0.0) < 0.5:
            continue
        points = _contour(plane, spacing_mm[1:])
        if len(points) > 8:
            with suppress(QhullError):  # all points on one line: they are their own hull
                points = points[ConvexHull(points).vertices]
        extents = np.ptp(points @ directions, axis=0)
        long = int(np.argmax(extents))
        if extents[long] > best[0]:
            best = (float(extents[long]), float(extents[(long + ANGLES // 2) % ANGLES]))
    if best == (0.0, 0.0):
        width = float(min(spacing_mm[1:]))
        return width, width
    return best


def measure(
    occupancy_ZYX: np.ndarray,
    image_hu_ZYX: np.ndarray,
    spacing_mm: tuple[float, float, float],
    start: tuple[int, int, int] = (0, 0, 0),
    affine: ArrayLike | None = None,
) -> Measurement:
    """Measure one finding.

    Args:
        occupancy_ZYX: 0 to 1, not all zero, of a window of the volume.
        image_hu_ZYX: Hounsfield units of the same window.
        spacing_mm: (z, y, x).
        start: The window's first voxel in the volume.
        affine: 4x4, from (k, row, column, 1) to LPS millimetres; its determinant is then the voxel's volume, which is
            right under gantry tilt as well.

    Raises:
        ValueError: The occupancy is empty.
    """
    total = float(occupancy_ZYX.sum())
    if total <= 0:
        raise ValueError("a finding to measure must hold a part of a voxel")
    matrix = None if affine is None else np.asarray(affine, np.float64)
    voxel = float(np.prod(spacing_mm)) if matrix is None else float(abs(np.linalg.det(matrix[:3, :3])))
    where = np.nonzero(occupancy_ZYX)
    weights = occupancy_ZYX[where]
    centre = np.array([float((axis * weights).sum() / total) for axis in where]) + np.asarray(start)
    point = None
    if matrix is not None:
        x, y, z = (float(value) for value in (matrix @ np.append(centre, 1.0))[:3])
        point = (x, y, z)
    long_axis, short_axis = axes_of(occupancy_ZYX, spacing_mm)
    full = occupancy_ZYX >= min(0.9, float(occupancy_ZYX.max()))
    hu = image_hu_ZYX[full].astype(np.float64)
    k, row, column = (float(value) for value in centre)
    return Measurement(
        centre_voxel=(k, row, column),
        centre_mm=point,
        long_axis_mm=long_axis,
        short_axis_mm=min(short_axis, long_axis),
        volume_mm3=total * voxel,
        attenuation_hu=float(hu.mean()),
        attenuation_sd_hu=float(hu.std()),
        attenuation_range_hu=(float(hu.min()), float(hu.max())),
        slices=int((occupancy_ZYX >= 0.5).any((1, 2)).sum()),
    )
