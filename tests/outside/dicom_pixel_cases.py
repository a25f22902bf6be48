"""Cases of pixels: how they are packed, damaged, signed, padded."""

from collections.abc import Callable

import numpy as np

from tests.outside import Case
from tests.outside.scans import Reads


def _refused_with(code: str) -> Callable[[Reads], None]:
    def check(reads: Reads) -> None:
        assert reads().codes == {code}

    return check


def _chest_with(*codes: str) -> Callable[[Reads], None]:
    """It is read with the values of the chest, and the cautions are these."""

    def check(reads: Reads) -> None:
        outcome = reads()
        hu = outcome.read().volume.hu
        assert np.array_equal(hu, chest_hu())
        assert outcome.codes == set(codes)

    return check


def chest_hu() -> np.ndarray:
    """HU of the chest that the cases are made from, as its makers store it."""
    from tests.outside.scans import maker

    maker("monochrome1")
    import chest  # type: ignore[import-not-found]

    slices = chest.chest()
    return np.stack([chest.pixels(each).astype(np.int32) - 1024 for each in slices]).astype(np.int16)


def _no_frames_lost(reads: Reads) -> None:
    outcome = reads()
    assert outcome.refused is not None
    assert "NumberOfFrames" in str(outcome.refused)


def _lossy(reads: Reads) -> None:
    outcome = reads()
    assert "lossy" in outcome.codes
    assert outcome.read().series.quality.grade != "good"
    assert np.abs(outcome.read().volume.hu.astype(int) - chest_hu()).max() <= 10


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
    assert np.array_equal(turned.volume.hu, usual.volume.hu)
    assert turned.volume.geometry.rounded() == usual.volume.geometry.rounded()


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
        'Right: the caution "lossy", because the transfer syntax says so; the grade is not "good".', _lossy
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
        "Where the value occurs inside the body it is a value: read as 0 HU, with a caution.",
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
