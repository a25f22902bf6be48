"""The stem over whole slices: a probability for every pixel of the working grid, where it is wanted.

Shapes: Z slices, Y rows, X columns of the working grid; C channels.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from scipy import ndimage

from apps.medical.nodules.grid import neighbour_step
from apps.medical.nodules.stem import COARSE, MISSING, Part, Stem, StemOutput, padded

MARGIN = 24
"""Pixels around the search zone that the network sees as well."""
BATCH_PIXELS = 120_000
"""Slices of one size go through the network together up to this many pixels: more leaves the processor's cache."""
SMALL_PIXELS = 40_000
"""Slices up to this size are looked at whole, so that they can go together."""


def zone_boxes(zone_ZYX: np.ndarray, margin: int = MARGIN) -> list[Part | None]:
    """For each slice the rectangle to look at: the zone and a margin; None where the zone is empty."""
    whole = (slice(0, zone_ZYX.shape[1]), slice(0, zone_ZYX.shape[2]))
    small = zone_ZYX[0].size <= SMALL_PIXELS
    boxes: list[Part | None] = []
    for zone in zone_ZYX:
        bounds = _bounds(zone)
        boxes.append(None if bounds is None else whole if small else _wider(bounds, margin, zone.shape))
    return boxes


def _bounds(zone_YX: np.ndarray) -> Part | None:
    """The smallest rectangle that holds the zone."""
    return next(iter(ndimage.find_objects(zone_YX.view(np.int8))), None)


def _wider(part: Part, margin: int, size: tuple[int, ...]) -> Part:
    rows, columns = (
        slice(max(0, axis.start - margin), min(length, axis.stop + margin))
        for axis, length in zip(part, size, strict=True)
    )
    return rows, columns


def planes_of(image_ZYX: np.ndarray, z: int, box: Part, slice_mm: float) -> np.ndarray:
    """The three planes of a slice, cut to a box and padded to what the stem takes, ``[3, Y, X]``."""
    step = neighbour_step(slice_mm)
    rows, columns = box[0].stop - box[0].start, box[1].stop - box[1].start
    height, width = padded(rows, columns)
    planes = np.zeros((3, height, width), np.float32)
    for channel, at in enumerate((z - step, z, z + step)):
        if 0 <= at < len(image_ZYX):
            planes[channel, :rows, :columns] = image_ZYX[at][box]
        else:
            planes[channel] = MISSING
    return planes


def look(stem: Stem, planes: Sequence[np.ndarray], part: Part | None = None) -> StemOutput:
    """The stem's output for some slices, each with its neighbours ``[3, Y, X]``: computed where its weights lie, given
    back to the processor; of a part alone where one is given, see ``Stem.forward``."""
    device = next((parameter.device for parameter in stem.parameters()), torch.device("cpu"))
    with torch.inference_mode():
        batch = torch.from_numpy(np.stack(planes)).to(device)
        output = stem(batch.contiguous(memory_format=torch.channels_last), part)
        return StemOutput(output.logit_BYX.cpu(), output.fine_BCYX.cpu(), output.coarse_BCYX.cpu())


def run_slices(
    stem: Stem,
    image_ZYX: np.ndarray,
    boxes: Sequence[Part | None],
    slice_mm: float,
    slices: Sequence[int],
    tick: Callable[[float], None] | None = None,
    zone_ZYX: np.ndarray | None = None,
) -> Iterator[tuple[int, Part, StemOutput]]:
    """The stem's output for each wanted slice that the zone touches, in order.

    Neighbouring slices with the same box go through the network together.

    Args:
        stem: One network.
        image_ZYX: Scaled slices on the working grid.
        boxes: For each slice the rows and columns to look at; None where there is nothing to look for.
        slice_mm: Distance of the slices.
        slices: Which slices, from 0.
        tick: Called with the fraction done.
        zone_ZYX: Where in the boxes the output is wanted; all over them where not given.

    Yields:
        The slice, the rows and columns of the image that the output is of, and the output of batch size 1: with what
        pads the box's end to a size that the stem takes.
    """
    stem.eval()
    wanted = [z for z in slices if boxes[z] is not None]
    at = 0
    while at < len(wanted):
        box = _box(boxes, wanted[at])
        together = [wanted[at]]
        planes = [planes_of(image_ZYX, wanted[at], box, slice_mm)]
        while at + len(together) < len(wanted) and (len(planes) + 1) * planes[0][0].size <= BATCH_PIXELS:
            z = wanted[at + len(together)]
            if boxes[z] != box:
                break
            together.append(z)
            planes.append(planes_of(image_ZYX, z, box, slice_mm))
        part = None if zone_ZYX is None else part_with(zone_ZYX[together][:, *box])
        output = look(stem, planes, part)
        at += len(together)
        if tick is not None:
            tick(at / len(wanted))
        for b, z in enumerate(together):
            one = slice(b, b + 1)
            yield (
                z,
                box if part is None else _placed(part, box),
                StemOutput(output.logit_BYX[one], output.fine_BCYX[one], output.coarse_BCYX[one]),
            )


def part_with(wanted_ZYX: np.ndarray) -> Part | None:
    """The smallest part that a stem can be asked for and that holds what is wanted of some slices; None: nothing is."""
    bounds = _bounds(np.logical_or.reduce(wanted_ZYX))
    if bounds is None:
        return None
    rows, columns = (slice(axis.start // COARSE * COARSE, -(-axis.stop // COARSE) * COARSE) for axis in bounds)
    return rows, columns


def _placed(part: Part, box: Part) -> Part:
    """A part of a box as rows and columns of the image, without what pads the box."""
    rows, columns = (
        slice(outer.start + axis.start, min(outer.start + axis.stop, outer.stop))
        for axis, outer in zip(part, box, strict=True)
    )
    return rows, columns


def _box(boxes: Sequence[Part | None], z: int) -> Part:
    box = boxes[z]
    assert box is not None
    return box


def probability_map(
    stem: Stem,
    image_ZYX: np.ndarray,
    zone_ZYX: np.ndarray,
    slice_mm: float,
    slices: Sequence[int] | None = None,
    tick: Callable[[float], None] | None = None,
) -> np.ndarray:
    """P(nodule) for each pixel inside the zone, 0 outside, float32 ``[Z, Y, X]``.

    Args:
        stem: One network.
        image_ZYX: Scaled slices on the working grid.
        zone_ZYX: The search zone there.
        slice_mm: Distance of the slices.
        slices: Which slices to look at, all where not given.
        tick: Called with the fraction done.
    """
    result = np.zeros(image_ZYX.shape, np.float32)
    boxes, wanted = zone_boxes(zone_ZYX), slices or range(len(image_ZYX))
    for z, box, output in run_slices(stem, image_ZYX, boxes, slice_mm, wanted, tick, zone_ZYX):
        rows, columns = box[0].stop - box[0].start, box[1].stop - box[1].start
        result[z][box] = torch.sigmoid(output.logit_BYX[0, :rows, :columns]).numpy() * zone_ZYX[z][box]
    return result
