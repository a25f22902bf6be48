"""The stem over whole slices: a probability for every pixel of the working grid, where it is wanted.

Shapes: Z slices, Y rows, X columns of the working grid; C channels.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch

from apps.medical.nodules.grid import neighbour_step
from apps.medical.nodules.stem import MISSING, Stem, StemOutput, padded

MARGIN = 24
"""Pixels around the search zone that the network sees as well."""
BATCH_PIXELS = 120_000
"""Slices of one size go through the network together up to this many pixels: more leaves the processor's cache."""
SMALL_PIXELS = 40_000
"""Slices up to this size are looked at whole, so that they can go together."""


def zone_boxes(zone_ZYX: np.ndarray, margin: int = MARGIN) -> list[tuple[slice, slice] | None]:
    """For each slice the rectangle to look at: the zone and a margin; None where the zone is empty."""
    boxes: list[tuple[slice, slice] | None] = []
    if zone_ZYX[0].size <= SMALL_PIXELS:
        whole = (slice(0, zone_ZYX.shape[1]), slice(0, zone_ZYX.shape[2]))
        return [whole if zone.any() else None for zone in zone_ZYX]
    for zone in zone_ZYX:
        rows, columns = np.nonzero(zone.any(1))[0], np.nonzero(zone.any(0))[0]
        if not len(rows):
            boxes.append(None)
            continue
        boxes.append(
            (
                slice(max(0, int(rows[0]) - margin), min(zone.shape[0], int(rows[-1]) + 1 + margin)),
                slice(max(0, int(columns[0]) - margin), min(zone.shape[1], int(columns[-1]) + 1 + margin)),
            )
        )
    return boxes


def planes_of(image_ZYX: np.ndarray, z: int, box: tuple[slice, slice], slice_mm: float) -> np.ndarray:
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


def look(stem: Stem, planes: Sequence[np.ndarray]) -> StemOutput:
    """The stem's output for some slices, each with its neighbours ``[3, Y, X]``: computed where its weights lie, given
    back to the processor."""
    device = next((parameter.device for parameter in stem.parameters()), torch.device("cpu"))
    with torch.inference_mode():
        batch = torch.from_numpy(np.stack(planes)).to(device)
        output = stem(batch.contiguous(memory_format=torch.channels_last))
        return StemOutput(output.logit_BYX.cpu(), output.fine_BCYX.cpu(), output.coarse_BCYX.cpu())


def run_slices(
    stem: Stem,
    image_ZYX: np.ndarray,
    boxes: Sequence[tuple[slice, slice] | None],
    slice_mm: float,
    slices: Sequence[int],
    tick: Callable[[float], None] | None = None,
) -> Iterator[tuple[int, tuple[slice, slice], StemOutput]]:
    """The stem's output for each wanted slice that the zone touches, in order.

    Neighbouring slices with the same box go through the network together.

    Args:
        stem: One network.
        image_ZYX: Scaled slices on the working grid.
        boxes: For each slice the rows and columns to look at; None where there is nothing to look for.
        slice_mm: Distance of the slices.
        slices: Which slices, from 0.
        tick: Called with the fraction done.

    Yields:
        The slice, its box, and the output of batch size 1: of the box, padded at its end to what the stem takes.
    """
    stem.eval()
    wanted = [z for z in slices if boxes[z] is not None]
    at = 0
    while at < len(wanted):
        together = [wanted[at]]
        planes = [planes_of(image_ZYX, wanted[at], _box(boxes, wanted[at]), slice_mm)]
        while at + len(together) < len(wanted) and (len(planes) + 1) * planes[0][0].size <= BATCH_PIXELS:
            z = wanted[at + len(together)]
            if boxes[z] != boxes[together[0]]:
                break
            together.append(z)
            planes.append(planes_of(image_ZYX, z, _box(boxes, z), slice_mm))
        output = look(stem, planes)
        at += len(together)
        if tick is not None:
            tick(at / len(wanted))
        for b, z in enumerate(together):
            part = slice(b, b + 1)
            yield (
                z,
                _box(boxes, z),
                StemOutput(output.logit_BYX[part], output.fine_BCYX[part], output.coarse_BCYX[part]),
            )


def _box(boxes: Sequence[tuple[slice, slice] | None], z: int) -> tuple[slice, slice]:
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
    boxes = zone_boxes(zone_ZYX)
    for z, box, output in run_slices(stem, image_ZYX, boxes, slice_mm, slices or range(len(image_ZYX)), tick):
        rows, columns = box[0].stop - box[0].start, box[1].stop - box[1].start
        result[z][box] = torch.sigmoid(output.logit_BYX[0, :rows, :columns]).numpy() * zone_ZYX[z][box]
    return result
