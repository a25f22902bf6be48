"""Stored values of one image to Hounsfield units, and what tells that they are not what the header says."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from apps.medical.ct.volume import AIR_HU, HIGHEST_HU
from apps.medical.dicom.image import ImageHeader

BELOW_AIR_HU, ABOVE_BONE_HU = -1200, 4000
"""Beyond the noise of air, and beyond the densest bone: values there are looked at closely."""
MOST_BELOW_AIR = 0.1
"""Share of an image that may lie below air; more cannot be streaks beside metal."""
BROKEN_HU = 300.0
"""Overlays are drawn over an image that goes on below them; where values were cut it does not."""
SPECK = 64
"""Pixels of padding that hang together at least; fewer are values."""
EDGE_HU = 100.0


class Contradiction(Exception):
    """The values of an image are not what its header says. ``code`` is that of the refusal."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Seen:
    """What was seen of the images of a series while they were read.

    Attributes:
        images: How many images each oddity was met in, by its code.
        pixels: How many pixels each oddity concerns.
        total: Pixels that were read.
        lossy: Whether a stream says that it was coded with loss.
    """

    images: Counter[str] = field(default_factory=Counter)
    pixels: Counter[str] = field(default_factory=Counter)
    total: int = 0
    lossy: bool = False

    def note(self, code: str, pixels: int = 0) -> None:
        """Count one image with this oddity."""
        self.images[code] += 1
        self.pixels[code] += pixels


def to_hounsfield(raw: NDArray, image: ImageHeader, seen: Seen) -> NDArray[np.int16]:
    """Stored values to HU: the bits that the header names, slope and intercept of this image, clamped, padding to air.

    Args:
        raw: As decoded, (rows, columns), integers of the container's size.
        image: Its header.
        seen: Is told what is odd.

    Raises:
        Contradiction: The bits, or the sign, are not those of the header.
    """
    seen.total += raw.size
    padding = _padding(raw, image)
    values = raw if _as_stated(raw, image) else _stored(raw, image, padding, seen)
    scaled = _scaled(values, image)
    if padding is not None:
        padding = _outside(padding, scaled, seen)
    if scaled.min() < BELOW_AIR_HU or scaled.max() > ABOVE_BONE_HU:
        _refuse_wrapped(values, scaled, image, padding, seen)
    hu = np.clip(scaled, AIR_HU, HIGHEST_HU, out=scaled).astype(np.int16, copy=False)
    if padding is not None:
        hu[padding] = AIR_HU
    return hu


def _as_stated(raw: NDArray, image: ImageHeader) -> bool:
    """Whether all values are such as the header's bits hold, so that none has to be taken apart."""
    if image.bits_stored > 16 or image.high_bit + 1 != image.bits_stored or (raw.dtype.kind == "i") != image.signed:
        return False
    half = 1 << (image.bits_stored - 1)
    least, most = (-half, half - 1) if image.signed else (0, 2 * half - 1)
    return bool(raw.min() >= least and raw.max() <= most)


def _scaled(values: NDArray, image: ImageHeader) -> NDArray:
    """Values times slope plus intercept, a new array: of 16 bits where they fit, since most of the time is memory."""
    if image.slope != 1 or image.intercept != int(image.intercept) or abs(image.intercept) >= 1e6:
        return np.rint(values.astype(np.float64) * image.slope + image.intercept)
    intercept = int(image.intercept)
    low, high = int(values.min()), int(values.max())
    bounds = (low, high, intercept, low + intercept, high + intercept)
    kind = np.int16 if max(map(abs, bounds)) < 1 << 15 else np.int32
    return np.asarray(np.add(values.astype(kind, copy=False), intercept, dtype=kind))


def _padding(raw: NDArray, image: ImageHeader) -> NDArray[np.bool_] | None:
    """Pixels of the value that stands for padding, whichever sign the header wrote it with."""
    if image.padding is None:
        return None
    first, last = image.padding
    bits = raw.dtype.itemsize * 8
    least = -(1 << (bits - 1)) if raw.dtype.kind == "i" else 0
    moved = [value + (1 << bits) * ((value < least) - (value >= least + (1 << bits))) for value in (first, last)]
    return np.asarray((raw >= min(moved)) & (raw <= max(moved)))


