"""The voxels of a phantom: where they lie, a coarser grid for smooth fields, and the way from coarse to fine."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from apps.demo.chest.shapes import Point


@dataclass(frozen=True, slots=True)
class Grid:
    """A regular grid in anatomical coordinates (mm).

    Attributes:
        size: Voxels ``(Z, Y, X)``.
        spacing: Steps ``(z, y, x)`` in mm; the slices are as thick as their step.
        origin: Middle of the first voxel ``(x, y, z)``; z rises with the slice.
    """

    size: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: Point

    @property
    def x(self) -> np.ndarray:
        return (self.origin[0] + self.spacing[2] * np.arange(self.size[2])).astype(np.float32)[None, None, :]

    @property
    def y(self) -> np.ndarray:
        return (self.origin[1] + self.spacing[1] * np.arange(self.size[1])).astype(np.float32)[None, :, None]

    @property
    def z(self) -> np.ndarray:
        return (self.origin[2] + self.spacing[0] * np.arange(self.size[0])).astype(np.float32)[:, None, None]

    def coarser(self, factor: int) -> "Grid":
        """The grid of blocks of ``factor x factor`` voxels in the slice; the slices stay."""
        rows, columns = -(-self.size[1] // factor), -(-self.size[2] // factor)
        shift = (factor - 1) / 2
        return Grid(
            (self.size[0], rows, columns),
            (self.spacing[0], self.spacing[1] * factor, self.spacing[2] * factor),
            (self.origin[0] + shift * self.spacing[2], self.origin[1] + shift * self.spacing[1], self.origin[2]),
        )

    def box(self, low: np.ndarray, high: np.ndarray) -> tuple[slice, slice, slice] | None:
        """Index ranges ``(z, y, x)`` of the voxels between two corners ``(x, y, z)``, or None where there are none."""
        first = (np.asarray(low) - self.origin) / self.spacing[::-1]
        last = (np.asarray(high) - self.origin) / self.spacing[::-1]
        start = np.maximum(np.ceil(first).astype(int), 0)
        stop = np.minimum(np.floor(last).astype(int) + 1, self.size[::-1])
        if np.any(stop <= start):
            return None
        return slice(start[2], stop[2]), slice(start[1], stop[1]), slice(start[0], stop[0])

    def index(self, points: np.ndarray) -> np.ndarray:
        """Fractional voxel indices ``(3, N)`` as z, y, x of points ``(N, 3)`` as x, y, z."""
        return ((np.asarray(points) - self.origin) / self.spacing[::-1])[:, ::-1].T


class Refiner:
    """Takes a field from a coarse slice to a fine one by cubic convolution (Keys 1981, a = -1/2)."""

    def __init__(self, fine: Grid, factor: int) -> None:
        coarse = fine.coarser(factor)
        self.factor = factor
        self._rows = _cubic(fine.size[1], coarse.size[1], factor)
        self._columns = _cubic(fine.size[2], coarse.size[2], factor)

    def __call__(self, field_YX: np.ndarray) -> np.ndarray:
        if self.factor == 1:
            return field_YX
        return np.ascontiguousarray((self._columns @ np.ascontiguousarray((self._rows @ field_YX).T)).T)


def _cubic(fine: int, coarse: int, factor: int) -> sparse.csr_matrix:
    at = (np.arange(fine) - (factor - 1) / 2) / factor
    base = np.floor(at).astype(int)
    t = at - base
    weights = np.stack(
        [
            -0.5 * t + t**2 - 0.5 * t**3,
            1 - 2.5 * t**2 + 1.5 * t**3,
            0.5 * t + 2 * t**2 - 1.5 * t**3,
            0.5 * (t**3 - t**2),
        ]
    )
    columns = np.clip(base + np.arange(-1, 3)[:, None], 0, coarse - 1)
    rows = np.broadcast_to(np.arange(fine), columns.shape)
    table = sparse.coo_matrix((weights.ravel().astype(np.float32), (rows.ravel(), columns.ravel())), (fine, coarse))
    return table.tocsr()
