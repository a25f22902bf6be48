"""Branching trees of the lungs: arteries, veins and airways that reach every part of every lobe.

A tree is grown from the hilum by halving a cloud of target points again and again: each branch runs part of the way to
the middle of its half. The radius is a power of the number of targets that a branch feeds (after Murray 1926, who found
the exponent 3; 2.35 gives the thicker hilar vessels of a CT).
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from apps.demo.chest.anatomy import Anatomy, Tube
from apps.demo.chest.grid import Grid
from apps.demo.chest.shapes import Point, as_point

EXPONENT = 2.35


@dataclass(frozen=True, slots=True)
class LungTrees:
    """Tubes with their parents; airways carry inner radii."""

    arteries: list[Tube]
    veins: list[Tube]
    airways: list[Tube]


def grow_trees(person: Anatomy, grid: Grid, lung_ZYX: np.ndarray, targets: int) -> LungTrees:
    """Trees for both lungs.

    Args:
        person: The anatomy.
        grid: Grid of ``lung_ZYX``.
        lung_ZYX: Signed distance of the lungs.
        targets: Ends of each of the four vessel trees.
    """
    rng = np.random.default_rng([person.seed, 2])
    arteries: list[Tube] = []
    veins: list[Tube] = []
    airways: list[Tube] = []
    for side in (-1, 1):
        hx, hy, hz = person.hilum(side)
        cloud = _targets(person, grid, lung_ZYX, side, 2 * targets, rng)
        order = rng.permutation(len(cloud))
        half = len(cloud) // 2
        artery_root = (hx + side * 2.0, hy - 1.0, hz + (6.0 if side < 0 else 14.0))
        vein_root = (hx - side * 4.0, hy - 10.0, hz - 16.0)
        tree = _grow(person, artery_root, cloud[order[:half]], 0.45, rng)
        _extend(airways, _in_lung(_beside(tree, (hx, hy, hz), person.trachea_radius * 0.6, rng), grid, lung_ZYX))
        _extend(arteries, [tube for tube, _ in tree])
        _extend(veins, [tube for tube, _ in _grow(person, vein_root, cloud[order[half:]], 0.43, rng)])
    return LungTrees(arteries, veins, airways)


def thickest_inside(tubes: list[Tube], centres: np.ndarray, radius: float) -> np.ndarray:
    """Radius of the thickest tube that runs into a ball around each centre ``(N, 3)``; 0 where none does."""
    starts, ends, radii = _as_arrays(tubes)
    worst = np.zeros(len(centres))
    for number, centre in enumerate(centres):
        hit = _gaps(starts, ends, centre) <= radius + radii
        worst[number] = radii[hit].max() if hit.any() else 0.0
    return worst


def without(tubes: list[Tube], centre: Point, radius: float) -> list[Tube]:
    """A tree without the branches that run into a ball, and without all that hangs on them."""
    starts, ends, radii = _as_arrays(tubes)
    hit = _gaps(starts, ends, np.array(centre)) <= radius + radii
    return _pruned(tubes, hit)


def _pruned(tubes: list[Tube], gone: np.ndarray) -> list[Tube]:
    """The tree without the tubes that are gone and without all that hangs on them."""
    kept: list[Tube] = []
    place: dict[int, int] = {-1: -1}
    for number, tube in enumerate(tubes):
        if not gone[number] and tube.parent in place:
            place[number] = len(kept)
            kept.append(Tube(tube.start, tube.end, tube.radius_start, tube.radius_end, place[tube.parent]))
    return kept


def _in_lung(tubes: list[Tube], grid: Grid, lung_ZYX: np.ndarray) -> list[Tube]:
    """Airways that do not run into the heart or the chest wall."""
    ends = np.array([tube.end for tube in tubes]).reshape(-1, 3)
    return _pruned(tubes, ndimage.map_coordinates(lung_ZYX, grid.index(ends), order=1, mode="nearest") > 1.5)


def _as_arrays(tubes: list[Tube]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    starts = np.array([t.start for t in tubes]).reshape(-1, 3)
    ends = np.array([t.end for t in tubes]).reshape(-1, 3)
    return starts, ends, np.array([max(t.radius_start, t.radius_end) for t in tubes])


def _gaps(starts: np.ndarray, ends: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Distance of a point from every axis."""
    along, to = ends - starts, point - starts
    t = np.clip((to * along).sum(1) / np.maximum((along * along).sum(1), 1e-9), 0, 1)
    return np.linalg.norm(to - t[:, None] * along, axis=1)


def _extend(tree: list[Tube], more: list[Tube]) -> None:
    base = len(tree)
    tree.extend(
        Tube(t.start, t.end, t.radius_start, t.radius_end, t.parent + base if t.parent >= 0 else -1) for t in more
    )


