"""Faults of a series: refused in one sentence, or read with a warning that stays on the result."""

import json
import shutil
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from apps.medical.dicom import attributes, first_image, read_study
from apps.medical.dicom.sources import name_of_file
from apps.messages import cautioned, refused, said
from core_model.errors import InputRejected, NotFound
from tests.apps.medical.dicom.making import Series, make_series, plain_study, with_uid
from tests.thinned import first_of


def refusal(path: Path, code: str, series_uid: str | None = None) -> str:
    """The sentence with which a path is refused; it names no path and ends as a sentence does."""
    with pytest.raises(InputRejected) as caught:
        read_study(path, series_uid)
    text = str(caught.value)
    assert caught.value.code == code, text
    assert str(path) not in text
    assert ".dcm" not in text
    assert text.endswith(".")
    assert refused(caught.value.refusal) == text
    return text


def codes(study) -> set[str]:
    return {caution.code for caution in study.cautions}


# ---- refused


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert "there is no file in it" in refusal(tmp_path, "study_empty")


def test_a_path_that_does_not_exist_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="check the path"):
        read_study(tmp_path / "absent")


def test_a_folder_without_dicom_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(300))
    assert "none of its 2 files is a DICOM image" in refusal(tmp_path, "study_no_dicom")


def test_a_pdf_named_dcm_is_refused_by_what_it_is(tmp_path: Path) -> None:
    pdf = tmp_path / "report.dcm"
    pdf.write_bytes(b"%PDF-1.7\n" + bytes(500))
    assert "the file is a PDF" in refusal(pdf, "study_file_kind")


def test_an_empty_file_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(b"")
    assert "the file is empty" in refusal(tmp_path / "a.dcm", "study_file_kind")


@pytest.mark.parametrize("kept", [0.999, 0.6, 0.1, 0.02])
def test_a_truncated_file_is_refused_by_its_number(tmp_path: Path, kept: float) -> None:
    folder = make_series().write(tmp_path)
    victim = folder / "0016.dcm"
    data = victim.read_bytes()
    victim.write_bytes(data[: int(len(data) * kept)])
    sentence = "file 17 of 40 .sha256 [0-9a-f]{12}.: the DICOM file is .*cut off"
    with pytest.raises(InputRejected, match=sentence) as caught:
        read_study(folder)
    assert caught.value.code in {"dicom_truncated", "dicom_damaged"}
    assert Path(name_of_file(folder, 17)) == victim


@pytest.mark.parametrize("every", first_of(149, 37))
def test_truncation_at_any_byte_of_a_header_is_never_silent(tmp_path: Path, every: int) -> None:
    folder = make_series().write(tmp_path / "whole")
    data = (folder / "0016.dcm").read_bytes()
    header = len(data) - 64 * 64 * 2
    for length in range(0, header, every):
        (folder / "0016.dcm").write_bytes(data[:length])
        with pytest.raises(InputRejected) as caught:
            read_study(folder)
        assert caught.value.code in {"dicom_truncated", "dicom_damaged", "dicom_attribute", "slice_missing"}


def test_two_patients_are_refused(tmp_path: Path) -> None:
    series = make_series()
    for dataset in series.datasets[20:]:
        dataset.PatientID = "P-2"
    assert refusal(series.write(tmp_path), "two_patients").startswith("file 21 of 40")


@pytest.mark.parametrize(
    ("keyword", "value"), [("PatientName", "Smith^Jo"), ("PatientBirthDate", "19600101"), ("PatientSex", "M")]
)
def test_one_number_for_two_people_is_refused(tmp_path: Path, keyword: str, value: str) -> None:
    series = make_series()
    setattr(series.datasets[4], keyword, value)
    assert "another patient" in refusal(series.write(tmp_path), "two_patients")


def test_a_slice_missing_inside_the_lungs_is_refused_and_placed(tmp_path: Path) -> None:
    series = make_series()
    del series.datasets[20]
    text = refusal(series.write(tmp_path), "slice_missing")
    assert "1 slice is missing inside the lungs between 97.5 and 107.5 mm" in text


