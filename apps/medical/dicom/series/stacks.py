"""Images to stacks: grouped by what must be equal, ordered by position along the normal, checked for evenness.

File names, instance numbers, slice locations and stated spacings play no part: only ImagePositionPatient and
ImageOrientationPatient say where an image lies.
"""

import math
import re
from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from apps.medical.dicom.image import ImageHeader
from apps.medical.dicom.series.parts import MIN_SLICES, Height, joints, num_of_another_reconstruction, parted, rejoined
from apps.medical.series import part_name

SAME_ORIENTATION = 2e-3
SAME_SPACING = 1e-4
EVEN_SHARE = 0.01
ROUNDING_MM = 0.11
"""Positions written with one decimal make gaps that differ by up to 0.1 mm without any slice being elsewhere."""
AXIAL_COSINE = math.cos(math.radians(35))


@dataclass(frozen=True)
class Gap:
    """A step between neighbouring slices ``after`` and ``after + 1`` that is not the usual one.

    ``missing`` is the number of slices that would fit in between; 0 where the step is no multiple of the usual one.
    """

    after: int
    width_mm: float
    missing: int


@dataclass(frozen=True)
class Stack:
    """Images of one series that lie parallel and have the same grid.

    Attributes:
        images: For each position, lowest first, the images there (more than one: repeated).
        positions_mm: Position of each along the normal, rising.
        normal: Unit vector (LPS) from slice to slice, pointing to the larger end of its main patient axis (for axial
            slices to the head).
        step_mm: Median distance of neighbouring slices along the normal.
        gaps: The steps that are off.
        part: Which of several volumes of its series it is, from 1; None where it is the only one.
    """

    images: tuple[tuple[ImageHeader, ...], ...]
    positions_mm: tuple[float, ...]
    normal: tuple[float, float, float]
    step_mm: float
    gaps: tuple[Gap, ...]
    part: int | None = None

    @property
    def first(self) -> ImageHeader:
        """The first image of the lowest slice."""
        return self.images[0][0]

    @property
    def series_uid(self) -> str:
        """Series instance UID, the same for all images."""
        return self.first.series_uid

    @property
    def name(self) -> str:
        """What it can be asked for by: the series' UID, with the part's number where there are several."""
        return part_name(self.series_uid, self.part)

    @property
    def num_derived(self) -> int:
        """How many of its slices were made from other images."""
        return sum(here[0].derived for here in self.images)

    @property
    def joints(self) -> list[int]:
        """Slices after which another acquisition begins."""
        return joints([here[0] for here in self.images])

    @property
    def num_of_another_reconstruction(self) -> int:
        """How many of its slices are labelled with another kernel or slice thickness than most."""
        return num_of_another_reconstruction([here[0] for here in self.images])

    @property
    def extent_mm(self) -> float:
        """From the centre of the lowest slice to that of the highest, in mm."""
        return self.positions_mm[-1] - self.positions_mm[0]

    @property
    def axial(self) -> bool:
        """Whether the normal is at most 35 degrees off the patient's long axis."""
        return abs(self.normal[2]) >= AXIAL_COSINE

    @property
    def effective_mm(self) -> float:
        """The coarser of slice thickness and step: what limits the smallest thing that can be seen."""
        return max(self.step_mm, self.thickness_mm or 0.0)

    @property
    def thickness_mm(self) -> float | None:
        """The largest slice thickness that a header states; None where none does."""
        stated = [here[0].thickness for here in self.images]
        return max((value for value in stated if math.isfinite(value) and value > 0), default=None)

    @property
    def kernel(self) -> str:
        """The reconstruction kernel, where any header names one that may be kept."""
        return next((here[0].kernel for here in self.images if here[0].kernel), "")

    def runs(self) -> list[range]:
        """Parts without a gap, as ranges of slice numbers."""
        ends = [gap.after + 1 for gap in self.gaps] + [len(self.images)]
        starts = [0, *ends[:-1]]
        return [range(a, b) for a, b in zip(starts, ends, strict=True)]


def stacks_of(images: list[ImageHeader]) -> list[Stack]:
    """Stacks of all images that have a place, in no particular order of quality but always the same order.

    Images with a fault, without position or with impossible directions are left out; the caller finds them missing.
    Where a series holds several stacks that are large enough to be volumes, they are numbered from 1.
    """
    groups: dict[tuple, list[list[ImageHeader]]] = defaultdict(list)
    for image in sorted(images, key=lambda image: (image.series_uid, image.sop_uid, image.number, image.frame or 0)):
        if placeable(image):
            rows = groups[_exact_key(image)]
            for group in rows:
                if _alike(group[0], image):
                    group.append(image)
                    break
            else:
                rows.append([image])
    framed = [part for rows in groups.values() for group in rows for part in _by_frame_of_reference(group)]
    stacks = [_stack(part) for group in framed for part in parted(group, _height_in(group))]
    return _numbered(sorted(stacks, key=lambda stack: (stack.series_uid, -len(stack.images), stack.first.number)))


def _numbered(stacks: list[Stack]) -> list[Stack]:
    """Stacks with their numbers within their series, which follow from the images alone."""
    volumes: dict[str, list[Stack]] = defaultdict(list)
    for stack in stacks:
        if len(stack.images) >= MIN_SLICES and not is_localizer(stack.first):
            volumes[stack.series_uid].append(stack)
    numbers: dict[int, int] = {}
    for parts in volumes.values():
        if len(parts) > 1:
            parts.sort(key=lambda stack: (stack.first.acquisition, stack.positions_mm[0], _first_uid(stack)))
            numbers |= {id(stack): number for number, stack in enumerate(parts, 1)}
    return [replace(stack, part=numbers.get(id(stack))) for stack in stacks]


