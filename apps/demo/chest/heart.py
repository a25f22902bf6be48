"""The heart of one slice: muscle, chambers and the fat between them."""

import numpy as np

from apps.demo.chest.anatomy import Anatomy
from apps.demo.chest.shapes import as_point, cover, ellipsoid, turned_ellipsoid


def paint_heart(
    slice_hu: np.ndarray, person: Anatomy, z: float, x: np.ndarray, y: np.ndarray, grain: np.ndarray, wide: float
) -> None:
    """Draw the heart into one slice, in place.

    Args:
        slice_hu: ``(Y, X)``.
        person: The anatomy.
        z: Height of the slice.
        x: Coordinates of the columns.
        y: Coordinates of the rows.
        grain: Unevenness of soft tissue, HU, ``(Y, X)``.
        wide: Width of an edge, mm.
    """
    cx, cy, cz = person.heart_centre
    if abs(z - cz) > 70:
        return
    columns = np.flatnonzero(np.abs(x - cx) < 95)
    rows = np.flatnonzero(np.abs(y - cy) < 80)
    part = np.ix_(rows, columns)
    piece = np.ascontiguousarray(slice_hu[part])
    noise = grain[part]
    px, py, pz = x[columns][None, :], y[rows][:, None], np.float32(z)
    muscle = person.muscle_hu + (0.35 * (person.blood_hu - person.muscle_hu) if person.blood_hu > 80 else -4)
    wall = turned_ellipsoid(px, py, pz, person.heart_centre, person.heart_radii, person.heart_axis)
    atrium = ellipsoid(px, py, pz, (cx - 44, cy + 10, cz + 4), (28, 33, 35))
    back = ellipsoid(px, py, pz, (cx - 16, cy + 31, cz + 16), (36, 17, 24))
    soft = wide + 1.0
    for solid, hu in ((wall, muscle), (atrium, person.blood_hu), (back, person.blood_hu)):
        piece += cover(solid, soft) * (hu + 0.5 * noise - piece)
    ax = np.array(person.heart_axis) / np.linalg.norm(person.heart_axis)
    left = as_point(np.array(person.heart_centre) + 12 * ax + np.array([8, 10, 2]))
    right = as_point(np.array(person.heart_centre) + 4 * ax + np.array([-10, -17, -2]))
    cavity = turned_ellipsoid(px, py, pz, left, (36, 19, 21), person.heart_axis)
    other = turned_ellipsoid(px, py, pz, right, (40, 18, 30), person.heart_axis)
    other = np.maximum(other, np.maximum(wall + 4, 9 - cavity))
    for solid in (cavity, other):
        piece += cover(solid, 4 * soft) * (person.blood_hu + 0.5 * noise - piece)
    groove = np.exp(-(((atrium - wall) / 3.2) ** 2)) * np.exp(-(((np.minimum(wall, atrium) + 1) / 4.5) ** 2))
    piece += groove * (-85 - piece)
    slice_hu[part] = piece
