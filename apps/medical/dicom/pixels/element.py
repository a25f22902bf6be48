"""The pixel element of a file as it lies there: plain bytes, or items with the fragments of coded images."""

import io
from dataclasses import dataclass
from functools import cached_property

import pydicom
from pydicom import uid
from pydicom.encaps import generate_fragmented_frames
from pydicom.filereader import read_partial

ITEM, DELIMITER = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
UNDEFINED = 0xFFFFFFFF
PIXEL_DATA = 0x7FE00010


@dataclass(frozen=True)
class PixelElement:
    """What the pixel element holds.

    Attributes:
        data: Its bytes where it is plain; the items, from the offset table on, where it has some.
        fragments: Contents of the items after the offset table; None where it is plain.
        stated: Whether its length is stated, as that of plain pixels is.
        ended: Whether the items end with the delimiter that the standard asks for.
        frames: Images in it, as the header says.
    """

    data: bytes
    fragments: tuple[bytes, ...] | None
    stated: bool
    ended: bool = True
    frames: int = 1

    def stream(self, index: int) -> bytes:
        """What is coded of one image.

        Raises:
            ValueError: There are no items, or too few.
        """
        if self.fragments is None:
            raise ValueError("the pixels are not in items")
        if self.frames == 1:
            return b"".join(self.fragments)
        if len(self.fragments) == self.frames:
            return self.fragments[index]
        return self._frames_of_fragments[index]

    @cached_property
    def _frames_of_fragments(self) -> list[bytes]:
        """What is coded of each image where some have several fragments: the offset table tells, or the end marks."""
        data = self.data + DELIMITER + bytes(4)
        found = [b"".join(parts) for parts in generate_fragmented_frames(data, number_of_frames=self.frames)]
        if len(found) != self.frames:
            raise ValueError("there are not as many images in it as the header says")
        return found

    @property
    def size(self) -> int:
        """Its bytes without tags of items, counted."""
        return len(self.data) if self.fragments is None else sum(map(len, self.fragments))

    def starts_with(self, marks: tuple[bytes, ...]) -> bool:
        """Whether its first item begins with one of these."""
        return self.fragments is not None and b"".join(self.fragments[:1]).startswith(marks)

    @cached_property
    def plain(self) -> bytes:
        """Its bytes without tags of items."""
        return self.data if self.fragments is None else b"".join(self.fragments)


def pixel_element(file: bytes, syntax: str) -> PixelElement:
    """The pixel element of a file.

    Args:
        file: All of its bytes.
        syntax: Its transfer syntax.

    Raises:
        ValueError: It ends before its pixels do.
    """
    if syntax == uid.DeflatedExplicitVRLittleEndian:
        dataset = pydicom.dcmread(io.BytesIO(file), force=True)
        return PixelElement(dataset["PixelData"].value, None, stated=True, frames=_frames(dataset))
    stream = io.BytesIO(file)
    found: list[tuple[int, int]] = []

    def at_pixels(tag: int, vr: str | None, length: int) -> bool:
        if tag == PIXEL_DATA:
            found.append((stream.tell(), length))
        return bool(tag == PIXEL_DATA)

    dataset = read_partial(stream, at_pixels, force=True, specific_tags=[pydicom.tag.Tag("NumberOfFrames")])
    if not found:
        raise ValueError("there are no pixels in it")
    at, length = found[0]
    frames = _frames(dataset)
    if length == UNDEFINED:
        fragments, ended, end = _items(file, at)
        return PixelElement(file[at:end], fragments, stated=False, ended=ended, frames=frames)
    if at + length > len(file):
        raise ValueError("the pixels are cut off")
    data = file[at : at + length]
    if data[:4] == ITEM:
        try:
            fragments, ended, end = _items(data, 0)
        except ValueError:
            return PixelElement(data, None, stated=True, frames=frames)
        if end + 8 * ended >= length - 1:
            return PixelElement(data[:end], fragments, stated=True, ended=ended, frames=frames)
    return PixelElement(data, None, stated=True, frames=frames)


def _frames(dataset: pydicom.Dataset) -> int:
    return int(dataset.get("NumberOfFrames", 1) or 1)


def _items(data: bytes, at: int) -> tuple[tuple[bytes, ...], bool, int]:
    """Contents of the items but the first, whether a delimiter follows them, and where the last one ends.

    Raises:
        ValueError: An item is cut off, or something else stands in its place.
    """
    found: list[bytes] = []
    while at < len(data):
        tag, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if tag == DELIMITER:
            return tuple(found[1:]), True, at
        if tag != ITEM or length == UNDEFINED or at + 8 + length > len(data):
            raise ValueError("an item is cut off")
        found.append(data[at + 8 : at + 8 + length])
        at += 8 + length
    return tuple(found[1:]), False, at
