"""Slices as pictures: windows, overlays, marks, and letters that say which way the patient lies.

Pictures follow the convention of radiology whatever the stored orientation: for axial slices the patient's right is on
the left of the picture and the front at the top.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFont

from apps.medical.ct.volume import Geometry, Volume

RED, GREEN, BLUE, YELLOW = (255, 77, 77), (80, 200, 120), (90, 160, 255), (255, 209, 71)


@dataclass(frozen=True)
class Window:
    """The range of HU that is shown from black to white.

    Attributes:
        centre: HU in the middle of the range.
        width: Width of the range in HU, above 0.
    """

    centre: float
    width: float

    def __post_init__(self) -> None:
        if not (self.width > 0 and np.isfinite(self.centre)):
            raise ValueError(f"a window needs a width above 0 and a centre, got {self.width} and {self.centre}")

    def grey(self, hu: NDArray) -> NDArray[np.uint8]:
        """HU as 0 (black) to 255 (white)."""
        low = self.centre - self.width / 2
        return (np.clip((hu.astype(np.float32) - low) / self.width, 0, 1) * 255 + 0.5).astype(np.uint8)


WINDOWS = {
    "lung": Window(-600, 1500),
    "mediastinum": Window(50, 350),
    "soft tissue": Window(40, 400),
    "bone": Window(400, 1800),
}
"""Presets by name."""


@dataclass(frozen=True)
class Outline:
    """The edge of a region of one slice: ``mask`` is bool (rows, columns)."""

    mask: NDArray[np.bool_]
    colour: tuple[int, int, int] = GREEN


@dataclass(frozen=True)
class Heat:
    """A heatmap over one slice: ``values`` 0 to 1, (rows, columns); fully shown at 1 with this opacity."""

    values: NDArray[np.floating]
    colour: tuple[int, int, int] = RED
    opacity: float = 0.5


@dataclass(frozen=True)
class Ring:
    """A circle around a place: row and column of its centre, radius in mm, a short label."""

    row: float
    column: float
    radius_mm: float
    label: str = ""
    colour: tuple[int, int, int] = YELLOW


@dataclass(frozen=True)
class View:
    """How a stored slice is turned for display.

    Attributes:
        swap: Rows and columns are exchanged first.
        flip_rows, flip_columns: Then the picture is turned over.
        letters: Patient directions at the left, right, top and bottom edge.
    """

    swap: bool
    flip_rows: bool
    flip_columns: bool
    letters: tuple[str, str, str, str]

    def turn(self, plane: NDArray) -> NDArray:
        """A stored slice as displayed."""
        plane = plane.swapaxes(0, 1) if self.swap else plane
        plane = plane[::-1] if self.flip_rows else plane
        return plane[:, ::-1] if self.flip_columns else plane

    def turn_point(self, row: float, column: float, shape: tuple[int, int]) -> tuple[float, float]:
        """A stored row and column (of a slice of ``shape``) as displayed."""
        rows, columns = shape
        if self.swap:
            row, column, rows, columns = column, row, columns, rows
        return (rows - 1 - row if self.flip_rows else row), (columns - 1 - column if self.flip_columns else column)


def letter(direction: ArrayLike) -> str:
    """The patient direction (R, L, A, P, F, H) in which a vector in LPS mainly points."""
    along = np.asarray(direction, float)
    axis = int(np.argmax(np.abs(along)))
    return ("LPH" if along[axis] > 0 else "RAF")[axis]


def view_of(geometry: Geometry) -> View:
    """How slices of a volume are turned for display.

    Axial: right to left, front to back. Sagittal: front to back, head to foot. Coronal: right to left, head to foot.
    """
    return view_along(geometry.direction[1], geometry.direction[2])


def view_along(row_direction: Sequence[float], column_direction: Sequence[float]) -> View:
    """As `view_of`, from the LPS directions in which the row and the column index grow."""
    down, right = np.asarray(row_direction, float), np.asarray(column_direction, float)
    main_down, main_right = (int(np.argmax(np.abs(vector))) for vector in (down, right))
    # Across the picture runs x (axial, coronal) or y (sagittal): the lower of the two axes in the order x, y, z.
    swap = main_down < main_right
    if swap:
        down, right = right, down
    wanted_right = 1.0
    wanted_down = -1.0 if int(np.argmax(np.abs(down))) == 2 else 1.0
    flip_columns = right[np.argmax(np.abs(right))] * wanted_right < 0
    flip_rows = down[np.argmax(np.abs(down))] * wanted_down < 0
    right = -right if flip_columns else right
    down = -down if flip_rows else down
    return View(
        bool(swap),
        bool(flip_rows),
        bool(flip_columns),
        (letter(-right), letter(right), letter(-down), letter(down)),
    )


def render_slice(
    volume: Volume,
    k: int,
    window: Window | str = "lung",
    overlays: Sequence[Outline | Heat] = (),
    rings: Sequence[Ring] = (),
    height: int | None = None,
    letters: bool = True,
) -> bytes:
    """A slice as PNG.

    Args:
        volume: HU and geometry.
        k: Slice, 0 for the lowest.
        window: A window or the name of a preset.
        overlays: Outlines and heatmaps of this slice, in stored rows and columns.
        rings: Circles around places of this slice.
        height: Height of the picture in pixels; by default one pixel for each of the finer spacing.
        letters: Whether orientation letters stand at the edges.

    Raises:
        IndexError: There is no slice k.
        KeyError: There is no preset of that name.
    """
    if not 0 <= k < volume.shape[0]:
        raise IndexError(f"slice {k} of {volume.shape[0]}")
    return render_plane(
        volume.hu[k],
        (volume.spacing_mm[1], volume.spacing_mm[2]),
        view_of(volume.geometry),
        window,
        overlays,
        rings,
        height,
        letters,
    )


def render_plane(
    plane_hu: NDArray,
    spacing_mm: tuple[float, float],
    view: View,
    window: Window | str = "lung",
    overlays: Sequence[Outline | Heat] = (),
    rings: Sequence[Ring] = (),
    height: int | None = None,
    letters: bool = True,
) -> bytes:
    """One plane as PNG.

    Args:
        plane_hu: HU, ``[rows, columns]``.
        spacing_mm: Distance of its rows and of its columns.
        view: How it is turned for display.
        window: A window or the name of a preset.
        overlays: As in ``render_slice``, like ``rings``, ``height`` and ``letters``.
        rings: Circles around places of this plane.
        height: Height of the picture in pixels.
        letters: Whether orientation letters stand at the edges.

    Raises:
        KeyError: There is no preset of that name.
    """
    chosen = WINDOWS[window] if isinstance(window, str) else window
    rgb = np.repeat(view.turn(chosen.grey(plane_hu))[..., None], 3, axis=2).astype(np.float32)
    for overlay in overlays:
        if isinstance(overlay, Heat):
            strength = np.clip(view.turn(overlay.values), 0, 1)[..., None].astype(np.float32) * overlay.opacity
            rgb = rgb * (1 - strength) + np.array(overlay.colour, np.float32) * strength
    image = Image.fromarray(np.ascontiguousarray(rgb + 0.5).astype(np.uint8))
    down, across = (spacing_mm[1], spacing_mm[0]) if view.swap else spacing_mm
    rows, columns = rgb.shape[:2]
    pixel = min(down, across) if height is None else rows * down / height
    size = max(1, round(columns * across / pixel)), max(1, round(rows * down / pixel))
    if size != image.size:
        image = image.resize(size, Image.Resampling.BILINEAR)
    for overlay in overlays:
        if isinstance(overlay, Outline):
            _draw_outline(image, view.turn(overlay.mask), overlay.colour)
    draw = ImageDraw.Draw(image)
    for ring in rings:
        row, column = view.turn_point(ring.row, ring.column, plane_hu.shape)
        x, y, radius = (column + 0.5) * across / pixel, (row + 0.5) * down / pixel, ring.radius_mm / pixel
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=ring.colour, width=2)
        if ring.label:
            draw.text((x + radius + 3, y - radius - 3), ring.label, fill=ring.colour, font=_font(size))
    if letters:
        _draw_letters(draw, size, view.letters)
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _draw_outline(image: Image.Image, mask: NDArray[np.bool_], colour: tuple[int, int, int]) -> None:
    """One pixel wide, inside the region, at the size of the picture."""
    large = np.asarray(Image.fromarray(mask.astype(np.uint8) * 255).resize(image.size, Image.Resampling.NEAREST)) > 0
    padded = np.pad(large, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    edge = large & ~inner
    image.paste(colour, mask=Image.fromarray(edge.astype(np.uint8) * 255))


def _font(size: tuple[int, int]) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=max(10, min(size) // 32))


def _draw_letters(draw: ImageDraw.ImageDraw, size: tuple[int, int], letters: tuple[str, str, str, str]) -> None:
    width, height = size
    left, right, top, bottom = letters
    font = _font(size)
    places = (
        (left, (6, height / 2), "lm"),
        (right, (width - 6, height / 2), "rm"),
        (top, (width / 2, 4), "mt"),
        (bottom, (width / 2, height - 4), "mb"),
    )
    for text, at, anchor in places:
        draw.text(at, text, fill=YELLOW, font=font, anchor=anchor, stroke_width=1, stroke_fill=(0, 0, 0))