def _stored(raw: NDArray, image: ImageHeader, padding: NDArray[np.bool_] | None, seen: Seen) -> NDArray[np.int32]:
    """The bits of a value that the header names, as a number with its sign (PS3.5, 8.1.1)."""
    size = 1 << raw.dtype.itemsize * 8
    plain = np.bitwise_and(raw.astype(np.int64 if raw.dtype.itemsize > 2 else np.int32), size - 1)
    stored, shift = image.bits_stored, image.high_bit + 1 - image.bits_stored
    if shift > 0 and (image.syntax_native or (plain >> stored).any()):
        if (plain & ((1 << shift) - 1)).any():
            raise Contradiction("high_bit")
        plain >>= shift
    used = plain & ((1 << stored) - 1)
    odd = used != plain
    if image.signed:
        used -= (used >> (stored - 1)) << stored
        odd &= used != plain - ((plain >> (raw.dtype.itemsize * 8 - 1)) * size)
    if padding is not None:
        odd &= ~padding
    if not image.overlay_bits and odd.any():
        others = (plain, plain - (plain >= size // 2) * size)
        cut = _step_at_rim(used, used, odd) * abs(image.slope) > BROKEN_HU
        if cut or any(_nearer(used, other, odd) for other in others):
            raise Contradiction("bits_above_stored")
        seen.note("bits_above_stored", int(np.count_nonzero(odd)))
    return used.astype(np.int32)


def _nearer(values: NDArray, other: NDArray, odd: NDArray[np.bool_]) -> bool:
    """Whether, at the rim of the odd pixels, another number for them continues their neighbours better."""
    return _step_at_rim(other, values, odd) < _step_at_rim(values, values, odd)


def _step_at_rim(values: NDArray, around: NDArray, odd: NDArray[np.bool_]) -> float:
    """Median step from the odd pixels to their neighbours that are not odd; 0 where there are none."""
    steps: list[NDArray] = []
    for axis in (0, 1):
        for flip in (False, True):
            lower, upper = _halves(axis, flip)
            rim = odd[lower] & ~odd[upper]
            steps.append(np.abs(values[lower][rim] - around[upper][rim].astype(np.int64)))
    found = np.concatenate(steps)
    return float(np.median(found)) if len(found) else 0.0


def _halves(axis: int, flip: bool) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Index of all pixels but the last along an axis, and of the next ones; the other way round when flipped."""
    all_but_last, all_but_first = slice(None, -1), slice(1, None)
    first = (all_but_last, slice(None)) if axis == 0 else (slice(None), all_but_last)
    second = (all_but_first, slice(None)) if axis == 0 else (slice(None), all_but_first)
    return (second, first) if flip else (first, second)


def _refuse_wrapped(
    values: NDArray, scaled: NDArray, image: ImageHeader, padding: NDArray[np.bool_] | None, seen: Seen
) -> None:
    """Values no tissue has: refused where the other sign, or another offset, explains them; else counted."""
    low, high = scaled < BELOW_AIR_HU, scaled > ABOVE_BONE_HU
    if padding is not None:
        low &= ~padding
        high &= ~padding
    lowest = scaled.min()
    if low.any() and any((edge == lowest).any() for edge in (scaled[0], scaled[-1], scaled[:, 0], scaled[:, -1])):
        low &= scaled != lowest  # one lowest value around the field of view is the padding of a writer that named none
    size = 1 << image.bits_stored
    for odd, other in ((low, values.astype(np.int64) + size), (high, values.astype(np.int64) - size)):
        if odd.any() and _nearer(values, other, odd):
            raise Contradiction("sign_contradicts")
    below = int(np.count_nonzero(low))
    if below > MOST_BELOW_AIR * low.size:
        raise Contradiction("values_below_air")
    if below:
        seen.note("below_air", below)


def _outside(padding: NDArray[np.bool_], scaled: NDArray, seen: Seen) -> NDArray[np.bool_]:
    """Which pixels of the padding value lie outside the field of view; within tissue it is a value like others."""
    if not padding.any() or float(scaled[padding].max()) <= AIR_HU:
        return padding
    labels, count = ndimage.label(padding)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    edge = np.zeros(count + 1, bool)
    edge[np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])] = True
    large = sizes >= SPECK
    keep = np.zeros(count + 1, bool)
    for label in range(1, count + 1):
        if large[label] or edge[label]:
            keep[label] = (edge[label] and large[label]) or _has_an_edge(labels == label, padding, scaled)
    inside = int(np.count_nonzero(padding) - sizes[keep].sum())
    if inside:
        seen.note("padding_in_tissue", inside)
    return np.asarray(keep[labels])


def _has_an_edge(part: NDArray[np.bool_], padding: NDArray[np.bool_], scaled: NDArray) -> bool:
    """Whether the values around a part differ from it as tissue does from nothing."""
    around = ndimage.binary_dilation(part) & ~padding
    if not around.any():
        return True
    return bool(abs(float(np.median(scaled[around])) - float(scaled[part].mean())) > EDGE_HU)
