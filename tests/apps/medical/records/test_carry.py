"""Documents of the foundation in the present form: nothing of them is lost, and what can be said in codes is."""

import gzip
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from apps.documents import Missing, from_json
from apps.medical.reading import MedicalReading, Spread
from apps.medical.records.carry import carried
from apps.messages import cautioned, said
from core_model.errors import Message

FOLDER = Path(__file__).resolve().parent


@cache
def foundation_bytes() -> bytes:
    return gzip.decompress((FOLDER / "small_chest_before.json.gz").read_bytes())


def of_before(**changed) -> dict:
    """The document that the foundation made of the small chest."""
    return {**json.loads(foundation_bytes()), **changed}


def reading_of(document: dict) -> MedicalReading:
    return from_json(MedicalReading, json.dumps(carried(document)).encode())


def test_a_document_of_before_is_read_as_the_present_type_and_keeps_every_value():
    old = of_before()
    reading = reading_of(old)
    assert (reading.id, reading.notice, reading.study.date) == (old["id"], old["notice"], old["study"]["date"])
    assert (reading.series.series_uid, reading.series.num_slices) == (old["series"]["uid"], 26)
    for name, value in old["series"]["quality"].items():
        assert plain(getattr(reading.series.quality, name)) == value
    for name in ("size", "spacing_mm", "origin_mm", "direction"):
        assert plain(getattr(reading.series.geometry, name)) == old["series"][name]
    assert len(reading.findings) == len(old["findings"]) == 34
    for was, finding in zip(old["findings"], reading.findings, strict=True):
        assert {name: plain(getattr(finding, name)) for name in was} == was
    assert reading.operating_point.threshold == old["operating_point"]["threshold"]
    said_now = [SAID_NOW.get(warning["code"], warning["text"]) for warning in old["warnings"]]
    assert [cautioned(caution) for caution in reading.cautions] == said_now
    assert reading.provenance.input_hash == old["provenance"]["input_hash"]
    assert reading.provenance.steps == {"code": old["provenance"]["code_version"]}
    assert reading.record == Missing(Message("no_record"))


def plain(value: Any) -> Any:
    """A value as a document of before had it."""
    if isinstance(value, Missing):
        return {"not_available": said(value.not_available)}
    if isinstance(value, Spread):
        return asdict(value)
    return [plain(part) for part in value] if isinstance(value, tuple) else value


def test_a_document_in_the_present_form_stays_as_it_is():
    present = carried(of_before())
    assert carried(present) is present


CAUTIONS = [
    ("thick_slices", "Slices are 5.0 mm thick; nodules smaller than 10 mm may not be seen."),
    ("gantry_tilt", "The gantry was tilted by 15.0 degrees; positions and volumes allow for it, shapes are seen "
     "slanted."),
    ("not_dicom", "4 files are not DICOM images and were left out: 1 empty, 2 of other kinds, 1 PDF."),
    ("slices_shifted", "Slices are shifted against each other by up to 0.30 mm."),
    ("slices_missing_outside", "Slices are missing outside the lungs; 3 slices beyond the gap were left out."),
    ("slices_odd", "2 slices look nothing like their neighbours (at 1.0, 2.5 mm); they may be damaged."),
    ("slices_repeated", "2 slices were there twice, equal pixel by pixel; one was used."),
    ("mixed_series", "2 images of the same series have another geometry or acquisition and were left out."),
    ("several_studies", "There are 2 studies in it; one series of one was read."),
    ("private_undecodable", "Private elements of 40 files cannot be decoded; nothing of them is used."),
    ("lungs_cut", "The upper end of the scan cuts the lungs; what lies beyond was not seen."),
    ("lungs_unequal", "The left lung has only 120 ml of 1100 ml; part of it may be consolidated, collapsed or removed, "
     "and was searched less well."),
    ("lossy", "The images were compressed with loss at some time."),
]  # fmt: skip


SAID_NOW = {
    "lossy": "The images have undergone lossy compression.",
    "slices_repeated": "2 slices repeat others pixel by pixel; each was used once.",
    "several_studies": "The input holds 2 studies; one series of one study was read.",
    "private_undecodable": "Private elements of 40 files cannot be decoded; they are not used.",
    "gantry_tilt": "The gantry was tilted by 15.0 degrees; positions and volumes allow for it, shapes appear sheared.",
    "slices_odd": "2 slices differ strongly from their neighbours (at 1.0, 2.5 mm); they may be damaged.",
    "thick_slices": "Slice thickness or spacing is 5.0 mm; nodules smaller than 10 mm may be missed.",
}
"""Sentences that are put otherwise now."""


@pytest.mark.parametrize(("code", "text"), CAUTIONS, ids=[code for code, _ in CAUTIONS])
def test_a_caution_gets_its_values_back_and_can_be_said_in_chinese(code: str, text: str):
    source = "file 21 of 40 (sha256 0123456789ab)"
    (caution,) = reading_of(of_before(warnings=[{"code": code, "text": text, "source": source, "count": 2}])).cautions
    assert (caution.code, cautioned(caution), caution.count) == (code, SAID_NOW.get(code, text), 2)
    assert (said(caution.source), said(caution.source, "zh")) == (
        source,
        "第 21 个文件（共 40 个，sha256 0123456789ab）",
    )
    assert cautioned(caution, "zh") != text


def test_a_sentence_that_no_catalogue_has_stays_as_it_was_written():
    (caution,) = reading_of(of_before(warnings=[{"code": "lossy", "text": "Lossy, they say."}])).cautions
    assert (caution.code, cautioned(caution), caution.source) == ("as_written", "Lossy, they say.", None)


@pytest.mark.parametrize(
    ("code", "text", "now"),
    [
        ("thicker", "a thinner series was read (2.50 mm)", Message("series_thicker", {"read_mm": 2.5})),
        ("too_few_slices", "only 1 slice", Message("series_too_few_slices", {"num_slices": 1})),
        ("not_axial", "not axial", Message("series_not_axial")),
        ("secondary_capture", "a captured picture", Message("series_captured")),
        ("burned_in", "text is burned into its pictures", Message("series_burned_in")),
        ("not_hounsfield", "its values are no Hounsfield units", Message("series_not_hounsfield")),
        ("no_lungs", "it shows no lungs", Message("as_written", {"text": "it shows no lungs"})),
    ],
)
def test_the_reason_of_a_skipped_series(code: str, text: str, now: Message):
    skipped = {
        "uid": "1.2",
        "number": 3,
        "images": 7,
        "modality": "CT",
        "spacing_mm": 2.5,
        "reason": text,
        "code": code,
    }
    (series,) = reading_of(of_before(series_skipped=[skipped])).series_skipped
    assert (series.series_uid, series.series_number, series.num_slices, series.reason) == ("1.2", 3, 7, now)


def test_what_an_older_reading_did_not_keep_is_missing_and_not_zero():
    document = of_before()
    del document["findings"][0]["attenuation_spread"]
    first = reading_of(document).findings[0]
    assert first.attenuation_spread == Missing(Message("not_kept_then"))
