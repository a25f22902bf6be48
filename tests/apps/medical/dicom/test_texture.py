"""Damage that no decoder sees shows in the texture of a slice, and anatomy does not."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from apps.medical.dicom.pixels import coding
from apps.medical.dicom.pixels.coding import decode
from apps.medical.dicom.pixels.streams import parse
from apps.medical.dicom.pixels.texture import texture, unlike_in_texture

SIZE = (12, 160, 192)


def scan() -> np.ndarray:
    """Noise of two strengths, a bone, and padding in a corner."""
    random = np.random.default_rng(0)
    hu = random.normal(-850, 30, SIZE)
    hu[:, 40:120] += 880
    hu[4:7, 60:76, 60:76] = 900  # a bone in three slices
    hu[:, :32, :40] = -1024
    return np.clip(np.rint(hu), -1024, 3071).astype(np.int16)


def unlike(hu: np.ndarray) -> list[int]:
    return unlike_in_texture(np.stack([texture(plane) for plane in hu]))


def test_a_scan_has_no_slice_unlike_the_others() -> None:
    assert unlike(scan()) == []
    assert unlike(np.full(SIZE, -1024, np.int16)) == []
    assert unlike(scan()[:3]) == []
    assert unlike(scan()[:, :20, :20]) == []


@pytest.mark.parametrize("k", [1, 6, 10])
def test_a_band_of_made_up_values_is_seen(k: int) -> None:
    hu = scan()
    hu[k, 70:90] = np.random.default_rng(1).integers(-1000, 1000, (20, 192))
    assert unlike(hu) == [k]


def test_a_part_that_was_filled_is_seen() -> None:
    hu = scan()
    hu[5, 90:] = 40
    assert unlike(hu) == [5]


def test_a_clip_of_metal_in_one_slice_is_no_damage() -> None:
    hu = scan()
    hu[5, 66:74, 130:138] = 3071
    assert unlike(hu) == []


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
def test_what_the_decoder_of_high_throughput_jpeg_2000_says_of_damage_is_heard(
    monkeypatch: pytest.MonkeyPatch, threads: int, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(coding, "num_threads", lambda: threads)
    random = np.random.default_rng(3)
    values = np.clip(random.normal(1100, 40, (256, 256)), 0, 4095).astype(np.uint16)
    coded = bytes(imagecodecs.htj2k_encode(values, reversible=True))
    refused = 0
    for _ in range(60):
        spoilt = bytearray(coded)
        at = int(random.integers(800, len(coded) - 80))
        spoilt[at : at + 64] = random.bytes(64)
        try:
            decode(parse(bytes(spoilt)))  # type: ignore[arg-type]
        except Exception:  # noqa: BLE001 - of whatever kind
            refused += 1
    assert refused >= 15
    assert np.array_equal(decode(parse(coded)), values)  # type: ignore[arg-type]
    assert "JPEG2K" not in "".join(capfd.readouterr())
