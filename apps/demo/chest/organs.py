"""Large organs as smooth signed distances on a coarse grid: skin, chest wall, lungs, diaphragm, upper abdomen."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from apps.demo.chest.anatomy import Anatomy, Tube
from apps.demo.chest.grid import Grid
from apps.demo.chest.shapes import capsule, common, ellipsoid, join, superellipse, turned_ellipsoid


@dataclass(frozen=True, slots=True)
class OrganFields:
    """Signed distances in mm, ``(Z, Y, X)`` float32, negative inside.

    Attributes:
        body: Skin.
        muscle: The layer under the fat.
        cage: Inner chest wall: positive values are depths into the wall.
        lung: Both lungs.
        lung_edge: Width in mm over which the lungs' surface is blurred by the thickness of a slice.
        liver, spleen, stomach, gas: Under the diaphragm.
        oblique, level: Distance below the fissures.
    """

    body: np.ndarray
    muscle: np.ndarray
    cage: np.ndarray
    lung: np.ndarray
    lung_edge: np.ndarray
    liver: np.ndarray
    spleen: np.ndarray
    stomach: np.ndarray
    gas: np.ndarray
    oblique: np.ndarray
    level: np.ndarray


def organ_fields(person: Anatomy, grid: Grid) -> OrganFields:
    """All fields of one person on the (coarse) grid."""
    x, y, z = grid.x, grid.y, grid.z
    body, muscle = _skin(person, x, y, z)
    cage = _cage(person, x, y, z)
    domes = _under_diaphragm(person, x, y, z)
    lung = _lungs(person, grid, cage, domes)
    fine_z = max(grid.spacing[0], 1e-3)
    rise = np.abs(np.gradient(lung, fine_z, axis=0)) if grid.size[0] > 1 else np.zeros_like(lung)
    edge = (1.0 + np.minimum(rise, 1.2) * grid.spacing[0]).astype(np.float32)
    oblique, level = person.fissures(x, y, z)
    parts = _upper_abdomen(person, x, y, z, domes)
    liver, spleen, stomach, gas = (np.ascontiguousarray(np.broadcast_to(f, grid.size), np.float32) for f in parts)
    return OrganFields(
        body,
        muscle,
        cage,
        lung.astype(np.float32),
        edge,
        liver,
        spleen,
        stomach,
        gas,
        np.ascontiguousarray(np.broadcast_to(oblique, grid.size), np.float32),
        np.ascontiguousarray(np.broadcast_to(level, grid.size), np.float32),
    )


def _skin(person: Anatomy, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    width, depth, middle = (v.astype(np.float32) for v in person.body(z))
    body = superellipse(x, y - middle, width, depth, 2.35)
    furrow = 7 * np.exp(-((x / 13) ** 2)) * (y > middle)
    body = body + furrow
    if person.female:
        height = person.height_share(z)
        swell = np.exp(-(((np.abs(x) - 72) / 46) ** 2) - ((height - 0.42) / 0.2) ** 2) * (y < middle)
        body = body - 24 * swell
    around = np.abs(np.arctan2(x, y - middle))
    fat = person.fat * (0.75 + 0.35 * np.cos(2 * around) ** 2 + 0.25 * np.cos(around))
    if person.female:
        fat = fat + 24 * swell
    waist = 1 + 0.25 * np.exp(-((person.height_share(z) / 0.25) ** 2))
    return body.astype(np.float32), (body + fat * waist).astype(np.float32)


def _cage(person: Anatomy, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    width, depth, middle = (v.astype(np.float32) for v in person.cage(z))
    hollow = superellipse(x, y - middle, width, depth, 2.25)
    gutter = 6 * np.exp(-(((np.abs(x) - 48) / 26) ** 2)) * (y > middle)
    return (hollow - gutter).astype(np.float32)


def _under_diaphragm(person: Anatomy, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Right and left dome with everything under them."""
    floor = 30.0
    rise = np.maximum(z - floor, 0)
    spread = 1 + 0.16 * np.maximum(floor - z, 0) / floor
    half_width, half_depth = person.cage_half_width, person.cage_half_depth
    sides = []
    for side, top in ((-1, person.dome_right), (1, person.dome_left)):
        radii = (half_width * 0.545, half_depth * 0.93, top + 12.0)
        sides.append(
            ellipsoid(
                (x - side * half_width * 0.43) / spread,
                (y + 5) / spread,
                rise * np.ones_like(x),
                (0.0, 0.0, 0.0),
                radii,
            )
        )
    return sides[0], sides[1]


