"""Chest CTs read as the foundation read them: every value of the document, but for renames, provenance and the
corrections below. No tolerance: lengths and probabilities are rounded in the document already."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from apps.demo.phantom import make_phantom_ct
from apps.documents import Missing
from apps.medical.jobs import stored
from apps.medical.reading import MedicalReading, ReadFinding
from apps.medical.series import SkippedSeries
from apps.messages import cautioned, said
from benchmarks import shared_data
from core_model.errors import Caution
from tests import needs
from tests.apps.equality.comparing import Correction, before, differences
from tests.apps.medical.small_chest import read_small_chest
from tests.apps.reading import reader

CORRECTIONS = (
    Correction(
        r"warnings/\d+/text",
        r"Slices are ([\d.]+) mm thick; nodules smaller than (\d+) mm may not be seen\.",
        r"Slice thickness or spacing is \1 mm; nodules smaller than \2 mm may be missed.",
        "the number is the larger of thickness and spacing",
    ),
)
"""An absent series number became 0, and an empty padding value turned stored zeros into air. Neither shows on these
three: all images here have a number and none has an empty padding value."""
OWN = ("id", "schema", "provenance")
"""What says which code and weights read the study, and where it is stored; so do the study's id and the hash of the
weights beside the operating point: the same weights lie in other files now."""
CODES = {"series_localizer": "localizer"}
"""Reasons whose codes have other names now, as far as they are met here."""


pytestmark = pytest.mark.timeout(1800)


def compare(name: str, reading: MedicalReading) -> list[str]:
    old, new = before(name), as_before(reading)
    for document in (old, new):
        for key in OWN:
            document.pop(key, None)
        document["study"].pop("id")
        document["operating_point"].pop("weights_hash")
    for finding in old["findings"]:
        if isinstance(finding["heatmap"], str):
            finding["heatmap"] = Path(finding["heatmap"]).name  # the command line printed the path of the content
    return differences(old, new, CORRECTIONS)


@pytest.fixture(autouse=True)
def two_threads():
    """As the documents of before were made: the last bits of a heatmap follow from how sums are shared out."""
    number = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(number)


def test_a_small_chest_is_read_as_before():
    assert not compare("small_chest", read_small_chest().reading)


@pytest.mark.slow
def test_the_phantom_is_read_as_before(tmp_path: Path):
    make_phantom_ct(tmp_path / "ct", 7)
    assert not compare("phantom", read_now(tmp_path / "ct", tmp_path / "data"))


@pytest.mark.slow
@pytest.mark.shared_data
def test_a_scan_of_a_patient_is_read_as_before(tmp_path: Path):
    needs.shared_data()
    assert not compare("c3n", read_now(shared_data.folder("medical/ct_C3N-00247"), tmp_path / "data"))


def read_now(study: Path, data: Path) -> MedicalReading:
    """The reading that the present code makes of a study."""
    with reader(data) as reads:
        end = reads.study(study)
        assert end.state == "done", end.error
        return stored(reads.store, str(end.reading_id))


def as_before(reading: MedicalReading) -> dict[str, Any]:
    """A reading in the form ``tandem.medical.reading/1``, its sentences in English."""
    geometry, quality = reading.series.geometry, reading.series.quality
    return {
        "notice": reading.notice,
        "study": {"id": reading.study.id, "study_uid": reading.study.study_uid, "date": _value(reading.study.date)},
        "series": {
            "uid": reading.series.series_uid,
            "size": list(geometry.size),
            "spacing_mm": list(geometry.spacing_mm),
            "origin_mm": list(geometry.origin_mm),
            "direction": [list(row) for row in geometry.direction],
            "quality": {name: _value(getattr(quality, name)) for name in quality.__slots__},
        },
        "series_skipped": [_skipped(series) for series in reading.series_skipped],
        "findings": [_finding(finding) for finding in reading.findings],
        "operating_point": {
            "threshold": reading.operating_point.threshold,
            "weights_hash": reading.operating_point.weights_hash,
        },
        "record": _value(reading.record),
        "warnings": [_caution(caution) for caution in reading.cautions],
    }


def _skipped(series: SkippedSeries) -> dict[str, Any]:
    return {
        "uid": series.series_uid,
        "number": series.series_number,
        "images": series.num_slices,
        "modality": series.modality,
        "spacing_mm": series.spacing_mm,
        "reason": said(series.reason),
        "code": CODES[series.reason.code],
    }


def _finding(finding: ReadFinding) -> dict[str, Any]:
    values = {name: _value(getattr(finding, name)) for name in finding.__slots__}
    spread = finding.attenuation_spread
    assert not isinstance(spread, Missing)
    return {**values, "attenuation_spread": {"sd": spread.sd, "min": spread.min, "max": spread.max}}


def _caution(caution: Caution) -> dict[str, Any]:
    source = said(caution.source) if caution.source else ""
    return {"code": caution.code, "text": cautioned(caution), "source": source, "count": caution.count}


def _value(value: Any) -> Any:
    if isinstance(value, Missing):
        return {"not_available": said(value.not_available)}
    return list(value) if isinstance(value, tuple) else value


def test_a_number_that_moves_in_its_last_place_is_seen():
    reading = read_small_chest().reading
    moved = json.loads(json.dumps(as_before(reading)))
    moved["findings"][1]["probability"] += 1e-6
    (difference,) = differences(as_before(reading), moved, CORRECTIONS)
    assert difference.startswith("findings/1/probability: ")


def test_all_three_documents_of_before_are_here():
    folder = Path(__file__).parent / "before"
    medical = [path for path in folder.glob("*.json.gz") if not path.name.startswith("10-")]
    assert {path.name for path in medical} == {"small_chest.json.gz", "phantom.json.gz", "c3n.json.gz"}
    for path in medical:
        assert json.loads(gzip.decompress(path.read_bytes()))["schema"] == "tandem.medical.reading/1"
