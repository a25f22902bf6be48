"""Findings as a reading says them: with an id that stays, a UID for exports, and rounded as they may be read."""

import hashlib
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from apps.documents import missing
from apps.medical.reading import ReadFinding, Spread

if TYPE_CHECKING:  # to queue a study, a page or a command imports this; it needs no torch for it
    from apps.medical.nodules.findings import Finding

ID_GRID_MM = 2.0
"""A centre that moves within a cell of this grid, as with other weights, leaves its finding the same id."""
FINEST = 12  # halvings of the grid: below a micrometre; beyond it findings at one point are counted


def finding_ids(series_uid: str, centres_mm: Sequence[Sequence[float]]) -> list[str]:
    """Ids of a series' findings, in their order: each follows from the series and the finding's place, so that it stays
    when the series is read again, in whatever order the findings come then.

    Of several centres in one cell of the grid the first by its coordinates has the cell's id, the others that of a cell
    of a finer grid: two findings close to each other are both kept.
    """
    ids: dict[int, str] = {}
    for index in sorted(range(len(centres_mm)), key=lambda index: tuple(centres_mm[index])):
        step = 0
        while (identifier := _id_in_cell(series_uid, centres_mm[index], step)) in ids.values():
            step += 1
        ids[index] = identifier
    return [ids[index] for index in range(len(centres_mm))]


def _id_in_cell(series_uid: str, centre_mm: Sequence[float], step: int) -> str:
    grid_mm = ID_GRID_MM / 2 ** min(step, FINEST)
    cell = ",".join(str(round(part / grid_mm)) for part in centre_mm)
    place = f"{series_uid}/{cell}" if step == 0 else f"{series_uid}/{step}/{cell}"
    return "finding-" + hashlib.sha256(place.encode()).hexdigest()[:16]


def tracking_uid(finding: str) -> str:
    """A DICOM UID (PS3.5 B.2, derived from a UUID) that names the finding in exports."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, finding).int}"


def read_finding(
    finding: "Finding", identifier: str, side: str, heatmap: str | None, instance_numbers: Sequence[int | None] = ()
) -> ReadFinding:
    """One finding as the reading says it.

    Args:
        finding: As found and measured.
        identifier: From ``finding_ids``.
        side: ``"left"`` or ``"right"``, the patient's.
        heatmap: Hash of its heatmap in the store, None where it has none.
        instance_numbers: Of the images by k, as far as they have any.
    """
    measured = finding.measurement
    assert measured.centre_mm is not None, "a reading has a geometry"
    k = round(measured.centre_voxel[0])
    instance = instance_numbers[k] if 0 <= k < len(instance_numbers) else None
    lowest, highest = measured.attenuation_range_hu
    return ReadFinding(
        id=identifier,
        tracking_uid=tracking_uid(identifier),
        rank=finding.rank,
        probability=round(finding.probability, 6),
        shown=finding.shown,
        centre_mm=_rounded(measured.centre_mm),
        centre_voxel=_rounded(measured.centre_voxel),
        long_axis_mm=round(measured.long_axis_mm, 2),
        short_axis_mm=round(measured.short_axis_mm, 2),
        volume_mm3=round(measured.volume_mm3, 2),
        attenuation=round(measured.attenuation_hu, 1),
        attenuation_spread=Spread(round(measured.attenuation_sd_hu, 1), round(lowest, 1), round(highest, 1)),
        side=side,
        lobe=missing("lobes_not_segmented"),
        heatmap=missing("finding_not_shown") if heatmap is None else heatmap,
        heatmap_start=missing("finding_not_shown") if heatmap is None else finding.heat_start,
        mean_diameter_mm=round((measured.long_axis_mm + measured.short_axis_mm) / 2, 2),
        instance_number=missing("image_not_numbered") if instance is None else instance,
    )


def _rounded(point: tuple[float, float, float]) -> tuple[float, float, float]:
    first, second, third = (round(part, 3) for part in point)
    return first, second, third
