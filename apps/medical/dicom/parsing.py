"""Files to datasets: what kind a file is, its elements before the pixels, and whether it is whole.

Of the exceptions that pydicom raises on broken files only a few are its own, so that all of them are turned into one
kind, without a word of the header's text in it.
"""

import io
import logging
import re
import warnings
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from pydicom import config as pydicom_config
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.filereader import read_dataset, read_partial
from pydicom.tag import BaseTag

from apps.medical.dicom.guard import Unreadable, becoming
from apps.medical.dicom.sources import FileSource
from apps.medical.dicom.sources.archive import MAX_RATIO, RATIO_COUNTS_FROM
from core_model.errors import InputRejected, Unavailable

# Reading is tolerant, and pydicom's notes on odd values quote them: names of patients must not reach a log.
pydicom_config.settings.reading_validation_mode = pydicom_config.IGNORE
logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
warnings.filterwarnings("ignore", module=r"pydicom(\..*)?")

DEFLATED = b"1.2.840.10008.1.2.1.99"
LEFT_BYTES = 64 * 1024
"""How far a damaged header is looked through."""
MAX_HEADER_BYTES = 64 * 1024**2
"""Elements before the pixels that are larger than this are stepped over."""
MIB = 1024**2
MAX_INFLATED_BYTES = 256 * MIB
MAX_ITEMS = 100_000
"""Items of sequences in one file: enhanced images have some ten for each frame."""
BYTES_OF_ITEM = 8
PIECE = 1 << 16
PIXEL_TAGS = frozenset({0x7FE00010, 0x7FE00008, 0x7FE00009})
UNDEFINED_LENGTH = 0xFFFFFFFF


def damaged(source: FileSource, number: int) -> InputRejected:
    """The rejection of a DICOM file that cannot be parsed."""
    return InputRejected(
        "the DICOM file is damaged or cut off",
        allowed="complete DICOM files",
        action="export the study again",
        source=source.place_of(number),
        code="dicom_damaged",
    )


def cut_off(source: FileSource, number: int) -> InputRejected:
    """The rejection of an image that ends before its pixels do."""
    return InputRejected(
        "the DICOM file is cut off: its pixels are incomplete",
        allowed="complete DICOM files",
        action="copy or export the study again",
        source=source.place_of(number),
        code="dicom_truncated",
    )


def kind_of(stream: BinaryIO) -> str:
    """What a file is by its first bytes.

    "dicom", "bare" (DICOM without its preamble), "cut" (it ends within the preamble), or what else it is.
    """
    head = stream.read(132)
    stream.seek(0)
    if not head:
        return "empty"
    if len(head) < 132 and not head.strip(b"\0"):
        return "cut"
    if head[128:132] == b"DICM":
        return "dicom"
    if head[:5] == b"%PDF-":
        return "pdf"
    if head[:4] == b"PK\x03\x04":
        return "zip"
    if head[:4] in (b"Rar!", b"7z\xbc\xaf") or head[:2] == b"\x1f\x8b" or head[:6] == b"\xfd7zXZ\x00":
        return "archive"
    if head[:2] in (b"\x08\x00", b"\x02\x00") and len(head) == 132:
        return "bare"
    return "other"


@dataclass(frozen=True)
class PixelsAt:
    """Where the pixel element begins to be read and where it should end (None: encapsulated)."""

    end: int | None
    deflated: bool

    def inside(self, size: int) -> bool:
        """Whether they end within a file of ``size`` bytes, as far as the header tells."""
        return self.end is None or self.deflated or self.end <= size


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
    items = _Items()

    def at_pixels(tag: int, vr: str | None, length: int) -> bool:
        if tag not in PIXEL_TAGS:
            if length > PIECE and not deflated and size - stream.tell() > MAX_ITEMS * BYTES_OF_ITEM:
                items.look_ahead(stream, length)
            return False
        start = 0 if deflated else stream.tell()
        found.append(PixelsAt(None if length == UNDEFINED_LENGTH else start + length, deflated))
        return True

    with becoming(Unreadable):
        try:
            dataset = read_partial(stream, at_pixels, defer_size=MAX_HEADER_BYTES, force=True)
        except OSError as error:
            if error.errno is None:  # pydicom's own, for a file that ends too early
                raise
            raise Unavailable(
                "the disk refused to read a file", action="copy the study and try again", code="study_disk_failed"
            ) from None
    with becoming(Unreadable):
        if not found and _ends_short(dataset, size):
            raise Unreadable
    return dataset, found[0] if found else None


