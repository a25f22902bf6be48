"""Of several series the thinnest complete axial one that covers the lungs is read; the others are listed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from apps.medical.dicom import first_image, read_study
from apps.medical.dicom.series.choice import sharpness
from apps.messages import said
from core_model.errors import InputRejected, NotFound
from tests.apps.medical.dicom.making import STUDY_UID, Grid, Series, localizer, make_series

THIN = replace(Grid(), spacing_mm=(2.5, 5.0, 5.0), size=(80, 64, 64))
CORONAL = replace(
    Grid(), along_row=(1, 0, 0), along_column=(0, 0, -1), step=(0, 1, 0), size=(40, 64, 64), centre_mm=(0, 0, 100)
)


def reasons(study) -> dict[int, str]:
    """Codes of what was skipped, by series number."""
    return {entry.series_number: entry.reason.code for entry in study.skipped}


def test_the_thinnest_of_several_is_read_and_the_others_listed_with_the_reason(tmp_path: Path) -> None:
    make_series(series=1).write(tmp_path / "a")
    make_series(THIN, series=2).write(tmp_path / "b")
    make_series(CORONAL, series=3).write(tmp_path / "c")
    Series([localizer(4)]).write(tmp_path / "d")
    study = read_study(tmp_path)
    assert study.series.series_number == 2
    assert study.volume.shape == (80, 64, 64)
    assert reasons(study) == {1: "series_thicker", 3: "series_not_axial", 4: "series_localizer"}
    assert said(next(s.reason for s in study.skipped if s.series_number == 1)) == "a thinner series was read (2.50 mm)"
    assert first_image(tmp_path).num_slices == 80


def test_a_thin_series_that_does_not_cover_the_lungs_gives_way(tmp_path: Path) -> None:
    make_series(series=1).write(tmp_path / "a")
    part = make_series(THIN, series=2)
    Series(part.datasets[30:75]).write(tmp_path / "b")
    study = read_study(tmp_path)
    assert study.series.series_number == 1
    assert reasons(study) == {2: "series_less_coverage"}


def test_a_thin_series_with_a_missing_slice_gives_way_to_a_complete_one(tmp_path: Path) -> None:
    make_series(series=1).write(tmp_path / "a")
    part = make_series(THIN, series=2)
    del part.datasets[40]
    part.write(tmp_path / "b")
    study = read_study(tmp_path)
    assert study.series.series_number == 1
    assert reasons(study) == {2: "slice_missing"}


def test_a_thin_series_whose_values_mean_no_hu_gives_way(tmp_path: Path) -> None:
    make_series(series=1).write(tmp_path / "a")
    make_series(THIN, series=2).each(lambda dataset: setattr(dataset, "RescaleSlope", 0)).write(tmp_path / "b")
    seen = []
    study = read_study(tmp_path, on_first_image=seen.append)
    assert study.series.series_number == 1
    assert reasons(study) == {2: "rescale_slope"}
    assert seen[0].series_uid == first_image(tmp_path).series_uid == study.series.series_uid


def test_a_series_without_lungs_gives_way(tmp_path: Path) -> None:
    make_series(series=1).write(tmp_path / "a")
    make_series(replace(THIN, centre_mm=(0, 0, 600)), series=2).write(tmp_path / "b")
    study = read_study(tmp_path)
    assert study.series.series_number == 1
    assert reasons(study) == {2: "no_lungs"}


def test_an_original_is_read_before_a_thinner_derived_one(tmp_path: Path) -> None:
    make_series(series=1).write(tmp_path / "a")
    derived = make_series(THIN, series=2)
    derived.each(lambda dataset: setattr(dataset, "ImageType", ["DERIVED", "SECONDARY", "AXIAL"])).write(tmp_path / "b")
    study = read_study(tmp_path)
    assert reasons(study) == {2: "series_derived"}
    alone = read_study(tmp_path / "b")
    assert "derived_series" in {caution.code for caution in alone.cautions}


def test_a_projection_is_never_read(tmp_path: Path) -> None:
    series = make_series().each(lambda dataset: setattr(dataset, "ImageType", ["DERIVED", "SECONDARY", "MIP"]))
    with pytest.raises(InputRejected, match="projection") as caught:
        read_study(series.write(tmp_path))
    assert caught.value.code == "no_series_fits"


def test_a_map_of_atomic_numbers_is_never_read_as_hu(tmp_path: Path) -> None:
    make_series(series=1).write(tmp_path / "a")
    make_series(THIN, series=2).each(lambda dataset: setattr(dataset, "RescaleType", "Z_EFF")).write(tmp_path / "b")
    study = read_study(tmp_path)
    assert study.series.series_number == 1
    assert reasons(study) == {2: "series_not_hounsfield"}


@pytest.mark.parametrize("k", [0, 20, 39])
def test_a_series_with_text_burned_into_any_of_its_images_is_not_read(tmp_path: Path, k: int) -> None:
    burned = make_series(THIN, series=2)
    burned.datasets[k].BurnedInAnnotation = "YES"
    burned.write(tmp_path / "burned")
    make_series(series=1).write(tmp_path / "plain")
    study = read_study(tmp_path)
    assert study.series.series_number == 1
    assert reasons(study) == {2: "series_burned_in"}


def test_of_equal_thickness_the_smooth_kernel_is_read(tmp_path: Path) -> None:
    make_series(series=1).each(lambda dataset: setattr(dataset, "ConvolutionKernel", "B70f")).write(tmp_path / "a")
    make_series(series=2).write(tmp_path / "b")
    study = read_study(tmp_path)
    assert study.series.series_number == 2
    assert reasons(study) == {1: "series_as_thick"}


def test_kernels_are_told_apart() -> None:
    assert [sharpness(name) for name in ("B30f", "STANDARD", "SOFT", "FC12", "", "I31f\\2")] == [0] * 6
    assert [sharpness(name) for name in ("B70f", "BONE", "LUNG", "EDGE", "BONEPLUS")] == [1] * 5


def test_a_named_series_is_read_whatever_would_be_chosen(tmp_path: Path) -> None:
    make_series(series=1).write(tmp_path / "a")
    make_series(THIN, series=2).write(tmp_path / "b")
    study = read_study(tmp_path, f"{STUDY_UID}.1")
    assert study.series.series_number == 1
    assert reasons(study) == {2: "series_not_asked"}
    assert first_image(tmp_path, f"{STUDY_UID}.1").num_slices == 40


def test_a_series_that_is_not_there_is_not_found_and_those_there_are_named(tmp_path: Path) -> None:
    make_series(series=1).write(tmp_path)
    with pytest.raises(NotFound, match=rf"{STUDY_UID}\.1") as caught:
        read_study(tmp_path, "1.2.3")
    assert caught.value.code == "no_such_series"


def test_where_none_fits_the_list_is_in_the_sentence(tmp_path: Path) -> None:
    make_series(CORONAL, series=3).write(tmp_path / "c")
    Series(make_series(series=5).datasets[:5]).write(tmp_path / "d")
    Series([localizer(4)]).write(tmp_path / "e")
    with pytest.raises(InputRejected) as caught:
        read_study(tmp_path)
    text = str(caught.value)
    assert caught.value.code == "no_series_fits"
    assert f"series 3 (40 images, {STUDY_UID}.3): not axial" in text
    assert "series 5 (5 images" in text
    assert "only 5 slices" in text
    assert "a localizer" in text


def test_of_many_series_of_which_none_fits_the_largest_are_named_and_the_others_counted(tmp_path: Path) -> None:
    for number in range(1, 16):
        Series(make_series(series=number).datasets[: 2 + number % 3]).write(tmp_path / str(number))
    make_series(CORONAL, series=16).write(tmp_path / "16")
    with pytest.raises(InputRejected) as caught:
        read_study(tmp_path)
    text = str(caught.value)
    assert text.index("series 16 (40 images") < text.index("only 4 slices")
    assert (text.count(STUDY_UID), "; and 4 more" in text) == (12, True)


def test_images_of_another_kind_in_the_same_series_are_left_out_and_said(tmp_path: Path) -> None:
    series = make_series()
    stray = make_series(replace(Grid(), spacing_mm=(5, 6, 6), size=(2, 64, 64)))
    for index, dataset in enumerate(stray.datasets):
        dataset.SOPInstanceUID = f"1.2.3.{index}"
    series.datasets += stray.datasets
    study = read_study(series.write(tmp_path))
    caution = next(caution for caution in study.cautions if caution.code == "mixed_series")
    assert caution.count == 2
    assert study.volume.shape == (40, 64, 64)


def test_two_acquisitions_in_one_series_become_two_stacks(tmp_path: Path) -> None:
    first, second = make_series(seed=1), make_series(seed=2)
    for index, dataset in enumerate(second.datasets):
        dataset.AcquisitionNumber = 2
        dataset.SOPInstanceUID = f"1.2.3.{index}"
    Series(first.datasets + second.datasets).write(tmp_path)
    study = read_study(tmp_path)
    assert np.array_equal(study.volume.hu, read_study(first.write(tmp_path.with_name("alone"))).volume.hu)
    assert {"series_of_several", "mixed_series"} & {caution.code for caution in study.cautions} == {"series_of_several"}
    assert [said(entry.reason) for entry in study.skipped] == ["another volume of the same series was read"]


def test_objects_of_other_kinds_are_listed(tmp_path: Path) -> None:
    series = make_series()
    report = make_series(series=7).datasets[0]
    report.SOPClassUID = report.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    report.Modality = "SR"
    series.datasets.append(report)
    study = read_study(series.write(tmp_path))
    assert [(entry.reason.code, entry.modality) for entry in study.skipped] == [("series_not_ct", "SR")]
    assert said(study.skipped[0].reason) == "not CT images: a structured report"


def test_another_study_of_the_same_patient_is_said(tmp_path: Path) -> None:
    make_series(series=1).write(tmp_path / "a")
    older = make_series(series=2).each(lambda dataset: setattr(dataset, "StudyInstanceUID", "1.2.9"))
    older.write(tmp_path / "b")
    assert "several_studies" in {caution.code for caution in read_study(tmp_path).cautions}


@pytest.mark.parametrize(
    "absent",
    [lambda dataset: delattr(dataset, "SeriesNumber"), lambda dataset: setattr(dataset, "SeriesNumber", None)],
    ids=["none", "empty"],
)
def test_a_series_without_a_number_has_none(tmp_path: Path, absent) -> None:
    make_series(series=1).each(absent).write(tmp_path / "a")
    make_series(THIN, series=2).each(absent).write(tmp_path / "b")
    study = read_study(tmp_path)
    assert study.series.series_uid == f"{STUDY_UID}.2"
    assert (study.series.series_number, [entry.series_number for entry in study.skipped]) == (None, [None])


def test_a_series_whose_number_is_zero_keeps_it(tmp_path: Path) -> None:
    make_series().each(lambda dataset: setattr(dataset, "SeriesNumber", 0)).write(tmp_path)
    assert read_study(tmp_path).series.series_number == 0


def test_a_series_without_a_number_is_listed_as_not_available(tmp_path: Path) -> None:
    make_series(CORONAL).each(lambda dataset: delattr(dataset, "SeriesNumber")).write(tmp_path / "a")
    make_series(CORONAL, series=2).write(tmp_path / "b")
    with pytest.raises(InputRejected, match=rf"series n/a \(40 images, {STUDY_UID}\.1\): not axial"):
        read_study(tmp_path)


def test_other_objects_of_a_series_have_its_number_or_none(tmp_path: Path) -> None:
    series = make_series()
    for number in (7, 8):
        report = make_series(series=number).datasets[0]
        report.SOPClassUID = report.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
        report.Modality = "SR"
        series.datasets.append(report)
    del series.datasets[-1].SeriesNumber
    study = read_study(series.write(tmp_path))
    assert {entry.series_uid: entry.series_number for entry in study.skipped} == {
        f"{STUDY_UID}.7": 7,
        f"{STUDY_UID}.8": None,
    }
