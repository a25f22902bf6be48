"""Bits, sign, padding: values are what the header says, or the reading says that they are not."""

from pathlib import Path

import numpy as np
import pytest

from apps.medical.dicom import read_study
from core_model.errors import InputRejected
from tests.apps.medical.dicom.making import Series, ball, chest_hu, make_series, plain_study

METAL_MM = (0.0, 62.0, 100.0)


def metal_hu(points_mm: np.ndarray) -> np.ndarray:
    """The chest with a plate of 1800 HU in the spine."""
    hu = chest_hu(points_mm)
    hu[ball(points_mm, METAL_MM, 16)] = 1800
    return hu


def put(dataset, values: np.ndarray) -> None:
    """Stored values into a slice, in a container of 16 bits."""
    dataset.PixelData = np.ascontiguousarray(values).astype("<i2" if dataset.PixelRepresentation else "<u2").tobytes()


def refused(series: Series, folder: Path) -> InputRejected:
    with pytest.raises(InputRejected) as caught:
        read_study(series.write(folder))
    return caught.value


def cautions(study) -> dict:
    return {caution.code: caution.values for caution in study.cautions}


@pytest.mark.parametrize("signed", [False, True])
def test_values_that_stand_higher_in_their_container_are_brought_down(tmp_path: Path, signed: bool) -> None:
    plain = plain_study().volume.hu

    def change(dataset) -> None:
        values = dataset.pixel_array.astype(np.int32)
        if signed:
            dataset.PixelRepresentation, dataset.RescaleIntercept = 1, 1024
            values -= 2048
        put(dataset, values << 3)
        dataset.HighBit = 14

    study = read_study(make_series().each(change).write(tmp_path / "high"))
    assert np.array_equal(study.volume.hu, plain)


def test_a_high_bit_that_the_values_do_not_have_is_refused(tmp_path: Path) -> None:
    series = make_series().each(lambda dataset: setattr(dataset, "HighBit", 13))
    assert refused(series, tmp_path).code == "high_bit"


def test_a_high_bit_below_the_stored_bits_is_refused(tmp_path: Path) -> None:
    series = make_series().each(lambda dataset: setattr(dataset, "HighBit", 7))
    assert "HighBit" in str(refused(series, tmp_path))


def test_values_of_more_bits_than_the_header_says_are_refused(tmp_path: Path) -> None:
    def change(dataset) -> None:
        dataset.BitsStored, dataset.HighBit = 11, 10

    error = refused(make_series(hu=metal_hu).each(change), tmp_path)
    assert error.code == "bits_above_stored_used"
    assert "BitsStored" in str(error)


@pytest.mark.parametrize("said", [False, True])
def test_bits_of_an_overlay_are_left_out_and_said_unless_the_header_has_the_overlay(tmp_path: Path, said: bool) -> None:
    plain = plain_study().volume.hu

    def change(dataset) -> None:
        values = dataset.pixel_array.copy()
        values[30, 20:40] |= 0x4000
        put(dataset, values)
        if said:
            dataset.add_new(0x60000100, "US", 16)
            dataset.add_new(0x60000102, "US", 14)

    study = read_study(make_series().each(change).write(tmp_path / "overlay"))
    assert np.array_equal(study.volume.hu, plain)
    share = 100 * 20 / 64**2
    found = cautions(study).get("bits_above_stored")
    assert found == (None if said else {"percent": pytest.approx(share, abs=0.01)})
    assert ("bits_above_stored" in study.series.quality.reasons) is not said


@pytest.mark.parametrize("stored", [12, 16])
def test_values_without_a_sign_that_are_called_signed_are_refused(tmp_path: Path, stored: int) -> None:
    def change(dataset) -> None:
        values = dataset.pixel_array.astype(np.int32)
        dataset.BitsStored, dataset.HighBit = stored, stored - 1
        if stored == 16:
            values *= 16
            dataset.RescaleSlope = 1 / 16
        dataset.PixelData = values.astype("<u2").tobytes()
        dataset.PixelRepresentation = 1

    assert refused(make_series(hu=metal_hu).each(change), tmp_path).code == "sign_contradicts"


def test_one_value_without_a_sign_within_tissue_is_no_padding_where_it_is_called_signed(tmp_path: Path) -> None:
    def change(dataset) -> None:
        values = dataset.pixel_array.copy()
        values[30:36, 30:34] = 2600  # a screw of one value: below all others with the sign
        dataset.PixelData = values.tobytes()
        dataset.PixelRepresentation = 1

    assert refused(make_series().each(change), tmp_path).code == "sign_contradicts"


def test_values_with_a_sign_that_are_called_unsigned_are_refused(tmp_path: Path) -> None:
    def change(dataset) -> None:
        dataset.PixelData = (dataset.pixel_array.astype(np.int16) - 1024).tobytes()
        dataset.RescaleIntercept, dataset.BitsStored, dataset.HighBit = 0, 16, 15

    assert refused(make_series().each(change), tmp_path).code == "sign_contradicts"


@pytest.mark.parametrize("extended", [False, True])
def test_a_sign_within_twelve_bits_is_read_whether_or_not_the_bits_above_repeat_it(
    tmp_path: Path, extended: bool
) -> None:
    plain = plain_study().volume.hu

    def change(dataset) -> None:
        values = dataset.pixel_array.astype(np.int32) - 1024
        dataset.PixelData = (values if extended else values & 0xFFF).astype("<i2").tobytes()
        dataset.PixelRepresentation, dataset.RescaleIntercept = 1, 0

    study = read_study(make_series().each(change).write(tmp_path / "signed"))
    assert np.array_equal(study.volume.hu, plain)
    assert set(cautions(study)) == {"thick_slices"}