def _first_uid(stack: Stack) -> tuple[str, int]:
    return min((image.sop_uid, image.frame or 0) for here in stack.images for image in here)


def _by_frame_of_reference(images: list[ImageHeader]) -> list[list[ImageHeader]]:
    """Images by their frame of reference; together where none has enough of them for a volume and all of them have.

    An absent frame agrees with the only other one, and a few images in the gaps of a volume with that. One frame for
    each file is what some anonymisers write.
    """
    frames: dict[str, list[ImageHeader]] = defaultdict(list)
    for image in images:
        frames[image.frame_of_reference].append(image)
    if len(frames) == 2 and "" in frames:
        return [images]
    if max(map(len, frames.values())) < MIN_SLICES <= len(images):
        return [images]
    return rejoined(list(frames.values()), _height_in(images))


def _height_in(images: list[ImageHeader]) -> Height:
    """Position of parallel images along their normal."""
    normal = patient_normal(images[0].orientation)
    return lambda image: float(np.dot(image.position, normal))


def misplaced_by(image: ImageHeader) -> str | None:
    """The attribute for which an image cannot be placed: absent, or without sense. None where it can."""
    if image.fault:
        return image.fault
    if not image.position or not all(abs(value) < 1e5 for value in image.position):
        return "ImagePositionPatient"
    if not image.orientation:
        return "ImageOrientationPatient"
    along_row, along_column = np.array(image.orientation[:3]), np.array(image.orientation[3:])
    lengths = np.linalg.norm(along_row), np.linalg.norm(along_column)
    if not all(abs(length - 1) < 1e-2 for length in lengths) or abs(float(along_row @ along_column)) >= 1e-2:
        return "ImageOrientationPatient"
    if not image.pixel_spacing or not all(0.02 <= value <= 20 for value in image.pixel_spacing):
        return "PixelSpacing"
    return None


def placeable(image: ImageHeader) -> bool:
    """Whether position, orientation and pixel spacing are there and make sense."""
    return misplaced_by(image) is None


def _exact_key(image: ImageHeader) -> tuple:
    """What must be equal to the letter within a stack."""
    return (
        image.study_uid,
        image.series_uid,
        image.rows,
        image.columns,
        is_localizer(image),
        is_projection(image),
    )


def is_localizer(image: ImageHeader) -> bool:
    """Localizer, scout or topogram by its image type."""
    return any(part in ("LOCALIZER", "SCOUT", "TOPOGRAM", "SURVIEW") for part in image.image_type)


PROJECTIONS = frozenset(
    {"MIP", "MINIP", "MPVR", "CPR", "PROJECTION", "VRT", "3D", "RENDERED", "RENDERING", "MAX_IP", "MIN_IP", "MAXIP",
     "MAXIMUM", "MINIMUM", "SUBTRACTION", "SUBTRACTED"}
)  # fmt: skip
"""Words of an image type, alone or in a phrase (``CT_SOM5 MIP``)."""


def is_projection(image: ImageHeader) -> bool:
    """A projection, a rendering or a difference: its values are not those of the tissue at that place."""
    words = {word for part in image.image_type for word in re.split(r"[^A-Z0-9_]+", part)}
    return bool(PROJECTIONS & (words | {piece for word in words for piece in word.split("_")}))


def _alike(a: ImageHeader, b: ImageHeader) -> bool:
    return all(abs(x - y) < SAME_ORIENTATION for x, y in zip(a.orientation, b.orientation, strict=True)) and all(
        abs(x - y) < SAME_SPACING for x, y in zip(a.pixel_spacing, b.pixel_spacing, strict=True)
    )


def patient_normal(orientation: tuple[float, ...]) -> NDArray[np.float64]:
    """Unit normal of a slice, pointing to the larger end of its main patient axis."""
    normal = np.cross(orientation[:3], orientation[3:])
    normal /= np.linalg.norm(normal)
    return normal if normal[np.argmax(np.abs(normal))] > 0 else -normal


def _stack(images: list[ImageHeader]) -> Stack:
    normal = patient_normal(images[0].orientation)
    places = np.array([float(np.dot(image.position, normal)) for image in images])
    order = sorted(range(len(images)), key=lambda i: (places[i], images[i].sop_uid, images[i].number))
    differences = np.diff(np.sort(places))
    usual = float(np.median(differences[differences > 0.01])) if (differences > 0.01).any() else 0.0
    same = max(0.01, 0.05 * usual)
    slices: list[list[ImageHeader]] = []
    positions: list[float] = []
    for index in order:
        if positions and places[index] - positions[-1] < same:
            slices[-1].append(images[index])
        else:
            slices.append([images[index]])
            positions.append(float(places[index]))
    steps = np.diff(positions)
    step = float(np.median(steps)) if len(steps) else 0.0
    return Stack(
        tuple(tuple(here) for here in slices), tuple(positions), tuple(normal.tolist()), step, _gaps(steps, step)
    )


def _gaps(steps: NDArray[np.float64], step: float) -> tuple[Gap, ...]:
    gaps = []
    allowed = max(EVEN_SHARE * step, min(ROUNDING_MM, 0.3 * step))
    for index, width in enumerate(steps.tolist()):
        if abs(width - step) > allowed:
            times = width / step
            missing = round(times) - 1 if times > 1.5 and abs(times - round(times)) < 0.1 else 0
            gaps.append(Gap(index, width, missing))
    return tuple(gaps)
