"""Reading a study: from a folder or a zip to one volume in HU with its place, its quality, and what was left out.

Pure: nothing is stored, nothing is written. Texts of errors and cautions hold file numbers and measures, never names,
paths or text of a header.
"""

import math
import os
from collections.abc import Callable

from apps.medical.ct.volume import Volume
from apps.medical.dicom.choice import Candidates, candidates, skipped_of
from apps.medical.dicom.headers import Headers, read_headers
from apps.medical.dicom.identity import one_patient
from apps.medical.dicom.pixels import PixelReader
from apps.medical.dicom.reading import ReadStack, even_part, read_stack, refuse_unscaled
from apps.medical.dicom.records import FirstImage, ImportedStudy, Quality, SeriesRecord, SkippedSeries, StudyRecord
from apps.medical.dicom.sources import FileSource, OneFileSource, open_source
from apps.medical.dicom.stacks import Placement, Stack, is_derived, is_localizer, place
from core_model.errors import Caution, InputRejected, NotFound

THICK_MM = 3.05
DEGRADING = frozenset(
    {"thick_slices", "slices_missing_outside", "gantry_tilt", "slices_shifted", "lossy", "derived_series", "lungs_cut",
     "rescale_varies", "pixel_format_varies", "mixed_series", "slices_odd"}
)  # fmt: skip
FATAL = frozenset({"dicom_truncated", "dicom_damaged", "zip_damaged", "zip_bomb", "zip_method", "deflate_bomb"})
"""Rejections that concern the input as a whole, however many series would be left."""
HEADER_SHARE = 0.15


