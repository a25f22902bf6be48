"""Compressed transfer syntaxes decode to what was encoded; multi-frame objects read as single images do."""

import io
import struct
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from pydicom import uid
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate, generate_fragmented_frames

from apps.medical.dicom import read_study
from apps.medical.dicom.pixels import coding, element
from apps.medical.dicom.pixels.streams import parse
from core_model.errors import InputRejected
from tests.apps.medical.dicom import htj2k
from tests.apps.medical.dicom.making import Series, enhanced, make_series, plain_study
from tests.thinned import thinned


def encode(series: Series, syntax: str, encoder) -> Series:
    """Replaces the pixels of every slice by an encoded stream."""

    def change(dataset) -> None:
        dataset.PixelData = encapsulate([encoder(dataset.pixel_array)])
        dataset["PixelData"].is_undefined_length = True
        dataset["PixelData"].VR = "OB"
        dataset.file_meta.TransferSyntaxUID = syntax

    return series.each(change)


def jpeg_lossless(pixels: np.ndarray) -> bytes:
    """Process 14 by liblj92, an implementation other than the one that decodes."""
    return bytes(imagecodecs.ljpeg_encode(pixels, bitspersample=12))


@pytest.mark.parametrize(
    ("syntax", "encoder"),
    [
        (uid.JPEGLosslessSV1, jpeg_lossless),
        (uid.JPEGLossless, jpeg_lossless),
        (uid.JPEGLSLossless, lambda pixels: imagecodecs.jpegls_encode(pixels)),
        (uid.JPEG2000Lossless, lambda pixels: imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True)),
    ],
    ids=["JPEG lossless SV1", "JPEG lossless", "JPEG-LS", "JPEG 2000"],
)
def test_a_lossless_syntax_equals_the_uncompressed_series(tmp_path: Path, syntax, encoder) -> None:
    plain = plain_study().volume
    series = encode(make_series(), syntax, encoder)
    study = read_study(series.write(tmp_path / "packed"))
    assert np.array_equal(study.volume.hu, plain.hu)
    assert study.volume.geometry == plain.geometry
    assert not study.series.quality.lossy


def test_high_throughput_jpeg_2000_equals_the_uncompressed_image(tmp_path: Path) -> None:
    values, coded = htj2k.kept()
    series = make_series()
    dataset = series.datasets[20]
    dataset.PixelData = values.tobytes()
    plain = read_study(series.write(tmp_path / "plain")).volume
    dataset.PixelData = encapsulate([coded])
    dataset["PixelData"].is_undefined_length = True
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = uid.HTJ2KLossless
    study = read_study(series.write(tmp_path / "packed"))
    assert np.array_equal(study.volume.hu, plain.hu)
    assert np.array_equal(study.volume.hu[20], values.astype(int) - 1024)
    assert not study.series.quality.lossy


def test_rle_equals_the_uncompressed_series(tmp_path: Path) -> None:
    plain = plain_study().volume
    series = make_series().each(lambda dataset: dataset.compress(uid.RLELossless, generate_instance_uid=False))
    assert np.array_equal(read_study(series.write(tmp_path / "packed")).volume.hu, plain.hu)


def test_rle_that_holds_more_than_the_image_is_refused_though_the_decoder_panics(tmp_path: Path) -> None:
    series = make_series().each(lambda dataset: dataset.compress(uid.RLELossless, generate_instance_uid=False))
    segment = b"\x81\x07" * 33  # 33 runs of 128 bytes for an image of 64 x 64
    frame = struct.pack("<16I", 2, 64, 64 + len(segment), *[0] * 13) + segment * 2
    series.datasets[20].PixelData = encapsulate([frame])
    with pytest.raises(InputRejected, match="file 21 of 40") as caught:
        read_study(series.write(tmp_path))
    assert caught.value.code == "dicom_damaged"


def test_deflated_equals_the_uncompressed_series(tmp_path: Path) -> None:
    plain = plain_study().volume

    def change(dataset) -> None:
        dataset.file_meta.TransferSyntaxUID = uid.DeflatedExplicitVRLittleEndian

    assert np.array_equal(read_study(make_series().each(change).write(tmp_path / "packed")).volume.hu, plain.hu)


@pytest.mark.parametrize("syntax", [uid.JPEG2000Lossless, uid.JPEGLSLossless])
def test_signed_compressed_pixels_keep_their_sign(tmp_path: Path, syntax) -> None:
    plain = plain_study().volume.hu

    def change(dataset) -> None:
        signed = dataset.pixel_array.astype(np.int16) - 1024
        dataset.PixelRepresentation, dataset.RescaleIntercept = 1, 0
        dataset.BitsStored, dataset.HighBit = 16, 15
        dataset.PixelData = signed.tobytes()
        dataset.compress(syntax, generate_instance_uid=False)

    assert np.array_equal(read_study(make_series().each(change).write(tmp_path / "packed")).volume.hu, plain)


