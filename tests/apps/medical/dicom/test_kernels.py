"""Kernels that makers name are kept; what may be a name or a number of a person is not."""

from pathlib import Path

import pytest

from apps.medical.dicom import kernels, read_study
from tests.apps.medical.dicom.making import make_series

NAMED = [
    *("B30f", "B70f", "B41s", "Br40d", "Bl57f", "Qr40", "I31f\\2", "Br40f\\3", "Qr40^2", "B60f 1", "H31s", "D30f"),
    *("STANDARD", "BONEPLUS", "LUNG", "DETAIL", "CHST", "STND/+", "HD LUNG", "SOFT", "EDGE", "ULTRA"),
    *("A", "B", "C", "D", "L", "YA", "YC", "EB", "FC08", "FC51", "FC18-H", "FL01", "B_SHARP_C", "L_VSHARP_B", "2"),
]
PERSONAL = [
    *("DOE^JANE", "Jane Doe", "SMITH", "doe", "J.Doe", "Dr Huber", "MRN4711", "0047110815", "1961-04-23", "19610423"),
    *(
        "B30f Jane",
        "Lung Smith",
        "jane.doe@b.org",
        "Haus-7",
        "\u674e\u96f7",
        "kernel of Doe",
        "soft soft soft soft soft",
    ),
]


@pytest.mark.parametrize("text", NAMED)
def test_a_kernel_that_a_maker_names_is_kept(text: str) -> None:
    assert kernels.known(text) == text


@pytest.mark.parametrize("text", PERSONAL)
def test_free_text_in_place_of_a_kernel_is_not_kept(text: str) -> None:
    assert kernels.known(text) == ""


@pytest.mark.parametrize(("text", "kept"), [("Br40f\\3", "Br40f\\3"), ("JANE DOE", ""), ("4711", "")])
def test_a_reading_keeps_no_other(tmp_path: Path, text: str, kept: str) -> None:
    def write(dataset) -> None:
        dataset.ConvolutionKernel = text.split("\\")

    assert read_study(make_series().each(write).write(tmp_path)).series.quality.kernel == kept