def test_an_intercept_that_was_applied_before_is_refused(tmp_path: Path) -> None:
    def change(dataset) -> None:
        dataset.PixelData = (dataset.pixel_array.astype(np.int16) - 1024).tobytes()
        dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit = 1, 16, 15

    assert refused(make_series().each(change), tmp_path).code == "values_below_air"


def test_streaks_below_air_beside_metal_are_read_and_said(tmp_path: Path) -> None:
    def change(dataset) -> None:
        values = dataset.pixel_array.astype(np.int16) - 1024
        values[40:44, 20:44] = -1500 - np.arange(24) * 5
        dataset.PixelData = values.tobytes()
        dataset.PixelRepresentation, dataset.RescaleIntercept, dataset.BitsStored, dataset.HighBit = 1, 0, 16, 15

    study = read_study(make_series().each(change).write(tmp_path))
    assert cautions(study)["below_air"] == {"percent": pytest.approx(100 * 92 / 64**2, abs=0.1)}
    assert (study.volume.hu[:, 40:44, 20:44] == -1024).all()


def test_one_value_far_below_air_outside_the_circle_is_padding_that_was_not_named(tmp_path: Path) -> None:
    def change(dataset) -> None:
        values = dataset.pixel_array.astype(np.int16) - 1024
        values[:6] = -3024
        dataset.PixelData = values.tobytes()
        dataset.PixelRepresentation, dataset.RescaleIntercept, dataset.BitsStored, dataset.HighBit = 1, 0, 16, 15

    study = read_study(make_series().each(change).write(tmp_path))
    assert set(cautions(study)) == {"thick_slices"}


@pytest.mark.parametrize("stored", [40, 30])
def test_the_padding_value_within_tissue_is_a_value(tmp_path: Path, stored: int) -> None:
    plain = plain_study().volume.hu

    def change(dataset) -> None:
        dataset.PixelData = (dataset.pixel_array.astype(np.int16) - 1024).tobytes()
        dataset.PixelRepresentation, dataset.RescaleIntercept = 1, 0
        dataset.BitsStored, dataset.HighBit = 16, 15
        dataset.add_new(0x00280120, "SS", stored)

    study = read_study(make_series().each(change).write(tmp_path / "padded"))
    assert np.array_equal(study.volume.hu, plain)
    assert cautions(study)["padding_in_tissue"]["percent"] > 0


def test_padding_of_a_tissue_s_value_around_the_field_of_view_stays_padding(tmp_path: Path) -> None:
    def change(dataset) -> None:
        values = dataset.pixel_array.astype(np.int16) - 1024
        values[:5], values[-2:, :30] = 40, 40
        dataset.PixelData = values.tobytes()
        dataset.PixelRepresentation, dataset.RescaleIntercept = 1, 0
        dataset.BitsStored, dataset.HighBit = 16, 15
        dataset.add_new(0x00280120, "SS", 40)

    plain = plain_study().volume.hu
    hu = read_study(make_series().each(change).write(tmp_path / "padded")).volume.hu
    assert (hu[:, :5] == -1024).all()
    assert (hu[:, -2:, :30] == -1024).all()
    assert np.array_equal(hu[:, 5:-2], plain[:, 5:-2])


def test_padding_written_with_the_other_sign_is_padding(tmp_path: Path) -> None:
    def change(dataset) -> None:
        values = dataset.pixel_array.copy()
        values[:5] = 63536
        put(dataset, values)
        dataset.add_new(0x00280120, "SS", -2000)

    hu = read_study(make_series().each(change).write(tmp_path)).volume.hu
    assert (hu[:, :5] == -1024).all()


def test_an_image_to_be_shown_inverse_has_the_same_values(tmp_path: Path) -> None:
    plain = plain_study().volume.hu
    series = make_series().each(lambda dataset: setattr(dataset, "PhotometricInterpretation", "MONOCHROME1"))
    study = read_study(series.write(tmp_path / "inverse"))
    assert np.array_equal(study.volume.hu, plain)
    assert "shown_inverse" in cautions(study)


@pytest.mark.parametrize("where", [slice(22, None), slice(None, 18), slice(30, 33)])
def test_an_offset_that_was_applied_to_some_slices_already_is_refused(tmp_path: Path, where: slice) -> None:
    series = make_series()
    for dataset in series.datasets[where]:
        dataset.RescaleIntercept = 0
    error = refused(series, tmp_path)
    assert error.code == "values_jump"
    assert abs(error.values["step_hu"]) == pytest.approx(1024, abs=4)


def test_a_slope_that_is_not_that_of_some_slices_is_refused(tmp_path: Path) -> None:
    series = make_series()
    for dataset in series.datasets[20:]:
        dataset.RescaleSlope, dataset.RescaleIntercept = 2, -1024
    assert refused(series, tmp_path).code == "values_jump"


def test_each_slice_s_own_slope_and_intercept_are_no_jump(tmp_path: Path) -> None:
    series = make_series()
    plain = plain_study().volume.hu
    for dataset in series.datasets[20:]:
        put(dataset, dataset.pixel_array.astype(np.uint16) * 2 + 200)
        dataset.RescaleSlope, dataset.RescaleIntercept = 0.5, -1124
        dataset.BitsStored, dataset.HighBit = 16, 15
    assert np.array_equal(read_study(series.write(tmp_path / "scaled")).volume.hu, plain)
