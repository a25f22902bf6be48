"""Signed distances of simple solids in millimetres (negative inside), and how they are joined.

Arrays broadcast as ``(Z, Y, X)``; points and radii are ``(x, y, z)`` in patient coordinates (LPS: x to the left,
y to the back, z to the head).
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

Point = tuple[float, float, float]
Field: TypeAlias = np.ndarray | np.floating[Any]
"""One number, or one at each point of an array."""


def as_point(values: Iterable[float]) -> Point:
    """Three numbers as a point, each of the type that it has."""
    x, y, z = values
    return x, y, z


def ellipsoid(x: Field, y: Field, z: Field, centre: Point, radii: Point) -> np.ndarray:
    """First-order signed distance of an axis-parallel ellipsoid (I. Quilez, "Ellipsoid SDF": k0 (k0 - 1) / k1)."""
    px, py, pz = (x - centre[0]) / radii[0], (y - centre[1]) / radii[1], (z - centre[2]) / radii[2]
    k0 = np.sqrt(px * px + py * py + pz * pz)
    k1 = np.sqrt((px / radii[0]) ** 2 + (py / radii[1]) ** 2 + (pz / radii[2]) ** 2)
    return k0 * (k0 - 1) / np.maximum(k1, 1e-6)


def turned_ellipsoid(x: Field, y: Field, z: Field, centre: Point, radii: Point, axis: Point) -> np.ndarray:
    """An ellipsoid whose first axis points along ``axis`` and whose third leans as little as possible from z."""
    first = np.array(axis, dtype=np.float64)
    first /= np.linalg.norm(first)
    second = np.cross((0.0, 0.0, 1.0), first)
    second /= np.linalg.norm(second)
    third = np.cross(first, second)
    dx, dy, dz = x - centre[0], y - centre[1], z - centre[2]
    along = [(dx * np.float32(v[0]) + dy * np.float32(v[1]) + dz * np.float32(v[2])) for v in (first, second, third)]
    return ellipsoid(along[0], along[1], along[2], (0.0, 0.0, 0.0), radii)


def capsule(
    x: np.ndarray, y: np.ndarray, z: np.ndarray, start: Point, end: Point, radius_start: float, radius_end: float
) -> np.ndarray:
    """A round rod from ``start`` to ``end`` whose radius changes linearly."""
    a = np.array(start, dtype=np.float32)
    b = np.array(end, dtype=np.float32) - a
    dx, dy, dz = x - a[0], y - a[1], z - a[2]
    t = np.clip((dx * b[0] + dy * b[1] + dz * b[2]) / max(float(b @ b), 1e-6), 0, 1)
    gone = np.sqrt((dx - t * b[0]) ** 2 + (dy - t * b[1]) ** 2 + (dz - t * b[2]) ** 2)
    return gone - (np.float32(radius_start) + t * np.float32(radius_end - radius_start))


def superellipse(x: np.ndarray, y: np.ndarray, half_width: Field, half_depth: Field, exponent: float) -> np.ndarray:
    """Signed distance along the ray from the centre of ``|x/a|^p + |y/b|^p = 1``: right to about 15% off the axes."""
    k = (np.abs(x / half_width) ** exponent + np.abs(y / half_depth) ** exponent) ** np.float32(1 / exponent)
    return np.sqrt(x * x + y * y) * (1 - 1 / np.maximum(k, 1e-3))


def join(a: np.ndarray, b: np.ndarray, rounding: float) -> np.ndarray:
    """The union of two solids with the crease filled over ``rounding`` mm."""
    h = np.clip(0.5 + 0.5 * (b - a) / rounding, 0, 1)
    return b + (a - b) * h - rounding * h * (1 - h)


def common(a: np.ndarray, b: np.ndarray, rounding: float) -> np.ndarray:
    """The intersection of two solids with the edge rounded over ``rounding`` mm."""
    return -join(-a, -b, rounding)


def cover(distance: np.ndarray, width: float | np.ndarray) -> np.ndarray:
    """Share of a voxel inside a solid, from the distance of its middle, for an edge ``width`` mm wide."""
    return np.clip(0.5 - distance / width, 0, 1)
