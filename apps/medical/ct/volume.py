"""A CT volume in Hounsfield units with its place in the patient.

Axes are always Z, Y, X (slice, row, column); spacing and direction come in the same order; points in the patient are
x, y, z in millimetres, LPS (x rises to the patient's left, y to the back, z to the head).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

AIR_HU = -1024
HIGHEST_HU = 3071


@dataclass(frozen=True)
class Geometry:
    """Where the voxels of a volume lie.

    Attributes:
        size: Number of slices, rows, columns.
        spacing_mm: Distance between the centres of neighbouring voxels along each axis, z, y, x, in mm. With a tilted
            gantry the z distance is the length of the step from slice to slice, longer than the distance of the planes.
        origin_mm: LPS position (x, y, z) of the centre of voxel (0, 0, 0).
        direction: Three unit vectors in LPS, one per array axis in the order z, y, x: the way the position moves when
            that index grows. The first is not at right angles to the others when the gantry was tilted.
    """

    size: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    direction: tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]

    def __post_init__(self) -> None:
        if len(self.size) != 3 or min(self.size) < 1:
            raise ValueError(f"size must be three positive numbers, got {self.size}")
        if not (np.isfinite(self.affine).all() and min(self.spacing_mm) > 0):
            raise ValueError("spacing, origin and direction must be finite and spacing positive")
        if self.voxel_mm3 < 1e-9:
            raise ValueError("the three directions do not span a volume")

    @cached_property
    def affine(self) -> NDArray[np.float64]:
        """4x4 matrix from voxel (k, row, column, 1) to LPS millimetres (x, y, z, 1)."""
        matrix: NDArray[np.float64] = np.eye(4)
        matrix[:3, :3] = (np.asarray(self.direction, float) * np.asarray(self.spacing_mm, float)[:, None]).T
        matrix[:3, 3] = self.origin_mm
        return matrix

    @cached_property
    def inverse(self) -> NDArray[np.float64]:
        """4x4 matrix from LPS millimetres to voxel (k, row, column)."""
        return np.asarray(np.linalg.inv(self.affine), np.float64)

    @property
    def voxel_mm3(self) -> float:
        """Volume of one voxel: the determinant of the affine, right under tilt as well."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    def to_lps(self, voxel: ArrayLike) -> NDArray[np.float64]:
        """LPS position in mm, (..., 3) as x, y, z, of voxels (..., 3) as k, row, column; fractions are allowed."""
        return np.asarray(voxel, float) @ self.affine[:3, :3].T + self.affine[:3, 3]

    def to_voxel(self, point_mm: ArrayLike) -> NDArray[np.float64]:
        """Voxel position (..., 3) as k, row, column of LPS positions (..., 3) as x, y, z in mm."""
        return np.asarray(point_mm, float) @ self.inverse[:3, :3].T + self.inverse[:3, 3]

    def crop(self, start: tuple[int, int, int], stop: tuple[int, int, int]) -> "Geometry":
        """Geometry of the part of the volume from voxel ``start`` to before voxel ``stop``."""
        slices, rows, columns = (int(b - a) for a, b in zip(start, stop, strict=True))
        x, y, z = self.to_lps(start).tolist()
        return Geometry((slices, rows, columns), self.spacing_mm, (x, y, z), self.direction)

    def rounded(self) -> "Geometry":
        """As a reading says it: lengths in millionths of a millimetre, no negative zero."""
        along_z, along_y, along_x = (_rounded(row) for row in self.direction)
        return Geometry(self.size, _rounded(self.spacing_mm), _rounded(self.origin_mm), (along_z, along_y, along_x))


def _rounded(values: tuple[float, float, float]) -> tuple[float, float, float]:
    first, second, third = (round(value, 6) + 0.0 for value in values)
    return first, second, third


@dataclass(frozen=True, eq=False)
class Volume:
    """Hounsfield units on a grid.

    Attributes:
        hu: int16 array (Z, Y, X) in [-1024, 3071]; k rises with the position along the slice normal.
        geometry: Where its voxels lie.
    """

    hu: NDArray[np.int16]
    geometry: Geometry

    def __post_init__(self) -> None:
        if self.hu.dtype != np.int16 or self.hu.shape != tuple(self.geometry.size):
            raise ValueError(f"expected int16 of {self.geometry.size}, got {self.hu.dtype} of {self.hu.shape}")

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """z, y, x in mm."""
        return self.geometry.spacing_mm

    @property
    def shape(self) -> tuple[int, int, int]:
        """Z, Y, X."""
        return self.geometry.size

    def crop(self, start: tuple[int, int, int], stop: tuple[int, int, int]) -> "Volume":
        """A view of part of the volume with its own geometry."""
        part = tuple(slice(a, b) for a, b in zip(start, stop, strict=True))
        return Volume(self.hu[part], self.geometry.crop(start, stop))
