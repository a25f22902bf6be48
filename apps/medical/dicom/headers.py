"""Headers of the files: what each image is, where it lies, how its pixels are scaled, and whose it is.

Pixels are not touched. Of the exceptions that pydicom raises on broken files only a few are its own, so that every
parse stands in one place that turns all of them into one rejection without a word of the header's text in it.
"""

import io
import logging
import math
import re
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

import pydicom
from pydicom import config as pydicom_config
from pydicom.dataset import Dataset, FileDataset
from pydicom.filereader import read_dataset, read_partial
from pydicom.multival import MultiValue

from apps.medical.dicom.guard import Unreadable, becoming
from apps.medical.dicom.sources import FileSource
from core_model.errors import InputRejected, Unavailable

# Reading is tolerant, and pydicom's notes on odd values quote them: names of patients must not reach a log.
pydicom_config.settings.reading_validation_mode = pydicom_config.IGNORE
logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
warnings.filterwarnings("ignore", module=r"pydicom(\..*)?")

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
CT_MULTI_FRAME = frozenset({"1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2"})
DEFLATED = b"1.2.840.10008.1.2.1.99"
MAX_HEADER_BYTES = 64 * 1024**2
MAX_INFLATED_BYTES = 256 * 1024**2
MAX_SIDE = 4096
PIXEL_TAGS = frozenset({0x7FE00010, 0x7FE00008, 0x7FE00009})
UNDEFINED_LENGTH = 0xFFFFFFFF

MAKERS = ("ge", "siemens", "philips", "toshiba", "canon", "hitachi", "fujifilm", "united imaging", "neusoft", "samsung")


@dataclass(frozen=True)
class Identity:
    """Who a file says the patient is. Never printed: ``repr`` says nothing."""

    name: str = field(default="", repr=False)
    patient_id: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    age: str = field(default="", repr=False)


@dataclass(frozen=True)
class ImageHeader:
    """One image (one frame of one file) without its pixels. Lengths in mm, positions in LPS.

    ``fault`` names the attribute that is absent or unreadable where the image cannot be placed or scaled.
    """

    number: int
    frame: int | None
    sop_class: str
    sop_uid: str
    study_uid: str
    series_uid: str
    frame_of_reference: str
    study_date: str
    modality: str
    image_type: tuple[str, ...]
    series_number: int
    acquisition: int
    rows: int
    columns: int
    pixel_spacing: tuple[float, ...]
    orientation: tuple[float, ...]
    position: tuple[float, ...]
    thickness: float
    kernel: str
    maker: str
    contrast: bool
    lossy: bool
    burned_in: bool
    slope: float
    intercept: float
    bits_allocated: int
    bits_stored: int
    signed: bool
    padding: tuple[int, int] | None
    syntax: str
    fault: str = ""


@dataclass(frozen=True)
class OtherObject:
    """A DICOM object that is no CT image: another modality, a report, a presentation state."""

    number: int
    series_uid: str
    modality: str
    sop_class: str


@dataclass
class Headers:
    """Everything that the headers of an input say."""

    images: list[ImageHeader] = field(default_factory=list)
    others: list[OtherObject] = field(default_factory=list)
    identities: list[tuple[int, Identity]] = field(default_factory=list)
    not_dicom: dict[str, list[int]] = field(default_factory=dict)
    private_undecodable: list[int] = field(default_factory=list)


def read_headers(source: FileSource, tick: Callable[[float], None] | None = None) -> Headers:
    """Headers of all files of a source.

    Args:
        source: The open input.
        tick: Called with the share of the files done, after every file.

    Raises:
        InputRejected: A file is DICOM and is damaged or cut off in its header.
    """
    headers = Headers()
    total = len(source)
    for number in range(1, total + 1):
        _read_one(source, number, headers)
        if tick:
            tick(number / total)
    return headers