def read_study(
    path: str | os.PathLike[str],
    series_uid: str | None = None,
    tick: Callable[[float], None] | None = None,
    on_first_image: Callable[[FirstImage], None] | None = None,
) -> ImportedStudy:
    """Imports the one chest CT series of a folder or zip that is best to read.

    Args:
        path: Folder (subfolders are searched), zip archive, or one DICOM file.
        series_uid: Read this series instead of the thinnest complete axial one that covers the lungs.
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
        patient, cautions = one_patient(headers.identities, source)
        found = _candidates(source, headers, series_uid)
        if on_first_image and (image := _first_middle(source, found, [])):
            on_first_image(image)
        read, run, placement, more, skipped = _first_that_fits(
            source, found, lambda share: tick(HEADER_SHARE + (1 - HEADER_SHARE) * share)
        )
        cautions += _input_cautions(source, headers)
        cautions += [*read.cautions, *more, *_series_cautions(read, headers)]
        volume = Volume(read.hu[run.start : run.stop], placement.geometry)
        tick(1.0)
        return ImportedStudy(
            patient,
            StudyRecord(read.stack.first.study_uid, read.stack.first.study_date, len(source), len(headers.images)),
            _series_record(read.stack, run, placement, cautions),
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
        one_patient(headers.identities, source)
        found = _candidates(source, headers, series_uid)
        refused: list[tuple[Stack, InputRejected]] = []
        image = _first_middle(source, found, refused)
        if image is None:
            raise _none_fits(found, refused)
        return image


def _candidates(source: FileSource, headers: Headers, series_uid: str | None) -> Candidates:
    if not headers.images:
        raise _no_images(source, headers)
    if series_uid is not None and all(image.series_uid != series_uid for image in headers.images):
        raise NotFound(
            "there is no CT series with this UID in it",
            allowed=", ".join(sorted({image.series_uid for image in headers.images})),
            action="give one of these, or none",
            code="no_such_series",
        )
    return candidates(headers, series_uid)


def _no_images(source: FileSource, headers: Headers) -> InputRejected:
    kinds = headers.not_dicom
    if headers.others:
        what = f"none of its {len(headers.others)} DICOM objects is a CT image"
    elif len(source) == 1:
        word = {"pdf": "a PDF", "empty": "empty", "archive": "an archive, but no zip archive", "dicomdir": "a DICOMDIR"}
        kind = word.get(next(iter(kinds)), "no DICOM image")
        what = f"the file is {kind}" if isinstance(source, OneFileSource) else f"its only file is {kind}"
        if isinstance(source, OneFileSource) and source.name_of(1).lower().endswith(".zip"):
            is_it = word.get(next(iter(kinds)), "of another kind")
            raise InputRejected(
                f"the zip archive cannot be opened: the file is {is_it}, or its beginning is damaged",
                allowed="a folder or zip of CT images in DICOM",
                action="download or export it again, or give the folder that holds the images",
                code="zip_damaged",
            )
    elif source.archives_inside == len(source):
        what = "it holds nothing but archives"
    else:
        what = f"none of its {len(source)} files is a DICOM image"
    return InputRejected(
        what,
        allowed="a folder or zip of CT images in DICOM",
        action="unpack the archives and give the folder"
        if source.archives_inside
        else "give the folder that holds the images",
        code="no_dicom_image",
    )


def _first_that_fits(
    source: FileSource, found: Candidates, tick: Callable[[float], None]
) -> tuple[ReadStack, range, Placement, list[Caution], list[SkippedSeries]]:
    """Reads candidates in their order until one fits; one that cuts the lungs only if nothing better comes."""
    refused: list[tuple[Stack, InputRejected]] = []
    aside: tuple[ReadStack, range, Placement, list[Caution]] | None = None
    chosen: tuple[ReadStack, range, Placement, list[Caution]] | None = None
    for index, stack in enumerate(found.stacks):
        part = 1 / len(found.stacks)
        try:
            read = read_stack(source, stack, lambda share, at=index * part, part=part: tick(at + part * share))
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
    skipped = [skipped_of(stack, refusal.what, refusal.code) for stack, refusal in refused]
    skipped += [skipped_of(stack, reason, code) for stack, reason, code in found.unfit]
    for stack in found.stacks:
        if stack is not chosen[0].stack and all(stack is not other for other, _ in refused):
            skipped.append(skipped_of(stack, *_why_not(stack, chosen[0])))
    return *chosen, [*skipped, *found.skipped]


def _why_not(stack: Stack, chosen: ReadStack) -> tuple[str, str]:
    if is_derived(stack.first) and not is_derived(chosen.stack.first):
        return "derived from other images; the original was read", "derived"
    if stack.effective_mm > chosen.stack.effective_mm + 0.05:
        return f"a thinner series was read ({chosen.stack.effective_mm:.2f} mm)", "thicker"
    if stack.effective_mm < chosen.stack.effective_mm - 0.05:
        return "it does not cover the lungs as well as the series that was read", "less_coverage"
    return "another series of the same thickness was read", "as_thick"


def _none_fits(found: Candidates, refused: list[tuple[Stack, InputRejected]]) -> InputRejected:
    listed = [skipped_of(stack, refusal.what, refusal.code) for stack, refusal in refused]
    listed += [skipped_of(stack, reason, code) for stack, reason, code in found.unfit]
    if len(refused) == 1 and not _others_to_offer(found, refused[0][0]):
        return refused[0][1]
    listed += [skipped for skipped in found.skipped if skipped.code != "not_asked"]
    text = "; ".join(
        f"series {entry.series_number} ({entry.images} images, {entry.series_uid}): {entry.reason}" for entry in listed
    )
    return InputRejected(
        f"no series can be read: {text}",
        allowed="a complete axial CT series that covers the lungs",
        action="export such a series, or name one of these with its UID",
        code="no_series_fits",
    )


def _others_to_offer(found: Candidates, refused: Stack) -> bool:
    """Whether beside the refused one there is any other series that a person could think of."""
    never = {"localizer", "too_few_slices", "not_ct", "not_asked"}
    return any(code not in never and stack.series_uid != refused.series_uid for stack, _, code in found.unfit) or any(
        entry.code not in never and entry.series_uid != refused.series_uid for entry in found.skipped
    )


def _first_middle(
    source: FileSource, found: Candidates, refused: list[tuple[Stack, InputRejected]]
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
    grid = place(stack, range(len(stack.images))).geometry
    return FirstImage(
        PixelReader(source).hounsfield(image),
        k,
        len(stack.images),
        stack.series_uid,
        grid.spacing_mm[1:],
        grid.direction[1],
        grid.direction[2],
    )


def _series_record(stack: Stack, run: range, placement: Placement, cautions: list[Caution]) -> SeriesRecord:
    first = stack.first
    reasons = tuple(dict.fromkeys(caution.code for caution in cautions if caution.code in DEGRADING))
    quality = Quality(
        "degraded" if reasons else "good",
        reasons,
        stack.effective_mm,
        first.thickness if math.isfinite(first.thickness) and first.thickness > 0 else None,
        stack.step_mm,
        placement.tilt_degrees,
        first.kernel,
        first.maker,
        first.contrast,
        any(here[0].lossy for here in stack.images),
    )
    return SeriesRecord(
        stack.series_uid, first.series_number, len(run), quality, tuple(stack.images[k][0].sop_uid for k in run)
    )


def _series_cautions(read: ReadStack, headers: Headers) -> list[Caution]:
    stack = read.stack
    found = []
    if stack.effective_mm > THICK_MM:
        found.append(
            Caution(
                "thick_slices",
                f"Slices are {stack.effective_mm:.1f} mm thick; nodules smaller than {2 * stack.effective_mm:.0f} mm "
                "may not be seen.",
            )
        )
    if is_derived(stack.first):
        found.append(Caution("derived_series", "The series is derived from other images; no original one fits."))
    if any(image.lossy for here in stack.images for image in here):
        found.append(Caution("lossy", "The images were compressed with loss at some time."))
    if read.cut:
        end = "lower" if read.extent.cut_low >= read.extent.cut_high else "upper"
        found.append(Caution("lungs_cut", f"The {end} end of the scan cuts the lungs; what lies beyond was not seen."))
    used = {(image.number, image.frame) for here in stack.images for image in here}
    left = [
        image
        for image in headers.images
        if image.series_uid == stack.series_uid and (image.number, image.frame) not in used and not is_localizer(image)
    ]
    if left:
        found.append(
            Caution(
                "mixed_series",
                f"{len(left)} images of the same series have another geometry or acquisition and were left out.",
                count=len(left),
            )
        )
    studies = {image.study_uid for image in headers.images}
    if len(studies) > 1:
        found.append(Caution("several_studies", f"There are {len(studies)} studies in it; one series of one was read."))
    return found


def _input_cautions(source: FileSource, headers: Headers) -> list[Caution]:
    found = []
    beside = sum(len(numbers) for numbers in headers.not_dicom.values())
    if beside:
        words = {
            "empty": "empty",
            "pdf": "PDF",
            "archive": "archives",
            "dicomdir": "DICOMDIR",
            "other": "of other kinds",
        }
        kinds = ", ".join(
            f"{len(numbers)} {words[kind]}" for kind, numbers in sorted(headers.not_dicom.items()) if numbers
        )
        found.append(
            Caution("not_dicom", f"{beside} files are not DICOM images and were left out: {kinds}.", "", beside)
        )
    if source.archives_inside:
        found.append(
            Caution(
                "archives_inside",
                f"{source.archives_inside} archives inside were not opened; images in them were not read.",
                count=source.archives_inside,
            )
        )
    if source.links_skipped:
        found.append(
            Caution("links_skipped", f"{source.links_skipped} links were not followed.", count=source.links_skipped)
        )
    undecodable = len(headers.private_undecodable)
    if undecodable:
        found.append(
            Caution(
                "private_undecodable",
                f"Private elements of {undecodable} files cannot be decoded; nothing of them is used.",
                source.label(headers.private_undecodable[0]),
                undecodable,
            )
        )
    return found
