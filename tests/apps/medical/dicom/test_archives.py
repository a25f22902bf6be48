"""Zip archives and folders as an attacker, or an accident, would make them."""

import os
import stat
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from apps.medical.dicom import first_image, read_study
from apps.medical.dicom.sources import archive as zips
from apps.medical.dicom.sources import folder as folders
from apps.medical.dicom.sources.files import Entry
from apps.messages import cautioned, said
from core_model.errors import InputRejected, Unavailable
from tests.apps.medical.dicom.making import STUDY_UID, Grid, make_series, plain_study
from tests.thinned import first_of


def packed(folder: Path, target: Path, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A folder as a zip."""
    with zipfile.ZipFile(target, "w", method) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder.parent).as_posix())
    return target


@pytest.fixture(scope="module")
def packed_study(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("packed")
    return packed(make_series().write(folder / "study"), folder / "study.zip").read_bytes()


@pytest.fixture
def study_zip(packed_study: bytes, tmp_path: Path) -> Path:
    (tmp_path / "study.zip").write_bytes(packed_study)
    return tmp_path / "study.zip"


def refused(path: Path) -> InputRejected:
    with pytest.raises(InputRejected) as caught:
        read_study(path)
    return caught.value


@pytest.mark.parametrize(
    "method", first_of(zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, fast=2)
)
def test_a_zip_gives_what_its_folder_gives_and_writes_nothing(tmp_path: Path, method: int) -> None:
    folder, plain = make_series().write(tmp_path / "study"), plain_study()
    archive = packed(folder, tmp_path / "a.zip", method)
    before = sorted(tmp_path.rglob("*"))
    study = read_study(archive)
    assert np.array_equal(study.volume.hu, plain.volume.hu)
    assert study.volume.geometry == plain.volume.geometry
    assert study.input_hash == plain.input_hash
    assert np.array_equal(first_image(archive).hu, plain.volume.hu[20])
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["../../evil.dcm", "/etc/evil", "C:\\evil", "a/../../evil", "..\\..\\evil", "\\\\host\\share\\evil"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused(study_zip: Path, name: str) -> None:
    with zipfile.ZipFile(study_zip, "a") as archive:
        archive.writestr(name, b"x")
    refusal = refused(study_zip)
    assert refusal.code == "zip_path_traversal"
    assert "evil" not in str(refusal)
    assert not list(study_zip.parent.parent.rglob("evil*"))


def test_a_link_in_an_archive_is_refused(study_zip: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(study_zip, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert refused(study_zip).code == "zip_symlink"


def test_an_archive_that_swells_two_hundredfold_is_refused_at_once(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.dcm", bytes(40 * 1024**2))
    refusal = refused(tmp_path / "bomb.zip")
    assert refusal.code == "zip_swells"
    assert "times its size" in str(refusal)


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(zips.MAX_MEMBERS + 1):
            archive.writestr(f"{number}", b"")
    assert refused(tmp_path / "many.zip").code == "zip_too_many_members"


def test_what_is_stated_as_too_large_is_refused(study_zip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MAX_TOTAL_BYTES", 100_000)
    assert refused(study_zip).code == "zip_too_large"


def test_real_bytes_count_where_the_archive_lies_about_its_size(study_zip: Path, monkeypatch) -> None:
    with zipfile.ZipFile(study_zip) as archive:
        entries = archive.infolist()
    real = sum(info.file_size for info in entries)
    monkeypatch.setattr(zips, "MAX_TOTAL_BYTES", real - 1)
    monkeypatch.setattr(zips.ZipSource, "_look_through", _look_through_trusting)
    assert refused(study_zip).code == "zip_larger_than_stated"


def _look_through_trusting(self) -> None:
    """As if every stated size had been small."""
    self._entries = [Entry(info, info.file_size) for info in self._zip.infolist()]


def test_a_forged_size_is_refused(study_zip: Path) -> None:
    data = bytearray(study_zip.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    study_zip.write_bytes(bytes(data))
    assert refused(study_zip).code in {"zip_member_damaged", "zip_member_cut", "dicom_damaged", "dicom_truncated"}


def test_a_flipped_byte_in_a_member_is_refused(tmp_path: Path) -> None:
    archive = packed(make_series().write(tmp_path / "study"), tmp_path / "a.zip", zipfile.ZIP_STORED)
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 0xFF
    archive.write_bytes(bytes(data))
    assert refused(archive).code == "zip_member_damaged"


@pytest.mark.parametrize("share", [0.2, 0.9, 0.999])
def test_a_cut_off_archive_is_refused(study_zip: Path, share: float) -> None:
    data = study_zip.read_bytes()
    study_zip.write_bytes(data[: int(len(data) * share)])
    assert refused(study_zip).code == "zip_damaged"


def test_an_encrypted_archive_is_refused(study_zip: Path) -> None:
    data = bytearray(study_zip.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    study_zip.write_bytes(bytes(data))
    assert refused(study_zip).code == "zip_encrypted"


def test_an_archive_in_an_archive_is_not_opened(study_zip: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(study_zip, "inner.zip")
    refusal = refused(tmp_path / "outer.zip")
    assert refusal.code == "study_only_file"
    assert "unpack the archives" in str(refusal)
    with zipfile.ZipFile(study_zip, "a") as archive:
        archive.writestr("viewer.zip", b"PK\x03\x04" + bytes(300))
    study = read_study(study_zip)
    assert {"archives_inside", "not_dicom"} <= {caution.code for caution in study.cautions}


@pytest.mark.parametrize("start", [b"\x1f\x8b", b"Rar!\x1a", b"7z\xbc\xaf", b"\xfd7zXZ\x00"])
def test_other_archives_are_refused_as_what_they_are(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "a.bin").write_bytes(start + bytes(500))
    assert "an archive, but no zip archive" in str(refused(tmp_path / "a.bin"))


def test_an_empty_archive_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w"):
        pass
    assert refused(tmp_path / "a.zip").code == "study_empty"


def test_links_in_a_folder_are_counted_and_not_followed(tmp_path: Path) -> None:
    folder = make_series().write(tmp_path / "study")
    secret = tmp_path / "outside"
    secret.mkdir()
    (secret / "other.dcm").write_bytes((folder / "0000.dcm").read_bytes())
    os.symlink(secret, folder / "dir")
    os.symlink(secret / "other.dcm", folder / "file.dcm")
    os.symlink(folder, folder / "loop")
    os.mkfifo(folder / "pipe")
    study = read_study(folder)
    assert next(caution.count for caution in study.cautions if caution.code == "links_skipped") == 3
    assert study.study.files == 40


def test_folders_nested_too_deep_are_refused(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(folders.MAX_DEPTH + 1):
        deep = deep / "d"
    make_series().write(deep)
    assert refused(tmp_path).code == "study_folder_too_deep"


def test_a_deflated_file_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.medical.dicom import parsing

    series = make_series()
    series.each(lambda dataset: setattr(dataset.file_meta, "TransferSyntaxUID", "1.2.840.10008.1.2.1.99"))
    folder = series.write(tmp_path)
    monkeypatch.setattr(parsing, "MAX_INFLATED_BYTES", 2_000)
    assert refused(folder).code == "deflate_bomb"


def forbid(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let nobody read files and folders of this name; the superuser, as whom tests may run, could otherwise."""

    def refusing(real):
        def refuse(path, *rest):
            if Path(path).name == name:
                raise PermissionError(13, "no", str(path))
            return real(path, *rest)

        return refuse

    monkeypatch.setattr(folders.os, "open", refusing(os.open))
    monkeypatch.setattr(folders.os, "scandir", refusing(os.scandir))


@pytest.mark.parametrize("name", ["0040.dcm", "notes.txt"])
def test_a_file_that_may_not_be_read_is_named_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = make_series(replace(Grid(), size=(41, 64, 64))).write(tmp_path)
    (folder / "notes.txt").write_text("a line")
    forbid(monkeypatch, name)
    study = read_study(folder)
    assert study.volume.shape == (40 if name == "0040.dcm" else 41, 64, 64)
    (caution,) = (caution for caution in study.cautions if caution.code == "files_forbidden")
    assert cautioned(caution).startswith("1 file may not be read by this user and was left out")
    assert said(caution.source) == f"file {41 if name == '0040.dcm' else 42} of 42"


def test_an_image_inside_the_lungs_that_may_not_be_read_is_why_nothing_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_series().write(tmp_path)
    forbid(monkeypatch, "0020.dcm")
    with pytest.raises(Unavailable) as caught:
        read_study(folder)
    assert caught.value.code == "study_file_forbidden"
    assert "file 21 of 40" in str(caught.value)
    assert "0020" not in str(caught.value)


def test_a_folder_that_may_not_be_read_is_said_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_series().write(tmp_path / "ct")
    make_series(series=2).write(tmp_path / "ours")
    forbid(monkeypatch, "ours")
    study = read_study(tmp_path)
    assert study.series.series_uid == f"{STUDY_UID}.1"
    (caution,) = (caution for caution in study.cautions if caution.code == "folders_forbidden")
    assert cautioned(caution) == "1 folder inside may not be read by this user; whatever lies there was left out."
    forbid(monkeypatch, "ct")
    with pytest.raises(Unavailable) as caught:
        read_study(tmp_path)
    assert caught.value.code == "study_folder_forbidden"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"Dear colleague, the images are on the other disc.", "of another kind, or its beginning is damaged"),
        (b"", "empty"),
        (b"%PDF-1.7\n" + bytes(500), "a PDF"),
        (b"\0\0\0\0" + b"PK\x03\x04" * 20, "of another kind, or its beginning is damaged"),
    ],
)
def test_a_file_that_is_a_zip_by_its_name_alone_is_said_not_to_open(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "JANE_DOE.ZIP").write_bytes(content)
    refusal = refused(tmp_path / "JANE_DOE.ZIP")
    assert refusal.code == "zip_not_opened"
    assert f"the zip archive cannot be opened: the file is {what}" in str(refusal)
    assert str(refusal).endswith("download or export it again, or give the folder that holds the images.")
    assert "JANE" not in str(refusal)