def test_signed_lossless_jpeg_keeps_its_sign(tmp_path: Path) -> None:
    plain = plain_study().volume.hu

    def change(dataset) -> None:
        dataset.PixelData = (dataset.pixel_array.astype(np.int16) - 1024).tobytes()
        dataset.PixelRepresentation, dataset.RescaleIntercept = 1, 0
        dataset.BitsStored, dataset.HighBit = 16, 15

    series = encode(
        make_series().each(change),
        uid.JPEGLosslessSV1,
        lambda pixels: imagecodecs.ljpeg_encode(pixels.view(np.uint16), bitspersample=16),
    )
    assert np.array_equal(read_study(series.write(tmp_path / "packed")).volume.hu, plain)


def test_eight_bit_baseline_jpeg_is_read_and_called_lossy(tmp_path: Path) -> None:
    def encoder(pixels: np.ndarray) -> bytes:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=95)
        return stream.getvalue()

    def to_eight_bits(dataset) -> None:
        pixels = (dataset.pixel_array / 16).astype(np.uint8)
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
        dataset.RescaleSlope = 16
        dataset.LossyImageCompression = "01"
        dataset.PixelData = pixels.tobytes()

    plain = plain_study().volume.hu.astype(int)
    series = encode(make_series().each(to_eight_bits), uid.JPEGBaseline8Bit, encoder)
    study = read_study(series.write(tmp_path / "packed"))
    assert np.abs(study.volume.hu - plain).mean() < 25
    assert "lossy" in {caution.code for caution in study.cautions}
    assert study.series.quality.grade == "degraded"


def test_twelve_bit_jpeg_is_read(tmp_path: Path) -> None:
    plain = plain_study().volume.hu.astype(int)
    series = encode(
        make_series(),
        uid.JPEGExtended12Bit,
        lambda pixels: imagecodecs.jpeg_encode(pixels, level=95, bitspersample=12),
    )
    study = read_study(series.write(tmp_path / "packed"))
    assert np.abs(study.volume.hu - plain).mean() < 8


def test_a_stream_of_another_size_than_its_header_is_refused_before_decoding(tmp_path: Path) -> None:
    series = encode(make_series(), uid.JPEG2000Lossless, lambda p: imagecodecs.jpeg2k_encode(p, level=0))
    stream = bytearray(series.datasets[7].PixelData)
    at = stream.find(b"\xff\x4f\xff\x51")
    stream[at + 8 : at + 16] = struct.pack(">2I", 60_000, 60_000)
    series.datasets[7].PixelData = bytes(stream)
    with pytest.raises(InputRejected, match="file 8 of 40") as caught:
        read_study(series.write(tmp_path))
    assert caught.value.code == "dicom_damaged"


ENCODERS = {
    "JPEG lossless": (uid.JPEGLosslessSV1, jpeg_lossless),
    "JPEG-LS": (uid.JPEGLSLossless, imagecodecs.jpegls_encode),
    "JPEG 2000": (uid.JPEG2000Lossless, lambda pixels: imagecodecs.jpeg2k_encode(pixels, level=0)),
}


@pytest.mark.parametrize(("coding", "share"), thinned([*ENCODERS], [0.3, 0.8, 0.99]))
def test_a_stream_that_is_cut_off_is_refused_not_filled_with_grey(tmp_path: Path, coding: str, share: float) -> None:
    syntax, encoder = ENCODERS[coding]
    series = encode(make_series(), syntax, encoder)
    stream = encoder(make_series().datasets[20].pixel_array)
    series.datasets[20].PixelData = encapsulate([stream[: int(len(stream) * share)]])
    with pytest.raises(InputRejected, match="file 21 of 40") as caught:
        read_study(series.write(tmp_path))
    assert caught.value.code == "dicom_damaged"


def test_an_unknown_transfer_syntax_is_named_as_such(tmp_path: Path) -> None:
    series = encode(make_series(), "1.2.840.10008.1.2.4.100", lambda pixels: pixels.tobytes())  # MPEG-2
    with pytest.raises(InputRejected) as caught:
        read_study(series.write(tmp_path))
    assert caught.value.code == "transfer_syntax"


def test_claimed_sizes_are_read_from_every_kind_of_stream() -> None:
    pixels = np.zeros((32, 48), np.uint16)
    for stream in (
        jpeg_lossless(pixels),
        imagecodecs.jpegls_encode(pixels),
        imagecodecs.jpeg2k_encode(pixels, codecformat="j2k"),
        imagecodecs.jpeg2k_encode(pixels, codecformat="jp2"),
        imagecodecs.jpeg_encode(pixels.astype(np.uint8)),
    ):
        found = parse(stream)
        assert found is not None
        assert (found.rows, found.columns, found.components) == (32, 48, 1)
    assert parse(b"\1\0\0\0rle") is None
    with pytest.raises(ValueError, match="marker"):
        parse(b"\xff\xd8\xff")


