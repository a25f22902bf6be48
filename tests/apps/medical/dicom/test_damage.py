"""Damage of pixels: what a decoder can know of it, and what shows beside other slices where no decoder sees it."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from apps.medical.dicom.pixels import coding
from apps.medical.dicom.pixels.coding import decode
from apps.medical.dicom.pixels.neighbours import odd_slices
from apps.medical.dicom.pixels.stray import stray_slices
from apps.medical.dicom.pixels.streams import parse
from apps.medical.dicom.study import read_study
from apps.messages import cautioned, said
from tests.apps.medical.dicom import htj2k
from tests.apps.medical.dicom.making import Grid, make_series

SIZE = (12, 160, 192)
Spoil = Callable[[np.ndarray], None]


def scan(noise_hu: float = 60) -> np.ndarray:
    """Lung and tissue under noise, a bone in some slices, air cut off at the lowest value, padding in a corner."""
    random = np.random.default_rng(0)
    hu = np.full(SIZE, -850.0)
    hu[:, 40:120] += 880
    hu[4:7, 60:76, 60:76] = 900
    hu[:, :, 160:] = -1010
    hu = gaussian_filter(hu, (0, 0.8, 0.8)) + random.normal(0, noise_hu, SIZE)
    hu[:, :32, :40] = -1024
    return np.clip(np.rint(hu), -1024, 3071).astype(np.int16)


@pytest.mark.parametrize("noise_hu", [0, 10, 60])
@pytest.mark.parametrize("every", [1, 3])
def test_nothing_is_said_of_a_scan_that_nobody_damaged(noise_hu: float, every: int) -> None:
    for hu in (scan(noise_hu)[::every], np.full(SIZE, -1024, np.int16), scan(noise_hu)[:2], scan()[:, :12, :12]):
        assert stray_slices(hu) == []
        assert stray_slices(hu, swapped=True) == []
        assert odd_slices(hu) == []


def zeros_of_64_bytes(plane: np.ndarray) -> None:
    plane[80, 20:52] = -1024


def zeros_from_one_row_into_the_next(plane: np.ndarray) -> None:
    plane[80, 172:] = plane[81, :12] = 300
    plane[80, 90:115] = 300


def zeros_of_a_page(plane: np.ndarray) -> None:
    plane.reshape(-1)[70 * 192 + 50 :][:2048] = -1024


def zeros_of_the_lower_byte(plane: np.ndarray) -> None:
    plane[50, 30:94] &= ~0xFF


def one_bit(plane: np.ndarray) -> None:
    plane[90, 70] ^= 1 << 10


def values_beyond_all(plane: np.ndarray) -> None:
    plane[20:150:40, 100] = 3071


@pytest.mark.parametrize(
    "spoil", [zeros_of_64_bytes, zeros_from_one_row_into_the_next, zeros_of_a_page, zeros_of_the_lower_byte, one_bit,
              values_beyond_all]
)  # fmt: skip
@pytest.mark.parametrize("k", [0, 1, 6, 11])
def test_values_that_nothing_around_leads_to_are_seen(spoil: Spoil, k: int) -> None:
    hu = scan()
    spoil(hu[k])
    assert stray_slices(hu) == [k]
    assert stray_slices(np.ascontiguousarray(hu.transpose(0, 2, 1)), swapped=True) == [k]


def test_metal_is_no_damage() -> None:
    hu = scan()
    hu[5, 66:69, 130:134] = 3071  # a clip in one slice
    hu[5, 100, 30:60] = hu[6, 101, 30:60] = 3071  # a needle along a row, cut off at the highest value
    assert stray_slices(hu) == []


@pytest.mark.parametrize("row", [30, 70, 105])
@pytest.mark.parametrize("k", [1, 6, 10])
def test_a_slice_that_is_shifted_from_a_row_on_is_seen(row: int, k: int) -> None:
    hu = scan()
    rest = hu[k, row:].reshape(-1)
    rest[:] = np.concatenate([rest[32:], np.random.default_rng(2).choice(rest, 32)])
    assert odd_slices(hu) == [k]


def test_a_breath_between_slices_is_no_damage() -> None:
    hu = scan()
    hu[6:] = np.roll(hu[6:], 5, axis=1)
    assert odd_slices(hu) == []


def test_a_reading_says_which_slice_holds_them(tmp_path: Path) -> None:
    series = make_series(replace(Grid(), spacing_mm=(5, 2.5, 2.5), size=(40, 128, 128)))
    stored = series.datasets[17].pixel_array.copy()
    stored[64, 30:62] = 0
    series.datasets[17].PixelData = stored.tobytes()
    study = read_study(series.write(tmp_path))
    (caution,) = (caution for caution in study.cautions if caution.code == "values_stray")
    assert caution.values == {"num_slices": 1, "positions_mm": f"{series.grid.corner(17)[2]:.1f}"}
    assert said(caution.source).startswith("file 18 of 40 (sha256 ")
    assert "values_stray" in study.series.quality.reasons
    assert cautioned(caution).startswith("1 slice holds values")


@pytest.mark.parametrize("predictor", range(1, 8))
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_a_lossless_jpeg_of_another_coder_is_as_long_as_its_values_take(predictor: int, bits: int) -> None:
    random = np.random.default_rng(predictor)
    values = random.integers(0, 1 << bits, (37, 53)).astype(np.uint8 if bits == 8 else np.uint16)
    coded = imagecodecs.jpeg_encode(values, lossless=True, predictor=predictor, bitspersample=bits)
    stream = parse(bytes(coded))
    assert stream is not None
    assert np.array_equal(decode(stream), values)


def test_damage_of_a_lossless_jpeg_is_refused_nearly_always(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    values = np.clip(random.normal(1100, 40, (128, 128)), 0, 4095).astype(np.uint16)
    coded = bytes(imagecodecs.ljpeg_encode(values, bitspersample=12))
    refused = 0
    for _ in range(100):
        spoilt = bytearray(coded)
        at = int(random.integers(400, len(coded) - 80))
        spoilt[at : at + 64] = random.bytes(64)
        try:
            decode(parse(bytes(spoilt)))  # type: ignore[arg-type]
        except Exception:  # noqa: BLE001 - of whatever kind
            refused += 1
    assert refused >= 90


@pytest.mark.parametrize("threads", [1, 4])
def test_damage_that_the_decoder_of_high_throughput_jpeg_2000_finds_is_refused(
    monkeypatch: pytest.MonkeyPatch, threads: int, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(coding, "num_threads", lambda: threads)
    random = np.random.default_rng(3)
    values, coded = htj2k.kept()
    refused = 0
    for _ in range(60):
        spoilt = bytearray(coded)
        at = int(random.integers(200, len(coded) - 80))
        spoilt[at : at + 64] = random.bytes(64)
        try:
            decode(parse(bytes(spoilt)))  # type: ignore[arg-type]
        except Exception:  # noqa: BLE001 - of whatever kind
            refused += 1
    assert refused >= 15
    assert np.array_equal(decode(parse(coded)), values)  # type: ignore[arg-type]
    assert "JPEG2K" not in "".join(capfd.readouterr())


def with_restarts() -> tuple[bytes, list[int]]:
    """A JPEG with a restart marker after each row of blocks, and where these stand."""
    values = np.clip(np.random.default_rng(5).normal(120, 20, (128, 128)), 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "jpeg", quality=95, restart_marker_rows=1)
    data = stream.getvalue()
    return data, [at for at in range(len(data) - 1) if data[at] == 0xFF and 0xD0 <= data[at + 1] <= 0xD7]


def test_restart_markers_stand_where_the_header_says() -> None:
    data, markers = with_restarts()
    assert len(markers) == 15
    assert decode(parse(data)).shape == (128, 128)  # type: ignore[arg-type]
    one, other = markers[4], markers[5]
    a_part_is_missing, the_last_ones_are = data[:one] + data[other:], data[:one] + data[-2:]
    a_marker_is_another, a_marker_is_none = (data[:one] + there + data[one + 2 :] for there in (b"\xff\xd0", b"\0\0"))
    for stream in (a_part_is_missing, the_last_ones_are, a_marker_is_another, a_marker_is_none):
        with pytest.raises(ValueError, match="restart markers"):
            decode(parse(stream))  # type: ignore[arg-type]
