"""Kernels that a maker of scanners names are kept; any other text of that header is not, and the reading says so."""

import re
from pathlib import Path

import pytest

from apps.medical.dicom import read_study
from apps.medical.dicom.kernels import known_kernel
from apps.messages import cautioned
from tests.apps.medical.dicom.making import make_series

KEPT = re.findall(
    r"\S+",
    "B30f B31s B70f H31s U30u T20s I31f\\3 Br40d\\3 Br36f Bl57d Bv36d\\3 Qr40 Qr40^2 B70h_VB40 STANDARD SOFT DETAIL "
    "BONE BONEPLUS LUNG EDGE ULTRA CHST A B C D L YA YB YC UB EB CB IMR1 FC01 FC13 FC52 FC08-H FL04 B_SOFT_B "
    "B_VSHARP_C 31",
)
OF_WORDS = ("HD Lung", "BODY FILTER/STANDARD", "AiCE BODY SHARP", "Soft Tissue", "LUNG+")


@pytest.mark.parametrize("kernel", [*KEPT, *OF_WORDS])
def test_what_makers_call_their_kernels_is_kept_as_written(kernel: str) -> None:
    assert known_kernel(kernel) == kernel


@pytest.mark.parametrize(
    "text",
    ["", "DOE", "DOE JANE", "DOE^JANE", "Doe", "J.D.", "JD", "MISS SOFT", "B30f DOE", "19500102", "P-1", "1234567", "4",
     "Dr. Roe", "STANDARD 19500102", "FC13 JANE", "B30f\\DOE", "LUNG " * 9, "MR", "KIM", "LI", "AN"],
)  # fmt: skip
def test_other_text_is_not_kept(text: str) -> None:
    assert known_kernel(text) == ""


@pytest.mark.parametrize("text", ["DOE JANE", "P-1", "Roe\\soft"])
def test_a_reading_says_that_it_kept_no_kernel(tmp_path: Path, text: str) -> None:
    series = make_series().each(lambda dataset: setattr(dataset, "ConvolutionKernel", text))
    study = read_study(series.write(tmp_path))
    assert study.series.quality.kernel == ""
    (caution,) = (caution for caution in study.cautions if caution.code == "kernel_not_kept")
    assert text not in cautioned(caution)
    assert "kernel_not_kept" not in study.series.quality.reasons


@pytest.mark.parametrize("text", ["B30f", "", None])
def test_nothing_is_said_of_a_known_kernel_or_of_none(tmp_path: Path, text: str | None) -> None:
    series = make_series().each(lambda dataset: setattr(dataset, "ConvolutionKernel", text))
    study = read_study(series.write(tmp_path))
    assert study.series.quality.kernel == (text or "")
    assert "kernel_not_kept" not in {caution.code for caution in study.cautions}
