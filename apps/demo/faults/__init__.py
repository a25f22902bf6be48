"""Damage a made series, archive or report in one known way, and say what was damaged: bad input for tests.

Every function changes only the folder or file that it is given and returns a ``Damage``.
"""

from apps.demo.faults.archives import (
    bomb_zip,
    empty_file,
    nothing_dicom_zip,
    traversal_zip,
    truncate_zip,
    zip_folder,
)
from apps.demo.faults.damage import Damage
from apps.demo.faults.filings import (
    bad_number,
    external_entity,
    huge_fact,
    plain_html,
    scripted,
    truncate_report,
    undefined_context,
    unknown_format,
    xml_bomb,
)
from apps.demo.faults.series import (
    add_extra_files,
    add_localizer,
    add_second_series,
    add_undecodable_private_tags,
    drop_slope,
    duplicate_position,
    pdf_as_dicom,
    remove_slice,
    repeat_slice,
    second_patient,
    shift_slice,
    spread_into_subfolders,
    tilt_gantry,
    truncate_file,
    zero_slope,
)

__all__ = [
    "Damage",
    "add_extra_files",
    "add_localizer",
    "add_second_series",
    "add_undecodable_private_tags",
    "bad_number",
    "bomb_zip",
    "drop_slope",
    "duplicate_position",
    "empty_file",
    "external_entity",
    "huge_fact",
    "nothing_dicom_zip",
    "pdf_as_dicom",
    "plain_html",
    "remove_slice",
    "repeat_slice",
    "scripted",
    "second_patient",
    "shift_slice",
    "spread_into_subfolders",
    "tilt_gantry",
    "traversal_zip",
    "truncate_file",
    "truncate_report",
    "truncate_zip",
    "undefined_context",
    "unknown_format",
    "xml_bomb",
    "zero_slope",
    "zip_folder",
]
