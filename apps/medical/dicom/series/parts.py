"""One series, several volumes: its images are parted by what tells them apart, where that makes volumes of them.

Kernel and slice thickness part images wherever they differ, but for a few that fill gaps of the others. Everything else
(tube, contrast, format of the values, acquisition, time) parts them only where two volumes lie within each other:
positions of one between those of the other, each complete without the other. Two acquisitions end to end stay one
volume, and so does a volume of which half the images were labelled otherwise.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from apps.medical.dicom.image import ImageHeader
from apps.medical.dicom.series.places import Places, at_ends, in_gaps, lacking, lie_within, num_taken, row_of, step_of

MIN_SLICES = 8
SAME_THICKNESS = 0.03
PAUSE_S = 2.0
"""Images acquired further apart than this, with none in between, are of two acquisitions."""
DAY_S = 86_400
CONTIGUOUS, GAPPED = 1.1, 1.5
"""Steps over slice thickness up to which slices touch, and from which there is room between them."""

Images = list[ImageHeader]
Label = Callable[[Images], list[Hashable]]
Height = Callable[[ImageHeader], float]
"""Position of an image along the normal, in mm."""


def parted(images: Images, height: Height) -> list[Images]:
    """The volumes among images that lie parallel on one grid, in a fixed order.

    Args:
        images: Of one series.
        height: Position of an image along the normal, in mm.
    """
    parts = [images]
    for label in RECONSTRUCTION:
        parts = [finer for part in parts for finer in _by(label(part), part)]
    parts = rejoined(parts, height)
    for label in (*OTHERS, *ACQUISITION):
        parts = [finer for part in parts for finer in _where_apart(label, part, height)]
    return parts


def rejoined(parts: list[Images], height: Height) -> list[Images]:
    """Parts, of which those that are no volumes and fill gaps of just one volume are put back into it."""
    volumes = [part for part in parts if len(part) >= MIN_SLICES]
    rows = [row_of([height(image) for image in part]) for part in volumes]
    kept, alone = [list(part) for part in volumes], []
    for part in parts:
        if len(part) >= MIN_SLICES:
            continue
        places = np.array([height(image) for image in part])
        fits = [number for number, row in enumerate(rows) if len(row) > 1 and in_gaps(row, places).all()]
        if len(fits) == 1:
            kept[fits[0]] += part
        else:
            alone.append(part)
    return kept + alone


def num_of_another_reconstruction(images: Images) -> int:
    """How many images are labelled with another kernel or slice thickness than most."""
    labels = Counter(zip(_kernels(images), _thicknesses(images), strict=True))
    return len(images) - max(labels.values())


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


def _where_apart(label: Label, images: Images, height: Height) -> list[Images]:
    parts = _by(label(images), images)
    if len(parts) == 1 or not _apart(parts, height):
        return [images]
    return parts


def _apart(parts: list[Images], height: Height) -> bool:
    """Whether parts lie within each other, and those that are volumes are complete without the others."""
    places = [np.array([height(image) for image in part]) for part in parts]
    rows = [row_of(each) for each in places]
    if not lie_within(rows):
        return False
    usual = step_of(row_of(np.concatenate(places)))
    volumes = [number for number, row in enumerate(rows) if len(row) >= MIN_SLICES]
    for number in volumes:
        row, others = rows[number], np.concatenate(places[:number] + places[number + 1 :])
        if _filled(row, others) or _half(parts[number][0].thickness, usual, step_of(row)):
            return False
        if len(volumes) == 1 and bool((in_gaps(row, others) | at_ends(row, others)).all()):
            return False
    return bool(volumes)


def _filled(row: Places, others: Places) -> bool:
    """Whether most of the slices that a part lacks are those of the others, which do not lie in its places as well."""
    if 2 * num_taken(row, others) > len(row):
        return False
    there = len(np.unique(np.round((others[in_gaps(row, others)] - row[0]) / step_of(row))))
    return there > 0 and 2 * there >= lacking(row)


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
    clock = np.array([image.labels.seconds for image in images])
    known = np.unique(clock[np.isfinite(clock)])
    if len(known) < 2:
        return [0] * len(images)
    if known[-1] - known[0] > DAY_S / 2:  # it went on after midnight
        clock = np.where(clock < DAY_S / 2, clock + DAY_S, clock)
        known = np.unique(clock[np.isfinite(clock)])
    pauses = known[1:][np.diff(known) > PAUSE_S]
    found = np.searchsorted(pauses, clock, side="right")
    return _absent_agrees([int(turn) if finite else "" for turn, finite in zip(found, np.isfinite(clock), strict=True)])


RECONSTRUCTION: tuple[Label, ...] = (_kernels, _thicknesses)
OTHERS: tuple[Label, ...] = (
    _derived, _exact_thicknesses, _plain("filter"), _kilovolts, _plain("kind"), _contrasts, _formats,
)  # fmt: skip
ACQUISITION: tuple[Label, ...] = (_plain("acquisition"), _plain("stack"), _times)