@pytest.mark.parametrize("gone", [2, 3, 5])
def test_several_missing_slices_are_counted(tmp_path: Path, gone: int) -> None:
    series = make_series()
    del series.datasets[16 : 16 + gone]
    assert f"{gone} slices are missing" in refusal(series.write(tmp_path), "slices_missing")


def test_uneven_steps_inside_the_lungs_are_refused(tmp_path: Path) -> None:
    series = make_series()
    for dataset in series.datasets[18:]:
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, z + 1.7]
    assert "slices are 6.70 mm apart" in refusal(series.write(tmp_path), "slices_uneven")


def test_slices_that_drift_from_even_steps_are_refused(tmp_path: Path) -> None:
    series = make_series()
    for k, dataset in enumerate(series.datasets):
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, round(z + 0.5 * np.sin(k / 10), 3)]
    assert "up to 0.65 mm from even steps of 4.98 mm" in refusal(series.write(tmp_path), "slices_off_even_steps")


def test_slices_shifted_in_their_plane_are_refused(tmp_path: Path) -> None:
    series = make_series()
    for dataset in series.datasets[18:21]:
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x + 9, y, z]
    assert "shifted against each other" in refusal(series.write(tmp_path), "slices_not_aligned")


def test_two_different_slices_at_one_position_are_refused(tmp_path: Path) -> None:
    series = make_series()
    twin = with_uid(deepcopy(series.datasets[20]))
    twin.PixelData = twin.pixel_array[::-1].tobytes()
    series.datasets.append(twin)
    text = refusal(series.write(tmp_path), "two_slices_one_position")
    assert "two different slices lie at 102.5 mm" in text
    assert "file 21 of 41" in text
    assert "file 41" in text


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda dataset: setattr(dataset, "RescaleSlope", 0), "rescale_slope", "RescaleSlope is 0"),
        (lambda dataset: setattr(dataset, "RescaleSlope", -1), "rescale_slope", "RescaleSlope is -1"),
        (lambda dataset: delattr(dataset, "RescaleSlope"), "rescale_absent", "is absent"),
        (lambda dataset: delattr(dataset, "RescaleIntercept"), "rescale_absent", "is absent"),
    ],
    ids=["0", "-1", "no slope", "no intercept"],
)
def test_values_that_mean_no_hu_are_refused(tmp_path: Path, change, code: str, words: str) -> None:
    series = make_series()
    change(series.datasets[7])
    text = refusal(series.write(tmp_path), code)
    assert text.startswith("file 8 of 40")
    assert words in text
    with pytest.raises(InputRejected) as caught:
        first_image(tmp_path)
    assert str(caught.value) == text


def test_images_without_lungs_are_refused(tmp_path: Path) -> None:
    series = make_series(hu=lambda points: np.where(points[..., 0] ** 2 + points[..., 1] ** 2 < 110**2, 40.0, -1000.0))
    assert "no lungs" in refusal(series.write(tmp_path), "no_lungs")


@pytest.mark.parametrize("value", [[0, 5], [float("nan"), 5], [5, 5, 5], [-5, 5]])
def test_a_pixel_spacing_that_is_none_is_refused(tmp_path: Path, value: list[float]) -> None:
    series = make_series().each(lambda dataset: setattr(dataset, "PixelSpacing", value))
    assert "PixelSpacing is absent, unusable" in refusal(series.write(tmp_path), "no_series_fits")


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("Rows", 0),
        ("Columns", 5000),
        ("BitsStored", 99),
        ("BitsAllocated", 7),
        ("SamplesPerPixel", 0),
        ("PhotometricInterpretation", "RGB"),
        ("ImagePositionPatient", [1e300, 0, 0]),
        ("ImageOrientationPatient", [1, 0, 0, 1, 0, 0]),
        ("SeriesInstanceUID", "../../etc/passwd"),
    ],
)
def test_a_header_that_contradicts_itself_is_refused(tmp_path: Path, keyword: str, value) -> None:
    series = make_series()
    for dataset in series.datasets:
        setattr(dataset, keyword, value)
    with pytest.raises(InputRejected) as refused:
        read_study(series.write(tmp_path))
    values = json.dumps(refused.value.values)
    assert " or " not in values  # keywords of the standard, which belong to no language
    assert keyword in values or keyword in ("ImageOrientationPatient", "ImagePositionPatient", "SamplesPerPixel")


