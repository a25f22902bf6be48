"""Slices that do not follow on each other are named: blank, repeated, of another place; two volumes by turns are
refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from apps.medical.dicom import ImportedStudy, read_study
from apps.messages import cautioned
from core_model.errors import InputRejected
from tests.apps.medical.dicom.making import Grid, Series, make_series, with_uid
from tests.thinned import first_of

FINE = replace(Grid(), spacing_mm=(3.0, 4.0, 4.0), size=(60, 80, 80))
"""Slices at 11.5, 14.5 ... 188.5 mm."""


def positions(study: ImportedStudy, code: str) -> list[float]:
    """Where the slices lie that a caution names."""
    (caution,) = (caution for caution in study.cautions if caution.code == code)
    return [float(place) for place in caution.values["positions_mm"].split(", ")]


def heights(*slices: int) -> list[float]:
    return [11.5 + 3 * k for k in slices]


def odd_codes(study: ImportedStudy) -> set[str]:
    ours = {"slices_blank", "slices_same_pixels", "slices_odd", "slices_break", "values_stray"}
    return ours & {caution.code for caution in study.cautions}


@pytest.mark.parametrize("spacing_mm", first_of((5.0, 5.0, 5.0), (8.0, 5.0, 5.0), (3.0, 4.0, 4.0), fast=2))
def test_of_a_good_series_nothing_is_said(tmp_path: Path, spacing_mm) -> None:
    grid = replace(Grid(), spacing_mm=spacing_mm, size=(int(190 / spacing_mm[0]), 80, 80))
    assert odd_codes(read_study(make_series(grid).write(tmp_path))) == set()


@pytest.mark.parametrize("block", first_of((30,), tuple(range(25, 33)), (30, 31), fast=2))
def test_blank_slices_are_named(tmp_path: Path, block) -> None:
    series = make_series(FINE)
    for k in block:
        series.datasets[k].PixelData = b"\x07\x00" * (80 * 80)
    study = read_study(series.write(tmp_path))
    assert positions(study, "slices_blank") == heights(*block)
    assert odd_codes(study) == {"slices_blank"}
    assert study.series.quality.grade == "degraded"


def test_slices_of_zeros_in_a_scan_without_intercept_are_blank_and_no_jump_of_the_scale(tmp_path: Path) -> None:
    series = make_series(FINE)
    for k, dataset in enumerate(series.datasets):
        hu = dataset.pixel_array.astype(np.int16) - 1024
        dataset.PixelData = (hu * (k not in (30, 31))).astype("<i2").tobytes()
        dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit, dataset.RescaleIntercept = 1, 16, 15, 0
    study = read_study(series.write(tmp_path))
    assert positions(study, "slices_blank") == heights(30, 31)


def test_slices_with_the_pixels_of_another_are_named_even_far_from_it(tmp_path: Path) -> None:
    series = make_series(FINE)
    for k in (27, 28, 41):
        series.datasets[k].PixelData = series.datasets[26].PixelData
    study = read_study(series.write(tmp_path))
    assert positions(study, "slices_same_pixels") == heights(26, 27, 28, 41)
    caution = next(caution for caution in study.cautions if caution.code == "slices_same_pixels")
    assert cautioned(caution).startswith("4 slices have the pixels of another slice (at 89.5, 92.5, 95.5, 134.5 mm)")
    assert "of equal ones one at most is in its place" in cautioned(caution)


@pytest.mark.parametrize("block", first_of((30,), (28, 29, 30, 31, 32), (30, 31), fast=2))
def test_a_block_of_slices_of_another_scan_is_named(tmp_path: Path, block) -> None:
    series, other = make_series(FINE), make_series(replace(FINE, centre_mm=(25, -20, 160)), seed=9)
    for k in block:
        series.datasets[k].PixelData = other.datasets[k].PixelData
    study = read_study(series.write(tmp_path))
    assert positions(study, "slices_odd") == heights(*block)
    assert odd_codes(study) == {"slices_odd"}


def test_a_patient_who_moved_in_the_middle_of_a_scan_is_said(tmp_path: Path) -> None:
    series, moved = make_series(FINE), make_series(replace(FINE, centre_mm=(0, 12, 100)), seed=9)
    for k in range(33, 60):
        series.datasets[k].PixelData = moved.datasets[k].PixelData
    study = read_study(series.write(tmp_path))
    assert positions(study, "slices_break") == heights(32)
    assert odd_codes(study) == {"slices_break"}
    assert "slices_break" in study.series.quality.reasons


@pytest.mark.parametrize(
    ("block", "between"),
    [(range(2), 1), (range(58, 60), 57), pytest.param(range(4), 3, marks=pytest.mark.slow)],
)
def test_slices_of_another_scan_at_an_end_are_said(tmp_path: Path, block: range, between: int) -> None:
    series, other = make_series(FINE), make_series(replace(FINE, centre_mm=(40, 30, 100)), seed=9)
    for k in block:
        series.datasets[k].PixelData = other.datasets[k].PixelData
    study = read_study(series.write(tmp_path))
    assert positions(study, "slices_break") == heights(between)
    assert odd_codes(study) == {"slices_break"}


def test_two_volumes_by_turns_are_refused_though_no_label_tells_them_apart(tmp_path: Path) -> None:
    first = make_series(FINE)
    second = make_series(replace(FINE, centre_mm=(0, 0, 101.5)), seed=9).each(with_uid)
    for dataset in second.datasets:
        dataset.PixelData = np.roll(dataset.pixel_array, 3, 0).tobytes()
    with pytest.raises(InputRejected) as caught:
        read_study(Series(first.datasets + second.datasets).write(tmp_path))
    assert caught.value.code == "slices_by_turns"


@pytest.mark.parametrize("number", [3, 4])
def test_several_volumes_by_turns_are_refused_though_no_label_tells_them_apart(tmp_path: Path, number: int) -> None:
    coarse = replace(FINE, spacing_mm=(6.0, 5.0, 5.0), size=(30, 64, 64))
    datasets = []
    for turn in range(number):
        part = make_series(replace(coarse, centre_mm=(0, 0, 100 + turn * 6 / number)), seed=turn).each(with_uid)
        for dataset in part.datasets:
            dataset.PixelData = np.roll(dataset.pixel_array, 3 * turn % 7, 0).tobytes()
        datasets += part.datasets
    with pytest.raises(InputRejected) as caught:
        read_study(Series(datasets).write(tmp_path))
    assert caught.value.code == "slices_by_turns"


def test_two_kernels_by_turns_are_refused_though_their_slices_lie_at_even_steps(tmp_path: Path) -> None:
    rough = make_series(FINE, noise_hu=40)
    smooth = make_series(FINE, seed=9, noise_hu=20)
    for rough_slice, smooth_slice in zip(rough.datasets[::2], smooth.datasets[::2], strict=True):
        rough_slice.PixelData = smooth_slice.PixelData
    with pytest.raises(InputRejected) as caught:
        read_study(rough.write(tmp_path))
    assert caught.value.code == "slices_by_turns"


def test_a_dose_that_follows_the_body_is_no_change_of_volumes(tmp_path: Path) -> None:
    series = make_series(FINE)
    for k, dataset in enumerate(series.datasets):
        more = np.random.default_rng(k).normal(0, 20 + 15 * np.sin(k / 5), dataset.pixel_array.shape)
        dataset.PixelData = np.clip(dataset.pixel_array + more, 0, 4095).astype(np.uint16).tobytes()
    assert odd_codes(read_study(series.write(tmp_path))) == set()
