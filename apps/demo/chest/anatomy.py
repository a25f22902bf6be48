"""The person on the table: every length, angle and density of one phantom, drawn from the seed.

Coordinates are those of the patient (LPS, mm) with the origin in the midline at the level of the lowest lung recess.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from apps.demo.chest.shapes import Field, Point, as_point


@dataclass(frozen=True, slots=True)
class Tube:
    """A straight piece of a vessel or airway: ends and radii in mm; ``parent`` is an index into its tree, or -1."""

    start: Point
    end: Point
    radius_start: float
    radius_end: float
    parent: int = -1


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Lengths in mm, densities in HU."""

    seed: int
    female: bool
    lung_height: float
    cage_half_width: float
    cage_half_depth: float
    fat: float
    muscle: float
    spine_y: float
    kyphosis: float
    rib_pitch: float
    rib_phase: float
    rib_drop: float
    vertebra_pitch: float
    dome_right: float
    dome_left: float
    heart_centre: Point
    heart_radii: Point
    heart_axis: Point
    arch_z: float
    carina_z: float
    aorta_radius: float
    trachea_radius: float
    fissure_tilt: float
    blood_hu: float
    muscle_hu: float
    liver_hu: float
    lung_hu: float
    gravity_hu: float
    trabecular_hu: float
    noise_hu: float

    def height_share(self, z: Field) -> Field:
        """Height in the chest: 0 at the lowest recess of the lungs, 1 at their tops."""
        return z / self.lung_height

    def cage(self, z: Field) -> tuple[Field, Field, Field]:
        """Half width, half depth and y of the middle of the inner chest wall at height z."""
        u = self.height_share(z)
        steps = [-0.2, 0.0, 0.25, 0.45, 0.62, 0.78, 0.9, 1.0, 1.15]
        width = np.interp(u, steps, [0.99, 1.0, 1.0, 0.985, 0.94, 0.85, 0.735, 0.62, 0.5]) * self.cage_half_width
        depth = np.interp(u, steps, [0.97, 0.99, 1.0, 0.98, 0.92, 0.82, 0.7, 0.58, 0.5]) * self.cage_half_depth
        return width, depth, 0.72 * (self.cage_half_depth - depth)

    def body(self, z: Field) -> tuple[Field, Field, Field]:
        """Half width, half depth and y of the middle of the skin at height z; the shoulders widen it."""
        u = self.height_share(z)
        wall = self.fat + self.muscle
        steps = [-0.2, 0.0, 0.3, 0.6, 0.8, 0.95, 1.15]
        width = self.cage_half_width + wall + np.interp(u, steps, [-2, 0, 2, 5, 10, 16, 14])
        depth = self.cage_half_depth + 0.78 * wall + np.interp(u, steps, [5, 7, 7, 5, -4, -16, -26])
        return width, depth, np.interp(u, steps, [11.0, 11.0, 11.0, 13.0, 18.0, 24.0, 28.0])

    def spine_middle(self, z: Field) -> Field:
        """y of the middle of the vertebral bodies: the back is rounded."""
        u = self.height_share(z)
        return self.spine_y + self.kyphosis * (1 - ((u - 0.55) / 0.6) ** 2)

    def tubes(self) -> dict[str, list[Tube]]:
        """The great vessels, the gullet and the central airways, by material."""
        heart_x, heart_y, heart_z = self.heart_centre
        z_arch, z_car, height = self.arch_z, self.carina_z, self.lung_height
        r = self.aorta_radius
        spine = lambda level: float(self.spine_middle(np.float64(level)))  # noqa: E731
        left_of_spine = 23.0
        aorta: list[tuple[Point, float]] = [
            ((4, heart_y + 2, heart_z + 18), r),
            ((-12, heart_y - 1, heart_z + 40), r * 1.08),
            ((-13, heart_y + 1, z_arch - 12), r * 1.05),
            ((-8, heart_y + 8, z_arch), r),
            ((3, heart_y + 22, z_arch + 7), r * 0.95),
            ((14, heart_y + 38, z_arch + 5), r * 0.9),
            ((left_of_spine, spine(z_arch) - 22, z_arch - 6), r * 0.82),
            ((left_of_spine + 2, spine(z_arch - 30) - 14, z_arch - 30), r * 0.76),
            ((left_of_spine, spine(heart_z) - 14, heart_z), r * 0.74),
            ((15, spine(20) - 21, 20), r * 0.7),
            ((8, spine(-60) - 24, -60), r * 0.68),
        ]
        lung_artery: list[tuple[Point, float]] = [
            ((20, heart_y - 14, heart_z + 22), 14),
            ((22, heart_y - 2, heart_z + 44), 13.5),
            ((16, heart_y + 12, z_car - 14), 12.5),
        ]
        right_artery: list[tuple[Point, float]] = [
            ((16, heart_y + 12, z_car - 14), 11),
            ((-14, heart_y + 24, z_car - 18), 10),
            ((-38, 4, z_car - 24), 8.5),
        ]
        left_artery: list[tuple[Point, float]] = [
            ((18, heart_y + 10, z_car - 13), 11),
            ((36, 2, z_car - 8), 10),
            ((47, 14, z_car - 18), 8),
        ]
        cava: list[tuple[Point, float]] = [
            ((-27, heart_y + 8, heart_z + 18), 10),
            ((-27, heart_y + 7, z_arch + 5), 9),
            ((-22, heart_y + 4, z_arch + 26), 8),
            ((-32, heart_y + 8, height - 8), 7),
            ((-44, heart_y + 14, height + 40), 7),
        ]
        left_vein: list[tuple[Point, float]] = [
            ((-22, heart_y + 4, z_arch + 24), 6.5),
            ((8, heart_y - 1, z_arch + 30), 6),
            ((34, heart_y + 8, height - 4), 6),
            ((44, heart_y + 14, height + 40), 6.5),
        ]
        branches: list[list[tuple[Point, float]]] = [
            [((-8, heart_y + 14, z_arch + 6), 6.5), ((-14, heart_y + 20, height - 14), 6), ((-28, 14, height + 40), 5)],
            [((4, heart_y + 24, z_arch + 8), 4.2), ((12, heart_y + 26, height - 8), 4), ((18, 12, height + 40), 3.8)],
            [((14, heart_y + 37, z_arch + 8), 5), ((26, heart_y + 38, height - 10), 5), ((40, 20, height + 40), 4.5)],
        ]
        lower_cava: list[tuple[Point, float]] = [
            ((-22, 6, heart_z - 12), 12),
            ((-20, 14, 20), 12),
            ((-18, 20, -60), 11),
        ]
        azygos: list[tuple[Point, float]] = [
            ((-6, spine(-60) - 19, -60), 3),
            ((-7, spine(z_car) - 19, z_car), 3.6),
            ((-13, spine(z_car) - 26, z_car + 10), 4),
            ((-24, heart_y + 12, z_car + 12), 4),
        ]
        gullet: list[tuple[Point, float]] = [
            ((3, spine(height) - 25, height + 40), 6.5),
            ((6, spine(z_car) - 25, z_car + 8), 6.5),
            ((5, spine(heart_z) - 27, heart_z), 7),
            ((16, spine(30) - 40, 30), 8),
        ]
        blood = [t for chain in (aorta, lung_artery, right_artery, left_artery, cava, left_vein) for t in _chain(chain)]
        blood += [t for chain in branches for t in _chain(chain)] + _chain(lower_cava) + _chain(azygos)
        return {"blood": blood, "gullet": _chain(gullet), "airway": self.central_airways()}

    def central_airways(self) -> list[Tube]:
        """Windpipe and main bronchi (inner radii); the last two tubes end at the right and the left hilum."""
        z_car, r = self.carina_z, self.trachea_radius
        back = float(self.spine_middle(np.float64(z_car))) - 44
        carina: Point = (1.0, back, z_car)
        throat: Point = (-2.0, back - 12, self.lung_height + 40)
        right, left = self.hilum(-1), self.hilum(1)
        return [
            Tube(throat, carina, r, r),
            Tube(carina, (-20.0, back + 1, z_car - 14), r * 0.82, r * 0.76),
            Tube((-20.0, back + 1, z_car - 14), right, r * 0.76, r * 0.66),
            Tube(carina, (24.0, back + 2, z_car - 17), r * 0.76, r * 0.68),
            Tube((24.0, back + 2, z_car - 17), left, r * 0.68, r * 0.6),
        ]

    def hilum(self, side: int) -> Point:
        """Where the main bronchus enters the lung: side -1 is right, +1 left."""
        back = float(self.spine_middle(np.float64(self.carina_z))) - 44
        return (-40.0, back + 4, self.carina_z - 30) if side < 0 else (46.0, back + 6, self.carina_z - 34)

    def fissures(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distance below the oblique fissure of either side, and below the right horizontal one (negative above)."""
        height, depth = self.lung_height, self.cage_half_depth
        bow = 5 * np.sin(x / 33.0)
        slope = 0.95 + self.fissure_tilt
        oblique = (height * 0.42 + slope * (y - depth * 0.12) + bow + np.where(x < 0, -6, 2) - z) / np.hypot(1, slope)
        level = height * 0.475 + 0.06 * (x + 90) - 0.05 * y + 4 * np.sin(y / 30.0) - z
        return oblique, level

    def lobe(self, point: Point) -> str:
        """Name of the lobe in which a point of the lungs lies: RUL, RML, RLL, LUL or LLL."""
        oblique, level = self.fissures(*(np.array(v, dtype=np.float64) for v in point))
        if point[0] > 0:
            return "LLL" if oblique > 0 else "LUL"
        return "RLL" if oblique > 0 else ("RML" if level > 0 else "RUL")


def _chain(stops: list[tuple[Point, float]]) -> list[Tube]:
    """Tubes along a smooth curve through the stops (cubic, four pieces between two stops)."""
    at = np.arange(len(stops))
    values = np.array([(*point, radius) for point, radius in stops], dtype=np.float64)
    curve = PchipInterpolator(at, values)(np.linspace(0, len(stops) - 1, 4 * (len(stops) - 1) + 1))
    points = [(as_point(float(v) for v in row[:3]), float(row[3])) for row in curve]
    return [Tube(a[0], b[0], a[1], b[1]) for a, b in zip(points[:-1], points[1:], strict=True)]


def draw_anatomy(seed: int) -> Anatomy:
    """One person of ordinary size."""
    rng = np.random.default_rng([seed, 1])
    u = rng.uniform
    female = bool(rng.random() < 0.5)
    height = u(222, 256)
    depth = u(82, 94)
    contrast = rng.random() < 0.5
    blood = u(120, 190) if contrast else u(38, 48)
    heart_z = height * u(0.40, 0.44)
    return Anatomy(
        seed=seed,
        female=female,
        lung_height=height,
        cage_half_width=u(128, 142),
        cage_half_depth=depth,
        fat=u(7, 20),
        muscle=u(12, 16),
        spine_y=depth * u(0.52, 0.57),
        kyphosis=u(2, 8),
        rib_pitch=u(23, 27),
        rib_phase=u(0, 25),
        rib_drop=u(78, 104),
        vertebra_pitch=u(23, 27),
        dome_right=u(50, 66),
        dome_left=u(38, 52),
        heart_centre=(u(17, 25), u(-29, -22), heart_z),
        heart_radii=(u(57, 66), u(43, 49), u(44, 50)),
        heart_axis=(u(0.75, 0.9), u(-0.6, -0.4), u(-0.4, -0.2)),
        arch_z=height * u(0.76, 0.79),
        carina_z=height * u(0.655, 0.685),
        aorta_radius=u(14.5, 17.5),
        trachea_radius=u(7.5, 9.5),
        fissure_tilt=u(-0.12, 0.15),
        blood_hu=blood,
        muscle_hu=u(48, 62),
        liver_hu=u(95, 115) if contrast else u(50, 64),
        lung_hu=u(-878, -850),
        gravity_hu=u(24, 48),
        trabecular_hu=u(140, 230),
        noise_hu=u(10.5, 14.5),
    )
