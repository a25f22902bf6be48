"""Bad input through the whole job: refused in one sentence with nothing half-stored, or read with a warning."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from apps import messages
from apps.demo import faults
from apps.demo.phantom import make_phantom_ct
from apps.demo.report import make_example_report
from apps.finance.jobs import stored
from apps.medical.records.tables import SeriesRow, StudyRow
from apps.store.tables import BlobRow, ReadingRow
from core_model.errors import TandemError
from tests.apps.reading import Reader, reader

SECRETS = ("PHANTOM^DEMO", "PHANTOM-", "SECOND^PATIENT")


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom") / "ct"
    make_phantom_ct(folder, 3, size="small")
    return folder


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    make_example_report(path, 3)
    return path


@pytest.fixture(scope="module")
def reads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reader(tmp_path_factory.mktemp("data")) as made:
        yield made


def counts(reads: Reader) -> dict[str, int]:
    """How much the store holds."""
    with reads.store.read() as session:
        tables = (ReadingRow, BlobRow, StudyRow, SeriesRow)
        rows = {each.__tablename__: session.scalar(select(func.count()).select_from(each)) or 0 for each in tables}
    files = sum(1 for path in reads.store.blobs_dir.rglob("*") if path.is_file())
    return {**rows, "files": files}


def refused(reads: Reader, read: Callable[[], Any], before: dict[str, int]) -> tuple[str, str]:
    """Code and sentence of a refusal, after checking that it is one and left nothing behind."""
    try:
        end = read()
    except TandemError as error:
        code, text = error.code, str(error)
    else:
        assert end.state == "failed", f"it was read: {end}"
        assert end.error is not None
        code, text = end.error.code, messages.refused(end.error)
    assert counts(reads) == before, "something of it was stored"
    assert code != "defect", text
    assert text.endswith("."), text
    assert len(text) < 900
    assert "/tmp" not in text
    assert "Traceback" not in text
    assert not any(secret in text for secret in SECRETS), text
    return code, text


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (faults.remove_slice, "missing"),
        (faults.duplicate_position, "position"),
        (faults.second_patient, "patient"),
        (faults.truncate_file, "file"),
        (faults.zero_slope, "slope"),
        (faults.drop_slope, "slope"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_damaged_series_is_refused_and_nothing_of_it_stays(
    reads: Reader, phantom: Path, tmp_path: Path, damage: Callable[[Path], object], words: str
):
    folder = tmp_path / "ct"
    shutil.copytree(phantom, folder)
    damage(folder)
    before = counts(reads)
    code, text = refused(reads, lambda: reads.study(folder), before)
    assert words in text.lower(), f"{code}: {text}"


def test_an_empty_folder_is_refused(reads: Reader, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    _, text = refused(reads, lambda: reads.study(tmp_path / "empty"), counts(reads))
    assert "DICOM" in text or "files" in text


def test_a_pdf_named_dcm_is_refused(reads: Reader, tmp_path: Path):
    faults.pdf_as_dicom(tmp_path / "scan.dcm")
    _, text = refused(reads, lambda: reads.study(tmp_path / "scan.dcm"), counts(reads))
    assert "PDF" in text


def test_a_zip_without_images_is_refused(reads: Reader, tmp_path: Path):
    faults.nothing_dicom_zip(tmp_path / "photos.zip")
    _, text = refused(reads, lambda: reads.study(tmp_path / "photos.zip"), counts(reads))
    assert "DICOM" in text


def test_a_zip_bomb_is_refused(reads: Reader, tmp_path: Path):
    faults.bomb_zip(tmp_path / "bomb.zip", megabytes=256)
    _, text = refused(reads, lambda: reads.study(tmp_path / "bomb.zip"), counts(reads))
    assert "compress" in text.lower() or "unpack" in text.lower() or "larger" in text.lower()


def test_a_zip_that_climbs_out_of_its_folder_writes_nothing_there(reads: Reader, phantom: Path, tmp_path: Path):
    inside = tmp_path / "deep" / "er"
    inside.mkdir(parents=True)
    faults.traversal_zip(inside / "climbs.zip", phantom)
    refused(reads, lambda: reads.study(inside / "climbs.zip"), counts(reads))
    assert not list(tmp_path.rglob("escaped*"))


@pytest.mark.parametrize(
    "damage",
    [faults.plain_html, faults.xml_bomb, faults.external_entity, faults.truncate_report, faults.empty_file],
    ids=lambda value: value.__name__,
)
def test_a_damaged_report_is_refused_and_nothing_of_it_stays(
    reads: Reader, report: Path, tmp_path: Path, damage: Callable[[Path], object]
):
    path = tmp_path / "report.html"
    shutil.copy(report, path)
    damage(path)
    _, text = refused(reads, lambda: reads.report(path), counts(reads))
    assert "root:" not in text


def test_a_folder_without_reports_is_refused(tmp_path: Path):
    from apps.finance.jobs import reports_in

    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(TandemError, match="holds no report"):
        reports_in(tmp_path)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (faults.bad_number, ""),
        (faults.unknown_format, ""),
        (faults.huge_fact, ""),
        (faults.undefined_context, ""),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_one_bad_fact_leaves_the_report_read_with_a_warning_that_stays(
    reads: Reader, report: Path, tmp_path: Path, damage: Callable[[Path], faults.Damage], code: str
):
    path = tmp_path / "report.html"
    shutil.copy(report, path)
    harm = damage(path)
    end = reads.report(path)
    assert end.state == "done", end.error
    reading = stored(reads.store, str(end.reading_id))
    assert reading.cautions, "the damage is not mentioned"
    assert harm.refused is False
    values = [
        value
        for statement in reading.statements.values()
        for line in statement
        for value in line.values
        if set(value.fact_ids) & set(harm.elements)
    ]
    assert not values, "a value rests on the damaged fact"


def test_reading_the_same_report_again_gives_the_stored_reading(reads: Reader, report: Path):
    first, second = reads.report(report), reads.report(report)
    assert first.reading_id == second.reading_id
    forced = reads.report(report, again=True)
    assert forced.reading_id != first.reading_id
    once, twice = (stored(reads.store, str(each.reading_id)) for each in (first, forced))
    assert replace(twice, id=once.id) == once
