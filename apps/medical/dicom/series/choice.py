"""Which of several series is read: the thinnest complete axial one that covers the lungs.

What is judged here comes from headers alone; whether the lungs are in it shows when its pixels are read.
"""

import re
from dataclasses import dataclass

from apps.medical.dicom import attributes
from apps.medical.dicom.headers import Headers, OtherObject
from apps.medical.dicom.image import ImageHeader
from apps.medical.dicom.series.parts import MIN_SLICES
from apps.medical.dicom.series.stacks import (
    Stack,
    is_localizer,
    is_projection,
    misplaced_by,
    placeable,
    stacks_of,
)
from apps.medical.series import SkippedSeries
from apps.messages.nested import nested
from core_model.errors import Message, NotFound

MIN_EXTENT_MM = 80.0
SHARP_WORDS = ("BONE", "EDGE", "LUNG", "SHARP", "DETAIL", "ULTRA", "HIGH")


@dataclass(frozen=True)
class SortedStacks:
    """Stacks in the order in which they are tried, and what cannot be read with its reason."""

    stacks: tuple[Stack, ...]
    unfit: tuple[tuple[Stack, Message], ...]
    """Stack and reason."""
    skipped: tuple[SkippedSeries, ...]


def sorted_stacks(headers: Headers, wanted: str | None = None) -> SortedStacks:
    """Sorts everything that was found into what may be read and what may not.

    Args:
        headers: All headers of the input.
        wanted: Only this series, ``UID``, or this volume of a series, ``UID#2``: it may be derived, short, not axial.

    Raises:
        NotFound: There is no such series.
    """
    asked, mark, part = (wanted or "").partition("#")
    series_uid = attributes.uid_of_guid(asked)
    wanted = None if wanted is None else series_uid + mark + part
    images = [image for image in headers.images if wanted is None or image.series_uid == series_uid]
    stacks = stacks_of(images)
    there = any(stack.name == wanted for stack in stacks) if part else bool(images)
    if wanted is not None and not there:
        raise _no_such_series(headers)
    fit: list[Stack] = []
    unfit: list[tuple[Stack, Message]] = []
    aside: list[SkippedSeries] = []
    for stack in stacks:
        reason = _unfit(stack, wanted=wanted is not None)
        if part and stack.name != wanted:
            aside.append(skipped_of(stack, Message("volume_not_asked")))
        elif reason:
            unfit.append((stack, reason))
        else:
            fit.append(stack)
    fit.sort(key=_preference)
    skipped = [*aside, *_unplaceable(images), *_other_objects(headers)]
    if wanted is not None:
        rest = [image for image in headers.images if image.series_uid != series_uid]
        skipped += [skipped_of(stack, Message("series_not_asked")) for stack in stacks_of(rest)]
        skipped += _unplaceable(rest)
    return SortedStacks(tuple(fit), tuple(unfit), tuple(skipped))


def _no_such_series(headers: Headers) -> NotFound:
    names = {image.series_uid for image in headers.images} | {stack.name for stack in stacks_of(headers.images)}
    return NotFound(
        "there is no CT series with this UID in it",
        allowed="{series}",
        action="give one of these, or none",
        code="no_such_series",
        values={"series": ", ".join(sorted(names))},
    )


def skipped_of(stack: Stack, reason: Message) -> SkippedSeries:
    """The list entry of a stack that is not read."""
    return SkippedSeries(
        stack.series_uid,
        stack.first.series_number,
        sum(len(here) for here in stack.images),
        "CT",
        stack.step_mm or None,
        reason,
        stack.part,
    )


def _unfit(stack: Stack, wanted: bool) -> Message | None:
    first = stack.first
    count = len(stack.images)
    if is_localizer(first):
        return Message("series_localizer")
    if is_projection(first):
        return Message("series_projection")
    if any("SECONDARY CAPTURE" in part for part in first.image_type):
        return Message("series_captured")
    if not all(image.hounsfield for here in stack.images for image in here):
        return Message("series_not_hounsfield")
    if any(image.burned_in for here in stack.images for image in here):
        return Message("series_burned_in")
    if count < MIN_SLICES:
        return Message("series_too_few_slices", {"num_slices": count})
    if wanted:
        return None
    if not stack.axial:
        return Message("series_not_axial")
    if stack.extent_mm + stack.step_mm < MIN_EXTENT_MM:
        return Message("series_too_short", {"height_mm": round(stack.extent_mm + stack.step_mm)})
    return None


def _preference(stack: Stack) -> tuple:
    """Originals before derived ones, then thin, even, smooth kernels, many slices; then a fixed order."""
    return (
        stack.num_derived > 0,
        round(stack.effective_mm, 1),
        len(stack.gaps) > 0,
        sharpness(stack.first.kernel),
        -len(stack.images),
        stack.first.series_number or 0,
        stack.first.acquisition,
        stack.series_uid,
    )


def sharpness(kernel: str) -> int:
    """0 for smooth and standard reconstruction kernels, 1 for sharp ones, which add noise to soft tissue."""
    upper = kernel.upper()
    number = re.match(r"[A-Z]{1,2}(\d{2})", upper)
    if number:
        return int(int(number.group(1)) >= 50)
    return int(any(word in upper for word in SHARP_WORDS))


def _unplaceable(images: list[ImageHeader]) -> list[SkippedSeries]:
    """Images without a usable place, by series."""
    groups: dict[str, list[ImageHeader]] = {}
    for image in images:
        if not placeable(image):
            groups.setdefault(image.series_uid, []).append(image)
    found = []
    for uid, group in sorted(groups.items()):
        reason = Message("series_no_place", {"attribute": misplaced_by(group[0])})
        if all(is_localizer(image) for image in group):
            reason = Message("series_localizer")
        found.append(SkippedSeries(uid, group[0].series_number, len(group), "CT", None, reason))
    return found


MODALITIES = {
    "MR": "object_magnetic_resonance", "PT": "object_pet", "NM": "object_nuclear_medicine", "US": "object_ultrasound",
    "CR": "object_radiograph", "DX": "object_radiograph", "SR": "object_structured_report",
    "PR": "object_presentation_state", "SEG": "object_segmentation", "KO": "object_key_object_note",
    "RTSTRUCT": "object_structure_set", "DOC": "object_document", "OT": "object_other",
}  # fmt: skip
"""What an object of each modality is called, as the code of the words."""


def _other_objects(headers: Headers) -> list[SkippedSeries]:
    groups: dict[tuple[str, str], list[OtherObject]] = {}
    for other in headers.others:
        modality = other.modality if other.modality in MODALITIES else "OT"
        groups.setdefault((other.series_uid, modality), []).append(other)
    return [
        SkippedSeries(
            uid,
            group[0].series_number,
            len(group),
            modality,
            None,
            Message("series_not_ct", {"object": nested(MODALITIES[modality])}),
        )
        for (uid, modality), group in sorted(groups.items())
    ]
