"""What the import of a study hands from the process that parses to the job: all but the volume, which is a file."""

from dataclasses import dataclass

from apps.medical.reading import ReadSeries
from apps.medical.series import SkippedSeries
from core_model.errors import Caution


@dataclass(frozen=True, slots=True)
class Notes:
    """What an import says beside the series itself."""

    series_skipped: tuple[SkippedSeries, ...]
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A study that was read, without the patient.

    Attributes:
        study_uid: The study's UID.
        study_date: YYYY-MM-DD, or empty.
        series: The series that was read.
        instance_numbers: Of its slices, see ``SeriesRecord``.
        notes: What the import says beside it.
        input_hash: See ``ImportedStudy``.
    """

    study_uid: str
    study_date: str
    series: ReadSeries
    instance_numbers: tuple[int | None, ...]
    notes: Notes
    input_hash: str
