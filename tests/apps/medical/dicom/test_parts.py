"""Several volumes in one series are never read as one; one volume is not torn apart by a label."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import generate_uid

from apps.medical.dicom import ImportedStudy, read_study
from apps.messages import cautioned, said
from core_model.errors import InputRejected, NotFound
from tests.apps.medical.dicom.making import STUDY_UID, Grid, Series, enhanced, make_series, plain_study, with_uid
from tests.thinned import thinned

UID = f"{STUDY_UID}.1"
STEP_MM = 5.0


def change(keyword: str, value: object) -> Callable[[FileDataset], None]:
    return lambda dataset: setattr(dataset, keyword, value)


def at_time(clock: str) -> Callable[[FileDataset], None]:
    """Acquired at a time, and without a number of the acquisition."""

    def set_time(dataset: FileDataset) -> None:
        del dataset.AcquisitionNumber
        dataset.AcquisitionTime = clock

    return set_time


def second_volume(offset_mm: float, seed: int = 5) -> Series:
    """Another scan into the same series, its slices between those of the first."""
    grid = replace(Grid(), centre_mm=(0, 0, 100 + offset_mm))
    return make_series(grid, seed=seed).each(with_uid)


def codes(study: ImportedStudy) -> set[str]:
    return {caution.code for caution in study.cautions}


APART = {
    "acquisition": (change("AcquisitionNumber", 4), change("AcquisitionNumber", 7)),
    "time": (at_time("101500.25"), at_time("101541.5")),
    "temporal position": (change("TemporalPositionIdentifier", 1), change("TemporalPositionIdentifier", 2)),
    "phase of the heart": (
        change("NominalPercentageOfCardiacPhase", 40),
        change("NominalPercentageOfCardiacPhase", 75),
    ),
    "contrast": (lambda dataset: None, change("ContrastBolusAgent", "AGENT")),
    "voltage": (change("KVP", "80"), change("KVP", "140")),
    "filter": (change("FilterType", "FLAT"), change("FilterType", "WEDGE")),
    "kernel that is not kept": (change("ConvolutionKernel", "Dr Roe's 2"), change("ConvolutionKernel", "Dr Roe's 4")),
    "kernel": (change("ConvolutionKernel", "B31f"), change("ConvolutionKernel", "B20f")),
    "thickness": (change("SliceThickness", 5), change("SliceThickness", 7)),
    "sign of the values": (lambda dataset: None, lambda dataset: signed(dataset)),
    "image type": (
        change("ImageType", ["ORIGINAL", "PRIMARY", "AXIAL", "ENERGY 1"]),
        change("ImageType", ["ORIGINAL", "PRIMARY", "AXIAL", "ENERGY 2"]),
    ),
}


def signed(dataset: FileDataset) -> None:
    """The same values in HU, with a sign."""
    dataset.PixelData = (dataset.pixel_array.astype(np.int16) - 1024).tobytes()
    dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit, dataset.RescaleIntercept = 1, 16, 15, 0


def of_32_bits(dataset: FileDataset) -> None:
    """The same values in containers of 32 bits."""
    dataset.PixelData = dataset.pixel_array.astype(np.uint32).tobytes()
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 32, 16, 15


DERIVED = ["DERIVED", "PRIMARY", "AXIAL"]


@pytest.mark.parametrize("every", [2, 5, 40])
def test_slices_that_are_labelled_as_derived_are_no_volume_of_their_own(tmp_path: Path, every: int) -> None:
    series = make_series()
    plain = plain_study()
    for dataset in series.datasets[::every]:
        dataset.ImageType = DERIVED
    study = read_study(series.write(tmp_path / "some"))
    assert np.array_equal(study.volume.hu, plain.volume.hu)
    assert codes(study) - codes(plain) == {"derived_in_part"}
    assert "derived_in_part" in study.series.quality.reasons
    caution = next(caution for caution in study.cautions if caution.code == "derived_in_part")
    assert caution.values == {"num_slices": len(series.datasets[::every])}


def test_a_derived_volume_among_the_originals_is_one_of_its_own_and_comes_after_them(tmp_path: Path) -> None:
    first, second = make_series(), second_volume(1.2).each(change("ImageType", DERIVED))
    study = read_study(Series(first.datasets + second.datasets).write(tmp_path))
    assert not {"derived_series", "derived_in_part"} & codes(study)
    assert [(entry.num_slices, entry.reason.code) for entry in study.skipped] == [(40, "series_other_part")]


@pytest.mark.parametrize("kind", ["MIP", "MINIP"])
def test_a_projection_fills_no_gap_of_the_originals(tmp_path: Path, kind: str) -> None:
    series = make_series()
    series.datasets[20].ImageType = ["DERIVED", "PRIMARY", kind]
    with pytest.raises(InputRejected) as caught:
        read_study(series.write(tmp_path))
    assert caught.value.code == "slice_missing"


@pytest.mark.parametrize(("change_format", "every"), thinned([signed, of_32_bits], [2, 3, 40]))
def test_slices_of_several_formats_are_one_volume(
    tmp_path: Path, change_format: Callable[[FileDataset], None], every: int
) -> None:
    series = make_series()
    plain = plain_study()
    for dataset in series.datasets[::every]:
        change_format(dataset)
    study = read_study(series.write(tmp_path / "mixed"))
    assert np.array_equal(study.volume.hu, plain.volume.hu)
    assert codes(study) - codes(plain) - {"rescale_varies"} == {"pixel_format_varies"}
    caution = next(caution for caution in study.cautions if caution.code == "pixel_format_varies")
    assert cautioned(caution).startswith("Sign or number of bits of the stored values differs between slices")


@pytest.mark.parametrize(("label", "offset_mm"), thinned([*APART], [0.0, 1.2, 2.5]))
def test_two_volumes_within_each_other_are_two(tmp_path: Path, label: str, offset_mm: float) -> None:
    first, second = make_series().each(APART[label][0]), second_volume(offset_mm).each(APART[label][1])
    study = read_study(Series(first.datasets + second.datasets).write(tmp_path))
    assert study.volume.shape == (40, 64, 64)
    assert study.series.quality.step_mm == pytest.approx(STEP_MM)
    assert study.series.part in (1, 2)
    other = 3 - study.series.part
    assert [(entry.name, entry.num_slices) for entry in study.skipped] == [(f"{UID}#{other}", 40)]
    caution = next(caution for caution in study.cautions if caution.code == "series_of_several")
    assert f"number {study.series.part} was read" in cautioned(caution)
    assert "mixed_series" not in codes(study)


def test_each_volume_of_a_series_can_be_asked_for(tmp_path: Path) -> None:
    first, second = make_series(), second_volume(2.5).each(change("AcquisitionNumber", 2))
    alone = [read_study(part.write(tmp_path / name)) for part, name in ((first, "first"), (second, "second"))]
    both = Series(first.datasets + second.datasets).write(tmp_path / "both")
    for part in (1, 2):
        study = read_study(both, f"{UID}#{part}")
        assert (study.series.series_uid, study.series.part) == (UID, part)
        assert np.array_equal(study.volume.hu, alone[part - 1].volume.hu)
        assert study.volume.geometry == alone[part - 1].volume.geometry
        assert [(entry.name, said(entry.reason)) for entry in study.skipped] == [
            (f"{UID}#{3 - part}", "another volume of the same series was asked for")
        ]
    assert read_study(both, UID).series.part == 1
    with pytest.raises(NotFound) as caught:
        read_study(both, f"{UID}#3")
    assert f"{UID}#1, {UID}#2" in str(caught.value)
    with pytest.raises(NotFound):
        read_study(tmp_path / "first", f"{UID}#1")


def test_the_numbers_of_volumes_do_not_follow_from_the_names_of_files(tmp_path: Path) -> None:
    first, second = make_series(), second_volume(2.5).each(change("AcquisitionNumber", 2))
    one = Series(first.datasets + second.datasets).write(tmp_path / "a")
    other = Series(second.datasets + first.datasets).write(tmp_path / "b")
    for part in (1, 2):
        name = f"{UID}#{part}"
        assert np.array_equal(read_study(one, name).volume.hu, read_study(other, name).volume.hu)


def halves(series: Series, keyword: str, values: tuple[object, object]) -> Series:
    """A value for every second slice, another for the others; None is absent."""
    for index, dataset in enumerate(series.datasets):
        value = values[index % 2]
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return series


@pytest.mark.parametrize(
    ("keyword", "values"),
    [
        ("SliceThickness", (4.98, 5.02)),
        ("SliceThickness", (5, None)),
        ("ConvolutionKernel", ("B30f", None)),
        ("FrameOfReferenceUID", ("1.2.3.77", None)),
        ("AcquisitionNumber", (1, None)),
        ("AcquisitionNumber", (1, 2)),
        ("KVP", ("120", "121")),
        ("ImageType", (["ORIGINAL", "PRIMARY", "AXIAL"], ["ORIGINAL", "PRIMARY", "AXIAL", "SPIRAL"])),
    ],
)
def test_a_label_of_every_second_slice_does_not_halve_a_volume(tmp_path: Path, keyword: str, values) -> None:
    whole = plain_study()
    study = read_study(halves(make_series(), keyword, values).write(tmp_path / "halves"))
    assert np.array_equal(study.volume.hu, whole.volume.hu)
    assert codes(study) == codes(whole)
    assert study.skipped == ()
    assert (study.series.quality.kernel, study.series.quality.thickness_mm) == ("B30f", pytest.approx(5, abs=0.03))


def test_one_slice_with_the_number_of_another_acquisition_stays_in_its_place(tmp_path: Path) -> None:
    series = make_series()
    series.datasets[17].AcquisitionNumber = 9
    study = read_study(series.write(tmp_path))
    assert study.volume.shape == (40, 64, 64)
    assert codes(study) == {"thick_slices"}


def test_a_table_that_moves_in_steps_makes_one_volume(tmp_path: Path) -> None:
    series = make_series()
    for index, dataset in enumerate(series.datasets):
        dataset.AcquisitionNumber = 1 + index // 4
        dataset.AcquisitionTime = f"1200{3 * (index // 4):02d}"
    study = read_study(series.write(tmp_path))
    assert study.volume.shape == (40, 64, 64)
    assert codes(study) == {"thick_slices"}


@pytest.mark.parametrize("label", ["acquisition", "time"])
def test_acquisitions_end_to_end_are_one_volume_and_their_joint_is_named(tmp_path: Path, label: str) -> None:
    series = make_series()
    for dataset in series.datasets[:18]:
        APART[label][0](dataset)
    for dataset in series.datasets[18:]:
        APART[label][1](dataset)
    study = read_study(series.write(tmp_path))
    assert study.volume.shape == (40, 64, 64)
    caution = next(caution for caution in study.cautions if caution.code == "acquisitions_joined")
    assert "joined at 87.5 mm" in cautioned(caution)
    assert study.series.quality.grade == "degraded"


def test_a_frame_of_reference_for_each_file_is_said(tmp_path: Path) -> None:
    series = make_series().each(lambda dataset: setattr(dataset, "FrameOfReferenceUID", generate_uid()))
    study = read_study(series.write(tmp_path))
    assert study.volume.shape == (40, 64, 64)
    assert "frame_of_reference_varies" in codes(study)


def test_two_frames_of_reference_stay_two(tmp_path: Path) -> None:
    first = make_series()
    second = Series(deepcopy(first.datasets)).each(with_uid).each(change("FrameOfReferenceUID", "1.2.3.4"))
    study = read_study(Series(first.datasets + second.datasets).write(tmp_path))
    assert study.series.part == 1
    assert [entry.part for entry in study.skipped] == [2]


@pytest.mark.parametrize("phases", [("40", "75"), ("0", "50")], ids=["heart", "breath"])
def test_phases_in_one_object_of_many_frames_are_volumes_of_their_own(tmp_path: Path, phases) -> None:
    first, second = make_series(), second_volume(0.0)
    made = enhanced(Series(first.datasets + second.datasets))
    kind = "Cardiac" if phases[0] == "40" else "Respiratory"
    order = np.random.default_rng(1).permutation(80)
    for index, group in zip(order, made.PerFrameFunctionalGroupsSequence, strict=True):
        phase = Dataset()
        setattr(phase, f"NominalPercentageOf{kind}Phase", float(phases[index // 40]))
        setattr(group, f"{kind}SynchronizationSequence", [phase])
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    plain = [plain_study(), read_study(second.write(tmp_path.with_name("second")))]
    both = [read_study(tmp_path, f"{UID}#{number}").volume for number in (1, 2)]
    for alone in plain:
        assert any(np.array_equal(alone.volume.hu, each.hu) for each in both)
        assert both[0].geometry == alone.volume.geometry


def test_a_slice_that_one_of_two_phases_lacks_is_not_taken_from_the_other(tmp_path: Path) -> None:
    first, second = make_series(), second_volume(0.0).each(change("AcquisitionNumber", 2))
    alone = read_study(first.write(tmp_path / "first"))
    del second.datasets[20]
    study = read_study(Series(first.datasets + second.datasets).write(tmp_path / "both"))
    assert np.array_equal(study.volume.hu, alone.volume.hu)
    assert [(entry.num_slices, entry.reason.code) for entry in study.skipped] == [(39, "series_other_part")]


@pytest.mark.parametrize("numbers", [(1, 2), (2, 1)])
def test_two_acquisitions_that_share_a_place_are_two_volumes_whichever_is_numbered_first(
    tmp_path: Path, numbers: tuple[int, int]
) -> None:
    lower, upper = make_series(), second_volume(0.0)
    lower.datasets, upper.datasets = lower.datasets[:21], upper.datasets[20:]
    for series, number in zip((lower, upper), numbers, strict=True):
        series.each(change("AcquisitionNumber", number))
    study = read_study(Series(lower.datasets + upper.datasets).write(tmp_path))
    assert study.series.num_slices == 21
    assert [entry.num_slices for entry in study.skipped] == [20]


def test_a_scan_over_midnight_is_one_acquisition(tmp_path: Path) -> None:
    series = make_series()
    for index, dataset in enumerate(series.datasets):
        seconds = (86_390 + index * 0.5) % 86_400
        dataset.AcquisitionTime = f"{int(seconds // 3600):02d}{int(seconds // 60 % 60):02d}{seconds % 60:04.1f}"
    assert codes(read_study(series.write(tmp_path))) == {"thick_slices"}


def test_of_many_joints_it_is_said_that_there_are_more(tmp_path: Path) -> None:
    series = make_series(replace(Grid(), spacing_mm=(1.5, 5.0, 5.0), size=(130, 64, 64)))
    for index, dataset in enumerate(series.datasets):
        dataset.AcquisitionNumber = 1 + index // 9
    study = read_study(series.write(tmp_path))
    caution = next(caution for caution in study.cautions if caution.code == "acquisitions_joined")
    assert caution.count == 13
    assert cautioned(caution).count("…") == 1


def test_slices_a_hair_apart_beside_one_far_away_take_no_time(tmp_path: Path) -> None:
    series = make_series(replace(Grid(), size=(40, 16, 16)))
    for index, dataset in enumerate(series.datasets):
        dataset.AcquisitionNumber = 1 + index % 2
        dataset.ImagePositionPatient = [0, 0, 0.01 * index if index < 38 else 90_000 + index]
    with pytest.raises(InputRejected):
        read_study(series.write(tmp_path))


@pytest.mark.parametrize(
    ("keyword", "value", "block"),
    [
        ("ConvolutionKernel", "B31f", (20,)),
        ("SliceThickness", 4, (11, 12, 30)),
        ("FrameOfReferenceUID", "1.2.3", (11, 12, 30)),
    ],
)
def test_a_few_slices_with_another_label_that_no_others_lie_beside_are_read_and_said(
    tmp_path: Path, keyword: str, value: object, block: tuple[int, ...]
) -> None:
    whole = plain_study()
    series = make_series()
    for k in block:
        setattr(series.datasets[k], keyword, value)
    study = read_study(series.write(tmp_path / "some"))
    assert np.array_equal(study.volume.hu, whole.volume.hu)
    code = "frame_of_reference_varies" if keyword == "FrameOfReferenceUID" else "reconstruction_varies"
    assert codes(study) - codes(whole) == {code}
    assert code in study.series.quality.reasons


@pytest.mark.parametrize("ends", [(0, 39), (0, 1, 38, 39)])
def test_the_ends_of_a_volume_are_not_cut_off_by_a_label(tmp_path: Path, ends: tuple[int, ...]) -> None:
    series = make_series()
    for k in ends:
        series.datasets[k].AcquisitionNumber = 2
    assert read_study(series.write(tmp_path)).volume.shape == (40, 64, 64)
