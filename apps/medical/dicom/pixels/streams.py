"""What a coded image says of itself before it is decoded: its kind, its size, where it ends, whether it loses anything.

JPEG: ITU-T T.81, annex B. JPEG-LS: ITU-T T.87, annex C. JPEG 2000: ITU-T T.800, annex A.
"""

import struct
from dataclasses import dataclass

import numpy as np

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
CODESTREAM = b"\xff\x4f\xff\x51"
BOXES = b"\0\0\0\x0cjP  \r\n\x87\n"
LOSSLESS, LS = 0xC3, 0xF7
DCT = frozenset({0xC0, 0xC1, 0xC2, 0xC5, 0xC6})
FRAMES = DCT | {LOSSLESS, 0xC7, LS}
SOS, DRI, DHT, DNL = 0xDA, 0xDD, 0xC4, 0xDC
COD, SOT = 0x52, 0x90
IRREVERSIBLE = 0


@dataclass(frozen=True)
class Scan:
    """The coded data of a JPEG or JPEG-LS image.

    Attributes:
        header: Of the scan (T.81, B.2.3), without its marker and length.
        parts: Bytes between restart markers.
    """

    header: bytes
    parts: tuple[bytes, ...]


@dataclass(frozen=True)
class Stream:
    """One coded image.

    Attributes:
        data: From its start marker to its end marker; what follows is no part of it.
        kind: ``"jpeg"``, ``"jpegls"``, ``"jpeg2000"`` or ``"htj2k"``.
        rows: As it claims.
        columns: As it claims.
        precision: Bits of a sample.
        signed: Whether its samples have a sign.
        components: Samples of a pixel.
        lossy: Whether it is coded with loss for certain.
        process: The marker of its frame (T.81, table B.1); 0 in JPEG 2000.
        restart: Units between restart markers, 0 where there are none.
        tables: Contents of its Huffman tables.
        scans: Its coded data; none in JPEG 2000.
    """

    data: bytes
    kind: str
    rows: int
    columns: int
    precision: int
    signed: bool
    components: int
    lossy: bool
    process: int = 0
    restart: int = 0
    tables: bytes = b""
    scans: tuple[Scan, ...] = ()


def parse(data: bytes) -> Stream | None:
    """What a stream says of itself; None where it is none of these kinds.

    Raises:
        ValueError: It is cut off, or its parts do not follow each other as they must.
    """
    if data[:2] == SOI:
        return _jpeg(data)
    if data[:4] == CODESTREAM:
        return _jpeg2000(data, 0)
    if data[:12] == BOXES:
        at = data.find(CODESTREAM)
        if at < 0:
            raise ValueError("the file has no codestream")
        return _jpeg2000(data, at)
    return None


def _jpeg(data: bytes) -> Stream:
    at, restart, tables, scans = 2, 0, b"", []
    frame: bytes = b""
    process = 0
    while True:
        if at + 2 > len(data) or data[at] != 0xFF:
            raise ValueError("a marker is missing")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == EOI[1]:
            at += 2
            break
        length = int.from_bytes(data[at + 2 : at + 4])
        content = data[at + 4 : at + 2 + length]
        if length < 2 or len(content) != length - 2:
            raise ValueError("a segment is cut off")
        at += 2 + length
        if marker in FRAMES:
            if process:
                raise ValueError("the stream holds a second frame")
            process, frame = marker, content
        elif marker == DRI:
            restart = int.from_bytes(content)
        elif marker == DHT:
            tables += content
        elif marker == SOS:
            parts, at = _coded(data, at, ls=process == LS)
            scans.append(Scan(content, parts))
    _nothing_more(data, at)
    if len(frame) < 6 or not scans:
        raise ValueError("the stream holds no image")
    precision, rows, columns, components = struct.unpack(">BHHB", frame[:6])
    near = scans[0].header[1 + 2 * scans[0].header[0]] if process == LS else 0
    kind = "jpegls" if process == LS else "jpeg"
    lossy = process in DCT or near > 0
    stream = data[:at]
    return Stream(
        stream, kind, rows, columns, precision, False, components, lossy, process, restart, tables, tuple(scans)
    )


def _coded(data: bytes, start: int, ls: bool) -> tuple[tuple[bytes, ...], int]:
    """The coded parts of a scan between restart markers, and where the marker after it stands."""
    values = np.frombuffer(data, np.uint8, offset=start)
    after = values[1:][values[:-1] == 0xFF]
    places = np.flatnonzero(values[:-1] == 0xFF)
    markers = places[(after >= 0x80) & (after != 0xFF)] if ls else places[(after != 0) & (after != 0xFF)]
    parts, begin = [], start
    for number, place in enumerate((markers + start).tolist()):
        parts.append(data[begin:place])
        if not 0xD0 <= data[place + 1] <= 0xD7:
            return tuple(parts), place
        if data[place + 1] != 0xD0 + number % 8:
            raise ValueError("restart markers are out of order")
        begin = place + 2
    raise ValueError("the stream does not end")


def _nothing_more(data: bytes, end: int) -> None:
    """Refuses a second image behind the end of the first; padding is no part of either."""
    if data[end:].lstrip(b"\0").startswith((SOI + b"\xff", CODESTREAM)):
        raise ValueError("a second image follows")


def _jpeg2000(data: bytes, start: int) -> Stream:
    end = _end_of_codestream(data, start)
    _nothing_more(data, end)
    right, bottom, left, top = struct.unpack(">4I", data[start + 8 : start + 24])
    components, depth = int.from_bytes(data[start + 40 : start + 42]), data[start + 42]
    capabilities = int.from_bytes(data[start + 6 : start + 8])
    return Stream(
        data[start:end],
        "htj2k" if capabilities & 0x4000 else "jpeg2000",
        bottom - top,
        right - left,
        (depth & 0x7F) + 1,
        bool(depth & 0x80),
        components,
        _transformation(data, start) == IRREVERSIBLE,
    )


def _transformation(data: bytes, start: int) -> int:
    """The wavelet that the main header names: 0 the irreversible one."""
    at = start + 2
    while data[at] == 0xFF and data[at + 1] != SOT:
        if data[at + 1] == COD:
            return data[at + 13]
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    raise ValueError("the coding style is missing")


def _end_of_codestream(data: bytes, start: int) -> int:
    """Where the codestream ends, from the lengths of its tile parts."""
    at = start + 2
    while data[at : at + 1] == b"\xff" and data[at + 1] != SOT:
        length = int.from_bytes(data[at + 2 : at + 4])
        if length < 2 or at + 2 + length >= len(data):
            raise ValueError("a segment is cut off")
        at += 2 + length
    while data[at : at + 2] == bytes((0xFF, SOT)):
        length = int.from_bytes(data[at + 6 : at + 10])
        if length == 0:  # the last one: to the end of the codestream
            at = data.rfind(EOI)
            break
        at += max(length, 14)
    if at < 0 or data[at : at + 2] != EOI:
        raise ValueError("the stream does not end")
    return at + 2
