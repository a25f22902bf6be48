"""How pixels are packed in their file: what is there is read and said, or refused; never taken for something else."""

import struct
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom import uid
from pydicom.encaps import encapsulate
from pydicom.tag import Tag

from apps.medical.dicom import read_study
from core_model.errors import InputRejected
from tests.apps.medical.dicom.making import Series, make_series, plain_study
from tests.thinned import thinned

ITEM, END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0" + bytes(4)
SIZE = 64 * 64 * 2


def jpegls(pixels: np.ndarray) -> bytes:
    return bytes(imagecodecs.jpegls_encode(pixels))


def lossless(pixels: np.ndarray) -> bytes:
    return bytes(imagecodecs.ljpeg_encode(pixels, bitspersample=12))


def jpeg2000(pixels: np.ndarray) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True, codecformat="j2k"))


SYNTAX = {lossless: uid.JPEGLosslessSV1, jpegls: uid.JPEGLSLossless, jpeg2000: uid.JPEG2000Lossless}


def near(pixels: np.ndarray) -> bytes:
    return bytes(imagecodecs.jpegls_encode(pixels, level=3))


def irreversible(pixels: np.ndarray) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(pixels, level=60, reversible=False))


def coded(
    encoder: Callable[[np.ndarray], bytes], syntax: str, change: Callable[[bytes], bytes] = lambda stream: stream
) -> Series:
    """A series of coded slices; ``change`` is made to each stream."""

    def pack(dataset) -> None:
        dataset.PixelData = encapsulate([change(encoder(dataset.pixel_array))])
        dataset["PixelData"].is_undefined_length = True
        dataset["PixelData"].VR = "OB"
        dataset.file_meta.TransferSyntaxUID = syntax

    return make_series().each(pack)


def rewritten(series: Series, folder: Path, change: Callable[[bytes], bytes]) -> Path:
    """The files of a series with their bytes changed."""
    for path in series.write(folder).iterdir():
        path.write_bytes(change(path.read_bytes()))
    return folder


def codes(study) -> set[str]:
    return {caution.code for caution in study.cautions} - {"thick_slices"}


def relabelled(data: bytes, syntax: str) -> bytes:
    """The file with another transfer syntax."""
    at = data.index(b"\x02\x00\x10\x00UI")
    length = int.from_bytes(data[at + 6 : at + 8], "little")
    text = (syntax + "\0" * (len(syntax) % 2)).encode()
    group = int.from_bytes(data[140:144], "little") + len(text) - length
    meta = data[:140] + struct.pack("<I", group) + data[144 : at + 6]
    return meta + struct.pack("<H", len(text)) + text + data[at + 8 + length :]


@pytest.mark.parametrize(("encoder", "zeros"), thinned([lossless, jpegls, jpeg2000], [1, 2, 64]))
def test_what_follows_the_end_of_an_image_is_no_part_of_it(tmp_path: Path, encoder, zeros: int) -> None:
    study = read_study(coded(encoder, SYNTAX[encoder], lambda stream: stream + bytes(zeros)).write(tmp_path / "padded"))
    assert np.array_equal(study.volume.hu, plain_study().volume.hu)
    assert codes(study) == set()


def test_a_second_image_behind_the_first_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRejected) as caught:
        read_study(coded(lossless, uid.JPEGLosslessSV1, lambda stream: stream * 2).write(tmp_path))
    assert caught.value.code == "dicom_damaged"


@pytest.mark.parametrize("zeros", [1, 3])
def test_zeros_before_the_end_mark_of_jpeg_ls_are_padding(tmp_path: Path, zeros: int) -> None:
    series = coded(jpegls, uid.JPEGLSLossless, lambda stream: stream[:-2] + bytes(zeros) + stream[-2:])
    assert np.array_equal(read_study(series.write(tmp_path / "ls")).volume.hu, plain_study().volume.hu)


@pytest.mark.parametrize("encoder", [lossless, jpegls, jpeg2000])
def test_a_missing_end_of_the_items_is_said(tmp_path: Path, encoder) -> None:
    study = read_study(
        rewritten(coded(encoder, SYNTAX[encoder]), tmp_path / "cut", lambda data: data.removesuffix(END))
    )
    assert np.array_equal(study.volume.hu, plain_study().volume.hu)
    assert codes(study) == {"items_without_end"}


def test_items_cut_within_the_last_one_are_refused(tmp_path: Path) -> None:
    folder = coded(jpegls, uid.JPEGLSLossless).write(tmp_path)
    path = folder / "0020.dcm"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(InputRejected, match="file 21 of 40"):
        read_study(folder)


@pytest.mark.parametrize("syntax", [uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.RLELossless])
def test_plain_pixels_under_a_coded_syntax_are_read_and_said(tmp_path: Path, syntax: str) -> None:
    study = read_study(rewritten(make_series(), tmp_path / "coded", lambda data: relabelled(data, syntax)))
    assert np.array_equal(study.volume.hu, plain_study().volume.hu)
    assert codes(study) == {"plain_under_coded_syntax"}


