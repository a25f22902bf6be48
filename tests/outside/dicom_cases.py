"""Cases of scans: whose they are, which images belong together, where they lie, what lies beside them."""

from collections.abc import Callable

from tests.outside import Case
from tests.outside.dicom_pixel_cases import CASES as PIXELS
from tests.outside.scans import Reads

OWN = ("PROBE^ADA", "CASE-1", "19600101", "F")
"""The patient of the made chest."""
STEP_MM = 2.9
"""Distance of its slices."""


def _who(reads: Reads, *made_with: str) -> tuple[str, str, str, str]:
    """Name, number, birth date and sex of the patient of the reading."""
    patient = reads(*made_with).read().patient
    return patient.name, patient.patient_id, patient.birth_date, patient.sex


def _damaged_bystander(reads: Reads) -> None:
    for kind in ("report", "zeros", "dicomdir", "localizer"):
        outcome = reads(kind)
        assert outcome.read().volume.shape == (44, 96, 96), kind
        (said,) = (caution for caution in outcome.read().cautions if caution.code == "files_damaged")
        assert said.count == 1, kind


def _name_without_its_character_set(reads: Reads) -> None:
    assert _who(reads) == ("Übel^Jörg", *OWN[1:])
    assert "patient_name_varies" in reads().codes


def _patient_from_a_bystander(reads: Reads) -> None:
    for kind in ("report", "localizer"):
        assert _who(reads, kind) == ("", "", "", "")


def _patient_of_the_unread_series(reads: Reads) -> None:
    outcome = reads()
    assert outcome.codes == {"two_patients"} or outcome.read().patient.name == "BROWN^JOHN"


def _patient_of_two_people(reads: Reads) -> None:
    outcome = reads()
    if outcome.codes == {"two_patients"}:
        return
    patient, smooth = outcome.read().patient, outcome.read().series.quality.kernel == "B30f"
    assert (patient.name, patient.patient_id) == (("KIM^JISOO", "H-9") if smooth else ("KIM^MINSU", ""))


def _warned(code: str) -> Callable[[Reads], None]:
    """All 44 slices are read, with this caution, and not as a good series."""

    def check(reads: Reads) -> None:
        outcome = reads()
        assert outcome.read().volume.shape == (44, 96, 96)
        assert code in outcome.codes
        assert outcome.read().series.quality.grade == "degraded"

    return check


def _two_volumes(reads: Reads) -> None:
    """One of two volumes of 2.9 mm is read, and the other, which is listed, can be asked for."""
    study = reads().read()
    assert study.volume.shape == (44, 96, 96)
    assert abs(study.series.quality.step_mm - STEP_MM) < 1e-6
    (other,) = study.skipped
    assert other.spacing_mm is not None
    assert abs(other.spacing_mm - STEP_MM) < 1e-6
    assert {study.series.part, other.part} == {1, 2}
    asked = reads(series_uid=other.name).read()
    assert (asked.volume.shape, asked.series.part) == ((44, 96, 96), other.part)
    assert asked.volume.geometry.origin_mm != study.volume.geometry.origin_mm


def _half_the_slices_for_a_label(reads: Reads) -> None:
    study = reads().read()
    assert study.volume.shape == (44, 96, 96)
    assert study.series.quality.grade == "good"
    assert study.skipped == ()


def _projection_in_a_phrase(reads: Reads) -> None:
    refused = reads().refused
    assert refused is not None
    assert "a projection or rendering" in str(refused)


def _slices_do_not_touch(reads: Reads) -> None:
    _warned("slices_apart")(reads)
    (said,) = (caution for caution in reads().read().cautions if caution.code == "slices_apart")
    assert said.values == {"gap_mm": 1.9, "step_mm": 2.9}


def _joined_acquisitions(reads: Reads) -> None:
    _warned("acquisitions_joined")(reads)
    (said,) = (caution for caution in reads().read().cautions if caution.code == "acquisitions_joined")
    heights = [-60 + STEP_MM * k for k in range(44)]
    assert heights[21] - 0.06 <= float(said.values["positions_mm"]) <= heights[22] + 0.06


CASES: dict[str, Case[Reads]] = {
    **PIXELS,
    "damaged_bystander": Case(
        "the series is read; a caution says that one file, no image of it, is damaged. The same for a DICOMDIR without "
        "content, a cut-off localizer of another series, a file of 100 zero bytes.",
        _damaged_bystander,
    ),
    "name_without_its_character_set": Case(
        "one patient (id, birth date, sex, study and series agree), with the caution that the name varies.",
        _name_without_its_character_set,
    ),
    "patient_from_a_bystander": Case(
        "the patient of the reading is that of the CT: nobody. Or refused. Never BROWN^JOHN, taken from a file that is "
        "no image of the series, without a word.",
        _patient_from_a_bystander,
    ),
    "patient_of_the_unread_series": Case(
        "refused as two patients, or the record is BROWN^JOHN. Not SMITH^JOHN, whose files merely come first.",
        _patient_of_the_unread_series,
    ),
    "patient_of_two_people": Case(
        "refused as two patients (the given names differ; only the family name is shared), or the record is that of "
        "the series that was read. Never the name of one with the id of the other",
        _patient_of_two_people,
    ),
    "frame_of_reference_in_each_file": Case(
        "read with a caution, or refused in one sentence that says so.", _warned("frame_of_reference_varies")
    ),
    "half_the_slices_for_a_label": Case("all slices are read.", _half_the_slices_for_a_label),
    "interleaved_acquisitions": Case(
        "two volumes of 2.9 mm. Either one is read and the other is listed, or the series is refused by name of the "
        "fault. Never one volume of 1.45 mm made of both",
        _two_volumes,
    ),
    "interleaved_contrast_phases": Case("two volumes, or a refusal. Never one.", _two_volumes),
    "interleaved_in_enhanced": Case("two volumes, or a refusal", _two_volumes),
    "interleaved_kernels_with_signs": Case(
        "the kernels differ as written, so these are two volumes. A kernel that is not kept for display must still "
        "tell them apart.",
        _two_volumes,
    ),
    "interleaved_no_acquisition_number": Case(
        "as there. Positions at half steps whose AcquisitionTime jumps back and forth belong to two volumes.",
        _two_volumes,
    ),
    "joined_acquisitions": Case(
        "read with a caution that names the place of the joint (a nodule there may be missed or seen twice), or "
        "refused. Not read as a good series.",
        _joined_acquisitions,
    ),
    "projection_in_a_phrase": Case('refused as a projection, as plain "MIP" is.', _projection_in_a_phrase),
    "slices_do_not_touch": Case(
        "read with a caution that between slices 1.9 mm of every 2.9 mm were not imaged.", _slices_do_not_touch
    ),
    "tilt_only_in_its_tag": Case(
        "read, with a caution that the tag contradicts the positions", _warned("tilt_contradicts")
    ),
}
