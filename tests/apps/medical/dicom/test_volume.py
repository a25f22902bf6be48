"""From files to a volume: order, place, scale."""

from copy import deepcopy
from dataclasses import replace
from itertools import product
from math import pi
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from apps.medical.ct.orientation import Turn, turn_of
from apps.medical.dicom import first_image, read_study
from apps.messages import cautioned
from tests import needs
from tests.apps.medical.dicom.making import (
    MARKER_HU,
    MARKER_MM,
    MARKER_RADIUS_MM,
    Grid,
    chest_hu,
    make_series,
    plain_study,
)
from tests.thinned import first_of, thinned


def marker_of(volume) -> np.ndarray:
    """LPS centre of the dense ball."""
    dense = volume.hu > MARKER_HU - 200
    return volume.geometry.to_lps(np.array(ndimage.center_of_mass(dense)))


def test_a_plain_series_becomes_a_volume_with_its_place(tmp_path: Path) -> None:
    series = make_series()
    study = read_study(series.write(tmp_path / "study"))
    geometry = study.volume.geometry
    assert geometry.size == (40, 64, 64)
    assert geometry.spacing_mm == pytest.approx((5, 5, 5))
    assert geometry.origin_mm == pytest.approx((-157.5, -157.5, 2.5))
    assert geometry.direction == ((0, 0, 1), (0, 1, 0), (1, 0, 0))
    assert geometry.voxel_mm3 == pytest.approx(125)
    assert study.volume.hu.dtype == np.int16
    expected = np.stack([dataset.pixel_array.astype(int) - 1024 for dataset in series.datasets])
    assert np.array_equal(study.volume.hu, expected)
    assert study.series.sop_uids[0] == series.datasets[0].SOPInstanceUID
    assert study.study.study_date == "2026-01-02"
    assert (study.patient.name, study.patient.patient_id, study.patient.sex) == ("Doe^Jane", "P-1", "F")
    assert [caution.code for caution in study.cautions] == ["thick_slices"]
    assert study.series.quality.grade == "degraded"


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(list(range(40))), stem=st.text("abXY09_ -", min_size=1, max_size=8), nested=st.booleans())
def test_no_naming_or_order_of_files_changes_the_volume(tmp_path_factory, order, stem, nested) -> None:
    folder = tmp_path_factory.mktemp("study")
    names = [f"{'sub/' if nested and n % 2 else ''}{stem}{order[n]}" for n in range(40)]
    study = read_study(make_series().write(folder, names))
    usual = plain_study()
    assert np.array_equal(study.volume.hu, usual.volume.hu)
    assert study.volume.geometry == usual.volume.geometry
    assert study.input_hash == usual.input_hash
    assert study.series == usual.series


def orientation(swap: bool, sign_a: int, sign_b: int, up: int) -> tuple[tuple[int, int, int], ...]:
    """One of all axial orientations: rows and columns along x and y in any direction, files from below or above."""
    a, b = (0, sign_a, 0), (sign_b, 0, 0)
    return (*((a, b) if swap else (b, a)), (0, 0, up))


@pytest.mark.parametrize(("swap", "sign_a", "sign_b", "up"), thinned([False, True], [1, -1], [1, -1], [1, -1]))
def test_every_orientation_gives_the_same_place_and_side(tmp_path: Path, swap, sign_a, sign_b, up) -> None:
    from apps.medical.ct.lungs import find_lungs

    along_row, along_column, step = orientation(swap, sign_a, sign_b, up)
    grid = replace(Grid(), along_row=along_row, along_column=along_column, step=step, spacing_mm=(5.0, 4.5, 5.0))
    volume = read_study(make_series(grid).write(tmp_path)).volume
    assert marker_of(volume) == pytest.approx(MARKER_MM, abs=0.6)
    assert volume.geometry.direction == ((0, 0, 1), (0, 1, 0), (1, 0, 0)), "to the head, the back, the left"
    assert volume.spacing_mm == ((5.0, 5.0, 4.5) if along_row[1] else (5.0, 4.5, 5.0))
    lungs = find_lungs(volume)
    assert lungs.side_at(tuple(volume.geometry.to_voxel(MARKER_MM)), volume.spacing_mm) == "left"
    assert lungs.right_ml == pytest.approx(lungs.left_ml, rel=0.1)


OBLONG = replace(Grid(), size=(40, 60, 64))


