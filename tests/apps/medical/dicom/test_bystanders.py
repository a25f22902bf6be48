"""A damaged file beside a good series does not block it; one that may belong to it does."""

import shutil
import zipfile
from pathlib import Path

import pytest

from apps.medical.dicom import read_study
from apps.messages import cautioned
from core_model.errors import InputRejected
from tests.apps.medical.dicom.making import STUDY_UID, Series, localizer, make_series
from tests.apps.medical.dicom.test_identity import a_report
from tests.thinned import first_of


def cut(source: Path, target: Path, length: int) -> None:
    """The beginning of a file; from its end where ``length`` is below zero."""
    target.write_bytes(source.read_bytes()[:length])


def damage_said(folder: Path) -> str:
    """What is said of the damaged files of a folder that is read."""
    study = read_study(folder)
    assert study.volume.shape == (40, 64, 64)
    assert study.patient.name == "Doe^Jane"
    assert "other_patient_beside" not in {caution.code for caution in study.cautions}
    return next(cautioned(caution) for caution in study.cautions if caution.code == "files_damaged")


@pytest.mark.parametrize("length", [200, 330, 420, 480, 560, -60])
def test_a_report_that_was_cut_off_anywhere_is_left_out_and_said(tmp_path: Path, length: int) -> None:
    folder = make_series().write(tmp_path / "ct")
    Series([a_report()]).write(tmp_path / "sr")
    cut(tmp_path / "sr" / "0000.dcm", folder / "report.dcm", length)
    assert damage_said(folder).startswith("1 DICOM file is damaged, cut off or packed")


@pytest.mark.parametrize("every", first_of(97, 23))
def test_damage_anywhere_in_a_header_is_refused_or_said_and_never_an_error_of_the_program(
    tmp_path: Path, every: int
) -> None:
    folder = make_series().write(tmp_path)
    whole = (folder / "0021.dcm").read_bytes()
    header = len(whole) - 64 * 64 * 2
    for at in range(132, header, every):
        for spoil in (b"\xff\xff", b"\x00\x00\x00\x00"):
            (folder / "0021.dcm").write_bytes(whole[:at] + spoil + whole[at + len(spoil) :])
            try:
                study = read_study(folder)
            except InputRejected:
                continue
            assert study.volume.shape == (40, 64, 64)


def test_a_directory_without_content_and_a_file_of_zeros_are_left_out_and_said(tmp_path: Path) -> None:
    folder = make_series().write(tmp_path)
    (folder / "DICOMDIR").write_bytes(bytes(128) + b"DICM\x02\x00\x00\x00UL\x04\x00" + bytes(4))
    (folder / "thumbs.db").write_bytes(bytes(90))
    assert damage_said(folder).startswith("2 DICOM files")


def test_a_localizer_without_its_last_rows_is_left_out_and_said(tmp_path: Path) -> None:
    folder = make_series().write(tmp_path / "ct")
    Series([localizer()]).write(tmp_path / "scout")
    cut(tmp_path / "scout" / "0000.dcm", folder / "scout.dcm", -500)
    assert damage_said(folder)


def test_a_cut_off_image_of_the_series_is_refused_wherever_it_lies(tmp_path: Path) -> None:
    folder = make_series().write(tmp_path / "ct")
    shutil.copy(folder / "0039.dcm", tmp_path / "whole")
    size = (tmp_path / "whole").stat().st_size
    for length in (size - 10, size - 64 * 64 * 2 - 30, 700):
        cut(tmp_path / "whole", folder / "0039.dcm", length)
        with pytest.raises(InputRejected) as caught:
            read_study(folder)
        assert caught.value.code in {"dicom_truncated", "dicom_damaged"}


def test_a_damaged_series_that_could_be_read_is_refused_unless_another_is_named(tmp_path: Path) -> None:
    make_series(series=1).write(tmp_path / "a")
    make_series(series=2).write(tmp_path / "b")
    cut(tmp_path / "b" / "0020.dcm", tmp_path / "b" / "0020.dcm", -100)
    with pytest.raises(InputRejected) as caught:
        read_study(tmp_path)
    assert caught.value.code == "dicom_truncated"
    assert read_study(tmp_path, f"{STUDY_UID}.1").volume.shape == (40, 64, 64)
    with pytest.raises(InputRejected) as caught:
        read_study(tmp_path, f"{STUDY_UID}.2")
    assert caught.value.code == "dicom_truncated"


def test_a_member_packed_in_an_unusual_way_is_left_out_and_said_where_no_slice_is_missing(tmp_path: Path) -> None:
    make_series().write(tmp_path / "ct")
    with zipfile.ZipFile(tmp_path / "whole.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((tmp_path / "ct").iterdir()):
            archive.write(file, file.name)
        archive.writestr("notes.bin", bytes(range(256)) * 20)
    data = bytearray((tmp_path / "whole.zip").read_bytes())
    pack_otherwise(data, b"notes.bin")
    (tmp_path / "beside.zip").write_bytes(data)
    assert damage_said(tmp_path / "beside.zip")
    pack_otherwise(data, b"0020.dcm")
    (tmp_path / "inside.zip").write_bytes(data)
    with pytest.raises(InputRejected) as caught:
        read_study(tmp_path / "inside.zip")
    assert caught.value.code == "zip_member_method"


def pack_otherwise(data: bytearray, name: bytes) -> None:
    """Say of a member that it is packed by method 97, in its own header and in the archive's directory."""
    own, listed = data.index(name) - 30, data.rindex(name) - 46
    data[own + 8 : own + 10] = data[listed + 10 : listed + 12] = (97).to_bytes(2, "little")


@pytest.mark.parametrize("number", [1, 2])
def test_nothing_but_reports_that_were_cut_off_is_refused_as_damaged(tmp_path: Path, number: int) -> None:
    Series([a_report()]).write(tmp_path / "sr")
    (tmp_path / "given").mkdir()
    for index in range(number):
        cut(tmp_path / "sr" / "0000.dcm", tmp_path / "given" / f"{index}.dcm", 420)
    for path in (tmp_path / "given", tmp_path / "given" / "0.dcm"):
        with pytest.raises(InputRejected) as caught:
            read_study(path)
        assert caught.value.code == "dicom_damaged"