def _ends_short(dataset: Dataset, size: int) -> bool:
    """Whether the last element is shorter than it says: the parser takes what is there, or steps over it."""
    last = dataset.get_item(max(dataset.keys()), keep_deferred=True) if len(dataset) else None
    if not isinstance(last, RawDataElement) or last.length == UNDEFINED_LENGTH:
        return False
    if last.value is None:
        return last.value_tell + last.length > size
    return len(last.value) < last.length


def what_is_left(stream: BinaryIO) -> tuple[str, str]:
    """SOP class and series UID in the beginning of a file that cannot be parsed; "" where they are not found."""
    stream.seek(0)
    head = stream.read(LEFT_BYTES)
    return _uid_in(head, b"\x08\x00\x16\x00") or _uid_in(head, b"\x02\x00\x02\x00"), _uid_in(head, b"\x20\x00\x0e\x00")


def _uid_in(head: bytes, tag: bytes) -> str:
    """The UID behind a tag in little endian, explicit or implicit; "" where it is cut off or not there."""
    at = head.find(tag)
    if at < 0:
        return ""
    start = at + 8
    length = int.from_bytes(head[at + 6 : start] if head[at + 4 : at + 6] == b"UI" else head[at + 4 : start], "little")
    found = head[start : start + length].rstrip(b"\0 ")
    whole = start + length <= len(head) and re.fullmatch(rb"[0-9.]{1,64}", found)
    return found.decode("ascii") if whole else ""


class _Items:
    """Counts the items of sequences ahead of the parser, which makes a dataset of some kilobyte of each of them: a few
    bytes of a file are an item. Every byte is looked at once."""

    def __init__(self) -> None:
        self._until = 0
        self._count = 0

    def look_ahead(self, stream: BinaryIO, length: int) -> None:
        """Count in an element that begins here; one of undefined length may go on to the end of the file.

        Raises:
            InputRejected: There are more than any image has (code ``dicom_too_many_items``).
        """
        at = stream.tell()
        end = at + (MAX_HEADER_BYTES if length == UNDEFINED_LENGTH else min(length, MAX_HEADER_BYTES))
        stream.seek(max(at, self._until))
        while stream.tell() < end and (piece := stream.read(min(PIECE, end - stream.tell()))):
            self.add(piece)
        self._until = max(self._until, stream.tell())
        stream.seek(at)

    def add(self, piece: bytes) -> None:
        """Count in some bytes; see ``look_ahead``."""
        self._count += piece.count(b"\xfe\xff\x00\xe0") + piece.count(b"\xff\xfe\xe0\x00")
        if self._count > MAX_ITEMS:
            raise InputRejected(
                "a DICOM file holds more than {most} items of sequences",
                allowed="images as scanners and archives write them",
                action="leave it out",
                code="dicom_too_many_items",
                values={"most": MAX_ITEMS},
            )


def _refuse_deflate_bomb(stream: BinaryIO) -> None:
    """Deflated DICOM is inflated whole by the parser: look first how large it becomes, piece by piece."""
    head = stream.read(144)
    with becoming(Unreadable):
        start = 144 + int(read_dataset(io.BytesIO(head[132:144]), False, True).FileMetaInformationGroupLength)
        stream.seek(start)
        inflater, items, packed, unpacked = zlib.decompressobj(-zlib.MAX_WBITS), _Items(), 0, 0
        while not inflater.eof and (piece := stream.read(PIECE)):
            packed += len(piece)
            while piece and not inflater.eof:
                inflated = inflater.decompress(piece, PIECE)
                piece = inflater.unconsumed_tail
                unpacked += len(inflated)
                items.add(inflated)
                swells = unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * packed
                if unpacked > MAX_INFLATED_BYTES or swells:
                    raise InputRejected(
                        "a deflated DICOM file unpacks to more than {mib} MiB",
                        action="leave it out",
                        code="deflate_bomb",
                        values={"mib": (RATIO_COUNTS_FROM if swells else MAX_INFLATED_BYTES) // MIB},
                    )
    stream.seek(0)


def _stepped_over(dataset: Dataset, tag: BaseTag) -> bool:
    """Whether an element was too large to be read."""
    element = dataset.get_item(tag, keep_deferred=True)
    return isinstance(element, RawDataElement) and element.value is None and element.length > MAX_HEADER_BYTES


def private_undecodable(dataset: Dataset) -> bool:
    """Whether any private element cannot be turned into a value; its text is of no interest."""
    bad = False
    for tag in list(dataset.keys()):
        if not tag.is_private or _stepped_over(dataset, tag):
            continue
        try:
            with becoming(Unreadable):
                dataset[tag]
        except Unreadable:
            bad = True
    return bad
