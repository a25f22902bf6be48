"""Files beside the images that are damaged or may not be read: which may belong to a series that could be read."""

from apps.medical.dicom import attributes
from apps.medical.dicom.headers import FORBIDDEN, DamagedFile, Headers
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
    asked = None if series_uid is None else attributes.uid_of_guid(series_uid.partition("#")[0])
    for file in headers.damaged:
        if file.maybe_image and (asked is None or file.series_uid in ("", asked)):
            raise file.refusal


def damaged_beside(damaged: list[DamagedFile]) -> list[Caution]:
    """What is said of files that are damaged or may not be read when a series was read."""
    forbidden = [file for file in damaged if file.refusal.code == FORBIDDEN]
    others = [file for file in damaged if file.refusal.code != FORBIDDEN]
    return [
        Caution(code, {"count": len(files)}, files[0].refusal.refusal.source, len(files))
        for code, files in (("files_damaged", others), ("files_forbidden", forbidden))
        if files
    ]
