"""What is said of the series of a study: how good the one that was read is, and why the others were not read."""

from dataclasses import dataclass, replace

from apps.documents import Missing
from core_model.errors import Message


def part_name(series_uid: str, part: int | None) -> str:
    """What a series, or one of several volumes of it, is asked for by: ``UID`` or ``UID#2``."""
    return series_uid if part is None else f"{series_uid}#{part}"


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a series is for finding nodules.

    Attributes:
        grade: ``"good"`` (thin and complete) or ``"degraded"``.
        reasons: Codes of the cautions that degrade it.
        effective_mm: The coarser of slice thickness and step.
        thickness_mm: As the header says; None where it does not.
        step_mm: Distance of neighbouring slices along their normal.
        tilt_degrees: Of the gantry.
        kernel: Reconstruction kernel, empty where the header names none that may be kept.
        maker: Of the scanner, out of a known list; empty where the header names none.
        contrast: Whether contrast was given, as far as the header says.
        lossy: Whether the images were ever compressed with loss.
    """

    grade: str
    reasons: tuple[str, ...]
    effective_mm: float
    thickness_mm: float | None
    step_mm: float
    tilt_degrees: float
    kernel: str
    maker: str
    contrast: bool | Missing
    lossy: bool

    def rounded(self) -> "Quality":
        """As a reading says it."""
        return replace(
            self,
            effective_mm=round(self.effective_mm, 4),
            step_mm=round(self.step_mm, 4),
            tilt_degrees=round(self.tilt_degrees, 3),
        )


@dataclass(frozen=True, slots=True)
class SkippedSeries:
    """A series, or a part of one, that was not read, and why.

    Attributes:
        series_uid: Its UID.
        series_number: As the scanner numbered it; None where its images have no number.
        num_slices: Its images, of whatever kind.
        modality: ``"CT"``, ``"SR"`` and so on; ``"OT"`` where it is none of those known.
        spacing_mm: Distance of its slices; None where they have no places.
        reason: One clause, without text of a header.
        part: Which of several volumes of its series it is, from 1; None where it is the only one.
    """

    series_uid: str
    series_number: int | None
    num_slices: int
    modality: str
    spacing_mm: float | None
    reason: Message
    part: int | None = None

    @property
    def name(self) -> str:
        """What it can be asked for by: ``UID``, or ``UID#2`` where its series holds several volumes."""
        return part_name(self.series_uid, self.part)

    def rounded(self) -> "SkippedSeries":
        """As a reading says it."""
        return self if self.spacing_mm is None else replace(self, spacing_mm=round(self.spacing_mm, 4))
