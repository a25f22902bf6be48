"""CT studies in DICOM: `read_study` and `first_image`."""

from apps.medical.dicom.records import (
    FirstImage,
    ImportedStudy,
    Patient,
    Quality,
    SeriesRecord,
    SkippedSeries,
    StudyRecord,
)
from apps.medical.dicom.study import first_image, read_study

__all__ = [
    "FirstImage",
    "ImportedStudy",
    "Patient",
    "Quality",
    "SeriesRecord",
    "SkippedSeries",
    "StudyRecord",
    "first_image",
    "read_study",
]