def test_a_single_slice_of_another_sign_is_read_by_its_own_and_refused_where_it_is_wrong(tmp_path: Path) -> None:
    series = make_series()
    plain = plain_study()
    series.datasets[20].PixelRepresentation = 1  # values below 2048: they mean the same
    study = read_study(series.write(tmp_path / "same"))
    assert np.array_equal(study.volume.hu, plain.volume.hu)
    assert {caution.code for caution in study.cautions} - {caution.code for caution in plain.cautions} == {
        "pixel_format_varies"
    }
    stored = series.datasets[20].pixel_array.astype(np.uint16)
    stored[30:36, 30:34] = np.arange(2600, 2624).reshape(6, 4)
    series.datasets[20].PixelData = stored.tobytes()
    refusal(series.write(tmp_path / "wrong"), "sign_contradicts")


def test_lungs_of_another_modality_are_refused(tmp_path: Path) -> None:
    def change(dataset) -> None:
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
        dataset.Modality = "MR"

    assert "none of its 40 DICOM objects is a CT image" in refusal(
        make_series().each(change).write(tmp_path), "study_no_ct"
    )


# ---- read with a warning


def test_files_beside_the_images_are_counted_and_subfolders_searched(tmp_path: Path) -> None:
    plain = plain_study()
    folder = make_series().write(tmp_path / "disc" / "IMAGES" / "CT1").parent.parent
    (folder / "LICENSE").write_text("free")
    (folder / "VIEWER").mkdir()
    (folder / "VIEWER" / "viewer.exe").write_bytes(b"MZ" + bytes(1000))
    (folder / "VIEWER" / "help.pdf").write_bytes(b"%PDF-1.4" + bytes(200))
    (folder / "empty.dcm").write_bytes(b"")
    study = read_study(folder)
    assert np.array_equal(study.volume.hu, plain.volume.hu)
    caution = next(caution for caution in study.cautions if caution.code == "not_dicom")
    assert caution.count == 4
    assert cautioned(caution).endswith("left out: 1 empty, 2 of other kinds, 1 PDF.")
    assert study.input_hash == plain.input_hash


def test_a_dicomdir_is_no_image(tmp_path: Path) -> None:
    folder = make_series().write(tmp_path)
    made = make_series().datasets[0]
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = "1.2.840.10008.1.3.10"
    made.save_as(folder / "DICOMDIR")
    study = read_study(folder)
    assert "1 DICOMDIR" in next(cautioned(caution) for caution in study.cautions if caution.code == "not_dicom")


def test_files_without_the_preamble_are_read(tmp_path: Path) -> None:
    plain = plain_study()
    for index, dataset in enumerate(make_series().datasets):
        dataset.file_meta = type(dataset.file_meta)()
        (tmp_path / "bare").mkdir(exist_ok=True)
        dataset.save_as(tmp_path / "bare" / str(index), implicit_vr=True, little_endian=True, enforce_file_format=False)
        data = (tmp_path / "bare" / str(index)).read_bytes()
        (tmp_path / "bare" / str(index)).write_bytes(data[132:] if data[128:132] == b"DICM" else data.lstrip(b"\0\0"))
    study = read_study(tmp_path / "bare")
    assert np.array_equal(study.volume.hu, plain.volume.hu)


