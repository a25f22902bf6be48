"""The header of one image: where it lies, how its pixels are stored and scaled."""

import math
from dataclasses import dataclass

from pydicom import uid
from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset

from apps.medical.dicom import attributes
from apps.medical.dicom.guard import Unreadable
from apps.medical.dicom.labels import Labels, labels_of

IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2"
"""What a file without file meta information is in: the default of the standard."""
NATIVE = frozenset(
    {uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.DeflatedExplicitVRLittleEndian,
     uid.ExplicitVRBigEndian}
)  # fmt: skip
LOSSY = frozenset({uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit})
"""Transfer syntaxes that always lose something."""
PERHAPS_LOSSY = frozenset({uid.JPEGLSNearLossless, uid.JPEG2000, uid.HTJ2K})
"""Those that may, and do unless the header says that nothing was lost."""
HOUNSFIELD = frozenset({"", "HU", "HU_MOD", "US"})
"""Rescale types whose values are read as HU; others are maps of atomic number, density, iodine and the like."""
UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")
MAX_SIDE = 4096
MAX_FRAMES = 20_000


@dataclass(frozen=True)
class ImageHeader:
    """One image (one frame of one file) without its pixels. Lengths in mm, positions in LPS.

    ``fault`` names the attribute that is absent or unreadable where the image cannot be placed or scaled.
    """

    number: int
    frame: int | None
    sop_uid: str
    study_uid: str
    series_uid: str
    frame_of_reference: str
    study_date: str
    image_type: tuple[str, ...]
    series_number: int | None
    acquisition: int
    rows: int
    columns: int
    pixel_spacing: tuple[float, ...]
    orientation: tuple[float, ...]
    position: tuple[float, ...]
    thickness: float
    kernel: str
    maker: str
    contrast: bool | None
    lossy: bool
    burned_in: bool
    slope: float
    intercept: float
    hounsfield: bool
    bits_allocated: int
    bits_stored: int
    high_bit: int
    overlay_bits: bool
    signed: bool
    inverse: bool
    padding: tuple[int, int] | None
    syntax: str
    fault: str = ""
    labels: Labels = Labels()
    tilt: float = math.nan
    instance_number: int | None = None
    guid: bool = False

    @property
    def syntax_native(self) -> bool:
        """Whether its transfer syntax says that its pixels are plain."""
        return self.syntax in NATIVE

    @property
    def derived(self) -> bool:
        """Whether its image type says that it was made from other images."""
        return self.image_type[:1] == ("DERIVED",)


