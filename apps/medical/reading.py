"""``MedicalReading``: all that Tandem reads in a chest CT. The job writes it, the command line prints it, the screens
draw it.

    document = to_json(reading)                        # apps.documents: the bytes that the store keeps
    reading == from_json(MedicalReading, document)
"""

from dataclasses import dataclass
from typing import Final, Literal

from apps.documents import Missing, missing
from apps.medical.ct.volume import Geometry
from apps.medical.series import Quality, SkippedSeries, part_name
from apps.notices import NOTICE
from apps.provenance import Provenance
from core_model.errors import Caution

NOT_KEPT_THEN: Final = missing("not_kept_then")
"""Of documents made before a value was kept."""
SCHEMA: Final = "tandem.medical.reading/2"


@dataclass(frozen=True, slots=True)
class AboutStudy:
    """The study, without a name.

    Attributes:
        id: The study's id in the store.
        study_uid: Study instance UID.
        date: ISO date of the examination.
    """

    id: str
    study_uid: str
    date: str | Missing


@dataclass(frozen=True, slots=True)
class ReadSeries:
    """The series that was read.

    Attributes:
        series_uid: Series instance UID.
        num_slices: Slices that were read.
        geometry: Where its voxels lie, to the micrometre's thousandth.
        quality: How good it is for finding nodules.
        part: Which of several volumes of the series it is, from 1; None where it is the only one.
    """

    series_uid: str
    num_slices: int
    geometry: Geometry
    quality: Quality
    part: int | None = None

    @property
    def name(self) -> str:
        """What it can be asked for by: ``UID``, or ``UID#2`` where the series holds several volumes."""
        return part_name(self.series_uid, self.part)


@dataclass(frozen=True, slots=True)
class LungVolumes:
    """Volumes of the lungs in millilitres, with the vessels and nodules in them.

    Attributes:
        right_ml: Of the patient's right lung.
        left_ml: Of the left one.
        both_ml: Of both.
    """

    right_ml: float
    left_ml: float
    both_ml: float


@dataclass(frozen=True, slots=True)
class Spread:
    """How much the attenuation varies within a finding, over the voxels whose mean it is; Hounsfield units.

    Attributes:
        sd: Standard deviation.
        min: Lowest.
        max: Highest.
    """

    sd: float
    min: float
    max: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFinding:
    """One candidate, shown or not, as a reading says it: rounded as it may be read, with an id of its own.

    Attributes:
        id: Follows from the series and the place; stays when the series is read again.
        tracking_uid: DICOM UID that names it in exports.
        rank: From 1, by probability.
        probability: Of being a nodule.
        shown: Whether it reaches the operating point.
        centre_mm: LPS (x, y, z).
        centre_voxel: k from the lowest position, row, column.
        instance_number: Of the image in which the centre lies, as the scanner numbered it.
        long_axis_mm: Largest in-plane diameter over all slices.
        short_axis_mm: Width at right angles to it, in the same slice.
        mean_diameter_mm: Mean of the two, by which guidelines go.
        volume_mm3: Sum of what its voxels hold of it.
        attenuation: Mean of its full voxels, Hounsfield units.
        attenuation_spread: Over the same voxels.
        side: ``"left"`` or ``"right"``, the patient's.
        lobe: Of the lung.
        heatmap: P(nodule) in a window of the volume, a float32 ``.npy``: its SHA-256, by which the store keeps it; its
            path where the command line prints the reading.
        heatmap_start: Voxel (k, row, column) at which the window begins.
    """

    id: str
    tracking_uid: str
    rank: int
    probability: float
    shown: bool
    centre_mm: tuple[float, float, float]
    centre_voxel: tuple[float, float, float]
    long_axis_mm: float | Missing
    short_axis_mm: float | Missing
    volume_mm3: float | Missing
    attenuation: float | Missing
    attenuation_spread: Spread | Missing
    side: str | Missing
    lobe: str | Missing
    heatmap: str | Missing
    heatmap_start: tuple[int, int, int] | Missing
    mean_diameter_mm: float | Missing = NOT_KEPT_THEN
    instance_number: int | Missing = NOT_KEPT_THEN


@dataclass(frozen=True, slots=True)
class ShownFrom:
    """The operating point that the reading was made with.

    Attributes:
        threshold: Probability from which a finding is shown.
        weights_hash: SHA-256 of all weights that it was chosen for.
    """

    threshold: float
    weights_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicalReading:
    """A chest CT, read.

    Attributes:
        schema: Name and version of this form.
        id: The reading's id in the store.
        notice: What it may be used for.
        study: The study, without a name.
        series: The series that was read.
        series_skipped: The others, and parts of series, with the reason.
        findings: By rank, those below the operating point included.
        findings_at_most: The number of candidates at which less likely ones were left out; None where there were no
            others.
        operating_point: From which probability they are shown.
        lungs: How large the lungs are.
        record: What the patient's record says.
        cautions: What was odd, skipped or degraded.
        provenance: What the reading follows from: input, versions of the steps, settings, weights, libraries.
    """

    schema: Literal["tandem.medical.reading/2"] = SCHEMA
    id: str
    notice: str = NOTICE
    study: AboutStudy
    series: ReadSeries
    series_skipped: tuple[SkippedSeries, ...]
    findings: tuple[ReadFinding, ...]
    operating_point: ShownFrom
    record: Missing
    cautions: tuple[Caution, ...]
    provenance: Provenance
    findings_at_most: int | None = None
    lungs: LungVolumes | Missing = NOT_KEPT_THEN

    @property
    def shown(self) -> tuple[ReadFinding, ...]:
        """The findings at or above the operating point, by rank."""
        return tuple(finding for finding in self.findings if finding.shown)
