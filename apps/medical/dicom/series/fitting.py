"""The series that could be read, tried one after the other until one fits; where none does, all are listed."""

from collections.abc import Callable
from functools import partial

import numpy as np

from apps.medical.dicom.pixels import PixelReader
from apps.medical.dicom.reading import ReadStack, even_part, read_stack, refuse_unscaled, stack_turn
from apps.medical.dicom.records import FirstImage
from apps.medical.dicom.series.choice import SortedStacks, skipped_of
from apps.medical.dicom.series.placement import Placement, place
from apps.medical.dicom.series.stacks import Stack
from apps.medical.dicom.sources import FileSource
from apps.medical.series import SkippedSeries
from apps.messages.nested import joined, nested
from core_model.errors import Caution, InputRejected, Message

FATAL = frozenset(
    {"dicom_truncated", "dicom_damaged", "dicom_attribute", "zip_member_damaged", "zip_member_cut",
     "zip_member_method", "zip_larger_than_stated", "deflate_bomb"}
)  # fmt: skip
"""Rejections that concern the input as a whole, however many series would be left."""
NOT_ASKED = frozenset({"series_not_asked", "volume_not_asked"})
"""Reasons that are the choice of whoever asked, not a fault of the series."""
MOST_LISTED = 12
"""So many series a refusal names, the largest first."""


def first_that_fits(
    source: FileSource, found: SortedStacks, tick: Callable[[float], None]
) -> tuple[ReadStack, range, Placement, list[Caution], list[SkippedSeries]]:
    """Reads candidates in their order until one fits; one that cuts the lungs only if nothing better comes."""
    refused: list[tuple[Stack, InputRejected]] = []
    aside: tuple[ReadStack, range, Placement, list[Caution]] | None = None
    chosen: tuple[ReadStack, range, Placement, list[Caution]] | None = None
    for index, stack in enumerate(found.stacks):
        part = 1 / len(found.stacks)
        try:
            read = read_stack(source, stack, partial(_part_of, tick, index * part, part))
            fitting = (read, *even_part(source, read))
        except InputRejected as refusal:
            if refusal.code in FATAL:
                raise
            refused.append((stack, refusal))
            continue
        if not read.cut:
            chosen = fitting
            break
        aside = aside or fitting
    chosen = chosen or aside
    if chosen is None:
        raise none_fits(found, refused)
    skipped = _listed(found, refused)
    for stack in found.stacks:
        if stack is not chosen[0].stack and all(stack is not other for other, _ in refused):
            skipped.append(skipped_of(stack, _why_not(stack, chosen[0])))
    return *chosen, [*skipped, *found.skipped]


def _part_of(tick: Callable[[float], None], start: float, part: float, share: float) -> None:
    tick(start + part * share)


def _why_not(stack: Stack, chosen: ReadStack) -> Message:
    if stack.series_uid == chosen.stack.series_uid and stack.part is not None:
        return Message("series_other_part")
    if stack.num_derived and not chosen.stack.num_derived:
        return Message("series_derived")
    if stack.effective_mm > chosen.stack.effective_mm + 0.05:
        return Message("series_thicker", {"read_mm": round(chosen.stack.effective_mm, 2)})
    if stack.effective_mm < chosen.stack.effective_mm - 0.05:
        return Message("series_less_coverage")
    return Message("series_as_thick")


def _listed(found: SortedStacks, refused: list[tuple[Stack, InputRejected]]) -> list[SkippedSeries]:
    """The series that were tried and refused, and those that were not tried, with the reason of each."""
    tried = [skipped_of(stack, Message(refusal.code, refusal.values)) for stack, refusal in refused]
    return tried + [skipped_of(stack, reason) for stack, reason in found.unfit]


def none_fits(found: SortedStacks, refused: list[tuple[Stack, InputRejected]]) -> InputRejected:
    """The refusal of an input of which no series can be read: that of the only one, or a list with all reasons."""
    if len(refused) == 1 and not _others_to_offer(found, refused[0][0]):
        return refused[0][1]
    listed = _listed(found, refused)
    listed += [skipped for skipped in found.skipped if skipped.reason.code not in NOT_ASKED]
    lines = [
        nested(
            "series_with_reason",
            number=nested("no_number") if entry.series_number is None else entry.series_number,
            num_slices=entry.num_slices,
            series_uid=entry.name,
            reason=nested(entry.reason.code, **entry.reason.values),
        )
        for entry in sorted(listed, key=lambda entry: -entry.num_slices)[:MOST_LISTED]
    ]
    if len(listed) > MOST_LISTED:
        lines.append(nested("series_more", count=len(listed) - MOST_LISTED))
    return InputRejected(
        "no series can be read: {series}",
        allowed="a complete axial CT series that covers the lungs",
        action="export such a series, or name one of these with its UID",
        code="no_series_fits",
        values={"series": joined("series_and_series", lines)},
    )


def _others_to_offer(found: SortedStacks, refused: Stack) -> bool:
    """Whether beside the refused one there is any other series that a person could think of."""
    never = {"series_localizer", "series_too_few_slices", "series_not_ct", *NOT_ASKED}
    beside = [(stack.series_uid, reason) for stack, reason in found.unfit]
    beside += [(entry.series_uid, entry.reason) for entry in found.skipped]
    return any(uid != refused.series_uid and reason.code not in never for uid, reason in beside)


def first_middle(
    source: FileSource, found: SortedStacks, refused: list[tuple[Stack, InputRejected]]
) -> FirstImage | None:
    """The middle slice of the first candidate that can be scaled and decoded; those that cannot go to ``refused``."""
    for stack in found.stacks:
        try:
            return _middle(source, stack)
        except InputRejected as refusal:
            if refusal.code in FATAL:
                raise
            refused.append((stack, refusal))
    return None


def _middle(source: FileSource, stack: Stack) -> FirstImage:
    refuse_unscaled(source, stack)
    k = len(stack.images) // 2
    image = stack.images[k][0]
    turn = stack_turn(stack)
    grid = turn.geometry(place(stack, range(len(stack.images))).geometry)
    return FirstImage(
        np.ascontiguousarray(turn.plane(PixelReader(source).hounsfield(image))),
        k,
        len(stack.images),
        stack.series_uid,
        grid.spacing_mm[1:],
        grid.direction[1],
        grid.direction[2],
    )
