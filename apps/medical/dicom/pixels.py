"""Pixels of one image to Hounsfield units, whatever its transfer syntax.

Decoders are those of pydicom with pylibjpeg-openjpeg (JPEG 2000), pylibjpeg-rle, pyjpegls and Pillow (8-bit JPEG), and
`jpeg_lossless` and `jpeg2000` of this package for lossless and 12-bit JPEG and for JPEG 2000. The size that a
compressed stream claims is compared with the header before anything is decoded.
"""

import io
import struct

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom import uid
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels import get_decoder

from apps.medical.ct.volume import AIR_HU, HIGHEST_HU
from apps.medical.dicom import jpeg2000, jpeg_lossless
from apps.medical.dicom.guard import becoming
from apps.medical.dicom.image import ImageHeader
from apps.medical.dicom.parsing import cut_off, damaged
from apps.medical.dicom.sources import FileSource
from core_model.errors import InputRejected

jpeg_lossless.register()

PIXEL_MODULE = [
    tag
    for keyword in (
        "SpecificCharacterSet",
        "SamplesPerPixel",
        "PhotometricInterpretation",
        "NumberOfFrames",
        "Rows",
        "Columns",
        "BitsAllocated",
        "BitsStored",
        "HighBit",
        "PixelRepresentation",
        "PlanarConfiguration",
        "PixelData",
        "ExtendedOffsetTable",
        "ExtendedOffsetTableLengths",
    )
    if (tag := tag_for_keyword(keyword)) is not None
]
END_OF_IMAGE = b"\xff\xd9"
NATIVE = frozenset({uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.DeflatedExplicitVRLittleEndian})


class PixelReader:
    """Decodes images of a source; keeps the last file, so that the frames of one file cost one read."""

    def __init__(self, source: FileSource) -> None:
        self._source = source
        self._number = 0
        self._dataset: Dataset | None = None
        self.last_bytes = b""

    def hounsfield(self, image: ImageHeader) -> NDArray[np.int16]:
        """One image in HU.

        Args:
            image: Its header, from the same source.

        Returns:
            int16 (rows, columns) in [-1024, 3071]; padding outside the field of view is -1024.

        Raises:
            InputRejected: Cut off, damaged, an unknown transfer syntax, or pixels of another size than the header says.
        """
        dataset = self._load(image)
        raw = self._native(dataset, image) if image.syntax in NATIVE else self._decoded(dataset, image)
        return to_hounsfield(raw, image)

    def _load(self, image: ImageHeader) -> Dataset:
        if self._dataset is not None and self._number == image.number:
            return self._dataset
        self.last_bytes = self._source.read(image.number)
        with becoming(lambda: damaged(self._source, image.number)):
            dataset = pydicom.dcmread(io.BytesIO(self.last_bytes), force=True, specific_tags=PIXEL_MODULE)
        self._dataset, self._number = dataset, image.number
        return dataset

    def _native(self, dataset: Dataset, image: ImageHeader) -> NDArray:
        width = image.bits_allocated // 8
        count = image.rows * image.columns
        with becoming(lambda: cut_off(self._source, image.number)):
            data = dataset["PixelData"].value
        start = (image.frame or 0) * count * width
        if not isinstance(data, bytes) or len(data) < start + count * width:
            raise cut_off(self._source, image.number)
        kind = np.dtype(f"<{'i' if image.signed else 'u'}{width}")
        return np.frombuffer(data, kind, count, start).reshape(image.rows, image.columns)

    def _decoded(self, dataset: Dataset, image: ImageHeader) -> NDArray:
        try:
            decoder = get_decoder(uid.UID(image.syntax))
        except (NotImplementedError, ValueError):
            decoder = None
        if decoder is None or not decoder.is_available:
            raise InputRejected(
                "its transfer syntax cannot be decoded here",
                allowed="uncompressed, RLE, JPEG, JPEG lossless, JPEG-LS, JPEG 2000",
                action="export the study uncompressed",
                source=self._source.place_of(image.number),
                code="transfer_syntax",
            )
        with becoming(lambda: damaged(self._source, image.number)):
            if uid.UID(image.syntax).is_encapsulated:
                frames = int(dataset.get("NumberOfFrames", 1) or 1)
                stream = get_frame(dataset.PixelData, image.frame or 0, number_of_frames=frames)
                claimed = claimed_size(stream)
                if claimed not in (None, (image.rows, image.columns)):
                    raise ValueError("the stream is of another size than the header")
                if claimed is not None and END_OF_IMAGE not in stream[-16:]:
                    raise ValueError("the stream does not end")  # some decoders fill the rest with grey and say nothing
                if jpeg2000.serves(stream, image):
                    return self._of_its_size(jpeg2000.decode(stream), image)
            raw, _ = decoder.as_array(dataset, raw=True, index=image.frame or 0)
        return self._of_its_size(raw, image)

    def _of_its_size(self, raw: NDArray, image: ImageHeader) -> NDArray:
        if raw.shape != (image.rows, image.columns):
            raise damaged(self._source, image.number)
        return raw


def to_hounsfield(raw: NDArray, image: ImageHeader) -> NDArray[np.int16]:
    """Stored values to HU: unused high bits cleared, slope and intercept of this image, clamped, padding to air."""
    padding = None
    if image.padding is not None:
        padding = (raw >= image.padding[0]) & (raw <= image.padding[1])
    values = _used_bits(raw, image)
    if image.slope == 1 and image.intercept == int(image.intercept) and abs(image.intercept) < 1e6:
        scaled: NDArray = values.astype(np.int32)
        scaled += int(image.intercept)
    else:
        scaled = np.rint(values.astype(np.float64) * image.slope + image.intercept)
    hu = np.clip(scaled, AIR_HU, HIGHEST_HU).astype(np.int16)
    if padding is not None:
        hu[padding] = AIR_HU
    return hu


def _used_bits(raw: NDArray, image: ImageHeader) -> NDArray:
    """Clears what old scanners keep in the bits above BitsStored (overlays); the sign is extended."""
    if image.bits_stored >= raw.dtype.itemsize * 8:
        return raw
    if not image.signed:
        limit = (1 << image.bits_stored) - 1
        return raw & raw.dtype.type(limit) if raw.size and int(raw.max()) > limit else raw
    shift = raw.dtype.itemsize * 8 - image.bits_stored
    return (raw << shift) >> shift


def claimed_size(stream: bytes) -> tuple[int, int] | None:
    """Rows and columns that a JPEG, JPEG-LS or JPEG 2000 stream claims; None where it states none (RLE)."""
    if stream[:4] == b"\xff\x4f\xff\x51":
        right, bottom, left, top = struct.unpack(">4I", stream[8:24])
        return bottom - top, right - left
    if stream[:12] == b"\0\0\0\x0cjP  \r\n\x87\n":
        at = stream.find(b"\xff\x4f\xff\x51")
        return claimed_size(stream[at : at + 64]) if at > 0 else (0, 0)
    if stream[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 < len(stream) and stream[at] == 0xFF:
        marker, length = stream[at + 1], struct.unpack(">H", stream[at + 2 : at + 4])[0]
        if marker in (0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xF7):
            return struct.unpack(">HH", stream[at + 5 : at + 9])
        at += 2 + length
    return 0, 0
