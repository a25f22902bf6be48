"""Headers of all files of an input: images, other objects, files that are no DICOM, and whose they are."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pydicom.dataset import Dataset, FileDataset

from apps.medical.dicom import attributes
from apps.medical.dicom.guard import Unreadable
from apps.medical.dicom.image import ImageHeader, frame_headers, image_header
from apps.medical.dicom.parsing import (
    PixelsAt,
    cut_off,
    damaged,
    kind_of,
    parse_header,
    private_undecodable,
    what_is_left,
)
from apps.medical.dicom.sources import FileSource
from core_model.errors import InputRejected, TandemError, Unavailable

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
CT_MULTI_FRAME = frozenset({"1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2"})
PACKED_OTHERWISE = "zip_member_method"
"""The refusal of one member of an archive that is packed in a way that is not read; the archive itself is whole."""
FORBIDDEN = "study_file_forbidden"
"""The refusal of one file that may not be read; the others may."""
NOT_UNPACKED = frozenset({"zip_member_damaged", "zip_member_cut"})
"""Refusals of a damaged member of an archive."""
MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"


@dataclass(frozen=True)
class Identity:
    """Who a file says the patient is. Never printed: ``repr`` says nothing."""

    name: str = field(default="", repr=False)
    patient_id: str = field(default="", repr=False)
    issuer: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    age: str = field(default="", repr=False)


@dataclass(frozen=True)
class OtherObject:
    """A DICOM object that is no CT image: another modality, a report, a presentation state."""

    number: int
    series_uid: str
    modality: str
    sop_class: str
    series_number: int | None


@dataclass(frozen=True)
class DamagedFile:
    """A file that is damaged, cut off or may not be read, and what can still be told of it: "" is unknown.

    Attributes:
        refusal: What to say where it may be an image of the series.
    """

    number: int
    sop_class: str
    series_uid: str
    refusal: TandemError

    @property
    def maybe_image(self) -> bool:
        """Whether it may be a CT image for all that is known."""
        return self.sop_class in ("", CT_IMAGE) or self.sop_class in CT_MULTI_FRAME


@dataclass
class Headers:
    """Everything that the headers of an input say."""

    images: list[ImageHeader] = field(default_factory=list)
    others: list[OtherObject] = field(default_factory=list)
    identities: dict[int, Identity] = field(default_factory=dict)
    damaged: list[DamagedFile] = field(default_factory=list)
    not_dicom: dict[str, list[int]] = field(default_factory=dict)
    private_undecodable: list[int] = field(default_factory=list)


def read_headers(source: FileSource, tick: Callable[[float], None] | None = None) -> Headers:
    """Headers of all files of a source.

    Args:
        source: The open input.
        tick: Called with the share of the files done, after every file.

    Raises:
        InputRejected: The archive is damaged, holds more than it says, or a file that unpacks without end.
    """
    headers = Headers()
    total = len(source)
    for number in range(1, total + 1):
        _read_one(source, number, headers)
        if tick:
            tick(number / total)
    return headers


def _read_one(source: FileSource, number: int, headers: Headers) -> None:
    try:
        _look_at(source, number, headers)
    except (InputRejected, Unavailable) as refusal:
        no_image = refusal.code in NOT_UNPACKED and source.is_named_otherwise(number)
        if not no_image and refusal.code not in (PACKED_OTHERWISE, FORBIDDEN):
            raise
        headers.damaged.append(DamagedFile(number, "", "", refusal))


def _look_at(source: FileSource, number: int, headers: Headers) -> None:
    with source.open(number) as stream:
        kind = kind_of(stream)
        if kind == "cut":
            headers.damaged.append(DamagedFile(number, "", "", damaged(source, number)))
            return
        if kind not in ("dicom", "bare"):
            headers.not_dicom.setdefault(kind, []).append(number)
            return
        try:
            dataset, pixels_at = parse_header(stream, source.size_of(number))
        except Unreadable:
            if kind == "bare":
                headers.not_dicom.setdefault("other", []).append(number)
                return
            sop_class, series_uid = what_is_left(stream)
            headers.damaged.append(DamagedFile(number, sop_class, series_uid, damaged(source, number)))
            return
    try:
        _sort_in(source, number, kind, dataset, pixels_at, headers)
    except Unreadable as fault:
        headers.damaged.append(_damaged(dataset, number, _unreadable(source, number, str(fault))))


def _unreadable(source: FileSource, number: int, attribute: str) -> InputRejected:
    return InputRejected(
        "{attribute} is absent or cannot be read",
        action="export the study again",
        source=source.place_of(number),
        code="dicom_attribute",
        values={"attribute": attribute},
    )


def _damaged(dataset: FileDataset, number: int, refusal: InputRejected) -> DamagedFile:
    """A file that was parsed and cannot be used."""

    def known(keyword: str) -> str:
        try:
            return attributes.uid(dataset, keyword)
        except Unreadable:
            return ""

    return DamagedFile(number, known("SOPClassUID"), known("SeriesInstanceUID"), refusal)


def _sort_in(
    source: FileSource, number: int, kind: str, dataset: FileDataset, pixels_at: PixelsAt | None, headers: Headers
) -> None:
    """Puts a parsed file where it belongs."""
    sop_class = attributes.text(dataset, "SOPClassUID")
    if not sop_class and kind == "dicom":
        if attributes.uid(dataset.file_meta, "MediaStorageSOPClassUID") != MEDIA_DIRECTORY:
            headers.damaged.append(_damaged(dataset, number, damaged(source, number)))
            return
        sop_class = MEDIA_DIRECTORY
    if not sop_class:
        headers.not_dicom.setdefault("other", []).append(number)
        return
    if sop_class == MEDIA_DIRECTORY:
        headers.not_dicom.setdefault("dicomdir", []).append(number)
        return
    if sop_class != CT_IMAGE and sop_class not in CT_MULTI_FRAME:
        uid, modality = attributes.uid(dataset, "SeriesInstanceUID"), attributes.code(dataset, "Modality")
        series_number = attributes.loose_integer(dataset, "SeriesNumber")
        headers.others.append(OtherObject(number, uid, modality, sop_class, series_number))
        headers.identities[number] = _identity(dataset)
        return
    if pixels_at is None or not pixels_at.inside(source.size_of(number)):
        headers.damaged.append(_damaged(dataset, number, cut_off(source, number)))
        return
    headers.identities[number] = _identity(dataset)
    if private_undecodable(dataset):
        headers.private_undecodable.append(number)
    if sop_class in CT_MULTI_FRAME:
        headers.images += frame_headers(dataset, number)
    else:
        headers.images.append(image_header(dataset, number, None, {}))


def _identity(dataset: Dataset) -> Identity:
    def text(keyword: str) -> str:
        return attributes.loose_text(dataset, keyword)[:256]

    return Identity(
        text("PatientName"),
        text("PatientID"),
        text("IssuerOfPatientID"),
        text("PatientBirthDate"),
        text("PatientSex"),
        text("PatientAge"),
    )