def test_an_image_that_is_called_zip_is_read(tmp_path: Path) -> None:
    one = make_series().datasets[0]
    one.save_as(tmp_path / "image.zip", enforce_file_format=True)
    assert "zip" not in str(refused(tmp_path / "image.zip"))


METHODS = {"deflate": zipfile.ZIP_DEFLATED, "bzip2": zipfile.ZIP_BZIP2, "LZMA": zipfile.ZIP_LZMA}


def spoilt(archive: Path, name: str) -> Path:
    """The archive with the packed bytes of a member overwritten."""
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as whole:
        info = whole.getinfo(name)
    start = info.header_offset + 30 + len(info.filename.encode())
    data[start + 12 : start + info.compress_size] = b"\xa5" * (info.compress_size - 12)
    archive.write_bytes(bytes(data))
    return archive


@pytest.mark.parametrize("method", METHODS)
def test_an_image_that_cannot_be_unpacked_is_refused_whatever_its_packing(tmp_path: Path, method: str) -> None:
    archive = packed(make_series().write(tmp_path / "study"), tmp_path / "a.zip", METHODS[method])
    assert refused(spoilt(archive, "study/0020.dcm")).code in {"zip_member_damaged", "zip_member_cut"}


@pytest.mark.parametrize("method", METHODS)
def test_a_damaged_note_beside_the_images_of_an_archive_is_left_out_and_said(tmp_path: Path, method: str) -> None:
    folder = make_series().write(tmp_path / "study")
    (folder / "README.txt").write_bytes(bytes(range(100)) * 20)
    study = read_study(spoilt(packed(folder, tmp_path / "a.zip", METHODS[method]), "study/README.txt"))
    assert study.volume.shape == (40, 64, 64)
    assert "files_damaged" in {caution.code for caution in study.cautions}


def test_a_disk_that_fails_while_a_folder_is_listed_is_a_refusal(tmp_path: Path, monkeypatch) -> None:
    def fail(path):
        raise OSError(5, "Input/output error")

    make_series().write(tmp_path)
    monkeypatch.setattr(folders.os, "scandir", fail)
    with pytest.raises(Unavailable) as caught:
        read_study(tmp_path)
    assert caught.value.code == "study_folder_unreadable"
