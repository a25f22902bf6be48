"""CT studies in DICOM: `read_study` and `first_image`."""

from apps.medical.dicom.records import (
    FirstImage,
    ImportedStudy,
    Patient,
    SeriesRecord,
    StudyRecord,
)
from apps.medical.dicom.study import first_image, read_study

__all__ = [
    "FirstImage",
    "ImportedStudy",
    "Patient",
    "SeriesRecord",
    "StudyRecord",
    "first_image",
    "read_study",
]
