"""What is said of an input and of the series that was read, and which of it makes a series worse."""

from collections.abc import Sequence

from apps.medical.dicom.headers import Headers
from apps.medical.dicom.reading import ReadStack
from apps.medical.dicom.series.stacks import Stack, is_localizer
from apps.medical.dicom.sources import FileSource
from apps.medical.series import SkippedSeries
from apps.messages.nested import joined, nested
from core_model.errors import Caution

THICK_MM = 3.05
APART_MM, APART_SHARE = 0.1, 0.1
"""Slices are said to lie apart from a gap of both."""
DEGRADING = frozenset(
    {"thick_slices", "slices_missing_outside", "gantry_tilt", "slices_shifted", "lossy", "derived_series",
     "derived_in_part", "lungs_cut", "rescale_varies", "pixel_format_varies", "mixed_series", "slices_odd",
     "bits_above_stored", "below_air", "frame_of_reference_varies", "acquisitions_joined", "slices_apart",
     "tilt_contradicts", "reconstruction_varies", "slices_blank", "slices_same_pixels", "slices_break", "values_stray"}
)  # fmt: skip


def series_cautions(read: ReadStack, headers: Headers, skipped: Sequence[SkippedSeries]) -> list[Caution]:
    """What is said of the series that was read, beside what its pixels say."""
    stack = read.stack
    found = []
    if stack.part is not None:
        found.append(Caution("series_of_several", {"part": stack.part}))
    apart = _apart_mm(stack)
    if apart is not None:
        values = {"gap_mm": round(apart, 2), "step_mm": round(stack.step_mm, 2)}
        found.append(Caution("slices_apart", values))
    if (stack.thickness_mm or stack.effective_mm) > THICK_MM or (apart is None and stack.effective_mm > THICK_MM):
        values = {"thickness_mm": round(stack.effective_mm, 1), "smallest_mm": round(2 * stack.effective_mm)}
        found.append(Caution("thick_slices", values))
    derived = stack.num_derived
    if derived == len(stack.images):
        found.append(Caution("derived_series"))
    elif derived:
        found.append(Caution("derived_in_part", {"num_slices": derived}, count=derived))
    if read.lossy:
        found.append(Caution("lossy"))
    if read.cut:
        end = "lower" if read.extent.cut_low >= read.extent.cut_high else "upper"
        found.append(Caution("lungs_cut", {"end": end}))
    listed = sum(each.num_slices for each in skipped if each.series_uid == stack.series_uid and each.part is not None)
    left = _images_left(stack, headers) - listed  # the other volumes of the series are said by their numbers
    if left:
        found.append(Caution("mixed_series", {"num_images": left}, count=left))
    studies = {image.study_uid for image in headers.images}
    if len(studies) > 1:
        found.append(Caution("several_studies", {"num_studies": len(studies)}))
    return found


def _images_left(stack: Stack, headers: Headers) -> int:
    """How many images of the series are not in the stack; localizers do not count."""
    used = {(image.number, image.frame) for here in stack.images for image in here}
    return sum(
        image.series_uid == stack.series_uid and (image.number, image.frame) not in used and not is_localizer(image)
        for image in headers.images
    )


def _apart_mm(stack: Stack) -> float | None:
    """Thickness of what was not imaged between two neighbouring slices; None where they touch, or none can tell."""
    if stack.thickness_mm is None:
        return None
    gap = stack.step_mm - stack.thickness_mm
    return gap if gap > max(APART_MM, APART_SHARE * stack.step_mm) else None


def input_cautions(source: FileSource, headers: Headers) -> list[Caution]:
    """What is said of the files of an input that are no images, or were not looked at."""
    found = []
    beside = sum(len(numbers) for numbers in headers.not_dicom.values())
    if beside:
        kinds = [nested(f"files_{kind}", count=len(files)) for kind, files in sorted(headers.not_dicom.items())]
        found.append(Caution("not_dicom", {"count": beside, "kinds": joined("files_and_files", kinds)}, count=beside))
    archives, links, folders = source.archives_inside, source.links_skipped, source.folders_forbidden
    if archives:
        found.append(Caution("archives_inside", {"count": archives}, count=archives))
    if links:
        found.append(Caution("links_skipped", {"count": links}, count=links))
    if folders:
        found.append(Caution("folders_forbidden", {"count": folders}, count=folders))
    undecodable = len(headers.private_undecodable)
    if undecodable:
        place = source.place_of(headers.private_undecodable[0]).message
        found.append(Caution("private_undecodable", {"count": undecodable}, place, undecodable))
    return found
