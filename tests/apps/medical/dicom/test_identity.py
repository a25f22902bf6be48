"""The patient of a reading is that of the images that were read; two people are never made one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.dataset import FileDataset

from apps.medical.dicom import read_study
from apps.messages import cautioned
from core_model.errors import InputRejected
from tests.apps.medical.dicom.making import STUDY_UID, localizer, make_series, with_uid

WHO = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex")


def named(dataset: FileDataset, name: str = "", number: str = "", born: str = "", sex: str = "") -> FileDataset:
    """The dataset with another patient; "" is an empty element."""
    for keyword, value in zip(WHO, (name, number, born, sex), strict=True):
        setattr(dataset, keyword, value)
    return dataset


def a_report(series: int = 7) -> FileDataset:
    """A structured report of another study."""
    report = make_series(series=series).datasets[0]
    report.SOPClassUID = report.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    report.Modality, report.StudyInstanceUID = "SR", f"{STUDY_UID}.8"
    del report.PixelData
    return report


def codes(study) -> set[str]:
    return {caution.code for caution in study.cautions}


def two_series(one: Callable[[FileDataset], object], other: Callable[[FileDataset], object], folder: Path) -> Path:
    """Two series of two studies, each changed; the second is smoother and would be read."""
    first = make_series(series=1).each(lambda dataset: setattr(dataset, "ConvolutionKernel", "B70f")).each(one)
    second = make_series(series=2).each(lambda dataset: setattr(dataset, "StudyInstanceUID", "1.2.9")).each(other)
    first.write(folder / "a")
    second.write(folder / "b")
    return folder


@pytest.mark.parametrize("beside", [a_report, localizer], ids=["report", "localizer"])
def test_a_scan_of_nobody_does_not_take_the_patient_of_a_file_beside_it(tmp_path: Path, beside) -> None:
    series = make_series().each(named)
    series.datasets.append(named(beside(), "GREEN^TOM", "G-5", "19420203", "M"))
    study = read_study(series.write(tmp_path))
    assert (study.patient.name, study.patient.patient_id, study.patient.birth_date, study.patient.sex) == ("",) * 4
    said = next(caution for caution in study.cautions if caution.code == "patient_only_beside")
    assert cautioned(said).endswith("1 other file names one, who was not taken for theirs.")


def test_a_report_of_another_patient_is_said_and_does_not_block(tmp_path: Path) -> None:
    series = make_series()
    series.datasets.append(named(a_report(), "GREEN^TOM", "G-5", "19420203", "M"))
    study = read_study(series.write(tmp_path))
    assert (study.patient.name, study.patient.patient_id) == ("Doe^Jane", "P-1")
    assert "other_patient_beside" in codes(study)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("LEE^ANNA",), ("LEE^BORIS", "L-2", "19770101")),
        (("LEE^ANNA", "L-1"), ("LEE^ANNA", "L-2")),
        (("LEE^ANNA", "", "19770101"), ("LEE^ANNA", "", "19770102")),
        pytest.param(("LEE^ANNA",), ("ROSS^ANNA",), marks=pytest.mark.slow),
    ],
    ids=["family name shared", "numbers differ", "born on other days", "given name shared"],
)
def test_two_scans_of_two_people_are_refused(tmp_path: Path, one, other) -> None:
    folder = two_series(lambda d: named(d, *one), lambda d: named(d, *other), tmp_path)
    with pytest.raises(InputRejected) as caught:
        read_study(folder)
    assert caught.value.code == "two_patients"
    study = read_study(folder, f"{STUDY_UID}.2")
    assert (study.patient.name, study.patient.patient_id) == (*other, "")[:2]
    assert "other_patient_beside" in codes(study)


def test_equal_numbers_of_two_hospitals_do_not_make_one_patient(tmp_path: Path) -> None:
    def of(hospital: str, name: str) -> Callable[[FileDataset], object]:
        return lambda d: setattr(named(d, name, "4711"), "IssuerOfPatientID", hospital)

    with pytest.raises(InputRejected) as caught:
        read_study(two_series(of("NORTH", "LEE^ANNA"), of("SOUTH", "LEE^BORIS"), tmp_path / "two"))
    assert caught.value.code == "two_patients"
    study = read_study(two_series(of("NORTH", "LEE^ANNA"), of("NORTH", "LEE^ANNA"), tmp_path / "one"))
    assert study.patient.issuer == "NORTH"


def test_a_name_that_lost_its_character_set_is_still_one_patient(tmp_path: Path) -> None:
    series = make_series()
    for index, dataset in enumerate(series.datasets):
        dataset.SpecificCharacterSet = "ISO_IR 192"
        dataset.PatientName = "Gößler^Zoë"
        if index % 3 == 0:
            dataset.PatientID = ""
    folder = series.write(tmp_path)
    for file in sorted(folder.iterdir())[1::4]:
        file.write_bytes(file.read_bytes().replace(b"ISO_IR 192", b"ISO_IR 6  ", 1))
    study = read_study(folder)
    assert (study.patient.name, study.patient.patient_id) == ("Gößler^Zoë", "P-1")
    assert "patient_name_varies" in codes(study)


def test_a_birth_date_written_otherwise_is_the_same_day(tmp_path: Path) -> None:
    series = make_series()
    series.datasets[0].PatientBirthDate = "1950.01.02"
    series.datasets[9].PatientBirthDate = "1950-01-02"
    assert read_study(series.write(tmp_path)).patient.birth_date == "19500102"


def test_another_patient_among_the_images_of_a_series_is_refused_though_the_name_has_other_letters(
    tmp_path: Path,
) -> None:
    series = make_series()
    named(series.datasets[3], "Grün^Eva", "P-9", "19500102", "F")
    with pytest.raises(InputRejected) as caught:
        read_study(series.write(tmp_path))
    assert caught.value.code == "two_patients"


def test_a_name_in_two_writings_is_one_name(tmp_path: Path) -> None:
    series = make_series()
    for dataset in series.datasets[::2]:
        dataset.SpecificCharacterSet = "ISO_IR 192"
        dataset.PatientName = "Doe^Jane=杜^珍"
    assert "patient_name_varies" in codes(read_study(series.write(tmp_path)))


def test_the_same_image_of_nobody_beside_a_named_one_is_no_contradiction(tmp_path: Path) -> None:
    series = make_series()
    series.datasets.append(with_uid(named(localizer())))
    assert codes(read_study(series.write(tmp_path))) == {"thick_slices"}


def test_several_issuers_of_one_number_are_said_and_the_commonest_is_kept(tmp_path: Path) -> None:
    series = make_series()
    for index, dataset in enumerate(series.datasets):
        dataset.IssuerOfPatientID = ("NORTH", "SOUTH", "SOUTH")[index % 3]
    study = read_study(series.write(tmp_path))
    assert study.patient.issuer == "SOUTH"
    said = next(cautioned(caution) for caution in study.cautions if caution.code == "patient_issuer_varies")
    assert said.startswith("The files name several issuers of the patient's number")
    assert "SOUTH" not in repr(study.cautions)


@pytest.mark.parametrize(("written", "kept"), [("FEMALE", "F"), ("m", "M"), ("U", ""), ("Frau Roe", "")])
def test_a_sex_is_one_of_three_letters_or_nothing(tmp_path: Path, written: str, kept: str) -> None:
    series = make_series().each(lambda dataset: setattr(dataset, "PatientSex", written))
    assert read_study(series.write(tmp_path)).patient.sex == kept
