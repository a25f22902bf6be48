"""Kernels that makers name are kept; what may be a name or a number of a person is not, and the reading says so."""

from pathlib import Path

import pytest

from apps.medical.dicom import kernels, read_study
from apps.messages import cautioned
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
NAMED += [
    *("T20s", "U30u", "Bv36d\\3", "B70h_VB40", "CB", "UB", "IMR1", "FC08-H", "FL04", "B_SOFT_B", "H_SOFT_A", "31"),
    *("BODY FILTER/STANDARD", "AiCE BODY SHARP", "Soft Tissue", "LUNG+"),
]
PERSONAL += [
    *(
        "",
        "DOE",
        "JD",
        "J.D.",
        "MISS SOFT",
        "1234567",
        "P-1",
        "STANDARD 19500102",
        "FC13 JANE",
        "B30f\\DOE",
        "KIM",
        "LI",
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

    study = read_study(make_series().each(write).write(tmp_path))
    assert study.series.quality.kernel == kept
    said = [cautioned(caution) for caution in study.cautions if caution.code == "kernel_not_kept"]
    assert len(said) == (not kept)
    assert text not in "".join(said)
    assert "kernel_not_kept" not in study.series.quality.reasons


def test_nothing_is_said_where_no_kernel_is_named(tmp_path: Path) -> None:
    series = make_series().each(lambda dataset: setattr(dataset, "ConvolutionKernel", None))
    assert "kernel_not_kept" not in {caution.code for caution in read_study(series.write(tmp_path)).cautions}
