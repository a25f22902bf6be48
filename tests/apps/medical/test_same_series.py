"""One series in two inputs: each reading tells of its own input, and the same input again gives the stored one."""

import json
import shutil
from pathlib import Path

import pytest

from apps.medical.nodules.findings import Found
from apps.medical.records import entries
from apps.store import readings
from core_model.errors import Caution
from tests.apps.medical.dicom.making import STUDY_UID, localizer, make_series
from tests.apps.reading import Reader, reader


@pytest.fixture
def reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found = Found([], [Caution("lung_scale_uncertain", "The lungs are unusually dense.")])
    monkeypatch.setattr("apps.medical.nodules.findings.find_nodules", lambda *_, **__: found)
    with reader(tmp_path / "data") as made:
        yield made


def document_of(reads: Reader, folder: Path) -> dict:
    end = reads.study(folder)
    assert end.state == "done", end.error
    return json.loads(readings.document(reads.store, str(end.reading_id)))


def test_a_series_that_comes_with_other_files_has_its_own_warnings_and_skipped_series(reads: Reader, tmp_path: Path):
    alone, among = tmp_path / "alone", tmp_path / "among"
    make_series().write(alone)
    shutil.copytree(alone, among)
    (among / "LICENSE").write_text("not an image")
    localizer().save_as(among / "localizer.dcm", enforce_file_format=True)

    first, second = document_of(reads, alone), document_of(reads, among)

    assert (first["series_skipped"], "not_dicom" in codes(first)) == ([], False)
    assert [skipped["uid"] for skipped in second["series_skipped"]] == [f"{STUDY_UID}.9"]
    assert [w["text"] for w in second["warnings"] if w["code"] == "not_dicom"] == [
        "1 files are not DICOM images and were left out: 1 of other kinds."
    ]
    assert first["series"] == second["series"]
    assert document_of(reads, alone)["id"] == first["id"]
    assert document_of(reads, among)["id"] == second["id"]
    (study,) = entries.studies(reads.store)
    assert {made.reading.id for made in study.readings} == {first["id"], second["id"]}


def test_what_makes_the_findings_less_sure_stands_among_the_warnings_of_the_document(reads: Reader, tmp_path: Path):
    make_series().write(tmp_path / "study")
    warnings = document_of(reads, tmp_path / "study")["warnings"]
    assert [w["text"] for w in warnings if w["code"] == "lung_scale_uncertain"] == ["The lungs are unusually dense."]


def codes(document: dict) -> list[str]:
    return [warning["code"] for warning in document["warnings"]]
