"""Ribs, shoulder blades, spine and breastbone of one slice: a dense shell around spongy bone."""

import numpy as np

from apps.demo.chest.anatomy import Anatomy
from apps.demo.chest.shapes import cover

CORTEX_HU = 880.0
CARTILAGE_HU = 95.0


def rib_fall(person: Anatomy, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far a rib has come down at each point of a slice (mm), and the angle from the back (0) to the front (pi)."""
    angle = np.abs(np.arctan2(x, y - 4.0)).astype(np.float32)
    share = np.clip((angle - 0.25) / 2.25, 0, 1.15)
    return (person.rib_drop * (1 - np.cos(np.pi * np.minimum(share, 1.0) * 0.9)) / 1.95).astype(np.float32), angle


def paint_wall_bones(
    slice_hu: np.ndarray, person: Anatomy, z: float, cage: np.ndarray, fall: np.ndarray, angle: np.ndarray, pixel: float
) -> None:
    """Ribs, their cartilage and the shoulder blades into one slice, in place.

    Args:
        slice_hu: ``(Y, X)``.
        person: The anatomy.
        z: Height of the slice.
        cage: Depth into the chest wall at each pixel, mm.
        fall: From ``rib_fall``.
        angle: From ``rib_fall``.
        pixel: Width of a pixel, mm.
    """
    height = float(person.height_share(np.float64(z)))
    at = np.flatnonzero((cage > -1) & (cage < 13))
    depth, down, turn = cage.ravel()[at], fall.ravel()[at], angle.ravel()[at]
    origin = z + down
    number = np.round((origin - person.rib_phase) / person.rib_pitch)
    across = (origin - person.rib_phase - number * person.rib_pitch) * 0.88
    top = np.floor((person.lung_height - 4 - person.rib_phase) / person.rib_pitch)
    from_top = top - number
    front = np.interp(from_top, [0, 6, 8, 9, 10, 11], [2.72, 2.5, 2.3, 1.95, 1.6, 1.1])
    thick = 3.5 + 0.5 * np.cos(turn)
    k = np.sqrt(((depth - 5.2) / thick) ** 2 + (across / 6.2) ** 2)
    solid = (k - 1) * thick
    solid = np.maximum(solid, (turn - front) * 60)
    solid = np.maximum(solid, np.where((from_top < 0) | (turn < 0.16), 5.0, -5.0))
    _lay(slice_hu, at, solid, 1.5, CORTEX_HU, person.trabecular_hu, pixel)
    if height > 0.25:
        cartilage = np.maximum((k - 1) * thick, (front - turn) * 60 + 1)
        cartilage = np.maximum(cartilage, np.where((from_top < 0) | (from_top > 7) | (turn > 2.93), 5.0, -5.0))
        flat = slice_hu.ravel()
        share = cover(cartilage, pixel)
        flat[at] += share * (CARTILAGE_HU - flat[at])
    if 0.42 < height < 1.05:
        at = np.flatnonzero((cage > 12) & (cage < 36) & (angle > 0.4) & (angle < 1.6))
        depth, turn = cage.ravel()[at], angle.ravel()[at]
        reach = float(np.interp(height, [0.42, 0.6, 0.9, 1.05], [0.18, 0.3, 0.36, 0.3]))
        lies = float(np.interp(height, [0.42, 0.7, 1.05], [16, 19, 25])) + 9 * (turn - 0.9) ** 2
        plate = np.maximum(np.abs(depth - lies) - 2.1, (np.abs(turn - 0.98) - reach) * 70)
        if height > 0.72:
            ridge = np.maximum(np.abs(turn - 0.82 - 0.012 * (depth - lies)) * 80 - 3, np.abs(depth - lies - 7) - 8)
            plate = np.minimum(plate, ridge)
        _lay(slice_hu, at, plate, 1.2, CORTEX_HU * 0.8, person.trabecular_hu * 1.4, pixel)


def paint_midline_bones(
    slice_hu: np.ndarray, person: Anatomy, z: float, x: np.ndarray, y: np.ndarray, pixel: float, thickness: float
) -> None:
    """Spine and breastbone into one slice, in place; ``x`` and ``y`` are the coordinates of columns and rows."""
    _spine(slice_hu, person, z, x, y, pixel, thickness)
    height = float(person.height_share(np.float64(z)))
    _, depth, middle = person.cage(np.float64(z))
    if 0.34 < height < 0.93:
        front = float(middle - depth) - 6.5
        half = float(np.interp(height, [0.34, 0.4, 0.6, 0.74, 0.78, 0.88, 0.93], [7, 14, 17, 13, 19, 27, 21]))
        columns = np.flatnonzero(np.abs(x) < half + 6)
        rows = np.flatnonzero(np.abs(y - front) < 14)
        if len(rows) and len(columns):
            px, py = np.abs(x[columns])[None, :], (y[rows] - front)[:, None] + 0.004 * x[columns][None, :] ** 2
            solid = (((px / half) ** 4 + (np.abs(py) / 5.4) ** 4) ** 0.25 - 1) * 5.4
            solid = np.maximum(solid, 2.0 - 80 * abs(height - 0.755))
            part = np.ix_(rows, columns)
            piece = np.ascontiguousarray(slice_hu[part])
            _lay(piece, np.arange(piece.size), solid.ravel(), 1.3, CORTEX_HU * 0.75, person.trabecular_hu * 0.8, pixel)
            slice_hu[part] = piece


def _spine(
    slice_hu: np.ndarray, person: Anatomy, z: float, x: np.ndarray, y: np.ndarray, pixel: float, thickness: float
) -> None:
    middle = float(person.spine_middle(np.float64(z)))
    columns = np.flatnonzero(np.abs(x) < 52)
    rows = np.flatnonzero((y > middle - 24) & (y < middle + 74))
    part = np.ix_(rows, columns)
    piece = np.ascontiguousarray(slice_hu[part])
    px = np.broadcast_to(x[columns][None, :], piece.shape)
    py = np.broadcast_to((y[rows] - middle)[:, None], piece.shape)
    size = 1.0 - 0.16 * float(np.clip(person.height_share(np.float64(z)), 0, 1))
    pitch = person.vertebra_pitch
    level = (z + 7.0) / pitch
    from_middle = (level - np.round(level)) * pitch
    waist = size * (0.94 + 0.06 * (2 * from_middle / pitch) ** 2)
    dent = 3.0 * np.exp(-((px / 9) ** 2)) * (py > 0)
    ring = ((np.abs(px) / (19 * waist)) ** 2.5 + (np.abs(py + dent) / (15.5 * waist)) ** 2.5) ** 0.4
    outline = (ring - 1) * 16 * size
    everything = np.arange(piece.size)
    flat = piece.ravel()
    flat += cover(outline, pixel).ravel() * (78 - flat)
    plate = (abs(from_middle) - (pitch / 2 - 2.3)) * pixel / max(thickness, pixel)
    body = np.maximum(outline, plate)
    near_plate = float(np.exp(-((abs(from_middle) - pitch / 2 + 3.6) ** 2) / 4.0))
    sponge = person.trabecular_hu * (1 + 1.1 * near_plate)
    _lay(piece, everything, np.maximum(outline, body).ravel(), 1.3, CORTEX_HU * 0.72, sponge, pixel)
    canal_y = 15.5 * size + 8.5
    hole = np.hypot(px / 1.12, py - canal_y) - 8.4 * size
    lamina = np.hypot(px / 1.12, py - canal_y) - 12.6 * size
    arch_up = float(np.clip((9.5 - abs(from_middle + 3)) / 2, -1, 1))
    arch = np.maximum(lamina, -hole) - 1.2 * (arch_up - 1)
    pedicle = np.maximum(np.abs(np.abs(px) - 12 * size) - 3.6, np.abs(py - canal_y + 7) - 8)
    pedicle = np.maximum(pedicle, abs(from_middle - 4) - 5.5)
    side = _bar(np.abs(px), py, (11 * size, canal_y + 5), (35 * size, canal_y + 15), 4.6) + max(
        0.0, abs(from_middle - 3) - 4
    )
    sagged = z + 0.75 * np.maximum(py - canal_y - 8, 0)
    tail_level = (sagged + 7.0) / pitch
    tail = np.abs(tail_level - np.round(tail_level)) * pitch - 5.0
    spinous = np.maximum(np.maximum(np.abs(px) - 3.0 + 0.8 * np.sin(py / 7), tail), np.abs(py - canal_y - 20) - 14)
    bone = np.minimum(np.minimum(np.minimum(arch, pedicle), side), spinous)
    _lay(piece, everything, bone.ravel(), 1.6, CORTEX_HU * 0.85, person.trabecular_hu * 1.3, pixel)
    flat = piece.ravel()
    sac = cover(hole + 1.0, pixel).ravel()
    flat += sac * (18 - flat)
    cord = cover(np.hypot(px / 1.2, py - canal_y) - 4.6, 2 * pixel).ravel()
    flat += cord * (38 - flat)
    slice_hu[part] = piece


def _bar(px: np.ndarray, py: np.ndarray, start: tuple[float, float], end: tuple[float, float], radius: float):
    ax, ay = start
    bx, by = end[0] - ax, end[1] - ay
    t = np.clip(((px - ax) * bx + (py - ay) * by) / (bx * bx + by * by), 0, 1)
    return np.hypot(px - ax - t * bx, py - ay - t * by) - radius


def _lay(
    slice_hu: np.ndarray, at: np.ndarray, solid: np.ndarray, shell: float, cortex: float, sponge: float, pixel: float
) -> None:
    """Bone with a dense shell over the pixels ``at`` (flat indices)."""
    near = solid < pixel
    at, solid = at[near], solid[near]
    flat = slice_hu.reshape(-1)
    inner = cover(solid + shell, pixel)
    flat[at] += cover(solid, pixel) * (cortex + inner * (sponge - cortex) - flat[at])