def test_an_enhanced_multi_frame_object_reads_as_its_slices_do(tmp_path: Path) -> None:
    plain = plain_study().volume
    made = enhanced(make_series())
    (tmp_path / "one").mkdir()
    made.save_as(tmp_path / "one" / "a.dcm", enforce_file_format=True)
    volume = read_study(tmp_path / "one").volume
    assert np.array_equal(volume.hu, plain.hu)
    assert volume.geometry == plain.geometry
    alone = read_study(tmp_path / "one" / "a.dcm").volume
    assert np.array_equal(alone.hu, plain.hu)


def coded_frames(fragments: int) -> FileDataset:
    """An Enhanced CT object in JPEG-LS, each frame in so many fragments, without an offset table."""
    made = enhanced(make_series())
    frames = np.frombuffer(made.PixelData, np.uint16).reshape(-1, 64, 64)
    streams = [bytes(imagecodecs.jpegls_encode(frame)) for frame in frames]
    made.PixelData = encapsulate(streams, fragments_per_frame=fragments, has_bot=False)
    made["PixelData"].is_undefined_length = True
    made["PixelData"].VR = "OB"
    made.file_meta.TransferSyntaxUID = uid.JPEGLSLossless
    return made


@pytest.mark.parametrize("fragments", [1, 3])
def test_coded_frames_are_taken_apart_once_and_not_for_each_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fragments: int
) -> None:
    taken: list[int] = []

    def counted(*given, **also):
        taken.append(1)
        return generate_fragmented_frames(*given, **also)

    monkeypatch.setattr(element, "generate_fragmented_frames", counted)
    monkeypatch.setattr(element.PixelElement, "plain", property(lambda whole: taken.append(40) or whole.data))
    coded_frames(fragments).save_as(tmp_path / "a.dcm", enforce_file_format=True)
    hu = read_study(tmp_path).volume.hu
    assert sum(taken) == (fragments > 1)
    assert np.array_equal(hu, plain_study().volume.hu)


def test_more_images_in_the_fragments_than_frames_are_refused(tmp_path: Path) -> None:
    made = coded_frames(2)
    made.PixelData += encapsulate([b"\0" * 10 + b"\xff\xd9"], has_bot=False)[8:]
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    with pytest.raises(InputRejected) as caught:
        read_study(tmp_path)
    assert caught.value.code == "dicom_damaged"


def test_a_multi_frame_object_with_too_few_frame_groups_is_refused(tmp_path: Path) -> None:
    made = enhanced(make_series())
    made.NumberOfFrames = 39
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    with pytest.raises(InputRejected, match="NumberOfFrames"):
        read_study(tmp_path)


@pytest.mark.parametrize(
    ("threads", "syntax", "signed"), thinned([1, 4, 2], [uid.JPEG2000Lossless, uid.JPEGLSLossless], [False, True])
)
def test_values_are_those_of_another_decoder_on_any_number_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int, syntax: str, signed: bool
) -> None:
    def change(dataset) -> None:
        if signed:
            dataset.PixelData = (dataset.pixel_array.astype(np.int16) - 1024).tobytes()
            dataset.PixelRepresentation, dataset.RescaleIntercept = 1, 0
            dataset.BitsStored, dataset.HighBit = 16, 15
        dataset.compress(syntax, generate_instance_uid=False)

    series = make_series().each(change)
    monkeypatch.setattr(coding, "num_threads", lambda: threads)
    study = read_study(series.write(tmp_path / "packed"))
    theirs = np.stack([dataset.pixel_array.astype(int) for dataset in series.datasets])
    assert np.array_equal(study.volume.hu, theirs - (0 if signed else 1024))


@pytest.mark.parametrize("signed", [False, True])
def test_a_jpeg_2000_stream_of_another_sign_than_its_header_keeps_its_bits(tmp_path: Path, signed: bool) -> None:
    plain = plain_study().volume.hu

    def change(dataset) -> None:
        hu = dataset.pixel_array.astype(np.int16) - 1024
        dataset.PixelRepresentation, dataset.RescaleIntercept = int(signed), 0 if signed else -1024
        bits = hu.view(np.uint16) if signed else dataset.pixel_array.astype(np.int16)
        dataset.BitsStored, dataset.HighBit = 16, 15
        stream = imagecodecs.jpeg2k_encode(bits, level=0, reversible=True)
        dataset.PixelData = encapsulate([bytes(stream)])
        dataset["PixelData"].is_undefined_length = True
        dataset.file_meta.TransferSyntaxUID = uid.JPEG2000Lossless

    assert np.array_equal(read_study(make_series().each(change).write(tmp_path / "packed")).volume.hu, plain)