@pytest.mark.parametrize("pieces", [1, 3])
def test_plain_pixels_in_items_are_the_contents_of_the_items(tmp_path: Path, pieces: int) -> None:
    def pack(data: bytes) -> bytes:
        values = data[-SIZE:]
        part = SIZE // pieces // 2 * 2
        parts = [values[part * n : part * (n + 1) if n < pieces - 1 else None] for n in range(pieces)]
        items = b"".join(ITEM + struct.pack("<I", len(each)) + each for each in (b"", *parts))
        return data[: -SIZE - 12] + b"\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff" + items + END

    study = read_study(rewritten(make_series(), tmp_path / "items", pack))
    assert np.array_equal(study.volume.hu, plain_study().volume.hu)
    assert codes(study) == {"plain_in_items"}


@pytest.mark.parametrize(("encoder", "stated"), thinned([lossless, jpegls, jpeg2000], [False, True]))
def test_coded_images_under_a_plain_syntax_are_read_as_what_they_are(tmp_path: Path, encoder, stated: bool) -> None:
    def pack(data: bytes) -> bytes:
        stream = encoder(np.frombuffer(data[-SIZE:], "<u2").reshape(64, 64))
        stream += b"\0" * (len(stream) % 2)
        items = ITEM + bytes(4) + ITEM + struct.pack("<I", len(stream)) + stream + END
        length = struct.pack("<I", len(items)) if stated else b"\xff\xff\xff\xff"
        return data[: -SIZE - 12] + b"\xe0\x7f\x10\x00OB\x00\x00" + length + items

    study = read_study(rewritten(make_series(), tmp_path / "coded", pack))
    assert np.array_equal(study.volume.hu, plain_study().volume.hu)
    assert codes(study) == {"syntax_contradicts"}


def test_items_of_which_nothing_tells_what_they_hold_are_refused(tmp_path: Path) -> None:
    def pack(data: bytes) -> bytes:
        values = np.random.default_rng(0).bytes(SIZE + 1024)
        items = ITEM + bytes(4) + ITEM + struct.pack("<I", len(values)) + values + END
        return data[: -SIZE - 12] + b"\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff" + items

    with pytest.raises(InputRejected) as caught:
        read_study(rewritten(make_series(), tmp_path, pack))
    assert caught.value.code == "items_under_plain_syntax"


def test_another_coding_than_the_syntax_says_is_read_as_what_it_is(tmp_path: Path) -> None:
    study = read_study(coded(jpegls, uid.JPEG2000Lossless).write(tmp_path / "coded"))
    assert np.array_equal(study.volume.hu, plain_study().volume.hu)
    assert codes(study) == {"syntax_contradicts"}


def test_frames_that_a_classic_object_has_no_places_for_are_refused(tmp_path: Path) -> None:
    def change(dataset) -> None:
        dataset.NumberOfFrames = 3
        dataset.PixelData = dataset.PixelData * 3

    with pytest.raises(InputRejected, match="NumberOfFrames"):
        read_study(make_series().each(change).write(tmp_path))


def test_more_pixels_than_the_header_counts_are_refused(tmp_path: Path) -> None:
    def change(dataset) -> None:
        dataset.PixelData = dataset.PixelData * 2

    with pytest.raises(InputRejected) as caught:
        read_study(make_series().each(change).write(tmp_path))
    assert caught.value.code == "more_pixels_than_stated"


def test_a_block_of_zeros_behind_plain_pixels_is_padding(tmp_path: Path) -> None:
    study = read_study(
        make_series()
        .each(lambda dataset: setattr(dataset, "PixelData", dataset.PixelData + bytes(512)))
        .write(tmp_path / "padded")
    )
    assert np.array_equal(study.volume.hu, plain_study().volume.hu)


def test_a_large_element_before_the_pixels_is_stepped_over(tmp_path: Path) -> None:
    series = make_series()
    series.datasets[11].add_new(Tag(0x0029, 0x0010), "LO", "RAW")
    series.datasets[11].add_new(Tag(0x0029, 0x1010), "OB", b"\1" * (65 * 2**20))
    study = read_study(series.write(tmp_path / "raw"))
    assert np.array_equal(study.volume.hu, plain_study().volume.hu)
    assert codes(study) == set()


@pytest.mark.parametrize(
    ("syntax", "encoder", "flag", "lossy"),
    [
        (uid.JPEGLSNearLossless, near, None, True),
        (uid.JPEGLSNearLossless, near, "00", True),
        (uid.JPEGLSNearLossless, jpegls, "00", False),
        (uid.JPEG2000, irreversible, None, True),
        (uid.JPEG2000Lossless, irreversible, None, True),
        (uid.JPEG2000, jpeg2000, None, True),
        (uid.JPEG2000, jpeg2000, "00", False),
        (uid.JPEG2000Lossless, jpeg2000, None, False),
    ],
)  # fmt: skip
def test_loss_is_said_whatever_tells_of_it(tmp_path: Path, syntax, encoder, flag: str | None, lossy: bool) -> None:
    series = coded(encoder, syntax)
    if flag is not None:
        series.each(lambda dataset: setattr(dataset, "LossyImageCompression", flag))
    study = read_study(series.write(tmp_path))
    assert ("lossy" in codes(study)) is lossy
    assert study.series.quality.lossy is lossy
    assert ("lossy" in study.series.quality.reasons) is lossy


def test_a_ratio_of_loss_without_its_flag_is_loss(tmp_path: Path) -> None:
    series = make_series().each(lambda dataset: setattr(dataset, "LossyImageCompressionRatio", "12.5"))
    assert read_study(series.write(tmp_path)).series.quality.lossy