def _lungs(person: Anatomy, grid: Grid, cage: np.ndarray, domes: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    x, y, z = grid.x, grid.y, grid.z
    height = person.lung_height
    sides = []
    for side in (-1, 1):
        top = ellipsoid(x, y, z, (side * 56.0, 16.0, 0.36 * height), (84.0, 100.0, 0.64 * height))
        sides.append(np.where(z < 0.36 * height, np.minimum(top, -20.0), top))
    lung = common(cage, np.minimum(*sides), 12.0)
    lung = common(lung, -join(domes[0], domes[1], 14.0), 7.0)
    lung = common(lung, -_mediastinum(person, grid, domes), 6.0)
    wave = np.random.default_rng([person.seed, 8]).standard_normal(grid.size, dtype=np.float32)
    wave = ndimage.gaussian_filter(wave, 9.0 / np.array(grid.spacing), mode="nearest", truncate=3)
    return np.maximum(lung, -z * 0.8 - 2) + wave * np.float32(0.9 / wave.std())


def _mediastinum(person: Anatomy, grid: Grid, domes: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """What stands between the lungs, with the fat around it."""
    x, y, z = grid.x, grid.y, grid.z
    u = person.height_share(z)
    wall = np.interp(u, [0, 0.3, 0.5, 0.62, 0.75, 0.85, 0.95, 1.1], [16, 14, 6, 4.5, 8, 16, 22, 26]).astype(np.float32)
    middle = np.interp(u, [0, 0.4, 0.6, 1.0], [8, 6, 2, 0]).astype(np.float32)
    solid = np.abs(x - middle) - wall * np.clip(1 + (y + 20) / 140, 0.6, 1.4)
    heart = turned_ellipsoid(x, y, z, person.heart_centre, person.heart_radii, person.heart_axis) - 5.0
    right = ellipsoid(x, y, z, _right_atrium(person), (29.0, 34.0, 36.0)) - 3.0
    solid = join(solid, join(heart, right, 10.0), 12.0)
    back = person.spine_middle(z).astype(np.float32)
    spine = np.hypot(x, (y - back - 4) * 0.95) - 24.0
    behind = (np.abs(x) - 20.0 - 0.62 * np.maximum(y - back - 8, 0)) * 0.86
    behind = np.maximum(behind, back + 2 - y)
    solid = join(solid, join(spine, behind, 12.0), 8.0)
    tubes = person.tubes()
    solid = np.array(np.broadcast_to(solid, grid.size), np.float32)
    for tube in tubes["blood"] + tubes["gullet"]:
        _add_tube(solid, grid, tube, 3.5)
    for tube in tubes["airway"]:
        _add_tube(solid, grid, tube, 4.0)
    return solid


def _right_atrium(person: Anatomy) -> tuple[float, float, float]:
    hx, hy, hz = person.heart_centre
    return (hx - 44.0, hy + 10.0, hz + 4.0)


def _add_tube(solid: np.ndarray, grid: Grid, tube: Tube, margin: float) -> None:
    reach = max(tube.radius_start, tube.radius_end) + margin + 18
    ends = np.array([tube.start, tube.end])
    box = grid.box(ends.min(0) - reach, ends.max(0) + reach)
    if box is None:
        return
    x, y, z = grid.x[:, :, box[2]], grid.y[:, box[1]], grid.z[box[0]]
    rod = capsule(x, y, z, tube.start, tube.end, tube.radius_start + margin, tube.radius_end + margin)
    solid[box] = join(solid[box], rod, 6.0)


def _upper_abdomen(
    person: Anatomy, x: np.ndarray, y: np.ndarray, z: np.ndarray, domes: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Liver, spleen, stomach and the gas in it: they hang 3 mm under the diaphragm."""
    half_width, half_depth = person.cage_half_width, person.cage_half_depth
    under = np.minimum(domes[0], domes[1]) + 3.0
    sunk = np.maximum(z, 0)
    rim = superellipse(x, y + 4, np.float32(half_width * 0.95), np.float32(half_depth * 0.93), 2.3)
    under = np.where(z < 6, np.minimum(under, rim + 3), under)
    under = np.maximum(under, rim)
    liver = ellipsoid(x, y, sunk, (-half_width * 0.5, -8, -10), (half_width * 0.62, half_depth * 0.98, 110))
    left_lobe = ellipsoid(x, y, z, (6, -half_depth * 0.45, 40), (64, 34, 34 + 0.2 * person.dome_left))
    liver = np.maximum(join(liver, left_lobe, 16), under)
    back = person.spine_middle(z).astype(np.float32)
    liver = common(liver, 46 - np.hypot(x - 8, y - back - 4), 8.0)
    spleen = ellipsoid(x, y, z, (half_width * 0.63, half_depth * 0.42, 28), (34, 40, 46))
    spleen = np.maximum(spleen, under)
    stomach = ellipsoid(x, y, z, (half_width * 0.40, -half_depth * 0.14, 22), (44, 42, 26 + person.dome_left * 0.55))
    stomach = np.maximum(np.maximum(stomach, under + 3), np.maximum(-liver + 3, -spleen + 3))
    gas = np.maximum(stomach + 4.5, y + half_depth * 0.22)
    return liver, spleen, stomach, gas
