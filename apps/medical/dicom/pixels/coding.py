"""Coded images to stored values, by imagecodecs (BSD): libjpeg-turbo, CharLS and OpenJPEG.

What a decoder can know of damage is asked for: libjpeg fills what it cannot decode and says nothing, OpenJPEG and
CharLS raise. The usual plugin of pydicom for lossless JPEG is under the GPL, GDCM has an open CVE.
"""

import os

import numpy as np
from numpy.typing import NDArray

from apps.medical.dicom.pixels.lossless import refuse_of_another_length
from apps.medical.dicom.pixels.streams import DCT, EOI, LOSSLESS, Stream

MAX_THREADS = 4


def decode(stream: Stream) -> NDArray:
    """Stored values of one image, (rows, columns), integers.

    Raises:
        Exception: Of whatever kind: the stream is damaged, or of another size than it claims.
    """
    if stream.components != 1:
        raise ValueError("the image is in colour")
    values = _DECODERS[stream.kind](stream)
    if values.shape != (stream.rows, stream.columns):
        raise ValueError("the image is of another size than its stream claims")
    return values


def _jpeg(stream: Stream) -> NDArray:
    import imagecodecs

    _refuse_missing_restarts(stream)
    values = np.asarray(imagecodecs.jpeg_decode(stream.data))
    if stream.process == LOSSLESS:
        refuse_of_another_length(values, stream)
    return values


def _refuse_missing_restarts(stream: Stream) -> None:
    """Restart markers stand where the header says (T.81, E.1.4)."""
    if len(stream.scans) != 1:
        return
    side = 8 if stream.process in DCT else 1
    units = -(-stream.rows // side) * -(-stream.columns // side)
    expected = -(-units // stream.restart) if stream.restart else 1
    if len(stream.scans[0].parts) != expected:
        raise ValueError("restart markers are missing")


def _jpegls(stream: Stream) -> NDArray:
    import imagecodecs

    try:
        return np.asarray(imagecodecs.jpegls_decode(stream.data))
    except imagecodecs.JpeglsError:
        shorter = stream.data[: -len(EOI)].rstrip(b"\0") + EOI
        if len(shorter) == len(stream.data):
            raise
        return np.asarray(imagecodecs.jpegls_decode(shorter))  # some writers pad before the end marker


def _jpeg2000(stream: Stream) -> NDArray:
    """OpenJPEG raises where it finds damage; what it logs besides tells of none."""
    import imagecodecs

    return np.asarray(imagecodecs.jpeg2k_decode(stream.data, numthreads=num_threads()))


_DECODERS = {"jpeg": _jpeg, "jpegls": _jpegls, "jpeg2000": _jpeg2000, "htj2k": _jpeg2000}


def num_threads() -> int:
    """Threads for one image: the cores that this process may use, at most ``MAX_THREADS``."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MAX_THREADS, cores))


def decode_rle(stream: bytes, rows: int, columns: int, width: int) -> NDArray:
    """Stored values of one RLE image (PS3.5, annex G): unsigned, ``width`` bytes each.

    Raises:
        Exception: Of whatever kind: a segment is missing, or holds more or less than the image.
    """
    import imagecodecs

    count, *offsets = (int(value) for value in np.frombuffer(stream, "<u4", 16))
    bounds = [*offsets[:count], len(stream)]
    if count != width or bounds[0] != 64 or any(offsets[count:]) or bounds != sorted(set(bounds)):
        raise ValueError("the segments are not those of the image")
    values = np.zeros(rows * columns, np.uint64)
    for start, stop in zip(bounds, bounds[1:], strict=False):
        segment = stream[start:stop]
        bare = segment.rstrip(b"\0")
        # Padding decodes to zeros: what holds the image with as little of it as possible is the segment.
        for candidate in (segment, segment[:-1], bare, bare + b"\0", bare + b"\0\0"):
            plane = _unpacked(imagecodecs.packbits_decode, candidate)
            if len(plane) == rows * columns:
                break
        else:
            raise ValueError("a segment does not hold the image")
        values = (values << np.uint64(8)) | np.frombuffer(plane, np.uint8)
    return values.astype(f"u{width}").reshape(rows, columns)


def _unpacked(decode_segment, segment: bytes) -> bytes:
    import imagecodecs

    try:
        return bytes(decode_segment(segment))
    except imagecodecs.PackbitsError:
        return b""
