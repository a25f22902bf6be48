"""The planted nodules: their shapes, where they may lie, and their true centre, diameter and volume."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from apps.demo.chest.anatomy import Anatomy
from apps.demo.chest.grid import Grid
from apps.demo.chest.shapes import Field, Point, as_point, capsule
from apps.demo.chest.trees import LungTrees, thickest_inside, without

KINDS = ("solid", "lobulated", "spiculated", "juxtapleural")


@dataclass(frozen=True, slots=True)
class Bump:
    """A swelling of the surface: direction (unit x, y, z), height as a share of the radius, and how narrow it is."""

    direction: Point
    height: float
    narrowness: float


@dataclass(frozen=True, slots=True)
class Nodule:
    """One nodule as a solid: a ball with stretched axes, bumps and spikes.

    Attributes:
        kind: One of ``KINDS``.
        middle: Point from which the surface is measured (for a juxtapleural one not the centroid of what is visible).
        radius: Mean radius in mm.
        stretch: Factors along x, y and z, close to 1.
        bumps: Swellings.
        spikes: Directions and lengths (mm) of thin rays that leave the body.
        density_hu: Mean density.
        at_wall: Only what lies inside the lung counts.
    """

    kind: str
    middle: Point
    radius: float
    stretch: Point
    bumps: tuple[Bump, ...]
    spikes: tuple[tuple[Point, float], ...]
    density_hu: float
    at_wall: bool

    @property
    def body_reach(self) -> float:
        """No part of the body lies farther from the middle than this, in mm."""
        turns = np.arange(3000) + 0.5
        polar, around = np.arccos(1 - turns / 1500), np.pi * (1 + 5**0.5) * turns
        sphere = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=1)
        return float(self.radius * _surface(self.bumps, sphere).max() * max(self.stretch)) * 1.03 + 0.5

    @property
    def reach(self) -> float:
        """No part lies farther from the middle than this, in mm."""
        spike = max((length for _, length in self.spikes), default=0.0)
        return max(self.body_reach, self.radius + spike + 1)

    def body(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Signed distance of the body, spikes left out, in mm (along the ray from the middle)."""
        px, py, pz = ((v - m) / s for v, m, s in zip((x, y, z), self.middle, self.stretch, strict=True))
        gone = np.sqrt(px * px + py * py + pz * pz)
        surface: Field = np.float32(1.0)
        far = np.maximum(gone, 1e-3)
        for bump in self.bumps:
            dx, dy, dz = (np.float32(v) for v in bump.direction)
            cosine = (px * dx + py * dy + pz * dz) / far
            surface = surface + np.float32(bump.height) * np.exp(np.float32(bump.narrowness) * (cosine - 1))
        return gone - self.radius * surface

    def whole(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Signed distance with the spikes."""
        solid = self.body(x, y, z)
        for direction, length in self.spikes:
            base = as_point(m + 0.8 * self.radius * d for m, d in zip(self.middle, direction, strict=True))
            tip = as_point(m + (self.radius + length) * d for m, d in zip(self.middle, direction, strict=True))
            solid = np.minimum(solid, capsule(x, y, z, base, tip, 0.9, 0.25))
        return solid


@dataclass(frozen=True, slots=True)
class NoduleMeasure:
    """What is true of a nodule, from its solid and not from any voxel: centroid, mm3, mm."""

    centre: Point
    volume: float
    diameter: float
    long_axis: float


def measure(nodule: Nodule, lung_ZYX: np.ndarray, grid: Grid) -> NoduleMeasure:
    """Integrate the body over points 1/40 of its extent apart; of one at the wall, what lies in the lung alone."""
    reach = nodule.body_reach
    step = reach / 40
    line = np.arange(-reach, reach + step, step, dtype=np.float32)
    x, y, z = (line + m for m in nodule.middle)
    inside = nodule.body(x[None, None, :], y[None, :, None], z[:, None, None]) < 0
    at = np.argwhere(inside)
    points = np.stack([x[at[:, 2]], y[at[:, 1]], z[at[:, 0]]], axis=1)
    if nodule.at_wall:
        depth = ndimage.map_coordinates(lung_ZYX, grid.index(points), order=1, mode="nearest")
        points = points[depth < 0]
    volume = len(points) * step**3
    centre = points.mean(0)
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(300, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    along = points[:: max(len(points) // 4000, 1)] @ directions.T
    return NoduleMeasure(
        as_point(round(float(v), 3) for v in centre),
        round(float(volume), 1),
        round(float((6 * volume / np.pi) ** (1 / 3)), 2),
        round(float((along.max(0) - along.min(0)).max()), 2),
    )


def plant(
    person: Anatomy, grid: Grid, lung_ZYX: np.ndarray, trees: LungTrees, scale: float
) -> tuple[list[Nodule], LungTrees]:
    """Nodules of one person and the trees without the branches that they replace.

    Args:
        person: The anatomy.
        grid: Grid of ``lung_ZYX``.
        lung_ZYX: Signed distance of the lungs.
        trees: Vessels and airways.
        scale: Millimetres in the patient for one anatomical millimetre (1, or less for a small person).
    """
    rng = np.random.default_rng([person.seed, 3])
    count = int(rng.integers(3, 6))
    kinds = ["juxtapleural", "spiculated", "lobulated"][: min(count, 3)] + ["solid"] * (count - 3)
    if count == 3:
        kinds[int(rng.integers(1, 3))] = "solid"
    ranges = {"solid": (7.5, 11.5), "lobulated": (10, 17), "spiculated": (13, 20), "juxtapleural": (9, 16)}
    planted: list[Nodule] = []
    used: list[tuple[Point, float]] = []
    lobes: set[str] = set()
    for kind in kinds:
        radius = rng.uniform(*ranges[kind]) / 2 / scale
        places = _places(person, grid, lung_ZYX, kind, radius, used, rng)
        assert places, "a lung without room for a nodule"
        cost = np.array([0.5 * (person.lobe(place) in lobes) for place in places])
        margin = radius + 0.8
        every = [trees.arteries, trees.veins, trees.airways]
        cost += np.max([thickest_inside(tree, np.array(places), margin) for tree in every], axis=0)
        place = places[int(cost.argmin())]
        trees = LungTrees(*(without(tree, place, margin) for tree in every))
        used.append((place, radius))
        lobes.add(person.lobe(place))
        planted.append(_shape(kind, place, radius, rng))
    return planted, trees


def _places(
    person: Anatomy,
    grid: Grid,
    lung_ZYX: np.ndarray,
    kind: str,
    radius: float,
    used: list[tuple[Point, float]],
    rng: np.random.Generator,
) -> list[Point]:
    """Up to 40 places where a nodule of this kind may lie."""
    x, y, z = grid.x, grid.y, grid.z
    if kind == "juxtapleural":
        half_width, half_depth, middle = person.cage(z)
        outer = (np.abs(x) / half_width) ** 2 + ((y - middle) / half_depth) ** 2 > 0.62
        depth = -lung_ZYX / radius
        allowed = (
            (depth > 0.3) & (depth < 0.6) & outer & (z > 0.3 * person.lung_height) & (z < 0.8 * person.lung_height)
        )
        allowed &= np.abs(x) > 45
    else:
        allowed = (lung_ZYX < -radius * 1.35 - 4) & (z > 0.22 * person.lung_height)
    at = np.argwhere(allowed)
    places: list[Point] = []
    for pick in at[rng.permutation(len(at))[:600]]:
        point = as_point(float(v) for v in np.array(grid.origin) + pick[::-1] * np.array(grid.spacing[::-1]))
        hilum = person.hilum(-1 if point[0] < 0 else 1)
        if np.linalg.norm(np.subtract(point, hilum)) < 36 + radius:
            continue
        if any(np.linalg.norm(np.subtract(point, other)) < radius + size + 22 for other, size in used):
            continue
        oblique, level = person.fissures(*(np.array(v) for v in point))
        near = min(abs(float(oblique)), abs(float(level)) if point[0] < 0 else 1e3)
        if kind != "juxtapleural" and near < radius * 1.3 + 2:
            continue
        places.append(point)
        if len(places) == 40:
            break
    return places


def _shape(kind: str, place: Point, radius: float, rng: np.random.Generator) -> Nodule:
    stretch = as_point(float(v) for v in rng.uniform(0.92, 1.08, 3))
    bumps = [Bump(_direction(rng), float(rng.uniform(0.02, 0.06)), float(rng.uniform(3, 8))) for _ in range(5)]
    spikes: tuple = ()
    if kind == "lobulated":
        bumps = [Bump(_direction(rng), float(rng.uniform(0.18, 0.36)), float(rng.uniform(5, 10))) for _ in range(6)]
    if kind == "spiculated":
        bumps = [Bump(_direction(rng), float(rng.uniform(0.15, 0.32)), float(rng.uniform(12, 30))) for _ in range(16)]
        spikes = tuple(
            (_direction(rng), float(rng.uniform(0.4, 0.95)) * radius) for _ in range(int(rng.integers(22, 34)))
        )
    around = rng.normal(size=(4000, 3))
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    radius /= float(np.mean(_surface(tuple(bumps), around) ** 3) * np.prod(stretch)) ** (1 / 3)
    return Nodule(
        kind, place, radius, stretch, tuple(bumps), spikes, float(rng.uniform(22, 58)), kind == "juxtapleural"
    )


def _direction(rng: np.random.Generator) -> Point:
    v = rng.normal(size=3)
    v /= np.linalg.norm(v)
    return (float(v[0]), float(v[1]), float(v[2]))


def _surface(bumps: tuple[Bump, ...], directions: np.ndarray) -> np.ndarray:
    """Distance of the surface from the middle, as a share of the radius, along unit directions ``(N, 3)``."""
    return 1 + sum(b.height * np.exp(b.narrowness * (directions @ np.array(b.direction) - 1)) for b in bumps)
