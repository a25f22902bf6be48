"""One way round for all volumes: what is found in a scan must not depend on how its slices were stored.

Slices are turned by quarter turns and reflections alone, so that no value changes: axial ones with rows towards the
patient's back and columns towards the patient's left, coronal ones with rows towards the feet and columns towards the
left, sagittal ones with rows towards the feet and columns towards the back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.medical.ct.volume import Geometry

_TOWARDS = (
    ((0, 0, -1), (0, 1, 0)),
    ((0, 0, -1), (1, 0, 0)),
    ((0, 1, 0), (1, 0, 0)),
)
"""Where rows and columns go (LPS), by the patient axis along which slices are stacked."""


@dataclass(frozen=True)
class Turn:
    """How stored slices are brought to the usual way round.

    Attributes:
        swap: Rows become columns.
        rows: Their order is reversed, after that.
        columns: Theirs too.
    """

    swap: bool
    rows: bool
    columns: bool

    def plane(self, stored: NDArray) -> NDArray:
        """A view of a stored slice (rows, columns), turned."""
        turned = stored.T if self.swap else stored
        return turned[:: -1 if self.rows else 1, :: -1 if self.columns else 1]

    def pair(self, of_rows: float, of_columns: float) -> tuple[float, float]:
        """Two values of the stored rows and columns, such as their spacing, in the order after the turn."""
        return (of_columns, of_rows) if self.swap else (of_rows, of_columns)

    def geometry(self, stored: Geometry) -> Geometry:
        """Where the voxels of turned slices lie."""
        slices, rows, columns = stored.size
        along_z, along_y, along_x = stored.direction
        step_z, step_y, step_x = stored.spacing_mm
        if self.swap:
            rows, columns, along_y, along_x = columns, rows, along_x, along_y
            step_y, step_x = step_x, step_y
        origin = np.array(stored.origin_mm, float)
        if self.rows:
            origin += np.array(along_y) * step_y * (rows - 1)
            along_y = _opposite(along_y)
        if self.columns:
            origin += np.array(along_x) * step_x * (columns - 1)
            along_x = _opposite(along_x)
        x, y, z = origin.tolist()
        return Geometry((slices, rows, columns), (step_z, step_y, step_x), (x, y, z), (along_z, along_y, along_x))


def turn_of(along_row: Sequence[float], along_column: Sequence[float]) -> Turn:
    """The turn for slices of an orientation.

    Args:
        along_row: LPS direction of the pixels of a row: the way the position moves when the column grows.
        along_column: That of the pixels of a column.
    """
    normal = np.cross(along_row, along_column)
    to_rows, to_columns = _TOWARDS[int(np.argmax(np.abs(normal)))]
    of_columns, of_rows = np.array(along_row, float), np.array(along_column, float)
    swap = bool(abs(of_rows @ to_columns) > abs(of_columns @ to_columns))
    if swap:
        of_rows, of_columns = of_columns, of_rows
    return Turn(swap, bool(of_rows @ to_rows < 0), bool(of_columns @ to_columns < 0))


def _opposite(direction: tuple[float, float, float]) -> tuple[float, float, float]:
    x, y, z = (0.0 - value for value in direction)
    return x, y, z
