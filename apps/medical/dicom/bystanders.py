"""Damaged files beside the images: which of them may belong to a series that could be read."""

from apps.medical.dicom.headers import DamagedFile, Headers
from apps.medical.dicom.series.choice import SortedStacks
from core_model.errors import Caution


def refuse_damaged_images(headers: Headers, found: SortedStacks, series_uid: str | None) -> None:
    """Refuses an input of which a damaged file may be an image of a series that could be read.

    A file of which neither kind nor series is known is let pass: whether a slice is missing shows in the others.

    Raises:
        InputRejected: That of the first such file.
    """
    series = {stack.series_uid for stack in found.stacks}
    for file in headers.damaged:
        if file.maybe_image and (file.series_uid in series or (file.sop_class and not file.series_uid)):
            raise file.refusal
    if not series:
        blame_damaged_file(headers, series_uid)


def blame_damaged_file(headers: Headers, series_uid: str | None) -> None:
    """Where no series can be read: the refusal of the first damaged file that may be the reason.

    Raises:
        InputRejected: There is one.
    """
    for file in headers.damaged:
        if file.maybe_image and (series_uid is None or file.series_uid in ("", series_uid.partition("#")[0])):
            raise file.refusal


def damaged_beside(damaged: list[DamagedFile]) -> list[Caution]:
    """What is said of damaged files when a series was read."""
    if not damaged:
        return []
    return [Caution("files_damaged", {"count": len(damaged)}, damaged[0].refusal.refusal.source, len(damaged))]
