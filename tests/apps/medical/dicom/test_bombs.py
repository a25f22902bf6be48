"""Files that would unpack or unfold to far more than they are: refused before they do."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from apps.medical.dicom import read_study
from apps.medical.dicom.parsing import MAX_ITEMS
from apps.medical.dicom.sources import open_source
from apps.medical.dicom.sources.files import MAX_NAMED_BYTES
from core_model.errors import InputRejected

ITEM = b"\xfe\xff\x00\xe0\x00\x00\x00\x00"


def element(group: int, number: int, vr: bytes, value: bytes) -> bytes:
    """An element in explicit little endian; of undefined length where it is a sequence."""
    if vr == b"SQ":
        return struct.pack("<HH2sHI", group, number, vr, 0, 0xFFFFFFFF) + value + b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"
    return struct.pack("<HH2sH", group, number, vr, len(value)) + value


def file_of(dataset: bytes, syntax: bytes = b"1.2.840.10008.1.2.1\0") -> bytes:
    meta = element(2, 0x10, b"UI", syntax)
    return bytes(128) + b"DICM" + element(2, 0, b"UL", struct.pack("<I", len(meta))) + meta + dataset


def refusal_of(path: Path) -> str:
    with pytest.raises(InputRejected) as refusal:
        read_study(path)
    return refusal.value.code


@pytest.mark.parametrize("sequences", [1, 50])
def test_more_items_than_an_image_has_are_not_unfolded(tmp_path, sequences):
    each = ITEM * (MAX_ITEMS // sequences + 1)
    dataset = b"".join(element(0x0009, 0x1000 + number, b"SQ", each) for number in range(sequences))
    (tmp_path / "a.dcm").write_bytes(file_of(dataset))
    assert refusal_of(tmp_path) == "dicom_too_many_items"


def test_items_of_a_sequence_inside_a_deflated_file_count_too(tmp_path):
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflate.compress(element(0x0009, 0x1000, b"SQ", ITEM * (MAX_ITEMS + 1))) + deflate.flush()
    (tmp_path / "a.dcm").write_bytes(file_of(packed, b"1.2.840.10008.1.2.1.99"))
    assert refusal_of(tmp_path) == "dicom_too_many_items"


def test_a_deflated_file_that_swells_is_refused(tmp_path):
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = b"".join(deflate.compress(bytes(1 << 20)) for _ in range(40)) + deflate.flush()
    (tmp_path / "a.dcm").write_bytes(file_of(packed, b"1.2.840.10008.1.2.1.99"))
    assert refusal_of(tmp_path) == "deflate_bomb"


def test_members_that_lie_over_each_other_are_refused(tmp_path):
    """Each of four thousand members begins at the same place, so that a little file stands for all of them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.dcm", file_of(element(0x0008, 0x0060, b"CS", b"CT")))
        first = archive.infolist()[0]
        for number in range(1, 4000):
            again = zipfile.ZipInfo(f"{number}.dcm")
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits"):
                setattr(again, name, getattr(first, name))
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
        archive._didModify = True
    (tmp_path / "study.zip").write_bytes(packed.getvalue())
    assert refusal_of(tmp_path / "study.zip") == "zip_overlaps"


def test_members_one_after_the_other_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", b"text")
    with open_source(tmp_path / "study.zip") as source:
        assert [source.read(number) for number in (1, 2, 3)] == [b"text"] * 3


def test_a_very_large_file_is_named_by_its_number_without_being_read(tmp_path):
    with open(tmp_path / "large", "wb") as file:
        file.truncate(MAX_NAMED_BYTES + 1)
    with open_source(tmp_path) as source:
        assert str(source.place_of(1)) == "file 1 of 1"