def _targets(
    person: Anatomy, grid: Grid, lung_ZYX: np.ndarray, side: int, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Points well inside one lung, spread evenly: the best of four random ones each time, farther from the others."""
    inside = (lung_ZYX < -4.5) & (np.sign(grid.x) == side)
    at = np.argwhere(inside)
    picks = at[rng.integers(0, len(at), 3 * count)].astype(np.float64)
    picks += rng.uniform(-0.5, 0.5, picks.shape)
    points = np.array(grid.origin) + picks[:, ::-1] * np.array(grid.spacing[::-1])
    cell = (4 / 3 * np.pi * (len(at) * np.prod(grid.spacing)) / count / 30) ** (1 / 3)
    taken: dict[tuple[int, int, int], None] = {}
    chosen = []
    for point in points:
        x, y, z = (int(v) for v in np.floor(point / (cell * 2.2)))
        key = x, y, z
        if key in taken:
            continue
        taken[key] = None
        chosen.append(point)
        if len(chosen) == count:
            break
    return np.array(chosen)


def _grow(
    person: Anatomy, root: Point, targets: np.ndarray, thinnest: float, rng: np.random.Generator
) -> list[tuple[Tube, int]]:
    """Tubes of one tree, parents first, each with the number of targets it feeds."""
    lobes = np.array([person.lobe(as_point(p)) for p in targets])
    grown: list[tuple[Tube, int]] = []
    waiting: list[tuple[np.ndarray, np.ndarray, int]] = []
    for name in sorted(set(lobes)):
        members = np.flatnonzero(lobes == name)
        if len(members):
            waiting.append((np.array(root), members, -1))
    while waiting:
        start, members, parent = waiting.pop()
        cloud = targets[members]
        middle = cloud.mean(0)
        count = len(members)
        if count == 1:
            end = cloud[0]
        else:
            way = middle - start
            length = float(np.linalg.norm(way))
            heading = way / max(length, 1e-6)
            nearest = float(np.quantile((cloud - start) @ heading, 0.06))
            reach = rng.uniform(0.4, 0.55) * length
            end = start + heading * min(reach, max(nearest * 0.9, 0.22 * length))
        radius = thinnest * count ** (1 / EXPONENT)
        before = grown[parent][0].radius_end if parent >= 0 else radius * 1.1
        bend = rng.normal(0, 0.045, 3) * np.linalg.norm(end - start)
        knee = (start + end) / 2 + bend
        first = Tube(as_point(start.tolist()), as_point(knee.tolist()), min(before, radius * 1.15), radius, parent)
        grown.append((first, count))
        tip = radius if count > 1 else radius * 0.7
        grown.append((Tube(first.end, as_point(end.tolist()), radius, tip, len(grown) - 1), count))
        if count > 1:
            for part in _halves(cloud, middle - start, rng):
                waiting.append((end, members[part], len(grown) - 1))
    return grown


def _halves(cloud: np.ndarray, heading: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Split a cloud across its longest direction, looked at mostly from the branch that feeds it."""
    centred = cloud - cloud.mean(0)
    heading = heading / max(float(np.linalg.norm(heading)), 1e-6)
    flat = centred - 0.6 * np.outer(centred @ heading, heading)
    axis = np.linalg.eigh(flat.T @ flat)[1][:, -1]
    order = np.argsort(centred @ axis, kind="stable")
    cut = min(max(int(round(len(order) * rng.uniform(0.3, 0.7))), 1), len(order) - 1)
    return order[:cut], order[cut:]


def _beside(tree: list[tuple[Tube, int]], root: Point, radius: float, rng: np.random.Generator) -> list[Tube]:
    """Airways that run with the larger arteries, a wall's thickness away, from the end of the main bronchus."""
    away = rng.normal(size=3)
    away /= np.linalg.norm(away)
    place: dict[int, int] = {}
    made: list[Tube] = []
    for number, (artery, count) in enumerate(tree):
        if count < 16 or (artery.parent >= 0 and artery.parent not in place):
            continue
        parent = place.get(artery.parent, -1)
        inner = min(0.74 * artery.radius_end, radius)
        gap = artery.radius_end + inner + 0.8
        heading = np.array(artery.end) - artery.start
        heading /= max(float(np.linalg.norm(heading)), 1e-6)
        across = away - (away @ heading) * heading
        across /= max(float(np.linalg.norm(across)), 1e-6)
        end = np.array(artery.end) + gap * across
        start = made[parent].end if parent >= 0 else root
        thick = made[parent].radius_end if parent >= 0 else radius
        place[number] = len(made)
        made.append(Tube(as_point(start), as_point(end.tolist()), min(thick, inner * 1.15), inner, parent))
    return made
