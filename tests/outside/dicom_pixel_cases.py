"""Cases of pixels: how they are packed, damaged, signed, padded."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit

from tests.outside import Case
from tests.outside.commands import command
from tests.outside.scans import Reads, chest_hu, likewise


def _refused_with(code: str, *words: str) -> Callable[[Reads], None]:
    """It is refused with this code and these words."""

    def check(reads: Reads) -> None:
        outcome = reads()
        assert outcome.refused is not None, outcome.codes
        assert outcome.refused.code == code
        assert all(word in str(outcome.refused) for word in words), str(outcome.refused)

    return check


def _chest_with(code: str = "", *words: str) -> Callable[[Reads], None]:
    """It is read with the values of the chest, with this caution alone and these words of it, or with none."""

    def check(reads: Reads) -> None:
        outcome = reads()
        study = outcome.read()
        assert np.array_equal(study.volume.hu, chest_hu())
        assert outcome.codes == ({code} if code else set())
        assert all(word in outcome.said(code) for word in words), outcome.said(code)
        assert (study.series.num_slices, study.skipped) == (44, ())

    return check


def _no_frames_lost(reads: Reads) -> None:
    outcome = reads()
    assert outcome.refused is not None
    assert "NumberOfFrames" in str(outcome.refused)


def _baseline(_: int, image: Any) -> None:
    """Eight bits of a slice as baseline JPEG, which no other element of the header calls lossy."""
    values = np.frombuffer(image.PixelData, "<u2").reshape(image.Rows, image.Columns)
    image.PixelData = encapsulate([bytes(imagecodecs.jpeg8_encode((values >> 4).astype(np.uint8), 95))])
    image["PixelData"].VR, image["PixelData"].is_undefined_length = "OB", True
    image.BitsAllocated = image.BitsStored = 8
    image.HighBit, image.RescaleSlope = 7, 16
    image.file_meta.TransferSyntaxUID = JPEGBaseline8Bit


def _extended(_: int, image: Any) -> None:
    """A slice as extended JPEG of twelve bits."""
    values = np.frombuffer(image.PixelData, "<u2").reshape(image.Rows, image.Columns)
    image.PixelData = encapsulate([bytes(imagecodecs.jpeg_encode(values, level=95, bitspersample=12))])
    image["PixelData"].VR, image["PixelData"].is_undefined_length = "OB", True
    image.file_meta.TransferSyntaxUID = JPEGExtended12Bit


def _lossy(reads: Reads) -> None:
    near = reads()
    assert np.abs(near.read().volume.hu.astype(int) - chest_hu()).max() <= 10
    ratio = likewise(lambda _, image: setattr(image, "LossyImageCompressionRatio", "12.5"))
    assert np.array_equal(ratio.read().volume.hu, chest_hu())
    for outcome in (near, ratio, likewise(_baseline), likewise(_extended)):
        assert "lossy" in outcome.codes
        assert outcome.said("lossy")
        assert outcome.read().series.quality.grade != "good"


def _names_the_view(reads: Reads) -> None:
    refused = reads().refused
    assert refused is not None
    assert "the edge of the picture cuts through them" in str(refused)
    assert "shows no lungs" not in str(refused)


def _names_the_zip(reads: Reads) -> None:
    refused = reads().refused
    assert refused is not None
    assert "its only file is a zip archive" in str(refused)
    assert "no zip archive" not in str(refused)


def _same_both_ways(reads: Reads) -> None:
    turned, usual = reads().read(), reads("").read()
    assert np.array_equal(usual.volume.hu, chest_hu())
    assert np.array_equal(turned.volume.hu, usual.volume.hu)
    assert turned.volume.geometry.rounded() == usual.volume.geometry.rounded()
    assert turned.cautions == usual.cautions
    one, other = (_findings(reads.made(*made_with)) for made_with in ((), ("",)))
    assert len(one) > 1, "there is something to be found"
    assert one == other


def _findings(folder: Path) -> list[dict[str, Any]]:
    """What the command prints of each finding; of its heatmap, which lies in a data folder, the hash."""
    done = command("medical", "read", folder, "--json")
    assert done.returncode == 0, done.stderr
    findings: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return [each | {"heatmap": Path(str(each["heatmap"])).name} for each in findings]


CASES: dict[str, Case[Reads]] = {
    "bits_above_stored": Case(
        "Right: refused, or a caution with the share of pixels that have bits set above BitsStored although no overlay "
        "says so",
        _refused_with("bits_above_stored_used"),
    ),
    "encapsulated_under_native_syntax": Case(
        "Right: refused because PixelData is encapsulated while the transfer syntax is native, or decoded by what the "
        "stream is.",
        _chest_with("syntax_contradicts"),
    ),
    "frames_in_classic_object": Case(
        "Right: refused, or a caution that counts the frames that were left out", _no_frames_lost
    ),
    "high_bit": Case("Right: values shifted down by HighBit + 1 - BitsStored, or refused.", _chest_with()),
    "jpegls_zero_before_end": Case("Right: read; older CharLS, GDCM and DCMTK do.", _chest_with()),
    "large_private_element": Case("Right: read, or refused with that reason.", _chest_with()),
    "lossy_by_syntax_alone": Case(
        'Right: the caution "lossy", because the transfer syntax says so; the grade is not "good". (The same for '
        "baseline and extended JPEG, and for a LossyImageCompressionRatio without the flag.)",
        _lossy,
    ),
    "missing_sequence_delimiter": Case(
        "Right: read with a caution, since the stream ends with its own end marker; or refused with that reason.",
        _chest_with("items_without_end"),
    ),
    "monochrome1": Case(
        "Right: read like MONOCHROME2 (PS3.3 C.7.6.3.1.2, after the VOI transformation), with a caution; or refused "
        "with that reason.",
        _chest_with("shown_inverse"),
    ),
    "native_in_fragments": Case("Right: the fragment's content, or refused.", _chest_with("plain_in_items")),
    "offset_jumps_inside_the_lungs": Case(
        "Right: refused: within one scanner's series the values of air jump by 1024 HU between neighbours.",
        _refused_with("values_jump"),
    ),
    "one_lung_in_view": Case("Right: refused, or read with a caution, because of the field of view.", _names_the_view),
    "padding_after_end_of_image": Case("Right: read; what follows EOI is no part of the image.", _chest_with()),
    "padding_in_tissue": Case(
        "Right: padding is outside the field of view. Where the value occurs inside the body it is a value: read as 0 "
        "HU, with a caution.",
        _chest_with("padding_in_tissue"),
    ),
    "plain_pixels_under_compressed_syntax": Case(
        "Right: an explicit length of exactly rows x columns x 2 is plain: read with a caution, or refused with that "
        "reason.",
        _chest_with("plain_under_coded_syntax"),
    ),
    "sign_of_unsigned": Case(
        "Right: refused, or a caution with the share of pixels below -1024 HU that are no padding: no tissue lies "
        "there.",
        _refused_with("sign_contradicts"),
    ),
    "stored_the_other_way_round": Case(
        "Right: the same findings at the same places with the same probabilities: no voxel differs, only the order in "
        "the file.",
        _same_both_ways,
    ),
    "zip_in_a_zip": Case(
        "Right: refused, as today, but the sentence must be true: the member is a zip archive inside the archive.",
        _names_the_zip,
    ),
}
