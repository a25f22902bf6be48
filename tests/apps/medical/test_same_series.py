"""One series in two inputs: each reading tells of its own input, and the same input again gives the stored one."""

import shutil
from pathlib import Path

import pytest

from apps.medical.jobs import stored
from apps.medical.nodules.findings import NoduleResult
from apps.medical.reading import MedicalReading
from apps.medical.records import entries
from apps.messages import cautioned
from core_model.errors import Caution
from tests.apps.medical.dicom.making import STUDY_UID, localizer, make_series
from tests.apps.reading import Reader, reader


@pytest.fixture
def reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found = NoduleResult([], [Caution("lungs_cut", {"end": "lower"})])
    monkeypatch.setattr("apps.medical.nodules.findings.find_nodules", lambda *_, **__: found)
    with reader(tmp_path / "data") as made:
        yield made


def reading_of(reads: Reader, folder: Path) -> MedicalReading:
    end = reads.study(folder)
    assert end.state == "done", end.error
    return stored(reads.store, str(end.reading_id))


def test_a_series_that_comes_with_other_files_has_its_own_warnings_and_skipped_series(reads: Reader, tmp_path: Path):
    alone, among = tmp_path / "alone", tmp_path / "among"
    make_series().write(alone)
    shutil.copytree(alone, among)
    (among / "LICENSE").write_text("not an image")
    localizer().save_as(among / "localizer.dcm", enforce_file_format=True)

    first, second = reading_of(reads, alone), reading_of(reads, among)

    assert (first.series_skipped, said_of(first, "not_dicom")) == ((), [])
    assert [skipped.series_uid for skipped in second.series_skipped] == [f"{STUDY_UID}.9"]
    assert said_of(second, "not_dicom") == ["1 file is not a DICOM image and was left out: 1 of another kind."]
    assert first.series == second.series
    assert reading_of(reads, alone) == first
    assert reading_of(reads, among) == second
    (study,) = entries.studies(reads.store)
    assert {made.reading.id for made in study.readings} == {first.id, second.id}


def test_what_makes_the_findings_less_sure_stands_among_the_cautions_of_the_reading(reads: Reader, tmp_path: Path):
    make_series().write(tmp_path / "study")
    reading = reading_of(reads, tmp_path / "study")
    assert said_of(reading, "lungs_cut") == ["The lower end of the scan cuts the lungs; what lies beyond was not seen."]


def said_of(reading: MedicalReading, code: str) -> list[str]:
    return [cautioned(caution) for caution in reading.cautions if caution.code == code]