def test_private_elements_that_cannot_be_decoded_are_said_and_harm_nothing(tmp_path: Path) -> None:
    plain = plain_study()

    def change(dataset) -> None:
        dataset.add_new(Tag(0x0009, 0x0010), "LO", "VENDOR")
        dataset.add_new(Tag(0x0009, 0x1001), "LO", "no num")

    folder = make_series().each(change).write(tmp_path / "private")
    for file in folder.iterdir():
        data = file.read_bytes()
        assert data.count(b"\x09\x00\x01\x10LO") == 1
        file.write_bytes(data.replace(b"\x09\x00\x01\x10LO", b"\x09\x00\x01\x10FD"))  # six bytes are no double
    study = read_study(folder)
    caution = next(caution for caution in study.cautions if caution.code == "private_undecodable")
    assert caution.count == 40
    assert np.array_equal(study.volume.hu, plain.volume.hu)


def test_slices_missing_outside_the_lungs_leave_the_even_part(tmp_path: Path) -> None:
    series = make_series()
    whole = plain_study().volume
    del series.datasets[2]
    study = read_study(series.write(tmp_path / "gap"))
    assert "slices_missing_outside" in codes(study)
    assert study.volume.shape == (37, 64, 64)
    assert np.array_equal(study.volume.hu, whole.hu[3:])
    assert study.volume.geometry.origin_mm == pytest.approx(whole.geometry.to_lps((3, 0, 0)).tolist())
    assert study.series.quality.grade == "degraded"
    assert study.series.num_slices == len(study.series.sop_uids) == 37


def test_a_slice_that_is_there_twice_is_used_once(tmp_path: Path) -> None:
    series = make_series()
    whole = plain_study().volume
    folder = series.write(tmp_path / "twice")
    shutil.copy(folder / "0010.dcm", folder / "copy of 0010.dcm")
    study = read_study(folder)
    assert "slices_repeated" in codes(study)
    assert "uid_repeated" not in codes(study)
    assert np.array_equal(study.volume.hu, whole.hu)


def test_a_scan_that_cuts_the_lungs_is_read_and_says_so(tmp_path: Path) -> None:
    series = make_series()
    study = read_study(Series(series.datasets[:24]).write(tmp_path))
    caution = next(caution for caution in study.cautions if caution.code == "lungs_cut")
    assert "upper end" in cautioned(caution)
    assert study.series.quality.grade == "degraded"


def test_slightly_different_spellings_of_one_name_are_one_patient(tmp_path: Path) -> None:
    series = make_series()
    for dataset in series.datasets[::2]:
        dataset.PatientName = "DOE^JANE^M"
    study = read_study(series.write(tmp_path))
    assert "patient_name_varies" in codes(study)


def test_small_shifts_between_slices_are_said(tmp_path: Path) -> None:
    series = make_series()
    for dataset in series.datasets[18:21]:
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x + 1.0, y, z]
    assert "slices_shifted" in codes(read_study(series.write(tmp_path)))


def test_a_label_beyond_an_integer_string_counts_as_absent() -> None:
    header = Dataset()
    header.SeriesNumber = 2**31 - 1
    assert attributes.loose_integer(header, "SeriesNumber") == 2**31 - 1
    header = Dataset.from_json({"00200011": {"vr": "SV", "Value": [99_999_999_999]}})
    assert attributes.loose_integer(header, "SeriesNumber") is None


def test_one_uid_for_all_images_is_said(tmp_path: Path) -> None:
    series = make_series().each(lambda dataset: setattr(dataset, "SOPInstanceUID", "1.2.3"))
    assert "uid_repeated" in codes(read_study(series.write(tmp_path)))


def test_a_slice_unlike_its_neighbours_is_said(tmp_path: Path) -> None:
    series = make_series()
    pixels = series.datasets[20].pixel_array.copy()
    pixels[25:] = np.random.default_rng(0).integers(0, 4096, pixels[25:].shape)
    series.datasets[20].PixelData = pixels.tobytes()
    caution = next(c for c in read_study(series.write(tmp_path)).cautions if c.code == "slices_odd")
    assert caution.count == 1
    assert "102.5 mm" in cautioned(caution)
    assert said(caution.source).startswith("file 21 of 40 (sha256 ")