def image_header(dataset: Dataset, number: int, frame: int | None, groups: dict[str, Dataset]) -> ImageHeader:
    """The header of one image.

    Args:
        dataset: Of the file, without pixels.
        number: Of the file in its source, from 1.
        frame: Which frame of the file, from 0; None where it has a single image.
        groups: The functional groups of a frame by their sequence keyword; empty where there are none.

    Returns:
        The header; what cannot be placed or scaled has its ``fault``.

    Raises:
        Unreadable: An attribute without which nothing can be said of the image is absent or cannot be read.
    """
    fault = ""

    def placed(group: str, keyword: str, count: int) -> tuple[float, ...]:
        nonlocal fault
        try:
            return attributes.floats(groups.get(group, dataset), keyword, count)
        except Unreadable as unreadable:
            fault = fault or str(unreadable)
            return ()

    def scaled(group: str, keyword: str) -> float:
        return (placed(group, keyword, 1) or (math.nan,))[0]

    study_uid, series_uid = attributes.uid(dataset, "StudyInstanceUID"), attributes.uid(dataset, "SeriesInstanceUID")
    if not series_uid:
        raise Unreadable("SeriesInstanceUID")
    if not study_uid:
        raise Unreadable("StudyInstanceUID")
    rows, columns = attributes.integer(dataset, "Rows"), attributes.integer(dataset, "Columns")
    if not (1 <= rows <= MAX_SIDE and 1 <= columns <= MAX_SIDE):
        raise Unreadable("Columns" if 1 <= rows <= MAX_SIDE else "Rows")
    photometric = attributes.text(dataset, "PhotometricInterpretation")
    if attributes.integer(dataset, "SamplesPerPixel", 1) != 1 or photometric not in ("MONOCHROME1", "MONOCHROME2"):
        fault = "PhotometricInterpretation"
    if frame is None and attributes.integer(dataset, "NumberOfFrames", 1) > 1:
        fault = "NumberOfFrames"
    position = placed("PlanePositionSequence", "ImagePositionPatient", 3)
    orientation = placed("PlaneOrientationSequence", "ImageOrientationPatient", 6)
    spacing = placed("PixelMeasuresSequence", "PixelSpacing", 2)
    thickness = scaled("PixelMeasuresSequence", "SliceThickness")
    slope = scaled("PixelValueTransformationSequence", "RescaleSlope")
    intercept = scaled("PixelValueTransformationSequence", "RescaleIntercept")
    scale = attributes.loose_text(groups.get("PixelValueTransformationSequence", dataset), "RescaleType").upper()
    bits_allocated = attributes.integer(dataset, "BitsAllocated")
    bits_stored = attributes.integer(dataset, "BitsStored", bits_allocated)
    if bits_allocated not in (8, 16, 32):
        fault = fault or "BitsAllocated"
    elif not 1 <= bits_stored <= bits_allocated:
        fault = fault or "BitsStored"
    high_bit = attributes.integer(dataset, "HighBit", bits_stored - 1)
    if not bits_stored - 1 <= high_bit < max(bits_allocated, bits_stored):
        fault = fault or "HighBit"
    syntax = (
        attributes.uid(dataset.file_meta, "TransferSyntaxUID") if len(dataset.file_meta) else IMPLICIT_LITTLE_ENDIAN
    )
    if not syntax:
        raise Unreadable("TransferSyntaxUID")
    frame_type = groups.get("CTImageFrameTypeSequence")
    image_type = (
        attributes.text(dataset, "ImageType") if frame_type is None else attributes.text(frame_type, "FrameType")
    )
    return ImageHeader(
        number=number,
        frame=frame,
        sop_uid=attributes.uid(dataset, "SOPInstanceUID"),
        study_uid=study_uid,
        series_uid=series_uid,
        frame_of_reference=attributes.uid(dataset, "FrameOfReferenceUID"),
        study_date=attributes.date(dataset, "StudyDate"),
        image_type=tuple(part.strip().upper() for part in image_type.split("\\")),
        series_number=attributes.loose_integer(dataset, "SeriesNumber"),
        acquisition=attributes.loose_integer(dataset, "AcquisitionNumber") or 0,
        rows=rows,
        columns=columns,
        pixel_spacing=spacing,
        orientation=orientation,
        position=position,
        thickness=thickness,
        kernel=attributes.kernel(groups.get("CTReconstructionSequence", dataset)),
        maker=attributes.maker(dataset),
        contrast=attributes.contrast(dataset, groups.get("ContrastBolusUsageSequence")),
        lossy=_lossy(dataset, syntax),
        burned_in=attributes.text(dataset, "BurnedInAnnotation") == "YES",
        slope=slope,
        intercept=intercept,
        hounsfield=scale in HOUNSFIELD,
        bits_allocated=bits_allocated,
        bits_stored=bits_stored,
        high_bit=high_bit,
        overlay_bits=_overlay_in_pixels(dataset),
        signed=attributes.integer(dataset, "PixelRepresentation") == 1,
        inverse=photometric == "MONOCHROME1",
        padding=attributes.padding(dataset),
        syntax=syntax,
        fault=fault,
        labels=labels_of(dataset, groups),
        guid=attributes.has_guid(dataset, *UIDS),
        instance_number=attributes.loose_integer(dataset, "InstanceNumber") if frame is None else None,
        tilt=attributes.loose_number(groups.get("CTGeometrySequence", dataset), "GantryDetectorTilt"),
    )


def _overlay_in_pixels(dataset: Dataset) -> bool:
    """Whether an overlay is kept in unused bits of the pixels: one that has a place there and no data of its own."""
    groups = [group for group in range(0x6000, 0x6020, 2) if (group, 0x0102) in dataset]
    return any((group, 0x3000) not in dataset for group in groups)


def _lossy(dataset: Dataset, syntax: str) -> bool:
    """Whether anything was lost when the image was coded, now or before, as far as its header says."""
    said = attributes.text(dataset, "LossyImageCompression")
    if said == "01" or syntax in LOSSY or (syntax in PERHAPS_LOSSY and said != "00"):
        return True
    ratio = attributes.loose_text(dataset, "LossyImageCompressionRatio")
    return bool(ratio) and said != "00"


def frame_headers(dataset: Dataset, number: int) -> list[ImageHeader]:
    """One header for each frame of an Enhanced CT object: per-frame functional groups win over the shared ones.

    Raises:
        Unreadable: As ``image_header``, or the number of frames is not that of their groups.
    """
    shared = _group(attributes.sequence(dataset, "SharedFunctionalGroupsSequence"))
    per_frame = attributes.sequence(dataset, "PerFrameFunctionalGroupsSequence")
    count = attributes.integer(dataset, "NumberOfFrames")
    if count != len(per_frame) or not 1 <= count <= MAX_FRAMES:
        raise Unreadable("NumberOfFrames")
    return [image_header(dataset, number, index, shared | _group([item])) for index, item in enumerate(per_frame)]


def _group(items: list[Dataset]) -> dict[str, Dataset]:
    """First item of each functional group macro, by the keyword of its sequence."""
    found: dict[str, Dataset] = {}
    for item in items[:1]:
        for element in list(item.keys()):
            keyword = keyword_for_tag(element)
            inner = attributes.sequence(item, keyword) if keyword.endswith("Sequence") else []
            if inner:
                found[keyword] = inner[0]
    return found