def _read_one(source: FileSource, number: int, headers: Headers) -> None:
    with source.open(number) as stream:
        kind = kind_of(stream)
        if kind not in ("dicom", "bare"):
            headers.not_dicom.setdefault(kind, []).append(number)
            return
        try:
            dataset, pixels_at = parse_header(stream, source.size_of(number))
        except Unreadable:
            if kind == "bare":
                headers.not_dicom.setdefault("other", []).append(number)
                return
            raise damaged(source, number) from None
    sop_class = _text(dataset, "SOPClassUID") or str(dataset.file_meta.get("MediaStorageSOPClassUID", ""))
    if not sop_class and kind == "bare":
        headers.not_dicom.setdefault("other", []).append(number)
        return
    if sop_class == "1.2.840.10008.1.3.10":
        headers.not_dicom.setdefault("dicomdir", []).append(number)
        return
    headers.identities.append((number, _identity(dataset)))
    if sop_class != CT_IMAGE and sop_class not in CT_MULTI_FRAME:
        headers.others.append(
            OtherObject(number, _uid(dataset, "SeriesInstanceUID"), _code(dataset, "Modality"), sop_class)
        )
        return
    if pixels_at is None:
        raise cut_off(source, number)
    if pixels_at.end is not None and pixels_at.end > source.size_of(number) and not pixels_at.deflated:
        raise cut_off(source, number)
    if _private_undecodable(dataset):
        headers.private_undecodable.append(number)
    try:
        if sop_class in CT_MULTI_FRAME:
            headers.images += _frames(dataset, number)
        else:
            headers.images.append(_image(dataset, number, None, {}))
    except Unreadable as fault:
        raise InputRejected(
            f"{fault} is absent or cannot be read",
            action="export the study again",
            source=source.label(number),
            code="dicom_damaged",
        ) from None


def damaged(source: FileSource, number: int) -> InputRejected:
    """The rejection of a DICOM file that cannot be parsed."""
    return InputRejected(
        "the DICOM file is damaged or cut off",
        allowed="complete DICOM files",
        action="export the study again",
        source=source.label(number),
        code="dicom_damaged",
    )


def cut_off(source: FileSource, number: int) -> InputRejected:
    """The rejection of an image that ends before its pixels do."""
    return InputRejected(
        "the DICOM file is cut off: its pixels are incomplete",
        allowed="complete DICOM files",
        action="copy or export the study again",
        source=source.label(number),
        code="dicom_truncated",
    )


