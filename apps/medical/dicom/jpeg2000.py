"""JPEG 2000 of one component by imagecodecs (OpenJPEG, BSD), on several threads.

It decodes the same values as pylibjpeg-openjpeg, by the same library, but lets other threads run meanwhile and uses up
to ``MAX_THREADS`` of its own for one image. What it does not serve (colour, a stream whose sign or container differs
from the header) stays with pydicom's own decoder, which knows how to mend it.
"""

import os

import numpy as np
from numpy.typing import NDArray
from pydicom import uid

from apps.medical.dicom.image import ImageHeader

SYNTAXES = frozenset({uid.JPEG2000Lossless, uid.JPEG2000})
MAX_THREADS = 4
_SIZE = b"\xff\x4f\xff\x51"  # start of codestream and of the marker SIZ (ISO/IEC 15444-1, A.5.1)


def serves(stream: bytes, image: ImageHeader) -> bool:
    """Whether the stream is of one component whose sign and container are those of the header."""
    at = stream.find(_SIZE)
    if image.syntax not in SYNTAXES or at < 0 or len(stream) < at + 43:
        return False
    components, depth = int.from_bytes(stream[at + 40 : at + 42]), stream[at + 42]
    bits = (depth & 0x7F) + 1
    container = 8 if bits <= 8 else 16 if bits <= 16 else 32
    return components == 1 and bool(depth & 0x80) == image.signed and container == image.bits_allocated


def decode(stream: bytes) -> NDArray:
    """The image of a stream that ``serves`` has passed: (rows, columns), integers of the container's size.

    Raises:
        imagecodecs.Jpeg2kError: The stream is damaged or cut off.
    """
    import imagecodecs

    return np.asarray(imagecodecs.jpeg2k_decode(stream, numthreads=num_threads()))


def num_threads() -> int:
    """Threads for one image: the cores that this process may use, at most ``MAX_THREADS``."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MAX_THREADS, cores))
