"""Whether the slices of a stack follow on each other: by their values alone, whatever the headers say.

Two slices of a scan are never equal pixel by pixel, since their noise differs, and from slice to slice a body changes
at a rate that itself changes slowly. Of real scans of 1 to 6 mm no step was seen above 1.3 times those beside it; a
patient who moved by 8 mm makes one of 4 times.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.medical.dicom.series.stacks import Stack
from apps.medical.dicom.sources import FileSource
from core_model.errors import Caution, InputRejected

STEPS_BESIDE = 3
BREAK_TIMES, BREAK_HU = 1.8, 8.0
LONGEST_BLOCK = 12
BLOCK_SHARE = 0.8
"""Across a block of foreign slices the scan goes on: a smaller step than those into the block and out of it."""
BY_TURNS = 0.9
MOST_VOLUMES = 4
"""So many volumes that take turns are told from one. Of real scans of 1 to 9 mm each further step was at least 1.13
times the one before."""
ROUGHER, SAME_KERNEL = 0.1, 0.5
"""From slice to slice the noise of one volume changes by 2%, and over two slices by more than over one."""
CELLS = 64
MOST_NAMED = 12
"""So many slices are named by their positions."""


@dataclass(frozen=True)
class Continuity:
    """What is odd in the sequence of slices, by their numbers.

    Attributes:
        blank: Slices that hold one value alone.
        repeated: Slices whose pixels are those of another slice, all that are equal.
        foreign: Slices of blocks that the slices around them do not lead into.
        breaks: Slices that the next one does not continue, without such a block.
        by_turns: Whether slices resemble those further on more than the next: several volumes in one.
    """

    blank: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    foreign: tuple[int, ...] = ()
    breaks: tuple[int, ...] = ()
    by_turns: bool = False


def continuity_cautions(
    source: FileSource, stack: Stack, hu: NDArray[np.int16], odd: Sequence[int] = (), stray: Sequence[int] = ()
) -> list[Caution]:
    """What is said of slices that do not follow on each other.

    Args:
        source: To name the first file of them.
        stack: Whose slices they are.
        hu: (slices, rows, columns), lowest first.
        odd: Slices that are odd for another reason.
        stray: Slices that hold values which nothing around them leads to.

    Raises:
        InputRejected: Its slices belong by turns to several volumes.
    """
    found = continuity(hu)
    if found.by_turns:
        raise InputRejected(
            "its slices belong by turns to several volumes: each resembles one further on more than the next",
            allowed="one volume a series",
            action="export each acquisition or reconstruction as a series of its own",
            code="slices_by_turns",
        )
    groups = {
        "slices_blank": found.blank,
        "slices_same_pixels": found.repeated,
        "slices_odd": sorted({*odd, *found.foreign} - {*found.blank}),
        "values_stray": sorted({*stray} - {*odd, *found.foreign, *found.blank}),
        "slices_break": found.breaks,
    }
    return [_caution(source, stack, code, slices) for code, slices in groups.items() if slices]


def _caution(source: FileSource, stack: Stack, code: str, slices: Sequence[int]) -> Caution:
    place = source.place_of(stack.images[slices[0]][0].number).message
    values = {"num_slices": len(slices), "positions_mm": places_mm(stack, slices)}
    return Caution(code, values, place, len(slices))


def places_mm(stack: Stack, slices: Sequence[int]) -> str:
    """The positions of slices as a sentence names them: of many the first."""
    places = ", ".join(f"{stack.positions_mm[k]:.1f}" for k in slices[:MOST_NAMED])
    return places + (", …" if len(slices) > MOST_NAMED else "")


def continuity(hu: NDArray[np.int16]) -> Continuity:
    """Looks through the slices of a stack.

    Args:
        hu: (slices, rows, columns), lowest first.
    """
    blank = [k for k, plane in enumerate(hu) if _blank(plane[::8, ::8]) and _blank(plane)]
    repeated = _repeated(hu, set(blank))
    shown = [k for k in range(len(hu)) if k not in set(blank)]
    if len(shown) < 2 * STEPS_BESIDE:
        return Continuity(tuple(blank), repeated)
    cells = _cells(hu)
    steps = np.abs(np.diff(cells, axis=0)).mean(axis=(1, 2))
    found = _breaks(steps)
    blocks = [
        (low, high)
        for low, high in zip(found, found[1:], strict=False)
        if high - low <= LONGEST_BLOCK
        and np.abs(cells[high + 1] - cells[low]).mean() < BLOCK_SHARE * min(steps[low], steps[high])
    ]
    foreign = {k for low, high in blocks for k in range(low + 1, high + 1)} - set(blank)
    ends = {end for block in blocks for end in block}
    beside_blank = {k + offset for k in blank for offset in (-1, 0)}
    breaks = tuple(k for k in found if k not in ends and k not in beside_blank)
    by_turns = _by_turns(cells, float(steps.mean())) or _rough_by_turns(hu)
    return Continuity(tuple(blank), repeated, tuple(sorted(foreign)), breaks, by_turns)


def _blank(plane: NDArray[np.int16]) -> bool:
    return bool(plane.min() == plane.max())


def _repeated(hu: NDArray[np.int16], blank: set[int]) -> tuple[int, ...]:
    """Slices that have the pixels of another one."""
    alike: dict[bytes, list[int]] = defaultdict(list)
    for k, plane in enumerate(hu):
        if k not in blank:
            alike[plane[::8, ::8].tobytes()].append(k)
    equal: dict[bytes, list[int]] = defaultdict(list)
    for k in (k for group in alike.values() if len(group) > 1 for k in group):
        equal[hashlib.sha256(hu[k].tobytes()).digest()].append(k)
    return tuple(sorted(k for group in equal.values() if len(group) > 1 for k in group))


def _cells(hu: NDArray[np.int16]) -> NDArray[np.float32]:
    """Means of square cells of each slice, about 64 across, over every second pixel: the noise is damped."""
    size = max(1, round(max(hu.shape[1:]) / (2 * CELLS)))
    rows, columns = (len(range(0, side, 2)) // size for side in hu.shape[1:])
    cells = np.empty((len(hu), rows, columns), np.float32)
    for k, plane in enumerate(hu):
        thin = plane[::2, ::2][: rows * size, : columns * size]
        cells[k] = thin.reshape(rows, size, columns, size).mean(axis=(1, 3))
    return cells


def _breaks(steps: NDArray[np.float32]) -> list[int]:
    """Steps that stand out over those on either side of them."""
    found = []
    for k in range(1, len(steps) - 1):
        below, above = steps[max(0, k - STEPS_BESIDE) : k], steps[k + 1 : k + 1 + STEPS_BESIDE]
        usual = max(float(np.median(below)), float(np.median(above)))
        if steps[k] > BREAK_TIMES * usual + BREAK_HU:
            found.append(k)
    return found


def _by_turns(cells: NDArray[np.float32], step: float) -> bool:
    """Whether the step to the next but one, or to one of the two after that, is smaller than the one before it."""
    for further in range(2, min(MOST_VOLUMES, len(cells) // 4) + 1):
        nearer, step = step, float(np.abs(cells[further:] - cells[:-further]).mean())
        if step < BY_TURNS * nearer:
            return True
    return False


def _rough_by_turns(hu: NDArray[np.int16]) -> bool:
    """Whether smooth slices and rough ones take turns, as those of two kernels do: dose and anatomy change slowly."""
    rough = np.array([np.abs(np.diff(plane[::8], 2, axis=1)).mean() for plane in hu])
    turns, further = np.abs(np.diff(rough)), np.abs(rough[2:] - rough[:-2])
    return bool(turns.mean() > ROUGHER * rough.mean() and further.mean() < SAME_KERNEL * turns.mean())
