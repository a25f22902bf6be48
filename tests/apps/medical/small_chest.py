"""A child's chest with a nodule in each lung, in few slices: small enough that a test may read it whole."""

import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from apps.documents import from_json
from apps.medical.reading import MedicalReading
from apps.store import blobs, readings
from tests.apps.medical.dicom.making import Grid, ball, localizer, make_series
from tests.apps.reading import reader

GRID = replace(Grid(), spacing_mm=(5.0, 2.0, 2.0), size=(26, 84, 108), centre_mm=(0, 0, 100))
NODULES_MM = (((-46.0, -8.0, 104.0), 5.0), ((42.0, 14.0, 86.0), 4.0))
"""LPS centre and radius of a nodule of soft tissue in each lung."""


def child_hu(points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """HU at LPS points (..., 3): body, two lungs, a spine, the nodules."""
    x, y, z = np.moveaxis(points_mm, -1, 0)
    hu = np.full(x.shape, -1000.0)
    hu[(x / 102) ** 2 + (y / 78) ** 2 < 1] = 40
    for side in (-1, 1):
        hu[((x - side * 43) / 31) ** 2 + (y / 48) ** 2 + ((z - 100) / 56) ** 2 < 1] = -860
    hu[(x / 11) ** 2 + ((y - 45) / 11) ** 2 < 1] = 400
    for centre_mm, radius_mm in NODULES_MM:
        hu[ball(points_mm, centre_mm, radius_mm)] = 30
    return hu


def write_small_chest(folder: Path) -> Path:
    """Write the series, a localizer and a file that is no image into a folder."""
    make_series(GRID, hu=child_hu).write(folder)
    localizer().save_as(folder / "localizer.dcm", enforce_file_format=True)
    (folder / "LICENSE").write_text("no image")
    return folder


@dataclass(frozen=True)
class SmallReading:
    """What the job makes of the small chest.

    Attributes:
        document: The stored document.
        reading: The same as its type.
        hu: The volume that was kept.
        heatmaps: By the id of their finding, as they were kept.
    """

    document: bytes
    reading: MedicalReading
    hu: NDArray[np.int16]
    heatmaps: dict[str, NDArray[np.float32]]


@cache
def read_small_chest() -> SmallReading:
    """The reading of the small chest, made once in a run of the tests."""
    with tempfile.TemporaryDirectory() as folder, reader(Path(folder) / "data") as reads:
        end = reads.study(write_small_chest(Path(folder) / "ct"))
        assert end.state == "done", end.error
        row = readings.get(reads.store, str(end.reading_id))
        document = blobs.get(reads.store, row.document_sha256)
        reading = from_json(MedicalReading, document)
        files = readings.files(reads.store, row.id)
        heatmaps = {
            finding.id: np.array(blobs.get_array(reads.store, finding.heatmap))
            for finding in reading.findings
            if isinstance(finding.heatmap, str)
        }
        return SmallReading(document, reading, np.array(blobs.get_array(reads.store, files["volume"])), heatmaps)
