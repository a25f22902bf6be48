"""One series, several volumes: its images are parted by what tells them apart, where that makes volumes of them.

Kernel and slice thickness part images wherever they differ. Everything else (tube, contrast, format of the values,
acquisition, time) parts them only where two volumes lie within each other: positions of one between those of the
other, each complete without the other. Two acquisitions end to end stay one volume, and so does a volume of which half
the images were labelled otherwise.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from apps.medical.dicom.image import ImageHeader

MIN_SLICES = 8
SAME_THICKNESS = 0.03
PAUSE_S = 2.0
"""Images acquired further apart than this, with none in between, are of two acquisitions."""
ON_GRID = 0.15
CONTIGUOUS, GAPPED = 1.1, 1.5
"""Steps over slice thickness up to which slices touch, and from which there is room between them."""

Images = list[ImageHeader]
Label = Callable[[Images], list[Hashable]]


def parted(images: Images, height: Callable[[ImageHeader], float]) -> list[Images]:
    """The volumes among images that lie parallel on one grid, in a fixed order.

    Args:
        images: Of one series.
        height: Position of an image along the normal, in mm.
    """
    parts = [images]
    for label in RECONSTRUCTION:
        parts = [finer for part in parts for finer in _by(label(part), part)]
    for label in (*OTHERS, *ACQUISITION):
        parts = [finer for part in parts for finer in _where_apart(label, part, height)]
    return parts


def joints(images: Sequence[ImageHeader]) -> list[int]:
    """Where one acquisition ends and the next begins, in images from the lowest to the highest: indices of the lower.

    Acquisitions of fewer than ``MIN_SLICES`` images, as of a table that moves in steps, make no joint.
    """
    found: set[int] = set()
    for label in ACQUISITION:
        values = label(list(images))
        ends = [k for k in range(len(values) - 1) if values[k] != values[k + 1]]
        bounds = [-1, *ends, len(values) - 1]
        long = [b - a >= MIN_SLICES for a, b in zip(bounds, bounds[1:], strict=False)]
        found |= {end for end, below, above in zip(ends, long, long[1:], strict=False) if below and above}
    return sorted(found)


def _by(values: Sequence[Hashable], images: Images) -> list[Images]:
    groups: dict[Hashable, Images] = defaultdict(list)
    for value, image in zip(values, images, strict=True):
        groups[value].append(image)
    return list(groups.values())


def _where_apart(label: Label, images: Images, height: Callable[[ImageHeader], float]) -> list[Images]:
    parts = _by(label(images), images)
    if len(parts) == 1 or not _apart(parts, height):
        return [images]
    return parts


def _apart(parts: list[Images], height: Callable[[ImageHeader], float]) -> bool:
    """Whether parts lie within each other, and those that are volumes are complete without the others."""
    placed = sorted((height(image), number) for number, part in enumerate(parts) for image in part)
    turns = 1 + sum(a[1] != b[1] for a, b in zip(placed, placed[1:], strict=False))
    if turns <= len(parts):
        return False
    heights = np.array([place for place, _ in placed])
    usual = _step(np.unique(heights.round(2)))
    volumes = 0
    for number, part in enumerate(parts):
        own = np.unique(np.array([place for place, of in placed if of == number]).round(2))
        if len(own) < MIN_SLICES:
            continue
        volumes += 1
        step = _step(own)
        others = np.array([place for place, of in placed if of != number])
        if _filled(own, step, others) or _half(part[0].thickness, usual, step):
            return False
    return volumes > 0


def _step(places: np.ndarray) -> float:
    return float(np.median(np.diff(places))) if len(places) > 1 else 0.0


def _filled(own: np.ndarray, step: float, others: np.ndarray) -> bool:
    """Whether most of the slices that a part lacks are those of the others."""
    lacking = [
        low + width * turn / times
        for low, width in zip(own, np.diff(own), strict=False)
        if (times := round(width / step)) > 1
        for turn in range(1, times)
    ]
    there = sum(bool(np.abs(others - place).min() < ON_GRID * step) for place in lacking)
    return there > 0 and 2 * there >= len(lacking)


def _half(thickness: float, usual: float, step: float) -> bool:
    """Whether a part has room between its slices that all parts together fill without overlap."""
    known = math.isfinite(thickness) and thickness > 0
    return known and CONTIGUOUS * thickness >= usual > thickness / CONTIGUOUS and step > GAPPED * thickness


def _absent_agrees(values: Sequence[Hashable], absent: Hashable = "") -> list[Hashable]:
    """Absent values become the only other one, where there is only one."""
    known = set(values) - {absent}
    return [next(iter(known)) if value == absent else value for value in values] if len(known) == 1 else list(values)


def _plain(name: str) -> Label:
    return lambda images: _absent_agrees([getattr(image.labels, name) for image in images])


def _kernels(images: Images) -> list[Hashable]:
    return _absent_agrees([image.labels.kernel for image in images])


def _thicknesses(images: Images) -> list[Hashable]:
    """Slice thicknesses, those within a few percent of each other as one."""
    names: dict[float, float] = {}
    for value in sorted({_thickness(image) for image in images}):
        before = max(names, default=math.nan)
        names[value] = names[before] if value - before <= SAME_THICKNESS * value else value
    return _absent_agrees([names[_thickness(image)] for image in images], 0.0)


def _exact_thicknesses(images: Images) -> list[Hashable]:
    return _absent_agrees([_thickness(image) for image in images], 0.0)


def _thickness(image: ImageHeader) -> float:
    return round(image.thickness, 2) if math.isfinite(image.thickness) and image.thickness > 0 else 0.0


def _kilovolts(images: Images) -> list[Hashable]:
    return _absent_agrees([image.labels.kvp if math.isfinite(image.labels.kvp) else "" for image in images])


def _contrasts(images: Images) -> list[Hashable]:
    return [image.labels.contrast for image in images]


def _derived(images: Images) -> list[Hashable]:
    return [image.derived for image in images]


def _formats(images: Images) -> list[Hashable]:
    return [(image.bits_allocated, image.signed) for image in images]


def _times(images: Images) -> list[Hashable]:
    """Which of several acquisitions each image is of, by when it was acquired."""
    known = sorted({image.labels.seconds for image in images if math.isfinite(image.labels.seconds)})
    if len(known) < 2:
        return [0] * len(images)
    pauses = [after for before, after in zip(known, known[1:], strict=False) if after - before > PAUSE_S]
    found = np.searchsorted(pauses, [image.labels.seconds for image in images], side="right")
    return _absent_agrees(
        [int(turn) if math.isfinite(image.labels.seconds) else "" for turn, image in zip(found, images, strict=True)]
    )


RECONSTRUCTION: tuple[Label, ...] = (_kernels, _thicknesses)
OTHERS: tuple[Label, ...] = (
    _derived, _exact_thicknesses, _plain("filter"), _kilovolts, _plain("kind"), _contrasts, _formats,
)  # fmt: skip
ACQUISITION: tuple[Label, ...] = (_plain("acquisition"), _plain("stack"), _times)