def kind_of(stream: BinaryIO) -> str:
    """What a file is by its first bytes: "dicom", "bare" (DICOM without its preamble), or what else it is."""
    head = stream.read(132)
    stream.seek(0)
    if not head:
        return "empty"
    if head[128:132] == b"DICM":
        return "dicom"
    if head[:5] == b"%PDF-":
        return "pdf"
    if head[:4] in (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf") or head[:2] == b"\x1f\x8b" or head[:6] == b"\xfd7zXZ\x00":
        return "archive"
    if head[:2] in (b"\x08\x00", b"\x02\x00") and len(head) == 132:
        return "bare"
    return "other"


@dataclass(frozen=True)
class PixelsAt:
    """Where the pixel element begins to be read and where it should end (None: encapsulated)."""

    end: int | None
    deflated: bool


def parse_header(stream: BinaryIO, size: int) -> tuple[FileDataset, PixelsAt | None]:
    """The elements before the pixels, and where the pixels end.

    Raises:
        Unreadable: Anything that the parser stumbles over.
        Unavailable: The disk failed.
    """
    head = stream.read(4096)
    deflated = DEFLATED + b"\0" in head or DEFLATED in head[:1024]
    stream.seek(0)
    if deflated:
        _refuse_deflate_bomb(stream)
    found: list[PixelsAt] = []

    def at_pixels(tag: int, vr: str | None, length: int) -> bool:
        if tag not in PIXEL_TAGS:
            return not deflated and length != UNDEFINED_LENGTH and length > MAX_HEADER_BYTES
        start = 0 if deflated else stream.tell()
        found.append(PixelsAt(None if length == UNDEFINED_LENGTH else start + length, deflated))
        return True

    with becoming(Unreadable):
        try:
            dataset = read_partial(stream, at_pixels, force=True)
        except OSError:
            raise Unavailable("the disk refused to read a file", action="copy the study and try again") from None
    return dataset, found[0] if found else None


def _refuse_deflate_bomb(stream: BinaryIO) -> None:
    """Deflated DICOM is inflated whole by the parser: look first how large it becomes."""
    data = stream.read(MAX_HEADER_BYTES + 1)
    stream.seek(0)
    with becoming(Unreadable):
        start = 132 + 12 + int(read_dataset(io.BytesIO(data[132:144]), False, True).FileMetaInformationGroupLength)
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        inflater.decompress(data[start:], MAX_INFLATED_BYTES)
        too_large = bool(inflater.unconsumed_tail) or len(data) > MAX_HEADER_BYTES
    if too_large:
        raise InputRejected(
            "a deflated DICOM file unpacks to more than 256 MiB", action="leave it out", code="deflate_bomb"
        )


def _private_undecodable(dataset: Dataset) -> bool:
    """Whether any private element cannot be turned into a value; its text is of no interest."""
    bad = False
    for tag in list(dataset.keys()):
        if not tag.is_private:
            continue
        try:
            with becoming(Unreadable):
                dataset[tag]
        except Unreadable:
            bad = True
    return bad


# ---- single values


def _value(dataset: Dataset, keyword: str) -> object:
    with becoming(lambda: Unreadable(keyword)):
        return dataset.get(keyword)


def _text(dataset: Dataset, keyword: str) -> str:
    """A value as stripped text; several are joined with a backslash, absent is empty."""
    value = _value(dataset, keyword)
    if value is None:
        return ""
    with becoming(lambda: Unreadable(keyword)):
        if isinstance(value, MultiValue | list | tuple):
            return "\\".join(str(part) for part in value).strip(" \0")
        return str(value).strip(" \0")


def _code(dataset: Dataset, keyword: str) -> str:
    """A coded value: capitals, digits, a few signs; anything else is free text and is not kept."""
    text = _text(dataset, keyword)
    return text if re.fullmatch(r"[A-Z0-9_ ]{1,16}", text) else ""


def _uid(dataset: Dataset, keyword: str) -> str:
    """A UID of digits and dots, at most 64; an odd one is not carried any further."""
    text = _text(dataset, keyword)
    return text if re.fullmatch(r"[0-9.]{1,64}", text) else ""


def _floats(dataset: Dataset, keyword: str, count: int) -> tuple[float, ...]:
    """``count`` finite numbers, or an empty tuple where the attribute is absent or empty."""
    value = _value(dataset, keyword)
    if value is None or value == "" or value == []:
        return ()
    with becoming(lambda: Unreadable(keyword)):
        parts = value if isinstance(value, MultiValue | list | tuple) else [value]
        numbers = tuple(float(part) for part in parts)
    if len(numbers) != count or not all(math.isfinite(number) for number in numbers):
        raise Unreadable(keyword)
    return numbers


def _float(dataset: Dataset, keyword: str) -> float:
    return (_floats(dataset, keyword, 1) or (math.nan,))[0]


def _int(dataset: Dataset, keyword: str, absent: int = 0) -> int:
    numbers = _floats(dataset, keyword, 1)
    if numbers and numbers[0] != int(numbers[0]):
        raise Unreadable(keyword)
    return int(numbers[0]) if numbers else absent


def _loose_int(dataset: Dataset, keyword: str) -> int:
    """A number that only orders or labels: unreadable counts as absent."""
    try:
        return _int(dataset, keyword)
    except Unreadable:
        return 0


def _identity(dataset: Dataset) -> Identity:
    def text(keyword: str) -> str:
        try:
            return _text(dataset, keyword)[:256]
        except Unreadable:
            return ""

    return Identity(
        text("PatientName"), text("PatientID"), text("PatientBirthDate"), text("PatientSex"), text("PatientAge")
    )


def _maker(dataset: Dataset) -> str:
    """The scanner's maker out of a known list; free text of a header is not kept."""
    try:
        text = _text(dataset, "Manufacturer").lower()
    except Unreadable:
        return ""
    return next((maker for maker in MAKERS if re.search(rf"\b{maker}\b", text)), "other" if text else "")


def _kernel(dataset: Dataset) -> str:
    """The reconstruction kernel: short, one word a part; free text is not kept."""
    text = _text(dataset, "ConvolutionKernel")
    return text if re.fullmatch(r"[A-Za-z0-9_+\-./\\ ]{1,24}", text) and text.count(" ") <= 1 else ""


def _padding(dataset: Dataset) -> tuple[int, int] | None:
    try:
        first = _int(dataset, "PixelPaddingValue", absent=-(10**9))
        last = _int(dataset, "PixelPaddingRangeLimit", absent=first)
    except Unreadable:
        return None
    return None if first == -(10**9) else (min(first, last), max(first, last))


# ---- images


def _image(dataset: Dataset, number: int, frame: int | None, groups: dict[str, Dataset]) -> ImageHeader:
    """The header of one image; ``groups`` hold the functional groups of a frame by their sequence keyword."""
    fault = ""

    def placed(group: str, read: Callable, keyword: str, *rest: object) -> object:
        nonlocal fault
        try:
            return read(groups.get(group, dataset), keyword, *rest)
        except Unreadable as unreadable:
            fault = fault or str(unreadable)
            return () if read is _floats else math.nan

    study_uid, series_uid = _uid(dataset, "StudyInstanceUID"), _uid(dataset, "SeriesInstanceUID")
    if not series_uid:
        raise Unreadable("SeriesInstanceUID")
    if not study_uid:
        raise Unreadable("StudyInstanceUID")
    rows, columns = _int(dataset, "Rows"), _int(dataset, "Columns")
    if not (1 <= rows <= MAX_SIDE and 1 <= columns <= MAX_SIDE):
        raise Unreadable("Rows or Columns")
    if _int(dataset, "SamplesPerPixel", 1) != 1 or _text(dataset, "PhotometricInterpretation") != "MONOCHROME2":
        fault = "PhotometricInterpretation"
    position = placed("PlanePositionSequence", _floats, "ImagePositionPatient", 3)
    orientation = placed("PlaneOrientationSequence", _floats, "ImageOrientationPatient", 6)
    spacing = placed("PixelMeasuresSequence", _floats, "PixelSpacing", 2)
    thickness = placed("PixelMeasuresSequence", _float, "SliceThickness")
    slope = placed("PixelValueTransformationSequence", _float, "RescaleSlope")
    intercept = placed("PixelValueTransformationSequence", _float, "RescaleIntercept")
    bits_allocated = _int(dataset, "BitsAllocated")
    bits_stored = _int(dataset, "BitsStored", bits_allocated)
    if bits_allocated not in (8, 16, 32) or not 1 <= bits_stored <= bits_allocated:
        fault = fault or "BitsAllocated or BitsStored"
    syntax = (
        str(getattr(dataset, "file_meta", {}).get("TransferSyntaxUID", "")) if hasattr(dataset, "file_meta") else ""
    )
    frame_type = groups.get("CTImageFrameTypeSequence")
    image_type = _text(frame_type, "FrameType") if frame_type is not None else _text(dataset, "ImageType")
    return ImageHeader(
        number=number,
        frame=frame,
        sop_class=_text(dataset, "SOPClassUID"),
        sop_uid=_uid(dataset, "SOPInstanceUID"),
        study_uid=study_uid,
        series_uid=series_uid,
        frame_of_reference=_uid(dataset, "FrameOfReferenceUID"),
        study_date=_date(dataset, "StudyDate"),
        modality=_code(dataset, "Modality"),
        image_type=tuple(part.strip().upper() for part in image_type.split("\\")),
        series_number=_loose_int(dataset, "SeriesNumber"),
        acquisition=_loose_int(dataset, "AcquisitionNumber"),
        rows=rows,
        columns=columns,
        pixel_spacing=spacing,
        orientation=orientation,
        position=position,
        thickness=thickness,
        kernel=_kernel(groups.get("CTReconstructionSequence", dataset)),
        maker=_maker(dataset),
        contrast=bool(_text(dataset, "ContrastBolusAgent")) or "ContrastBolusAgentSequence" in dataset,
        lossy=_text(dataset, "LossyImageCompression") == "01",
        burned_in=_text(dataset, "BurnedInAnnotation") == "YES",
        slope=slope,
        intercept=intercept,
        bits_allocated=bits_allocated,
        bits_stored=bits_stored,
        signed=_int(dataset, "PixelRepresentation") == 1,
        padding=_padding(dataset),
        syntax=syntax,
        fault=fault,
    )


def _date(dataset: Dataset, keyword: str) -> str:
    """A date as YYYY-MM-DD, or empty."""
    found = re.fullmatch(r"(\d{4})[.]?(\d{2})[.]?(\d{2})", _text(dataset, keyword))
    return "-".join(found.groups()) if found else ""


def _frames(dataset: Dataset, number: int) -> list[ImageHeader]:
    """One header for each frame of an Enhanced CT object: per-frame functional groups win over the shared ones."""
    shared = _group(_sequence(dataset, "SharedFunctionalGroupsSequence"))
    per_frame = _sequence(dataset, "PerFrameFunctionalGroupsSequence")
    count = _int(dataset, "NumberOfFrames")
    if count != len(per_frame) or not 1 <= count <= 20_000:
        raise Unreadable("NumberOfFrames")
    return [_image(dataset, number, index, shared | _group([item])) for index, item in enumerate(per_frame)]


def _sequence(dataset: Dataset, keyword: str) -> list[Dataset]:
    value = _value(dataset, keyword)
    return list(value) if value is not None else []


def _group(items: list[Dataset]) -> dict[str, Dataset]:
    """First item of each functional group macro, by the keyword of its sequence."""
    found: dict[str, Dataset] = {}
    for item in items[:1]:
        for element in list(item.keys()):
            keyword = pydicom.datadict.keyword_for_tag(element)
            inner = _sequence(item, keyword) if keyword.endswith("Sequence") else []
            if inner:
                found[keyword] = inner[0]
    return found
