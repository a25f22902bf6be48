"""What an import hands on. The patient's own data stands in `Patient` and nowhere else."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from apps.medical.ct.volume import Volume
from apps.medical.series import Quality, SkippedSeries
from core_model.errors import Caution


@dataclass(frozen=True)
class Patient:
    """Personal data: belongs in the one table of patients. ``repr`` and ``str`` say nothing.

    Attributes:
        name: As in the header, DICOM order (family^given).
        patient_id: The hospital's number.
        issuer: Who gave that number, or empty.
        birth_date: YYYYMMDD, or empty.
        sex: M, F, O, or empty.
        age: As in the header ("077Y"), or empty.
    """

    name: str = field(default="", repr=False)
    patient_id: str = field(default="", repr=False)
    issuer: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    age: str = field(default="", repr=False)


@dataclass(frozen=True)
class StudyRecord:
    """The study without a name: UID, date (YYYY-MM-DD or empty), and how many files were looked at."""

    study_uid: str
    study_date: str
    files: int
    ct_images: int


@dataclass(frozen=True)
class SeriesRecord:
    """The series that was read. Geometry comes with the volume."""

    series_uid: str
    series_number: int | None
    num_slices: int
    quality: Quality
    sop_uids: tuple[str, ...]
    """SOP instance UIDs by k."""
    part: int | None = None
    """Which of several volumes of its series, from 1; None where it is the only one."""
    instance_numbers: tuple[int | None, ...] = ()
    """By k, as the scanner numbered the images; None where one has no number, or is one of several in its file."""


@dataclass(frozen=True, eq=False)
class ImportedStudy:
    """One CT series in memory and everything that is known about it.

    Attributes:
        patient: Personal data, apart from everything else.
        study: The study.
        series: The series that was read.
        skipped: Other series with the reason.
        volume: int16 HU with its geometry.
        cautions: What was odd, skipped or degraded.
        input_hash: sha256 over the hashes of the files of the series, whatever their names and order, folder or zip.
    """

    patient: Patient
    study: StudyRecord
    series: SeriesRecord
    skipped: tuple[SkippedSeries, ...]
    volume: Volume
    cautions: tuple[Caution, ...]
    input_hash: str

    def __repr__(self) -> str:
        return (
            f"ImportedStudy(series={self.series.series_uid}, size={self.volume.shape}, cautions={len(self.cautions)})"
        )


@dataclass(frozen=True, eq=False)
class FirstImage:
    """The middle slice of the series that will most likely be read, for showing it at once.

    Attributes:
        hu: int16 (rows, columns).
        k: Its number, 0 for the lowest slice.
        num_slices: How many the series has.
        spacing_mm: Row and column spacing.
        row_direction: LPS unit vector along which the row index grows (towards the bottom of the picture).
        column_direction: LPS unit vector along which the column index grows (towards the right of the picture).
    """

    hu: NDArray[np.int16]
    k: int
    num_slices: int
    series_uid: str
    spacing_mm: tuple[float, float]
    row_direction: tuple[float, float, float]
    column_direction: tuple[float, float, float]
