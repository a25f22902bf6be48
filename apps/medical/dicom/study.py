"""Reading a study: from a folder or a zip to one volume in HU with its place, its quality, and what was left out.

Pure: nothing is stored, nothing is written. Texts of errors and cautions hold file numbers and measures, never names,
paths or text of a header.
"""

import os
from collections.abc import Callable
from functools import partial

import numpy as np

from apps.documents import missing
from apps.medical.ct.volume import Volume
from apps.medical.dicom.bystanders import blame_damaged_file, damaged_beside, refuse_damaged_images
from apps.medical.dicom.headers import Headers, read_headers
from apps.medical.dicom.identity import patient_of, refuse_two_patients
from apps.medical.dicom.pixels import PixelReader
from apps.medical.dicom.reading import ReadStack, even_part, read_stack, refuse_unscaled, stack_turn
from apps.medical.dicom.records import FirstImage, ImportedStudy, SeriesRecord, StudyRecord
from apps.medical.dicom.series.choice import SortedStacks, skipped_of, sorted_stacks
from apps.medical.dicom.series.stacks import Placement, Stack, is_localizer, place
from apps.medical.dicom.sources import FileSource, OneFileSource, open_source
from apps.medical.series import Quality, SkippedSeries
from apps.messages.nested import joined, nested
from core_model.errors import Caution, InputRejected, Message, Phrase

THICK_MM = 3.05
APART_MM, APART_SHARE = 0.1, 0.1
"""Slices are said to lie apart from a gap of both."""
DEGRADING = frozenset(
    {"thick_slices", "slices_missing_outside", "gantry_tilt", "slices_shifted", "lossy", "derived_series",
     "derived_in_part", "lungs_cut", "rescale_varies", "pixel_format_varies", "mixed_series", "slices_odd",
     "bits_above_stored", "below_air", "frame_of_reference_varies", "acquisitions_joined", "slices_apart",
     "tilt_contradicts", "slices_blank", "slices_same_pixels", "slices_break", "values_stray"}
)  # fmt: skip
FATAL = frozenset(
    {"dicom_truncated", "dicom_damaged", "dicom_attribute", "zip_member_damaged", "zip_member_cut",
     "zip_member_method", "zip_larger_than_stated", "deflate_bomb"}
)  # fmt: skip
"""Rejections that concern the input as a whole, however many series would be left."""
HEADER_SHARE = 0.15
MOST_LISTED = 12
"""So many series a refusal names, the largest first."""
FILE_IS = {
    "pdf": Phrase("file_is_pdf", "a PDF"),
    "empty": Phrase("file_is_empty", "empty"),
    "zip": Phrase("file_is_zip", "a zip archive"),
    "archive": Phrase("file_is_archive", "an archive, but no zip archive"),
    "dicomdir": Phrase("file_is_dicomdir", "a DICOMDIR"),
}
"""What a file that is no image is instead."""


def read_study(
    path: str | os.PathLike[str],
    series_uid: str | None = None,
    tick: Callable[[float], None] | None = None,
    on_first_image: Callable[[FirstImage], None] | None = None,
) -> ImportedStudy:
    """Imports the one chest CT series of a folder or zip that is best to read.

    Args:
        path: Folder (subfolders are searched), zip archive, or one DICOM file.
        series_uid: Read this series instead of the thinnest complete axial one that covers the lungs; ``UID#2`` is the
            second of several volumes in one series.
        tick: Called with the share done, several times a second; may raise to cancel.
        on_first_image: Called once with the middle slice, as soon as the headers are read.

    Raises:
        InputRejected: Nothing in it can be read rightly; the sentence says why and what to do.
        NotFound: There is no such path, or no such series in it.
        Unavailable: It cannot be read at the moment.
    """
    tick = tick or (lambda share: None)
    with open_source(path) as source:
        headers = read_headers(source, lambda share: tick(HEADER_SHARE * share))
        found = _sorted_stacks(source, headers, series_uid)
        if on_first_image and (image := _first_middle(source, found, [])):
            on_first_image(image)
        try:
            read, run, placement, more, skipped = _first_that_fits(
                source, found, lambda share: tick(HEADER_SHARE + (1 - HEADER_SHARE) * share)
            )
        except InputRejected:
            blame_damaged_file(headers, series_uid)
            raise
        patient, cautions = patient_of(read.stack, headers)
        cautions += [*_input_cautions(source, headers), *damaged_beside(headers.damaged)]
        cautions += [*read.cautions, *more, *_series_cautions(read, headers)]
        volume = Volume(read.hu[run.start : run.stop], placement.geometry)
        tick(1.0)
        return ImportedStudy(
            patient,
            StudyRecord(read.stack.first.study_uid, read.stack.first.study_date, len(source), len(headers.images)),
            _series_record(read, run, placement, cautions),
            tuple(skipped),
            volume,
            tuple(cautions),
            read.input_hash,
        )


