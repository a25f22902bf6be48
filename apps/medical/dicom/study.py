"""Reading a study: from a folder or a zip to one volume in HU with its place, its quality, and what was left out.

Pure: nothing is stored, nothing is written. Texts of errors and cautions hold file numbers and measures, never names,
paths or text of a header.
"""

import os
from collections.abc import Callable

from apps.documents import missing
from apps.medical.ct.volume import Volume
from apps.medical.dicom.bystanders import blame_damaged_file, damaged_beside, refuse_damaged_images
from apps.medical.dicom.cautions import DEGRADING, input_cautions, series_cautions
from apps.medical.dicom.headers import Headers, read_headers
from apps.medical.dicom.identity import patient_of, refuse_two_patients
from apps.medical.dicom.reading import ReadStack
from apps.medical.dicom.records import FirstImage, ImportedStudy, SeriesRecord, StudyRecord
from apps.medical.dicom.series.choice import SortedStacks, sorted_stacks
from apps.medical.dicom.series.fitting import first_middle, first_that_fits, none_fits
from apps.medical.dicom.series.placement import Placement
from apps.medical.dicom.series.stacks import Stack
from apps.medical.dicom.sources import FileSource, OneFileSource, open_source
from apps.medical.series import Quality
from core_model.errors import Caution, InputRejected, Phrase, TandemError

HEADER_SHARE = 0.15
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
        if on_first_image and (image := first_middle(source, found, [])):
            on_first_image(image)
        try:
            read, run, placement, more, skipped = first_that_fits(
                source, found, lambda share: tick(HEADER_SHARE + (1 - HEADER_SHARE) * share)
            )
        except InputRejected:
            blame_damaged_file(headers, series_uid)
            raise
        patient, cautions = patient_of(read.stack, headers)
        cautions += [*input_cautions(source, headers), *damaged_beside(headers.damaged)]
        cautions += [*read.cautions, *more, *series_cautions(read, headers, skipped)]
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
        image = first_middle(source, found, refused)
        if image is None:
            raise none_fits(found, refused)
        return image


def _sorted_stacks(source: FileSource, headers: Headers, series_uid: str | None) -> SortedStacks:
    if not headers.images:
        blame_damaged_file(headers, None)
        raise _no_images(source, headers)
    found = sorted_stacks(headers, series_uid)
    refuse_damaged_images(headers, found, series_uid)
    refuse_two_patients(source, headers, found.stacks)
    return found


def _no_images(source: FileSource, headers: Headers) -> TandemError:
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
    if headers.damaged:
        return headers.damaged[0].refusal
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
