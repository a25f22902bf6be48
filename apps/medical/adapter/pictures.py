"""Small images of lung with and without a nodule, cut from the same slices by the same code.

What would tell the two apart without a nodule being seen is kept equal: every image is cut whole from inside a field
(nothing is mirrored or filled, so that none has a frame), from the same slices of the same scans where that can be, at
one scale and one pixel size, at a place that is moved at random from what is in its middle. An image of background
shows no nodule anywhere: no outline by any reader, and none of the other listed nodules. In the middle of half of them
is a bright spot of lung (a vessel, mostly), in that of the others any place in the lung.

Stacks end where the outline ends, so depth tells the label: images are single slices.

Shapes: N images, Y, X pixels.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from apps.medical.nodules.intensity import SCALED_MAX, SCALED_MIN
from apps.medical.nodules.training.sources.fields import Field

PIXEL_MM = 2 / 3
"""Pixel size of the images: that of the scans, about."""
EDGE = 48
"""Pixels of an image's edge: 32 mm."""
RATINGS = ("malignancy", "spiculation", "lobulation", "margin", "subtlety", "texture", "calcification")
"""Means over the readers, 1 to 5 (calcification 1 to 6); ``malignancy`` is their suspicion, not pathology."""
SPOT_SIGMAS = (2.0, 3.5, 6.0)
"""Pixels: sizes at which bright spots are looked for."""
LEAST_SPOT = 0.12
LUNG_AROUND = (25, 0.3)
"""Around a spot, in a square of so many pixels, so large a share is as dark as lung: bones and chest wall are none."""
LUNG_SHARE = (0.2, 0.98)
"""So much of an image of background is as dark as lung."""
LUNG_BELOW = 0.4
"""Darker than this is lung, on the scale of ``intensity``."""


