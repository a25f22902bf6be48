"""Volumes on a coarse grid of about 2 mm, where distances are cheap, and back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


@dataclass(frozen=True)
class CoarseGrid:
    """How full voxels are gathered into blocks.

    Attributes:
        full: Shape of the full volume, Z, Y, X.
        block: Voxels per block along each axis.
        spacing_mm: Size of a block, z, y, x, in mm.
    """

    full: tuple[int, int, int]
    block: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]

    @classmethod
    def of(cls, shape: tuple[int, int, int], spacing_mm: tuple[float, float, float], aim_mm: float) -> "CoarseGrid":
        """The grid whose blocks come nearest to ``aim_mm`` along each axis."""
        z, y, x = (min(max(1, round(aim_mm / step)), size) for step, size in zip(spacing_mm, shape, strict=True))
        step_z, step_y, step_x = spacing_mm
        return cls(shape, (z, y, x), (z * step_z, y * step_y, x * step_x))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Blocks along each axis; the last may be incomplete."""
        slices, rows, columns = (-(-size // block) for size, block in zip(self.full, self.block, strict=True))
        return slices, rows, columns

    def mean(self, array_ZYX: NDArray) -> NDArray[np.float32]:
        """Mean of each block, float32, one slab of slices at a time."""
        bz, by, bx = self.block
        _, rows, columns = self.shape
        result = np.empty(self.shape, np.float32)
        pad_y, pad_x = rows * by - self.full[1], columns * bx - self.full[2]
        for index in range(self.shape[0]):
            slab = array_ZYX[index * bz : (index + 1) * bz]
            plane = slab.sum(axis=0, dtype=np.int32)
            if pad_y or pad_x:
                plane = np.pad(plane, ((0, pad_y), (0, pad_x)), mode="edge")
            summed = plane.reshape(rows, by, columns, bx).sum(axis=(1, 3), dtype=np.int32)
            result[index] = summed / np.float32(len(slab) * by * bx)
        return result

    def enlarge(self, coarse: NDArray) -> NDArray:
        """A coarse array on the full grid, every voxel with the value of its block."""
        full = coarse
        for axis, block in enumerate(self.block):
            if block > 1:
                full = np.repeat(full, block, axis=axis)
        return full[: self.full[0], : self.full[1], : self.full[2]]

    def ml(self, mask: NDArray) -> float:
        """Volume of a coarse mask in millilitres."""
        return float(np.count_nonzero(mask) * np.prod(self.spacing_mm) / 1000)


def box_of(mask: NDArray[np.bool_], margin: tuple[int, int, int] = (0, 0, 0)) -> tuple[slice, slice, slice]:
    """The smallest box around a mask, wider by ``margin`` voxels and within the array."""
    found = ndimage.find_objects(mask.view(np.uint8) if mask.dtype == np.bool_ else mask.astype(np.uint8))
    if not found or found[0] is None:
        raise ValueError("the mask is empty")
    z, y, x = (
        slice(max(0, part.start - extra), min(size, part.stop + extra))
        for part, extra, size in zip(found[0], margin, mask.shape, strict=True)
    )
    return z, y, x


def distance_mm(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> NDArray[np.float64]:
    """Distance of each voxel of a mask to the nearest voxel outside it, 0 outside; some voxel must be outside.

    The same numbers as ``scipy.ndimage.distance_transform_edt``, faster: distances are added up axis by axis in one
    array.
    """
    nearest = ndimage.distance_transform_edt(mask, sampling=spacing_mm, return_distances=False, return_indices=True)
    total = np.zeros(mask.shape)
    for index, own, step in zip(nearest, np.ogrid[tuple(map(slice, mask.shape))], spacing_mm, strict=True):
        along = np.subtract(index, own, dtype=np.float64)
        along *= step
        along *= along
        total += along
    return np.sqrt(total, out=total)


def grow(mask: NDArray[np.bool_], radius_mm: float, spacing_mm: tuple[float, float, float]) -> NDArray[np.bool_]:
    """Everything within ``radius_mm`` of a mask."""
    if not mask.any():
        return mask.copy()
    z, y, x = (int(np.ceil(radius_mm / step)) + 1 for step in spacing_mm)
    box = box_of(mask, (z, y, x))
    grown = np.zeros_like(mask)
    grown[box] = distance_mm(~mask[box], spacing_mm) <= radius_mm
    return grown


def close(mask: NDArray[np.bool_], radius_mm: float, spacing_mm: tuple[float, float, float]) -> NDArray[np.bool_]:
    """Morphological closing with a ball, by two distance transforms on a padded box."""
    if not mask.any():
        return mask.copy()
    margin = tuple(int(np.ceil(radius_mm / step)) + 2 for step in spacing_mm)
    box = box_of(mask)
    padded = np.pad(mask[box], [(m, m) for m in margin])
    grown = distance_mm(~padded, spacing_mm) <= radius_mm
    shrunk = distance_mm(grown, spacing_mm) > radius_mm
    inner = tuple(slice(m, m + size) for m, size in zip(margin, mask[box].shape, strict=True))
    closed = mask.copy()
    closed[box] |= shrunk[inner]
    return closed