def first_image(path: str | os.PathLike[str], series_uid: str | None = None) -> FirstImage:
    """The middle slice of the series that will most likely be read, from the headers and one image.

    Raises:
        InputRejected, NotFound, Unavailable: As `read_study`, as far as headers tell.
    """
    with open_source(path) as source:
        headers = read_headers(source)
        found = _sorted_stacks(source, headers, series_uid)
        refused: list[tuple[Stack, InputRejected]] = []
        image = _first_middle(source, found, refused)
        if image is None:
            raise _none_fits(found, refused)
        return image


def _sorted_stacks(source: FileSource, headers: Headers, series_uid: str | None) -> SortedStacks:
    if not headers.images:
        blame_damaged_file(headers, None)
        raise _no_images(source, headers)
    found = sorted_stacks(headers, series_uid)
    refuse_damaged_images(headers, found, series_uid)
    refuse_two_patients(source, headers, found.stacks)
    return found


def _no_images(source: FileSource, headers: Headers) -> InputRejected:
    action = Phrase("give_image_folder", "give the folder that holds the images")
    if source.archives_inside:
        action = Phrase("unpack_archives", "unpack the archives and give the folder")
    if headers.others:
        return InputRejected(
            "none of its {count} DICOM objects is a CT image",
            allowed="a folder or zip of CT images in DICOM",
            action="{action}",
            code="study_no_ct",
            values={"count": len(headers.others), "action": action},
        )
    if len(source) == 1:
        return _only_file(source, next(iter(headers.not_dicom)), action)
    if source.archives_inside == len(source):
        return InputRejected(
            "it holds nothing but archives",
            allowed="a folder or zip of CT images in DICOM",
            action="unpack the archives and give the folder",
            code="study_only_archives",
        )
    return InputRejected(
        "none of its {count} files is a DICOM image",
        allowed="a folder or zip of CT images in DICOM",
        action="{action}",
        code="study_no_dicom",
        values={"count": len(source), "action": action},
    )


def _only_file(source: FileSource, kind: str, action: Phrase) -> InputRejected:
    """The refusal of an input whose only file is no DICOM image."""
    if not isinstance(source, OneFileSource):
        return InputRejected(
            "its only file is {kind}",
            allowed="a folder or zip of CT images in DICOM",
            action="{action}",
            code="study_only_file",
            values={"kind": FILE_IS.get(kind, Phrase("file_is_no_image", "not a DICOM image")), "action": action},
        )
    if not source.name_of(1).lower().endswith(".zip"):
        return InputRejected(
            "the file is {kind}",
            allowed="a folder or zip of CT images in DICOM",
            action="give the folder that holds the images",
            code="study_file_kind",
            values={"kind": FILE_IS.get(kind, Phrase("file_is_no_image", "not a DICOM image"))},
        )
    return InputRejected(
        "the zip archive cannot be opened: the file is {kind}, or its beginning is damaged",
        allowed="a folder or zip of CT images in DICOM",
        action="download or export it again, or give the folder that holds the images",
        code="zip_not_opened",
        values={"kind": FILE_IS.get(kind, Phrase("file_is_of_another_kind", "of another kind"))},
    )


