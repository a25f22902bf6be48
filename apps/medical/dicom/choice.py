"""Which of several series is read: the thinnest complete axial one that covers the lungs.

What is judged here comes from headers alone; whether the lungs are in it shows when its pixels are read.
"""

import re
from dataclasses import dataclass

from apps.medical.dicom.headers import Headers
from apps.medical.dicom.image import ImageHeader
from apps.medical.dicom.records import SkippedSeries
from apps.medical.dicom.stacks import (
    MIN_SLICES,
    Stack,
    is_derived,
    is_localizer,
    is_projection,
    misplaced_by,
    placeable,
    stacks_of,
)

MIN_EXTENT_MM = 80.0
SHARP_WORDS = ("BONE", "EDGE", "LUNG", "SHARP", "DETAIL", "ULTRA", "HIGH")


@dataclass(frozen=True)
class Candidates:
    """Stacks in the order in which they are tried, and what cannot be read with its reason."""

    stacks: tuple[Stack, ...]
    unfit: tuple[tuple[Stack, str, str], ...]
    """Stack, reason, code."""
    skipped: tuple[SkippedSeries, ...]


def candidates(headers: Headers, series_uid: str | None = None) -> Candidates:
    """Sorts everything that was found into what may be read and what may not.

    Args:
        headers: All headers of the input.
        series_uid: Only this series is wanted: it may then be derived, short, or not axial.
    """
    images = [image for image in headers.images if series_uid is None or image.series_uid == series_uid]
    fit: list[Stack] = []
    unfit: list[tuple[Stack, str, str]] = []
    for stack in stacks_of(images):
        reason = _unfit(stack, wanted=series_uid is not None)
        if reason:
            unfit.append((stack, *reason))
        else:
            fit.append(stack)
    fit.sort(key=_preference)
    skipped = [*_unplaceable(images), *_other_objects(headers)]
    if series_uid is not None:
        rest = [image for image in headers.images if image.series_uid != series_uid]
        skipped += [skipped_of(stack, "another series was asked for", "not_asked") for stack in stacks_of(rest)]
        skipped += _unplaceable(rest)
    return Candidates(tuple(fit), tuple(unfit), tuple(skipped))


def skipped_of(stack: Stack, reason: str, code: str) -> SkippedSeries:
    """The list entry of a stack that is not read."""
    return SkippedSeries(
        stack.series_uid,
        stack.first.series_number,
        sum(len(here) for here in stack.images),
        "CT",
        stack.step_mm or None,
        reason,
        code,
    )


def _unfit(stack: Stack, wanted: bool) -> tuple[str, str] | None:
    first = stack.first
    count = len(stack.images)
    if is_localizer(first):
        return "a localizer", "localizer"
    if is_projection(first):
        return "a projection or rendering, whose values are not those of the tissue at that place", "projection"
    if any("SECONDARY CAPTURE" in part for part in first.image_type):
        return "a captured picture", "secondary_capture"
    if not all(image.hounsfield for here in stack.images for image in here):
        return "its values are no Hounsfield units", "not_hounsfield"
    if first.burned_in:
        return "text is burned into its pictures", "burned_in"
    if count < MIN_SLICES:
        return f"only {count} {'slice' if count == 1 else 'slices'}", "too_few_slices"
    if wanted:
        return None
    if not stack.axial:
        return "not axial", "not_axial"
    if stack.extent_mm + stack.step_mm < MIN_EXTENT_MM:
        return f"only {stack.extent_mm + stack.step_mm:.0f} mm high, too little for the lungs", "too_short"
    return None


def _preference(stack: Stack) -> tuple:
    """Originals before derived ones, then thin, even, smooth kernels, many slices; then a fixed order."""
    return (
        is_derived(stack.first),
        round(stack.effective_mm, 1),
        len(stack.gaps) > 0,
        sharpness(stack.first.kernel),
        -len(stack.images),
        stack.first.series_number,
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
        what = misplaced_by(group[0])
        localizer = all(is_localizer(image) for image in group)
        reason = "a localizer" if localizer else f"{what} is absent, unusable or not that of a CT image"
        found.append(
            SkippedSeries(
                uid, group[0].series_number, len(group), "CT", None, reason, "localizer" if localizer else "no_place"
            )
        )
    return found


MODALITIES = {
    "MR": "magnetic resonance", "PT": "PET", "NM": "nuclear medicine", "US": "ultrasound", "CR": "a radiograph",
    "DX": "a radiograph", "SR": "a structured report", "PR": "a presentation state", "SEG": "a segmentation",
    "KO": "a key object note", "RTSTRUCT": "a structure set", "DOC": "a document", "OT": "another kind of object",
}  # fmt: skip


def _other_objects(headers: Headers) -> list[SkippedSeries]:
    groups: dict[tuple[str, str], int] = {}
    for other in headers.others:
        modality = other.modality if other.modality in MODALITIES else "OT"
        key = (other.series_uid, "OT" if other.modality == "CT" else modality)
        groups[key] = groups.get(key, 0) + 1
    return [
        SkippedSeries(uid, 0, count, modality, None, f"no CT images: {MODALITIES[modality]}", "not_ct")
        for (uid, modality), count in sorted(groups.items())
    ]
