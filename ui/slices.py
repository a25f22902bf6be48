"""Slices of a stored volume as PNG, through a window preset, and the way the patient lies in them."""

import io

import numpy as np
from PIL import Image

from apps.medical.ct.volume import Geometry
from apps.medical.ct.windows import WINDOWS as PRESETS
from apps.medical.ct.windows import View, view_along
from apps.medical.reading import MedicalReading
from core_model.errors import NotFound
from ui import library

WINDOWS = {"lung": "lung", "mediastinum": "mediastinum", "bone": "bone", "soft": "soft tissue"}
"""The presets by the name that stands in addresses, in the order of the keys 1 to 4."""


def view_of(geometry: Geometry) -> View:
    """How the slices of a series are turned for display, with the letters at their edges."""
    return view_along(geometry.direction[1], geometry.direction[2])


def heat_extent(reading_id: str, finding_id: str) -> list[int] | None:
    """The slices that a finding's heatmap covers as first and past the last; None where it has none."""
    try:
        heat_ZYX, (first, _, _) = library.heatmap(reading_id, finding_id)
    except NotFound:
        return None
    return [first, first + len(heat_ZYX)]


def slice_png(reading_id: str, window: str, k: int) -> bytes:
    """Slice ``k`` (from 0, in the order of rising position) as an 8-bit grey PNG.

    Raises:
        NotFound: No such reading, window or slice.
    """
    if window not in WINDOWS:
        raise NotFound(
            "there is no such window",
            allowed="{windows}",
            code="no_such_window",
            values={"windows": ", ".join(WINDOWS)},
        )
    hu_ZYX = library.volume(reading_id)
    if not 0 <= k < len(hu_ZYX):
        raise NotFound(
            "there is no such slice", allowed="0 to {last}", code="no_such_slice", values={"last": len(hu_ZYX) - 1}
        )
    view = view_of(library.reading(reading_id, MedicalReading).series.geometry)
    return _png(Image.fromarray(np.ascontiguousarray(view.turn(PRESETS[WINDOWS[window]].grey(hu_ZYX[k])))))


def positions_mm(geometry: Geometry) -> list[float]:
    """The patient coordinate along the slice axis (LPS; z for axial slices) of each slice's centre voxel row."""
    axis = int(np.argmax(np.abs(geometry.direction[0])))
    step = geometry.direction[0][axis] * geometry.spacing_mm[0]
    return [round(geometry.origin_mm[axis] + step * k, 2) for k in range(geometry.size[0])]


def axis_name(geometry: Geometry) -> str:
    """The patient axis along which the slices lie: ``x``, ``y`` or ``z``."""
    return "xyz"[int(np.argmax(np.abs(geometry.direction[0])))]


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def heat_png(reading_id: str, finding_id: str, k: int) -> bytes:
    """The finding's heatmap on slice ``k`` as an RGBA PNG of the slice's size; transparent where there is none.

    Raises:
        NotFound: No such reading or slice, or the finding has no heatmap.
    """
    geometry = library.reading(reading_id, MedicalReading).series.geometry
    size = geometry.size
    if not 0 <= k < size[0]:
        raise NotFound(
            "there is no such slice", allowed="0 to {last}", code="no_such_slice", values={"last": size[0] - 1}
        )
    heat_ZYX, (first, row, column) = library.heatmap(reading_id, finding_id)
    rgba = np.zeros((size[1], size[2], 4), np.uint8)
    if first <= k < first + len(heat_ZYX):
        part = colour(heat_ZYX[k - first])[: size[1] - row, : size[2] - column]
        rgba[row : row + part.shape[0], column : column + part.shape[1]] = part
    return _png(Image.fromarray(np.ascontiguousarray(view_of(geometry).turn(rgba)), "RGBA"))


def colour(heat_YX: np.ndarray) -> np.ndarray:
    """Relevance from 0 to 1 as RGBA: clear, over amber, to red."""
    heat = np.clip(np.asarray(heat_YX, np.float32), 0.0, 1.0)
    rgba = np.empty((*heat.shape, 4), np.uint8)
    rgba[..., 0] = 255
    rgba[..., 1] = np.rint(220 * (1 - heat))
    rgba[..., 2] = 0
    rgba[..., 3] = np.rint(255 * heat)
    return rgba