def _first_that_fits(
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
        raise _none_fits(found, refused)
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


def _none_fits(found: SortedStacks, refused: list[tuple[Stack, InputRejected]]) -> InputRejected:
    if len(refused) == 1 and not _others_to_offer(found, refused[0][0]):
        return refused[0][1]
    listed = _listed(found, refused)
    listed += [skipped for skipped in found.skipped if skipped.reason.code != "series_not_asked"]
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
    never = {"series_localizer", "series_too_few_slices", "series_not_ct", "series_not_asked"}
    beside = [(stack.series_uid, reason) for stack, reason in found.unfit]
    beside += [(entry.series_uid, entry.reason) for entry in found.skipped]
    return any(uid != refused.series_uid and reason.code not in never for uid, reason in beside)


def _first_middle(
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


def _series_record(read: ReadStack, run: range, placement: Placement, cautions: list[Caution]) -> SeriesRecord:
    stack, first = read.stack, read.stack.first
    reasons = tuple(dict.fromkeys(caution.code for caution in cautions if caution.code in DEGRADING))
    quality = Quality(
        "degraded" if reasons else "good",
        reasons,
        stack.effective_mm,
        stack.thickness_mm,
        stack.step_mm,
        placement.tilt_degrees,
        stack.kernel,
        first.maker,
        missing("contrast_not_stated") if first.contrast is None else first.contrast,
        read.lossy,
    )
    return SeriesRecord(
        stack.series_uid,
        first.series_number,
        len(run),
        quality,
        tuple(stack.images[k][0].sop_uid for k in run),
        stack.part,
        tuple(stack.images[k][0].instance_number for k in run),
    )


def _series_cautions(read: ReadStack, headers: Headers) -> list[Caution]:
    stack = read.stack
    found = []
    if stack.part is not None:
        found.append(Caution("series_of_several", {"part": stack.part}))
    apart = _apart_mm(stack)
    if apart is not None:
        values = {"gap_mm": round(apart, 2), "step_mm": round(stack.step_mm, 2)}
        found.append(Caution("slices_apart", values))
    if (stack.thickness_mm or stack.effective_mm) > THICK_MM or (apart is None and stack.effective_mm > THICK_MM):
        values = {"thickness_mm": round(stack.effective_mm, 1), "smallest_mm": round(2 * stack.effective_mm)}
        found.append(Caution("thick_slices", values))
    derived = stack.num_derived
    if derived == len(stack.images):
        found.append(Caution("derived_series"))
    elif derived:
        found.append(Caution("derived_in_part", {"num_slices": derived}, count=derived))
    if read.lossy:
        found.append(Caution("lossy"))
    if read.cut:
        end = "lower" if read.extent.cut_low >= read.extent.cut_high else "upper"
        found.append(Caution("lungs_cut", {"end": end}))
    used = {(image.number, image.frame) for here in stack.images for image in here}
    left = [
        image
        for image in headers.images
        if image.series_uid == stack.series_uid and (image.number, image.frame) not in used and not is_localizer(image)
    ]
    if left:
        found.append(Caution("mixed_series", {"num_images": len(left)}, count=len(left)))
    studies = {image.study_uid for image in headers.images}
    if len(studies) > 1:
        found.append(Caution("several_studies", {"num_studies": len(studies)}))
    return found


def _apart_mm(stack: Stack) -> float | None:
    """Thickness of what was not imaged between two neighbouring slices; None where they touch, or none can tell."""
    if stack.thickness_mm is None:
        return None
    gap = stack.step_mm - stack.thickness_mm
    return gap if gap > max(APART_MM, APART_SHARE * stack.step_mm) else None


def _input_cautions(source: FileSource, headers: Headers) -> list[Caution]:
    found = []
    beside = sum(len(numbers) for numbers in headers.not_dicom.values())
    if beside:
        kinds = [nested(f"files_{kind}", count=len(files)) for kind, files in sorted(headers.not_dicom.items())]
        found.append(Caution("not_dicom", {"count": beside, "kinds": joined("files_and_files", kinds)}, count=beside))
    archives, links, folders = source.archives_inside, source.links_skipped, source.folders_forbidden
    if archives:
        found.append(Caution("archives_inside", {"count": archives}, count=archives))
    if links:
        found.append(Caution("links_skipped", {"count": links}, count=links))
    if folders:
        found.append(Caution("folders_forbidden", {"count": folders}, count=folders))
    undecodable = len(headers.private_undecodable)
    if undecodable:
        place = source.place_of(headers.private_undecodable[0]).message
        found.append(Caution("private_undecodable", {"count": undecodable}, place, undecodable))
    return found