@pytest.mark.parametrize(("quarter", "mirrored"), thinned(range(4), [False, True]))
def test_the_way_round_that_slices_were_stored_changes_no_voxel_and_no_place(
    tmp_path: Path, quarter: int, mirrored: bool
) -> None:
    usual = plain_study(OBLONG)
    turned = make_series(OBLONG)
    for dataset in turned.datasets:
        values = dataset.pixel_array
        places = np.stack(np.meshgrid(np.arange(60), np.arange(64), indexing="ij"), -1)
        stored = np.rot90(values[:, ::-1] if mirrored else values, quarter)
        places = np.rot90(places[:, ::-1] if mirrored else places, quarter)
        x, y, z = dataset.ImagePositionPatient
        first, row, column = places[0, 0], places[1, 0] - places[0, 0], places[0, 1] - places[0, 0]
        dataset.ImagePositionPatient = [x + 5 * first[1], y + 5 * first[0], z]
        dataset.ImageOrientationPatient = [column[1], column[0], 0, row[1], row[0], 0]
        dataset.Rows, dataset.Columns = stored.shape
        dataset.PixelData = np.ascontiguousarray(stored).tobytes()
    study = read_study(turned.write(tmp_path / "turned"))
    assert np.array_equal(study.volume.hu, usual.volume.hu)
    assert study.volume.geometry == usual.volume.geometry
    image = first_image(tmp_path / "turned")
    assert np.array_equal(image.hu, usual.volume.hu[image.k])
    assert (image.row_direction, image.column_direction) == ((0, 1, 0), (1, 0, 0))


@pytest.mark.parametrize(
    ("along_row", "along_column", "turned"),
    [
        ((1, 0, 0), (0, 0, -1), Turn(False, False, False)),
        ((-1, 0, 0), (0, 0, 1), Turn(False, True, True)),
        ((0, 0, 1), (0, 1, 0), Turn(True, True, False)),
        ((0, 1, 0), (0, 0, -1), Turn(False, False, False)),
    ],
)
def test_coronal_and_sagittal_slices_have_a_way_round_of_their_own(along_row, along_column, turned) -> None:
    assert turn_of(along_row, along_column) == turned


@pytest.mark.parametrize("spacing", first_of((6, 3.5, 3.5), (3, 5, 4), (5, 5, 5), (2.5, 4.5, 5), fast=2))
def test_a_ball_has_its_volume_under_any_spacing(tmp_path: Path, spacing) -> None:
    z, y, x = spacing
    grid = replace(Grid(), spacing_mm=spacing, size=(round(200 / z), round(320 / y), round(320 / x)))
    volume = read_study(make_series(grid).write(tmp_path)).volume
    ball_mm3 = np.count_nonzero(volume.hu > MARKER_HU - 200) * volume.geometry.voxel_mm3
    assert ball_mm3 == pytest.approx(4 / 3 * pi * MARKER_RADIUS_MM**3, rel=0.06)


def test_a_tilted_gantry_is_named_and_keeps_place_and_volume(tmp_path: Path) -> None:
    grid = replace(Grid(), shear_mm=5 * np.tan(np.radians(15)), centre_mm=(0, 0, 100))
    study = read_study(make_series(grid).write(tmp_path))
    caution = next(caution for caution in study.cautions if caution.code == "gantry_tilt")
    assert "15.0 degrees" in cautioned(caution)
    assert study.series.quality.tilt_degrees == pytest.approx(15, abs=0.01)
    assert marker_of(study.volume) == pytest.approx(MARKER_MM, abs=0.8)
    assert study.volume.geometry.voxel_mm3 == pytest.approx(125), "not the product of the spacings"
    assert np.prod(study.volume.spacing_mm) == pytest.approx(125 / np.cos(np.radians(15)))


def test_slope_and_intercept_are_applied_slice_by_slice_and_said_to_differ(tmp_path: Path) -> None:
    series = make_series()
    plain = plain_study().volume.hu
    for index, dataset in enumerate(series.datasets):
        if index % 2:
            dataset.RescaleIntercept = -1000
            dataset.PixelData = np.maximum(dataset.pixel_array.astype(int) - 24, 0).astype(np.uint16).tobytes()
    study = read_study(series.write(tmp_path / "mixed"))
    assert np.array_equal(study.volume.hu[1::2], np.maximum(plain[1::2], -1000))
    assert "rescale_varies" in {caution.code for caution in study.cautions}


def test_a_fractional_slope_is_rounded_to_whole_hu(tmp_path: Path) -> None:
    series = make_series()
    stored = np.stack([dataset.pixel_array for dataset in series.datasets])
    series.each(lambda dataset: setattr(dataset, "RescaleSlope", "1.25"))
    hu = read_study(series.write(tmp_path)).volume.hu
    assert np.array_equal(hu, np.clip(np.rint(stored * 1.25 - 1024), -1024, 3071).astype(np.int16))


def test_padding_and_overlay_bits_do_not_become_tissue(tmp_path: Path) -> None:
    series = make_series()

    def spoil(dataset) -> None:
        stored = dataset.pixel_array.copy()
        stored[:4] = 63536  # -2000 as GE writes it outside the circle, in an unsigned image
        stored[10, 10:20] |= 0x8000  # an overlay in the unused bits
        dataset.PixelData = stored.tobytes()
        dataset.add_new("PixelPaddingValue", "US", 63536)

    plain = np.stack([dataset.pixel_array.astype(int) - 1024 for dataset in series.datasets])
    hu = read_study(series.each(spoil).write(tmp_path)).volume.hu
    assert (hu[:, :4] == -1024).all()
    assert np.array_equal(hu[:, 4:], plain[:, 4:])


