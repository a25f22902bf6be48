"""Each fault does what it says to the input, and nothing else."""

import hashlib
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from lxml import etree

from apps.demo import faults
from apps.demo.phantom import make_phantom_ct
from apps.demo.report import make_example_report

IX = "{http://www.xbrl.org/2013/inlineXBRL}nonFraction"


@pytest.fixture(scope="module")
def series(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("faults") / "series"
    make_phantom_ct(folder, 1, size="small")
    return folder


@pytest.fixture
def folder(series, tmp_path) -> Path:
    return Path(shutil.copytree(series, tmp_path / "series"))


@pytest.fixture
def report(tmp_path) -> Path:
    make_example_report(tmp_path / "report.html", 1)
    return tmp_path / "report.html"


def _hashes(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*.dcm")}


def _heights(folder: Path) -> np.ndarray:
    heads = [pydicom.dcmread(p, stop_before_pixels=True) for p in folder.rglob("*.dcm")]
    return np.sort([float(h.ImagePositionPatient[2]) for h in heads])


def _changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


@pytest.mark.parametrize(
    "fault",
    [
        faults.remove_slice,
        faults.repeat_slice,
        faults.second_patient,
        faults.truncate_file,
        faults.zero_slope,
        faults.drop_slope,
        faults.add_undecodable_private_tags,
        faults.add_localizer,
        faults.add_second_series,
        faults.tilt_gantry,
    ],
)
def test_only_the_named_files_change(fault, series, folder):
    damage = fault(folder)
    assert _changed(_hashes(series), _hashes(folder)) == set(damage.files)
    assert damage.kind == fault.__name__


def test_a_removed_slice_leaves_one_double_step(folder):
    step = np.diff(_heights(folder))[0]
    faults.remove_slice(folder)
    steps = np.diff(_heights(folder))
    assert np.isclose(steps, 2 * step, atol=1e-4).sum() == 1
    assert np.isclose(steps, step, atol=1e-4).sum() == len(steps) - 1


def test_a_duplicate_position_holds_two_different_images(folder):
    old, new = faults.duplicate_position(folder).files
    a, b = pydicom.dcmread(folder / old), pydicom.dcmread(folder / new)
    assert a.ImagePositionPatient == b.ImagePositionPatient
    assert a.SOPInstanceUID != b.SOPInstanceUID
    assert (a.pixel_array != b.pixel_array).any()


def test_faults_of_one_header_are_in_that_header(folder):
    zero = faults.zero_slope(folder, 3).files[0]
    gone = faults.drop_slope(folder, 4).files[0]
    assert float(pydicom.dcmread(folder / zero).RescaleSlope) == 0
    assert "RescaleSlope" not in pydicom.dcmread(folder / gone)
    private = pydicom.dcmread(folder / faults.add_undecodable_private_tags(folder, 5).files[0])
    with pytest.raises(ValueError):
        float(private[0x00291001].value)
    shifted = np.diff(_heights(folder)).min()
    faults.shift_slice(folder, 1.0, 6)
    assert np.diff(_heights(folder)).min() == pytest.approx(shifted - 1.0, abs=1e-3)


def test_two_patients_and_extra_files_lie_in_the_folder(folder):
    count = len(list(folder.iterdir()))
    faults.second_patient(folder, name="CANARY^ONE")
    heads = [pydicom.dcmread(p, stop_before_pixels=True) for p in folder.glob("*.dcm")]
    assert len(heads) == 2 * count
    assert {str(h.PatientName) for h in heads} == {"PHANTOM^DEMO", "CANARY^ONE"}
    extra = faults.add_extra_files(folder)
    assert all((folder / name).is_file() for name in extra.files)
    faults.spread_into_subfolders(folder)
    assert list(folder.glob("*.dcm")) == []
    assert len(list(folder.rglob("*.dcm"))) == 2 * count


def test_a_pdf_named_dcm_is_a_pdf_and_a_truncated_file_has_no_image(folder, tmp_path):
    faults.pdf_as_dicom(tmp_path / "scan.dcm")
    assert (tmp_path / "scan.dcm").read_bytes().startswith(b"%PDF-")
    with pytest.raises(pydicom.errors.InvalidDicomError):
        pydicom.dcmread(tmp_path / "scan.dcm")
    cut = faults.truncate_file(folder).files[0]
    with pytest.raises((ValueError, EOFError, AttributeError)):
        pydicom.dcmread(folder / cut).pixel_array  # noqa: B018


def test_archives_are_what_they_are_called(folder, tmp_path):
    faults.zip_folder(folder, tmp_path / "a.zip")
    faults.zip_folder(folder, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == len(list(folder.iterdir()))
    faults.bomb_zip(tmp_path / "bomb.zip", megabytes=64)
    with zipfile.ZipFile(tmp_path / "bomb.zip") as archive:
        assert archive.infolist()[0].file_size == 64 * 2**20
    assert (tmp_path / "bomb.zip").stat().st_size < 2**17
    faults.bomb_zip(tmp_path / "liar.zip", megabytes=8, claims=1000)
    with zipfile.ZipFile(tmp_path / "liar.zip") as archive:
        assert archive.infolist()[0].file_size == 1000
    faults.traversal_zip(tmp_path / "out.zip", folder)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert "../../escaped.dcm" in archive.namelist()
    faults.truncate_zip(tmp_path / "a.zip")
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(tmp_path / "a.zip")
    faults.empty_file(tmp_path / "none.html")
    assert (tmp_path / "none.html").stat().st_size == 0
    faults.nothing_dicom_zip(tmp_path / "letters.zip")
    assert zipfile.is_zipfile(tmp_path / "letters.zip")


def _numbers(path: Path) -> dict[str, tuple]:
    tree = etree.parse(path)
    return {e.get("id"): ("".join(e.itertext()), tuple(sorted(e.items()))) for e in tree.iter(IX)}


@pytest.mark.parametrize(
    ("fault", "options", "expected"),
    [
        (faults.bad_number, {}, "twelve-ish"),
        (faults.unknown_format, {}, ("format", "ixt:num-rune-carved")),
        (faults.undefined_context, {}, ("contextRef", "c-nowhere")),
        (faults.huge_fact, {}, "1" + "0" * 400),
        (faults.huge_fact, {"by_scale": True}, ("scale", "400")),
        (faults.bad_number, {"element_id": "f-100"}, "twelve-ish"),
    ],
)
def test_one_number_of_a_report_is_damaged_and_the_others_are_not(fault, options, expected, report):
    before = _numbers(report)
    damage = fault(report, **options)
    after = _numbers(report)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == set(damage.elements)
    (identifier,) = changed
    text, attributes = after[identifier]
    assert expected == text or expected in attributes
    assert options.get("element_id", identifier) == identifier


def test_documents_that_must_be_refused_are_hostile_or_not_inline_xbrl(report, tmp_path):
    plain = Path(shutil.copy(report, tmp_path / "plain.html"))
    faults.plain_html(plain)
    assert b"ix:" not in plain.read_bytes()
    assert b"Consolidated Balance Sheets" in plain.read_bytes()
    etree.parse(plain)
    canary = tmp_path / "canary.txt"
    canary.write_text("canary-text")
    outside = Path(shutil.copy(report, tmp_path / "outside.html"))
    faults.external_entity(outside, canary.as_uri())
    tree = etree.parse(outside, etree.XMLParser(resolve_entities=True, load_dtd=True, no_network=True))
    assert "canary-text" in "".join(tree.getroot()[0].itertext())
    bomb = Path(shutil.copy(report, tmp_path / "bomb.html"))
    faults.xml_bomb(bomb)
    with pytest.raises(etree.XMLSyntaxError):
        etree.parse(bomb, etree.XMLParser(resolve_entities=True))
    faults.truncate_report(report)
    with pytest.raises(etree.XMLSyntaxError):
        etree.parse(report)


def test_a_scripted_report_keeps_its_facts(report):
    before = _numbers(report)
    faults.scripted(report)
    assert _numbers(report) == before
    assert b"<script>" in report.read_bytes()
    assert b"onerror=" in report.read_bytes()
