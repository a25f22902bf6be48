"""What headers say of the slices is held against where they lie; projections are known in a phrase too."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from apps.documents import missing
from apps.medical.dicom import read_study
from apps.messages import cautioned
from core_model.errors import InputRejected
from tests.apps.medical.dicom.making import Grid, make_series, plain_study
from tests.thinned import first_of

TILTED = replace(Grid(), shear_mm=1.0)


def said_of(study, code: str) -> list[str]:
    return [cautioned(caution) for caution in study.cautions if caution.code == code]


@pytest.mark.parametrize(
    "kind",
    ["CT_SOM7 MIP", "CT_SOM5 MINIP THICK", "3D VRT", "MIP_10MM", "VOLUME RENDERED IMAGE", "DSA SUBTRACTED"],
)
def test_a_projection_in_a_phrase_is_never_read(tmp_path: Path, kind: str) -> None:
    series = make_series().each(lambda d: setattr(d, "ImageType", ["DERIVED", "PRIMARY", "AXIAL", kind]))
    with pytest.raises(InputRejected, match="projection"):
        read_study(series.write(tmp_path))


@pytest.mark.parametrize("kind", first_of("CT_SOM7 SPI DUAL", "MPR", "SHRIMP", "CT_SOM5 SPI", "HELIX", fast=3))
def test_a_phrase_that_names_no_projection_is_read(tmp_path: Path, kind: str) -> None:
    series = make_series().each(lambda d: setattr(d, "ImageType", ["ORIGINAL", "PRIMARY", "AXIAL", kind]))
    assert read_study(series.write(tmp_path)).volume.shape == (40, 64, 64)


@pytest.mark.parametrize(("thickness", "thick"), [(1.5, False), (3.5, True)])
def test_slices_that_do_not_touch_are_said(tmp_path: Path, thickness: float, thick: bool) -> None:
    study = read_study(make_series().each(lambda d: setattr(d, "SliceThickness", thickness)).write(tmp_path))
    (said,) = said_of(study, "slices_apart")
    assert said.startswith(f"Of every 5.00 mm between slices {5 - thickness:.2f} mm were not imaged")
    assert bool(said_of(study, "thick_slices")) is thick
    assert "slices_apart" in study.series.quality.reasons


@pytest.mark.parametrize("thickness", [4.95, 5, 7.5])
def test_slices_that_touch_or_overlap_are_not(tmp_path: Path, thickness: float) -> None:
    study = read_study(make_series().each(lambda d: setattr(d, "SliceThickness", thickness)).write(tmp_path))
    assert said_of(study, "slices_apart") == []


@pytest.mark.parametrize("stated", [12, -12])
def test_a_tilt_that_the_positions_do_not_have_is_said(tmp_path: Path, stated: float) -> None:
    study = read_study(make_series().each(lambda d: setattr(d, "GantryDetectorTilt", stated)).write(tmp_path))
    (said,) = said_of(study, "tilt_contradicts")
    assert "12.0 degrees, the positions one of 0.0" in said


def test_a_tilt_that_the_positions_have_is_no_contradiction(tmp_path: Path) -> None:
    series = make_series(TILTED).each(lambda d: setattr(d, "GantryDetectorTilt", "11.3"))
    study = read_study(series.write(tmp_path))
    assert said_of(study, "gantry_tilt")
    assert said_of(study, "tilt_contradicts") == []


@pytest.mark.parametrize(
    ("agent", "contrast"),
    [("IOPAMIDOL 300", True), ("NONE", False), ("", None), (None, None)],
)
def test_contrast_is_what_the_header_says_and_not_known_where_it_says_nothing(tmp_path: Path, agent, contrast) -> None:
    series = make_series()
    if agent is not None:
        series.each(lambda d: setattr(d, "ContrastBolusAgent", agent))
    said = read_study(series.write(tmp_path)).series.quality.contrast
    assert said == (missing("contrast_not_stated") if contrast is None else contrast)


@pytest.mark.parametrize("form", ["{guid}", "{{{guid}}}"])
def test_a_series_whose_uid_is_a_guid_is_read_under_the_uid_of_it(tmp_path: Path, form: str) -> None:
    guid = UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")
    written = form.format(guid=str(guid).upper())
    plain = plain_study()
    make_series().each(lambda d: setattr(d, "SeriesInstanceUID", written)).write(tmp_path / "guid")
    study = read_study(tmp_path / "guid")
    assert np.array_equal(study.volume.hu, plain.volume.hu)
    assert study.series.series_uid == f"2.25.{guid.int}"
    assert len(said_of(study, "uid_of_guid")) == 1
    for asked in (written, study.series.series_uid):
        assert read_study(tmp_path / "guid", asked).series.series_uid == study.series.series_uid