@pytest.mark.parametrize("padding", [None, "no number"])
def test_a_padding_value_that_is_none_turns_nothing_into_air(tmp_path: Path, padding: str | None) -> None:
    series = make_series(noise_hu=0)

    def change(dataset) -> None:
        dataset.PixelData = (dataset.pixel_array.astype(np.int16) - 1064).tobytes()  # soft tissue is stored as 0
        dataset.PixelRepresentation, dataset.RescaleIntercept = 1, 40
        dataset.BitsStored, dataset.HighBit = 16, 15
        dataset.add_new("PixelPaddingValue", "LO" if padding else "SS", padding)

    plain = read_study(series.write(tmp_path / "plain")).volume.hu
    assert np.array_equal(read_study(series.each(change).write(tmp_path / "signed")).volume.hu, plain)


def test_signed_pixels_and_implicit_syntax_read_the_same(tmp_path: Path) -> None:
    series = make_series()
    plain = plain_study().volume.hu

    def change(dataset) -> None:
        dataset.PixelData = (dataset.pixel_array.astype(np.int16) - 1024).tobytes()
        dataset.PixelRepresentation, dataset.RescaleIntercept = 1, 0
        dataset.BitsStored, dataset.HighBit = 16, 15
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"

    assert np.array_equal(read_study(series.each(change).write(tmp_path / "signed")).volume.hu, plain)


def test_the_first_image_is_the_middle_slice(tmp_path: Path) -> None:
    folder = make_series().write(tmp_path)
    image = first_image(folder)
    seen = []
    study = read_study(folder, on_first_image=seen.append)
    assert image.k == 20
    assert image.num_slices == 40
    assert np.array_equal(image.hu, study.volume.hu[20])
    assert np.array_equal(seen[0].hu, image.hu)
    assert len(seen) == 1
    assert image.column_direction == (1, 0, 0)


def test_progress_rises_to_one_and_a_raise_in_it_cancels(tmp_path: Path) -> None:
    folder = make_series().write(tmp_path)
    shares: list[float] = []
    read_study(folder, tick=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(shares) > 80

    class Cancelled(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_study(folder, tick=stop)


def test_an_orientation_written_with_too_many_digits_is_read(tmp_path: Path) -> None:
    def change(dataset) -> None:
        element = dataset["ImageOrientationPatient"]
        element.value = [1, 0, 0, 0, 1, 0]
        dataset.PixelSpacing = ["5.000000000000000001", "5.00000000000000001"]

    series = make_series()
    study = read_study(series.each(change).write(tmp_path))
    assert study.volume.spacing_mm == pytest.approx((5, 5, 5))


def test_positions_rounded_to_a_decimal_are_no_missing_slices(tmp_path: Path) -> None:
    grid = replace(Grid(), spacing_mm=(2.25, 5, 5), size=(78, 64, 64))
    series = make_series(grid)
    for dataset in series.datasets:
        dataset.ImagePositionPatient = [*dataset.ImagePositionPatient[:2], round(dataset.ImagePositionPatient[2], 1)]
    study = read_study(series.write(tmp_path))
    assert study.volume.spacing_mm[0] == pytest.approx(2.25, rel=1e-3)
    assert study.series.quality.grade == "good"


@pytest.mark.oracle
@pytest.mark.parametrize(
    "directions",
    first_of(*[orientation(*each) for each in product((False, True), (1, -1), (1, -1), (1, -1))][3::3], fast=2),
)
def test_place_and_values_equal_those_of_simpleitk(tmp_path: Path, directions) -> None:
    needs.oracle("SimpleITK")
    import SimpleITK as sitk

    along_row, along_column, step = directions
    grid = replace(Grid(), along_row=along_row, along_column=along_column, step=step, spacing_mm=(4.0, 5.0, 4.5))
    volume = read_study(make_series(grid, hu=chest_hu).write(tmp_path)).volume
    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(tmp_path))
    image = sitk.ReadImage(names)
    theirs = sitk.GetArrayFromImage(image)
    for voxel in [(0, 0, 0), (39, 63, 63), (12, 40, 7), (20, 31, 60)]:
        point = volume.geometry.to_lps(voxel)
        i, j, k = image.TransformPhysicalPointToIndex([float(value) for value in point])
        assert volume.hu[voxel] == theirs[k, j, i]
        assert image.TransformIndexToPhysicalPoint((i, j, k)) == pytest.approx(point.tolist(), abs=1e-6)
    assert sorted(image.GetSpacing()) == pytest.approx(sorted(volume.spacing_mm))


def test_two_readings_of_one_input_are_equal(tmp_path: Path) -> None:
    series = make_series()
    first, second = read_study(series.write(tmp_path)), read_study(tmp_path)
    assert first.input_hash == second.input_hash
    changed = deepcopy(series)
    changed.datasets[3].PixelData = bytes(len(changed.datasets[3].PixelData))
    assert read_study(changed.write(tmp_path / "b")).input_hash != first.input_hash
