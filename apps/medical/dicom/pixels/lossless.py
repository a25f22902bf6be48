"""Whether a lossless JPEG was decoded from all of its coded data and from nothing else.

Its coding (ITU-T T.81, annex H) has one form only: from the values, the predictor and the code table follows how many
bits they take. A decoder that lost its place, or made up what it could not decode, ends up with another number.
"""

import numpy as np
from numpy.typing import NDArray

from apps.medical.dicom.pixels.streams import Stream

CATEGORIES = 17
_BITS_OF = np.array([value.bit_length() for value in range(1 << 16)], np.uint8)


def refuse_of_another_length(values: NDArray, stream: Stream) -> None:
    """Compares the coded data of a stream with what its values take.

    Args:
        values: Decoded, (rows, columns).
        stream: They come from.

    Raises:
        ValueError: It is longer or shorter, by more than padding.
    """
    (scan,) = stream.scans
    predictor, transform = scan.header[-3], scan.header[-1] & 0x0F
    bits_of = code_lengths(stream.tables).get(scan.header[2] >> 4)
    if bits_of is None or not 1 <= predictor <= 7:
        raise ValueError("its code table is missing")
    rows_a_part = stream.rows if not stream.restart else stream.restart // stream.columns
    if stream.restart and stream.restart % stream.columns:
        return  # the standard does not allow it (H.1.1)
    samples = values.astype(np.int32) >> transform
    for number, part in enumerate(scan.parts):
        rows = samples[number * rows_a_part : (number + 1) * rows_a_part]
        categories = category_counts(rows, predictor, stream.precision - transform)
        if (categories > 0)[bits_of == 0].any():
            raise ValueError("it holds values that its code table has no code for")
        bits = int((categories * (bits_of + np.minimum(np.arange(CATEGORIES), 16) % 16)).sum())
        _compare(part, bits)


def _compare(part: bytes, bits: int) -> None:
    plain = part.rstrip(b"\xff").replace(b"\xff\0", b"\xff")
    needed = -(-bits // 8)
    missing = needed - len(plain)
    trailing = len(part) - len(part.rstrip(b"\xff"))
    if missing > trailing:
        raise ValueError("the coded data is too short")
    if plain[needed:].strip(b"\0"):
        raise ValueError("coded data is left over")


def category_counts(samples: NDArray[np.int32], predictor: int, precision: int) -> NDArray[np.int64]:
    """How often each category of difference occurs (T.81, H.1.2.2) in rows that begin anew with the first."""
    left, above, corner = samples[1:, :-1], samples[:-1, 1:], samples[:-1, :-1]
    predicted = (
        left, above, corner, left + above - corner, left + ((above - corner) >> 1), above + ((left - corner) >> 1),
        (left + above) >> 1,
    )[predictor - 1]  # fmt: skip
    start = samples[:1, :1] - (1 << (precision - 1))
    differences = [start, np.diff(samples[:1], axis=1), np.diff(samples[:, :1], axis=0), samples[1:, 1:] - predicted]
    counts = np.zeros(CATEGORIES, np.int64)
    for difference in differences:
        size = np.abs(((difference + 0x8000) & 0xFFFF) - 0x8000)
        counts[16] += np.count_nonzero(size == 0x8000)
        found = np.bincount(_BITS_OF[size[size < 0x8000]], minlength=CATEGORIES)
        counts += found[:CATEGORIES]
    return counts


def code_lengths(tables: bytes) -> dict[int, NDArray[np.int64]]:
    """Bits of the code of each category, 0 where it has none, by the number of its table (T.81, B.2.4.2)."""
    found: dict[int, NDArray[np.int64]] = {}
    at = 0
    while at + 17 <= len(tables):
        number, counts = tables[at] & 0x0F, tables[at + 1 : at + 17]
        lengths = np.zeros(CATEGORIES, np.int64)
        symbol = at + 17
        for bits, count in enumerate(counts, start=1):
            for value in tables[symbol : symbol + count]:
                if value < CATEGORIES:
                    lengths[value] = bits
            symbol += count
        found[number] = lengths
        at = symbol
    return found
