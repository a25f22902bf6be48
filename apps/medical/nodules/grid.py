"""The working grid: in-plane 1 mm, slices as they are.

Shapes: Z slices, Y rows, X columns; spacing in millimetres in the same order.
"""

import numpy as np
import torch
from torch.nn import functional

WORKING_MM = 1.0
"""Pixel size, in millimetres, at which the network sees every slice."""
NEIGHBOUR_MM = 2.5
"""The network also sees one slice below and one above, this far away as nearly as the slices allow."""


def working_shape(
    rows: int, columns: int, pixel_mm: tuple[float, float], grid_mm: float = WORKING_MM
) -> tuple[int, int]:
    """Rows and columns of a slice on the working grid, or on one of another pixel size."""
    return max(1, round(rows * pixel_mm[0] / grid_mm)), max(1, round(columns * pixel_mm[1] / grid_mm))


def to_working_grid(slices_ZYX: np.ndarray, pixel_mm: tuple[float, float], grid_mm: float = WORKING_MM) -> np.ndarray:
    """Resample slices in-plane to the working grid, bilinear with anti-aliasing.

    Args:
        slices_ZYX: Any real values.
        pixel_mm: Row and column spacing.
        grid_mm: Pixel size of another grid.

    Returns:
        float32, the same number of slices.
    """
    size = working_shape(slices_ZYX.shape[1], slices_ZYX.shape[2], pixel_mm, grid_mm)
    tensor = torch.from_numpy(np.ascontiguousarray(slices_ZYX, dtype=np.float32))[:, None]
    if tuple(tensor.shape[-2:]) == size:
        return tensor[:, 0].numpy()
    return functional.interpolate(tensor, size=size, mode="bilinear", antialias=True, align_corners=False)[:, 0].numpy()


def from_working(index: float, working_size: int, native_size: int) -> float:
    """Continuous native index of a continuous working index along one in-plane axis (voxel centres at integers)."""
    return (index + 0.5) * native_size / working_size - 0.5


def neighbour_step(slice_mm: float, wanted_mm: float = NEIGHBOUR_MM) -> int:
    """How many slices away the network's neighbouring slices lie: as near to ``wanted_mm`` as whole slices allow."""
    return max(1, round(wanted_mm / slice_mm))
