"""The document of a reading, ``tandem.medical.reading/1``: plain JSON from series, findings and the operating point."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from apps.messages import cautioned, said
from apps.notices import NOTICE
from core_model.errors import Caution

if TYPE_CHECKING:  # to queue a study, a page or a command imports this; it needs no torch for it
    from apps.medical.nodules.findings import Finding

SCHEMA = "tandem.medical.reading/1"
ID_GRID_MM = 2.0
"""A centre that moves within a cell of this grid, as with other weights, leaves its finding the same id."""
FINEST = 12  # halvings of the grid: below a micrometre; beyond it findings at one point are counted


def not_available(reason: str) -> dict[str, str]:
    """The value of a key that has none, with the reason."""
    return {"not_available": reason}


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


def describe_caution(caution: Caution) -> dict[str, Any]:
    """One caution as JSON, in English."""
    return {
        "code": caution.code,
        "text": caution.values["text"] if "text" in caution.values else cautioned(caution),
        "source": said(caution.source) if caution.source else "",
        "count": caution.count,
    }


def describe_finding(finding: "Finding", identifier: str, side: str, heatmap: str | None) -> dict[str, Any]:
    """One finding as JSON.

    Args:
        finding: As found and measured.
        identifier: From ``finding_ids``.
        side: ``"left"`` or ``"right"``, the patient's.
        heatmap: Hash of its heatmap in the store, None where it has none.
    """
    measured = finding.measurement
    assert measured.centre_mm is not None, "a reading has a geometry"
    below = not_available("the finding is below the operating point")
    return {
        "id": identifier,
        "tracking_uid": tracking_uid(identifier),
        "rank": finding.rank,
        "probability": round(finding.probability, 6),
        "shown": finding.shown,
        "centre_mm": [round(part, 3) for part in measured.centre_mm],
        "centre_voxel": [round(part, 3) for part in measured.centre_voxel],
        "long_axis_mm": round(measured.long_axis_mm, 2),
        "short_axis_mm": round(measured.short_axis_mm, 2),
        "volume_mm3": round(measured.volume_mm3, 2),
        "attenuation": round(measured.attenuation_hu, 1),
        "attenuation_spread": {
            "sd": round(measured.attenuation_sd_hu, 1),
            "min": round(measured.attenuation_range_hu[0], 1),
            "max": round(measured.attenuation_range_hu[1], 1),
        },
        "side": side,
        "lobe": not_available("lobes are not segmented"),
        "heatmap": heatmap or below,
        "heatmap_start": list(finding.heat_start) if heatmap else below,
    }


def build_document(
    imported: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    *,
    study_id: str,
    operating_point: Mapping[str, Any],
    warnings: Sequence[Mapping[str, Any]],
    reading_id: str,
    provenance: Mapping[str, Any],
) -> dict[str, Any]:
    """Put a reading's parts together.

    Args:
        imported: ``study``, ``series`` and ``series_skipped`` as the import step described them.
        findings: By rank, those below the operating point included.
        study_id: The study's row.
        operating_point: ``threshold`` and ``weights_hash``.
        warnings: Cautions of all steps as dictionaries.
        reading_id: Id that the store gives the reading.
        provenance: Input hash, code version, weights hash and settings.

    Returns:
        A JSON-able dictionary that fits ``docs/reference/schemas/tandem.medical.reading-1.json``.
    """
    return {
        "schema": SCHEMA,
        "id": reading_id,
        "notice": NOTICE,
        "study": {"id": study_id, **imported["study"]},
        "series": imported["series"],
        "series_skipped": imported["series_skipped"],
        "findings": list(findings),
        "operating_point": dict(operating_point),
        "record": not_available("no patient record was given with the study"),
        "warnings": list(warnings),
        "provenance": dict(provenance),
    }
