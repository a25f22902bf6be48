"""One image of a source to Hounsfield units, whatever its transfer syntax.

What the pixel element holds decides, where the transfer syntax contradicts it: the reading says so. The size that a
coded stream claims is compared with the header before anything is decoded.
"""

import numpy as np
from numpy.typing import NDArray
from pydicom import uid

from apps.medical.dicom.guard import becoming
from apps.medical.dicom.image import ImageHeader
from apps.medical.dicom.parsing import cut_off, damaged
from apps.medical.dicom.pixels.coding import decode, decode_rle
from apps.medical.dicom.pixels.element import PixelElement, pixel_element
from apps.medical.dicom.pixels.refusals import contradicts, encapsulated, more_than_stated, unknown_syntax
from apps.medical.dicom.pixels.streams import BOXES, CODESTREAM, SOI, Stream, parse
from apps.medical.dicom.pixels.values import Contradiction, Seen, to_hounsfield
from apps.medical.dicom.sources import FileSource

KINDS = {
    uid.JPEGBaseline8Bit: ("jpeg",),
    uid.JPEGExtended12Bit: ("jpeg",),
    uid.JPEGLossless: ("jpeg",),
    uid.JPEGLosslessSV1: ("jpeg",),
    uid.JPEGLSLossless: ("jpegls",),
    uid.JPEGLSNearLossless: ("jpegls",),
    uid.JPEG2000Lossless: ("jpeg2000",),
    uid.JPEG2000: ("jpeg2000",),
    uid.HTJ2KLossless: ("htj2k",),
    uid.HTJ2KLosslessRPCL: ("htj2k",),
    uid.HTJ2K: ("htj2k",),
    uid.RLELossless: (),
}
"""What the streams of each coded transfer syntax are."""


MARKS = (SOI + b"\xff", CODESTREAM, BOXES)
"""How the streams begin."""


class PixelReader:
    """Decodes images of a source; keeps the last file, so that the frames of one file cost one read.

    Attributes:
        last_bytes: Of the file that was read last.
        seen: What was odd in the images so far.
    """

    def __init__(self, source: FileSource) -> None:
        self._source = source
        self._number = 0
        self._element: PixelElement | None = None
        self.last_bytes = b""
        self.seen = Seen()

    def hounsfield(self, image: ImageHeader) -> NDArray[np.int16]:
        """One image in HU.

        Args:
            image: Its header, from the same source.

        Returns:
            int16 (rows, columns) in [-1024, 3071]; padding outside the field of view is -1024.

        Raises:
            InputRejected: Cut off, damaged, an unknown transfer syntax, or pixels of another size, sign or depth than
                the header says.
        """
        if not image.syntax_native and image.syntax not in KINDS:
            raise unknown_syntax(self._source, image.number)
        element = self._load(image)
        raw = self._plain(element, image) if self._is_plain(element, image) else self._coded(element, image)
        if raw.shape != (image.rows, image.columns):
            raise damaged(self._source, image.number)
        try:
            return to_hounsfield(raw, image, self.seen)
        except Contradiction as found:
            raise contradicts(self._source, image.number, found.code) from None

    def _load(self, image: ImageHeader) -> PixelElement:
        if self._element is not None and self._number == image.number:
            return self._element
        self.last_bytes = self._source.read(image.number)
        refusal = cut_off if image.syntax_native else damaged
        with becoming(lambda: refusal(self._source, image.number)):
            element = pixel_element(self.last_bytes, image.syntax)
        self._element, self._number = element, image.number
        if not element.ended:
            self.seen.note("items_without_end")
        return element

    def _is_plain(self, element: PixelElement, image: ImageHeader) -> bool:
        """Whether it holds plain pixels, as its transfer syntax or else its length and content tell."""
        expected = image.rows * image.columns * image.bits_allocated // 8 * element.frames
        if image.syntax_native and element.fragments is None:
            return True
        if image.syntax == uid.RLELossless and element.fragments is not None:
            return False
        if element.size not in (expected, expected + expected % 2) or element.starts_with(MARKS):
            return False
        self.seen.note("plain_in_items" if image.syntax_native else "plain_under_coded_syntax")
        return True

    def _plain(self, element: PixelElement, image: ImageHeader) -> NDArray:
        width, count, data = image.bits_allocated // 8, image.rows * image.columns, element.plain
        start, whole = (image.frame or 0) * count * width, count * width * element.frames
        if len(data) < start + count * width:
            raise cut_off(self._source, image.number)
        if len(data) > whole and data[whole:].strip(b"\0"):
            raise more_than_stated(self._source, image.number)
        order = ">" if image.syntax == uid.ExplicitVRBigEndian else "<"
        kind = np.dtype(f"{order}{'i' if image.signed else 'u'}{width}")
        values = np.frombuffer(data, kind, count, start).reshape(image.rows, image.columns)
        return values.astype(kind.newbyteorder("="), copy=False)

    def _coded(self, element: PixelElement, image: ImageHeader) -> NDArray:
        width = image.bits_allocated // 8
        stream: Stream | None = None
        with becoming(lambda: damaged(self._source, image.number)):
            coded = element.stream(image.frame or 0)
            stream = parse(coded)
            if stream is not None:
                if (stream.rows, stream.columns) != (image.rows, image.columns):
                    raise ValueError("the stream is of another size than the header")
                raw = as_stored(decode(stream), stream, image)
            elif image.syntax == uid.RLELossless:
                raw = decode_rle(coded, image.rows, image.columns, width)
                raw = raw.view(f"i{width}") if image.signed else raw
            elif not image.syntax_native:
                raise ValueError("no kind of stream that is known")
        if stream is None and image.syntax_native:
            raise encapsulated(self._source, image.number)
        if stream is not None:
            self.seen.lossy |= stream.lossy
            if stream.kind not in KINDS.get(uid.UID(image.syntax), ()):
                self.seen.note("syntax_contradicts")
        return raw


def as_stored(values: NDArray, stream: Stream, image: ImageHeader) -> NDArray:
    """Decoded values with the sign of the header: a stream may not know it, or say another one."""
    width = max(values.dtype.itemsize, image.bits_allocated // 8)
    kept = values.astype(np.int64) & ((1 << stream.precision) - 1)
    if image.signed and stream.kind != "jpeg":  # a lossless JPEG codes the container as it is
        kept -= (kept >> (stream.precision - 1) & 1) << stream.precision
    return kept.astype(f"u{width}").view(f"{'i' if image.signed else 'u'}{width}")
