"""A stack of images to an array in HU, and to the part of it that is even and holds the lungs."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from apps.medical.ct.lungs import CUT_SHARE, LungExtent, lung_extent
from apps.medical.ct.orientation import Turn, turn_of
from apps.medical.dicom.image import ImageHeader
from apps.medical.dicom.pixels import PixelReader
from apps.medical.dicom.pixels.cautions import pixel_cautions
from apps.medical.dicom.pixels.neighbours import jump_between, odd_slices
from apps.medical.dicom.pixels.stray import stray_slices
from apps.medical.dicom.series.continuity import continuity_cautions, places_mm
from apps.medical.dicom.series.placement import Placement, place, unevenness_mm
from apps.medical.dicom.series.stacks import Gap, Stack
from apps.medical.dicom.sources import FileSource
from core_model.errors import Caution, InputRejected

MAX_VOXELS = 800_000_000
NOTICED_TILT_DEGREES = 0.5
TILT_OFF_DEGREES = 1.0
NOTICED_SHIFT_MM = 0.1
ALLOWED_SHIFT_PIXELS = 0.75


@dataclass(frozen=True, eq=False)
class ReadStack:
    """All slices of a stack in memory.

    Attributes:
        hu: int16 (slices, rows, columns), one slice for each position, lowest first, the usual way round.
        cautions: What was odd.
        input_hash: sha256 over the sorted hashes of the files.
        extent: Where the lungs are.
        lossy: Whether anything was lost when an image was coded.
    """

    stack: Stack
    hu: NDArray[np.int16]
    cautions: tuple[Caution, ...]
    input_hash: str
    extent: LungExtent
    lossy: bool = False

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
            "the series has {num_slices} slices of {rows} x {columns}",
            allowed="at most {millions} million voxels",
            action="choose another series",
            code="series_too_large",
            values={
                "num_slices": count,
                "rows": first.rows,
                "columns": first.columns,
                "millions": MAX_VOXELS // 10**6,
            },
        )
    refuse_unscaled(source, stack)
    turn = stack_turn(stack)
    rows, columns = turn.pair(first.rows, first.columns)
    hu = np.empty((count, int(rows), int(columns)), np.int16)
    reader = PixelReader(source)
    hashes: dict[int, str] = {}
    repeated = 0
    for k, here in enumerate(stack.images):
        hu[k] = turn.plane(_decode(reader, here[0], hashes))
        for again in here[1:]:
            if not np.array_equal(hu[k], turn.plane(_decode(reader, again, hashes))):
                raise InputRejected(
                    "two different slices lie at {position_mm} mm",
                    allowed="one slice at each position",
                    action="export one series alone",
                    source=source.place_of_two(here[0].number, again.number),
                    code="two_slices_one_position",
                    values={"position_mm": f"{stack.positions_mm[k]:.1f}"},
                )
            repeated += 1
        tick((k + 1) / count)
    cautions = [*_header_cautions(stack), *pixel_cautions(reader.seen)]
    if repeated:
        cautions.append(Caution("slices_repeated", {"num_slices": repeated}, count=repeated))
    refuse_jump(source, stack, hu)
    cautions += continuity_cautions(source, stack, hu, odd_slices(hu), stray_slices(hu, turn.swap))
    row_mm, column_mm = turn.pair(*first.pixel_spacing)
    extent = lung_extent(hu, (stack.step_mm, row_mm, column_mm))
    digest = hashlib.sha256("".join(sorted(hashes.values())).encode()).hexdigest()
    lossy = reader.seen.lossy or any(image.lossy for here in stack.images for image in here)
    return ReadStack(stack, hu, tuple(cautions), digest, extent, lossy)


def _decode(reader: PixelReader, image: ImageHeader, hashes: dict[int, str]) -> NDArray[np.int16]:
    hu = reader.hounsfield(image)
    if image.number not in hashes:
        hashes[image.number] = hashlib.sha256(reader.last_bytes).hexdigest()
    return hu


def refuse_jump(source: FileSource, stack: Stack, hu: NDArray[np.int16]) -> None:
    """Refuses a stack whose values are not on one scale from its first slice to its last."""
    jump = jump_between(hu)
    if jump is None:
        return
    k, step_hu = jump
    low, high = (f"{stack.positions_mm[at]:.1f}" for at in (k, k + 1))
    raise InputRejected(
        "all values jump by {step_hu} HU between {low_mm} and {high_mm} mm: "
        "slope or intercept is not that of the values there",
        allowed="one scale in all slices",
        action="export the study again from the scanner or archive",
        source=source.place_of_two(stack.images[k][0].number, stack.images[k + 1][0].number),
        code="values_jump",
        values={"step_hu": step_hu, "low_mm": low, "high_mm": high},
    )


def refuse_unscaled(source: FileSource, stack: Stack) -> None:
    """Refuses a stack in which the values of any image cannot be turned into HU."""
    for here in stack.images:
        for image in here:
            if not math.isfinite(image.slope) or not math.isfinite(image.intercept):
                raise InputRejected(
                    "RescaleSlope or RescaleIntercept is absent, so its values cannot be converted to Hounsfield units",
                    allowed="a slope above 0 and an intercept in every image",
                    action="export the study again from the scanner or archive",
                    source=source.place_of(image.number),
                    code="rescale_absent",
                )
            if image.slope <= 0:
                raise InputRejected(
                    "RescaleSlope is {slope}, so its values cannot be converted to Hounsfield units",
                    allowed="a slope above 0 and an intercept in every image",
                    action="export the study again from the scanner or archive",
                    source=source.place_of(image.number),
                    code="rescale_slope",
                    values={"slope": f"{image.slope:g}"},
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
            Caution("slices_missing_outside", {"num_slices": len(stack.images) - len(run)}, count=len(stack.gaps))
        )
    uneven = unevenness_mm(stack, run)
    if uneven > max(0.06, 0.04 * stack.step_mm):
        raise InputRejected(
            "its slices lie up to {off_mm} mm from even steps of {step_mm} mm",
            allowed="evenly spaced slices",
            action="export the original axial series",
            code="slices_off_even_steps",
            values={"off_mm": f"{uneven:.2f}", "step_mm": f"{stack.step_mm:.2f}"},
        )
    placement = place(stack, run)
    pixel = min(stack.first.pixel_spacing)
    if placement.shift_mm > max(NOTICED_SHIFT_MM, ALLOWED_SHIFT_PIXELS * pixel):
        raise InputRejected(
            "its slices are shifted against each other by up to {shift_mm} mm",
            allowed="slices that line up",
            action="export the original axial series",
            code="slices_not_aligned",
            values={"shift_mm": f"{placement.shift_mm:.1f}"},
        )
    if placement.shift_mm > NOTICED_SHIFT_MM:
        cautions.append(Caution("slices_shifted", {"shift_mm": round(placement.shift_mm, 2)}))
    if placement.tilt_degrees > NOTICED_TILT_DEGREES:
        cautions.append(Caution("gantry_tilt", {"degrees": round(placement.tilt_degrees, 1)}))
    stated = max((abs(stack.images[k][0].tilt) for k in run if math.isfinite(stack.images[k][0].tilt)), default=0.0)
    if abs(stated - placement.tilt_degrees) > TILT_OFF_DEGREES and stated > NOTICED_TILT_DEGREES:
        values = {"stated": round(stated, 1), "degrees": round(placement.tilt_degrees, 1)}
        cautions.append(Caution("tilt_contradicts", values))
    return run, replace(placement, geometry=stack_turn(stack).geometry(placement.geometry)), cautions


def stack_turn(stack: Stack) -> Turn:
    """How the slices of a stack are brought to the usual way round."""
    return turn_of(stack.first.orientation[:3], stack.first.orientation[3:])


def _gap_in_lungs(source: FileSource, stack: Stack, gap: Gap) -> InputRejected:
    low, high = (f"{stack.positions_mm[k]:.1f}" for k in (gap.after, gap.after + 1))
    between = source.place_of_two(stack.images[gap.after][0].number, stack.images[gap.after + 1][0].number)
    if gap.missing == 1:
        return InputRejected(
            "1 slice is missing inside the lungs between {low_mm} and {high_mm} mm",
            allowed="complete lungs",
            action="export or copy the series again",
            source=between,
            code="slice_missing",
            values={"low_mm": low, "high_mm": high},
        )
    if gap.missing:
        return InputRejected(
            "{num_slices} slices are missing inside the lungs between {low_mm} and {high_mm} mm",
            allowed="complete lungs",
            action="export or copy the series again",
            source=between,
            code="slices_missing",
            values={"num_slices": gap.missing, "low_mm": low, "high_mm": high},
        )
    return InputRejected(
        "slices are {width_mm} mm apart inside the lungs between {low_mm} and {high_mm} mm, elsewhere {step_mm} mm",
        allowed="evenly spaced slices",
        action="export the original axial series",
        source=between,
        code="slices_uneven",
        values={
            "width_mm": f"{gap.width_mm:.2f}",
            "low_mm": low,
            "high_mm": high,
            "step_mm": f"{stack.step_mm:.2f}",
        },
    )


def _header_cautions(stack: Stack) -> list[Caution]:
    images = [image for here in stack.images for image in here]
    found = []
    if len({(image.slope, image.intercept) for image in images}) > 1:
        found.append(Caution("rescale_varies"))
    if any(image.inverse for image in images):
        found.append(Caution("shown_inverse"))
    if len({(image.bits_allocated, image.bits_stored, image.signed) for image in images}) > 1:
        found.append(Caution("pixel_format_varies"))
    if any(image.labels.kernel and not image.kernel for image in images):
        found.append(Caution("kernel_not_kept"))
    if other := stack.num_of_another_reconstruction:
        found.append(Caution("reconstruction_varies", {"num_slices": other}, count=other))
    if any(image.guid for image in images):
        found.append(Caution("uid_of_guid"))
    if len({image.frame_of_reference for image in images} - {""}) > 1:
        found.append(Caution("frame_of_reference_varies"))
    if joints := stack.joints:
        found.append(Caution("acquisitions_joined", {"positions_mm": places_mm(stack, joints)}, count=len(joints)))
    used = [here[0] for here in stack.images]
    uids = {image.sop_uid for image in used}
    files = {image.number for image in used}
    if "" in uids or len(uids) < len(files):
        found.append(Caution("uid_repeated"))
    return found