@dataclass(frozen=True, slots=True)
class Cutting:
    """How images are cut.

    Attributes:
        seed: Of places and choices.
        slices: Of a field, at most.
        backgrounds: Images of background of a slice, at most.
        shift: Pixels by which a place is moved at random, at most, down and across.
        least_readers: Who drew an outline for it to be a nodule.
        full: A nodule's slice is taken where its outline is at least so large a share of its largest one.
    """

    seed: int = 2026
    slices: int = 2
    backgrounds: int = 2
    shift: int = 5
    least_readers: int = 2
    full: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One image.

    Attributes:
        pixels_YX: uint8, see ``as_bytes``.
        inside_YX: uint8, 1 inside the outline of enough readers.
        counted_YX: uint8, 0 where one reader drew alone, and in other nodules.
        what: ``nodule``, ``spot`` or ``lung``.
        field: That it was cut from.
        number: Of its slice in the field.
    """

    pixels_YX: np.ndarray
    inside_YX: np.ndarray
    counted_YX: np.ndarray
    what: str
    field: Field
    number: int


def as_bytes(scaled: np.ndarray) -> np.ndarray:
    """Intensities of the common scale as uint8: lung at 42, tissue at 184."""
    share = (np.clip(scaled, SCALED_MIN, SCALED_MAX) - SCALED_MIN) / (SCALED_MAX - SCALED_MIN)
    return np.round(share * 255).astype(np.uint8)


def cut(fields: Iterable[Field], cutting: Cutting | None = None) -> Iterator[Picture]:
    """Images of some fields, those of one field after the other; fields without a reliable scale are left out.

    Args:
        fields: At ``PIXEL_MM``, with single readers' nodules among them.
        cutting: How.
    """
    cutting = cutting or Cutting()
    rng = np.random.default_rng([cutting.seed, 3])
    for field in fields:
        if not field.reliable_scale or min(field.image_ZYX.shape[1:]) < EDGE:
            continue
        nodule = field.votes_ZYX >= cutting.least_readers
        for z in _slices(nodule, cutting, rng):
            if nodule[z].any():
                middle = ndimage.center_of_mass(nodule[z])
                box = _box(middle, nodule[z].shape, cutting.shift, rng)
                yield _cut(field, nodule, z, box, "nodule")
            for what, box in _backgrounds(field, z, cutting, rng):
                yield _cut(field, nodule, z, box, what)


def _slices(nodule_ZYX: np.ndarray, cutting: Cutting, rng: np.random.Generator) -> list[int]:
    """Slices of a field to cut from: where the nodule is large, or any where it is not one."""
    area = nodule_ZYX.sum((1, 2))
    usable = np.flatnonzero(area >= cutting.full * area.max()) if area.any() else np.arange(len(area))
    return sorted(int(z) for z in rng.permutation(usable)[: cutting.slices])


def _box(middle: tuple[float, ...], shape: tuple[int, ...], shift: int, rng: np.random.Generator) -> tuple[int, int]:
    """First row and column of an image around a place, moved at random, inside the field."""
    moved = [round(at) - EDGE // 2 + int(rng.integers(-shift, shift + 1)) for at in middle]
    return tuple(int(np.clip(at, 0, size - EDGE)) for at, size in zip(moved, shape, strict=True))  # type: ignore[return-value]


def _window(box: tuple[int, int]) -> tuple[slice, slice]:
    return slice(box[0], box[0] + EDGE), slice(box[1], box[1] + EDGE)


def _cut(field: Field, nodule_ZYX: np.ndarray, z: int, box: tuple[int, int], what: str) -> Picture:
    window = _window(box)
    inside = nodule_ZYX[z][window]
    unsure = ((field.votes_ZYX[z][window] > 0) & ~inside) | field.other_ZYX[z][window]
    return Picture(
        as_bytes(field.image_ZYX[z][window]), inside.astype(np.uint8), (~unsure).astype(np.uint8), what, field, z
    )


def _backgrounds(
    field: Field, z: int, cutting: Cutting, rng: np.random.Generator
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Places of background in a slice, those of spots and of lung by turns as the lot has it."""
    image, taken = field.image_ZYX[z], (field.votes_ZYX[z] > 0) | field.other_ZYX[z]
    found: list[tuple[int, int]] = []
    for _ in range(cutting.backgrounds):
        what = "spot" if rng.random() < 0.5 else "lung"
        places = spots(image) if what == "spot" else _lung(image)
        for place in rng.permutation(places)[:40] if len(places) else ():
            box = _box(tuple(place), image.shape, cutting.shift, rng)
            window = _window(box)
            off_centre = max(abs(start + EDGE / 2 - at) for start, at in zip(box, place, strict=True))
            dark = float((image[window] < LUNG_BELOW).mean())
            near = any(max(abs(box[0] - other[0]), abs(box[1] - other[1])) < EDGE // 4 for other in found)
            if (
                near
                or taken[window].any()
                or off_centre > cutting.shift + 1
                or not LUNG_SHARE[0] <= dark <= LUNG_SHARE[1]
            ):
                continue
            found.append(box)
            yield what, box
            break


def spots(image_YX: np.ndarray) -> np.ndarray:
    """Middles of bright spots of a few millimetres, ``[N, 2]``: maxima of the Laplacian of Gaussians over place and
    size (Lindeberg 1998)."""
    sharp = np.stack([-(sigma**2) * ndimage.gaussian_laplace(image_YX, sigma) for sigma in SPOT_SIGMAS])
    most = sharp.max(0)
    edge, share = LUNG_AROUND
    lung = ndimage.uniform_filter((image_YX < LUNG_BELOW).astype(np.float32), edge)
    peak = (most == ndimage.maximum_filter(most, size=9)) & (most > LEAST_SPOT) & (lung > share)
    return np.argwhere(peak)


def _lung(image_YX: np.ndarray) -> np.ndarray:
    """Places in the lung, ``[N, 2]``."""
    return np.argwhere(ndimage.uniform_filter(image_YX, 5) < LUNG_BELOW)


def table(pictures: Iterable[Picture]) -> tuple[dict[str, np.ndarray], dict[str, list[Any]]]:
    """Images as arrays and columns, as ``core_model.training.mixture.files.write_arrays`` takes them.

    Returns:
        ``fields`` [N, Y, X], ``masks`` (1 inside the outline) and ``counted`` (1 where the outline is sure), uint8; and
        the columns ``identity``, ``label`` (1 nodule, 0 background), ``what``, ``field``, ``readers``, ``diameter_mm``,
        ``pixel_mm``, ``slice_mm``, and the ratings, which background has not.
    """
    arrays: dict[str, list[np.ndarray]] = {"fields": [], "masks": [], "counted": []}
    columns: dict[str, list[Any]] = {}
    for picture in pictures:
        arrays["fields"].append(picture.pixels_YX)
        arrays["masks"].append(picture.inside_YX)
        arrays["counted"].append(picture.counted_YX)
        field, nodule = picture.field, picture.what == "nodule"
        row: dict[str, Any] = {
            "identity": field.patient,
            "label": int(nodule),
            "what": picture.what,
            "field": f"{field.name}/{picture.number:03d}",
            "readers": field.readers if nodule else 0,
            "diameter_mm": field.diameter_mm if nodule else None,
            "pixel_mm": PIXEL_MM,
            "slice_mm": field.spacing_mm[0],
            **{name: _rated(field.ratings, name) if nodule else None for name in RATINGS},
        }
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return {name: np.stack(held) for name, held in arrays.items()} if columns else {}, columns


def _rated(ratings: Mapping[str, float], name: str) -> float | None:
    value = ratings.get(name, float("nan"))
    return float(value) if np.isfinite(value) else None
