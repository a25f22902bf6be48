"""What identifies a patient stands in `ImportedStudy.patient` alone: not in errors, cautions, records or logs."""

import json
import logging
import traceback
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from pydicom.tag import Tag

from apps.medical.dicom import ImportedStudy, first_image, read_study
from core_model.errors import TandemError
from tests.apps.medical.dicom.making import Series, make_series
from tests.thinned import thinned

CANARIES = {
    "PatientName": "CANARYNAME^ONE",
    "PatientID": "CANARYID2",
    "OtherPatientNames": "CANARY3",
    "PatientAddress": "CANARY4 STREET",
    "PatientComments": "CANARY5",
    "ReferringPhysicianName": "CANARY6",
    "OperatorsName": "CANARY7",
    "InstitutionName": "CANARY8",
    "StudyDescription": "CANARY9 study",
    "SeriesDescription": "CANARY10 series",
    "ProtocolName": "CANARY11",
    "AccessionNumber": "CANARY12",
    "StudyID": "CANARY13",
    "StationName": "CANARY14",
    "ImageComments": "CANARY15",
    "ConvolutionKernel": "CANARY16^JANE",
    "Manufacturer": "CANARY17 works",
    "ContrastBolusAgent": "CANARY18",
    "BodyPartExamined": "CANARY19",
}


def planted() -> Series:
    """A series with a canary in every text of its headers, in a private element and in its file names."""

    def plant(dataset) -> None:
        for keyword, text in CANARIES.items():
            setattr(dataset, keyword, text)
        dataset.add_new(Tag(0x0009, 0x0010), "LO", "CANARY20")
        dataset.add_new(Tag(0x0009, 0x1001), "LO", "CANARY21")
        dataset.preamble = b"CANARY22".ljust(128, b"\0")

    return make_series().each(plant)


NAMES = [f"CANARY23 JANE {number:03d}.dcm" for number in range(41)]


def spoil_nothing(series: Series) -> None:
    pass


def drop_slice(series: Series) -> None:
    del series.datasets[20]


def no_slope(series: Series) -> None:
    del series.datasets[20].RescaleSlope


def two_patients(series: Series) -> None:
    series.datasets[20].PatientID = "CANARY24"
    series.datasets[20].PatientName = "CANARY25^X"


def bad_uid(series: Series) -> None:
    series.each(lambda dataset: setattr(dataset, "SeriesInstanceUID", "CANARY26"))


def bad_modality(series: Series) -> None:
    def change(dataset) -> None:
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
        dataset.Modality = "CANARY27"

    series.each(change)


def bad_number(series: Series) -> None:
    for dataset in series.datasets:
        dataset["PixelSpacing"].VR = "LO"
        dataset["PixelSpacing"].value = ["CANARY28", "5"]


def bad_type(series: Series) -> None:
    series.each(lambda dataset: setattr(dataset, "ImageType", ["ORIGINAL", "PRIMARY", "LOCALIZER", "CANARY29"]))


FAULTS = [spoil_nothing, drop_slice, no_slope, two_patients, bad_uid, bad_modality, bad_number, bad_type]


def everything_said(study: ImportedStudy) -> str:
    """All that is stored of a study but its patient."""
    return json.dumps(
        [
            repr(study),
            repr(study.patient),
            str(study.patient),
            asdict(study.study),
            asdict(study.series),
            [asdict(entry) for entry in study.skipped],
            [caution.as_dict() for caution in study.cautions],
            asdict(study.volume.geometry),
            study.input_hash,
        ]
    )


@pytest.mark.parametrize(("fault", "as_zip"), thinned(FAULTS, [False, True]))
def test_no_canary_leaves_the_patient_record(
    tmp_path: Path, caplog, capsys, fault: Callable[[Series], None], as_zip: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    series = planted()
    fault(series)
    path = series.write(tmp_path / "CANARY30", NAMES)
    if as_zip:
        path = tmp_path / "CANARY31.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted((tmp_path / "CANARY30").iterdir()):
                archive.write(file, file.name)
    said = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for read in (read_study, first_image):
            try:
                result = read(path)
                said.append(everything_said(result) if isinstance(result, ImportedStudy) else repr(result)[-400:])
            except TandemError as error:
                said.append("".join(traceback.format_exception(error.with_traceback(None))))
                said.append(repr(error) + error.what + error.allowed + error.action + str(error.source) + error.code)
                said.append(json.dumps(error.refusal.as_dict()))
    said += [record.getMessage() for record in caplog.records] + [str(warning.message) for warning in warned]
    said += capsys.readouterr()
    assert said
    assert "CANARY" not in "\n".join(said)


def test_the_patient_is_handed_on_apart(tmp_path: Path) -> None:
    patient = read_study(planted().write(tmp_path)).patient
    assert patient.name == "CANARYNAME^ONE"
    assert patient.patient_id == "CANARYID2"
    assert repr(patient) == "Patient()"
