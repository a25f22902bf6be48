"""A stack of images to an array in HU, and to the part of it that is even and holds the lungs."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.medical.ct.lungs import CUT_SHARE, LungExtent, lung_extent, no_lungs
from apps.medical.dicom.image import ImageHeader
from apps.medical.dicom.pixels import PixelReader
from apps.medical.dicom.sources import FileSource
from apps.medical.dicom.stacks import Gap, Placement, Stack, place, unevenness_mm
from core_model.errors import Caution, InputRejected

MAX_VOXELS = 800_000_000
NOTICED_TILT_DEGREES = 0.5
NOTICED_SHIFT_MM = 0.1
ALLOWED_SHIFT_PIXELS = 0.75
ODD_TIMES, ODD_HU = 1.8, 20.0


@dataclass(frozen=True, eq=False)
class ReadStack:
    """All slices of a stack in memory.

    Attributes:
        hu: int16 (slices, rows, columns), one slice for each position, lowest first.
        cautions: What was odd.
        input_hash: sha256 over the sorted hashes of the files.
        extent: Where the lungs are.
    """

    stack: Stack
    hu: NDArray[np.int16]
    cautions: tuple[Caution, ...]
    input_hash: str
    extent: LungExtent

    @property
    def cut(self) -> bool:
        """Whether an end of the scan cuts through the lungs."""
        return max(self.extent.cut_low, self.extent.cut_high) > CUT_SHARE


def read_stack(source: FileSource, stack: Stack, tick: Callable[[float], None]) -> ReadStack:
    """Decodes every image of a stack.

    Raises:
        InputRejected: Too large, an image without a usable rescale, cut off or damaged, two different images at one
            position, or no lungs in it.
    """
    first = stack.first
    count = len(stack.images)
    if count * first.rows * first.columns > MAX_VOXELS:
        raise InputRejected(
            f"the series has {count} slices of {first.rows} x {first.columns}",
            allowed=f"at most {MAX_VOXELS // 10**6} million voxels",
            action="choose another series",
            code="series_too_large",
        )
    refuse_unscaled(source, stack)
    hu = np.empty((count, first.rows, first.columns), np.int16)
    reader = PixelReader(source)
    hashes: dict[int, str] = {}
    repeated = 0
    for k, here in enumerate(stack.images):
        hu[k] = _decode(reader, here[0], hashes)
        for again in here[1:]:
            if not np.array_equal(hu[k], _decode(reader, again, hashes)):
                raise InputRejected(
                    f"two different slices lie at {stack.positions_mm[k]:.1f} mm",
                    allowed="one slice at each position",
                    action="export one series alone",
                    source=f"{source.label(here[0].number)} and file {again.number}",
                    code="two_slices_one_position",
                )
            repeated += 1
        tick((k + 1) / count)
    cautions = list(_header_cautions(stack))
    if repeated:
        cautions.append(
            Caution(
                "slices_repeated",
                f"{repeated} slices were there twice, equal pixel by pixel; one was used.",
                "",
                repeated,
            )
        )
    odd = odd_slices(hu)
    if odd:
        places = ", ".join(f"{stack.positions_mm[k]:.1f}" for k in odd[:5])
        cautions.append(
            Caution(
                "slices_odd",
                f"{len(odd)} slices look nothing like their neighbours (at {places} mm); they may be damaged.",
                source.label(stack.images[odd[0]][0].number),
                len(odd),
            )
        )
    extent = lung_extent(hu, (stack.step_mm, *first.pixel_spacing))
    if extent is None:
        raise no_lungs("it shows no lungs")
    digest = hashlib.sha256("".join(sorted(hashes.values())).encode()).hexdigest()
    return ReadStack(stack, hu, tuple(cautions), digest, extent)


def _decode(reader: PixelReader, image: ImageHeader, hashes: dict[int, str]) -> NDArray[np.int16]:
    hu = reader.hounsfield(image)
    if image.number not in hashes:
        hashes[image.number] = hashlib.sha256(reader.last_bytes).hexdigest()
    return hu


def odd_slices(hu: NDArray[np.int16]) -> list[int]:
    """Slices that differ from both neighbours far more than neighbours usually do.

    A damaged stream of lossless JPEG decodes without complaint, and DICOM has no checksum: this is what can be seen.
    """
    if len(hu) < 5:
        return []
    thin = hu[:, ::4, ::4]
    steps = np.array(
        [np.abs(thin[k + 1].astype(np.int32) - thin[k]).mean() for k in range(len(hu) - 1)], dtype=np.float64
    )
    nearer = np.minimum(np.append(steps, np.inf), np.insert(steps, 0, np.inf))
    return np.flatnonzero(nearer > ODD_TIMES * np.median(steps) + ODD_HU).tolist()


def refuse_unscaled(source: FileSource, stack: Stack) -> None:
    """Refuses a stack in which the values of any image cannot be turned into HU."""
    for here in stack.images:
        for image in here:
            if not math.isfinite(image.slope) or not math.isfinite(image.intercept):
                what = "RescaleSlope or RescaleIntercept is absent"
            elif image.slope <= 0:
                what = f"RescaleSlope is {image.slope:g}"
            else:
                continue
            raise InputRejected(
                f"{what}, so that its values mean no Hounsfield units",
                allowed="a slope above 0 and an intercept in every image",
                action="export the study again from the scanner or archive",
                source=source.label(image.number),
                code="rescale",
            )


def even_part(source: FileSource, read: ReadStack) -> tuple[range, Placement, list[Caution]]:
    """The slices that make an even grid and hold the lungs.

    Raises:
        InputRejected: A slice is missing inside the lungs, steps are uneven there, or slices do not line up.
    """
    stack, extent = read.stack, read.extent
    cautions: list[Caution] = []
    for gap in stack.gaps:
        if extent.first - 1 <= gap.after <= extent.last:
            raise _gap_in_lungs(source, stack, gap)
    middle = (extent.first + extent.last) // 2
    run = next(run for run in stack.runs() if middle in run)
    if len(run) < len(stack.images):
        cautions.append(
            Caution(
                "slices_missing_outside",
                f"Slices are missing outside the lungs; {len(stack.images) - len(run)} slices beyond the gap were left "
                "out.",
                count=len(stack.gaps),
            )
        )
    uneven = unevenness_mm(stack, run)
    if uneven > max(0.06, 0.04 * stack.step_mm):
        raise InputRejected(
            f"its slices lie up to {uneven:.2f} mm from even steps of {stack.step_mm:.2f} mm",
            allowed="evenly spaced slices",
            action="export the original axial series",
            code="uneven_spacing",
        )
    placement = place(stack, run)
    pixel = min(stack.first.pixel_spacing)
    if placement.shift_mm > max(NOTICED_SHIFT_MM, ALLOWED_SHIFT_PIXELS * pixel):
        raise InputRejected(
            f"its slices are shifted against each other by up to {placement.shift_mm:.1f} mm",
            allowed="slices that line up",
            action="export the original axial series",
            code="slices_shifted",
        )
    if placement.shift_mm > NOTICED_SHIFT_MM:
        cautions.append(
            Caution("slices_shifted", f"Slices are shifted against each other by up to {placement.shift_mm:.2f} mm.")
        )
    if placement.tilt_degrees > NOTICED_TILT_DEGREES:
        cautions.append(
            Caution(
                "gantry_tilt",
                f"The gantry was tilted by {placement.tilt_degrees:.1f} degrees; positions and volumes allow for it, "
                "shapes are seen slanted.",
            )
        )
    return run, placement, cautions


def _gap_in_lungs(source: FileSource, stack: Stack, gap: Gap) -> InputRejected:
    low, high = stack.positions_mm[gap.after], stack.positions_mm[gap.after + 1]
    between = f"{source.label(stack.images[gap.after][0].number)} and file {stack.images[gap.after + 1][0].number}"
    where = f"inside the lungs between {low:.1f} and {high:.1f} mm"
    if gap.missing:
        one = gap.missing == 1
        return InputRejected(
            f"{gap.missing} {'slice is' if one else 'slices are'} missing {where}",
            allowed="complete lungs",
            action="export or copy the series again",
            source=between,
            code="slice_missing",
        )
    return InputRejected(
        f"slices are {gap.width_mm:.2f} mm apart {where}, elsewhere {stack.step_mm:.2f} mm",
        allowed="evenly spaced slices",
        action="export the original axial series",
        source=between,
        code="uneven_spacing",
    )


def _header_cautions(stack: Stack) -> list[Caution]:
    images = [image for here in stack.images for image in here]
    found = []
    if len({(image.slope, image.intercept) for image in images}) > 1:
        found.append(
            Caution("rescale_varies", "Slope or intercept differs between slices; each slice was scaled by its own.")
        )
    if len({image.bits_stored for image in images}) > 1:
        found.append(Caution("pixel_format_varies", "The number of stored bits differs between slices."))
    uids = {image.sop_uid for image in images}
    files = {image.number for image in images}
    if "" in uids or len(uids) < len(files):
        found.append(
            Caution("uid_repeated", "Image UIDs are absent or not unique; exports cannot refer to single images.")
        )
    return found
