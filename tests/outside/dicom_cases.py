"""Cases of scans: whose they are, which images belong together, where they lie, what lies beside them."""

from collections.abc import Callable
from math import isclose
from typing import Any

import numpy as np

from apps.medical.dicom import ImportedStudy
from apps.messages import cautioned, said
from tests.outside import Case
from tests.outside.dicom_pixel_cases import CASES as PIXELS
from tests.outside.scans import Outcome, Reads, chest_hu, likewise

OWN = ("PROBE^ADA", "CASE-1", "19600101", "F")
"""The patient of the made chest."""
BORN = (OWN[2], "1960.01.01")
"""The same day in two writings."""
STEP_MM = 2.9
"""Distance of its slices."""


def _who(outcome: Outcome) -> tuple[str, str, str, str]:
    """Name, number, birth date and sex of the patient of the reading."""
    patient = outcome.read().patient
    return patient.name, patient.patient_id, patient.birth_date, patient.sex


def _whole(outcome: Outcome) -> ImportedStudy:
    """The study, with all slices of the chest and their values."""
    study = outcome.read()
    assert np.array_equal(study.volume.hu, chest_hu())
    assert study.series.num_slices == 44
    assert isclose(study.series.quality.step_mm, STEP_MM, abs_tol=1e-6)
    assert study.skipped == ()
    return study


def _damaged_bystander(reads: Reads) -> None:
    for kind in ("report", "zeros", "dicomdir", "localizer"):
        outcome = reads(kind)
        _whole(outcome)
        assert _who(outcome) == OWN
        assert outcome.codes == {"files_damaged"}, kind
        assert outcome.said("files_damaged").startswith("1 DICOM file is damaged, cut off or packed")


def _name_without_its_character_set(reads: Reads) -> None:
    outcome = reads()
    assert _who(outcome) == ("Übel^Jörg", *OWN[1:])
    _whole(outcome)
    assert outcome.codes == {"patient_name_varies"}
    written = likewise(lambda number, image: setattr(image, "PatientBirthDate", BORN[number == 7]))
    _whole(written)
    assert written.read().patient.birth_date == OWN[2]


def _patient_from_a_bystander(reads: Reads) -> None:
    for kind in ("report", "localizer"):
        outcome = reads(kind)
        assert _who(outcome) == ("", "", "", "")
        assert np.array_equal(outcome.read().volume.hu, chest_hu())


def _patient_of_the_unread_series(reads: Reads) -> None:
    outcome = reads()
    if outcome.codes == {"two_patients"}:
        return
    study = outcome.read()
    assert (study.patient.name, study.series.quality.kernel) == ("BROWN^JOHN", "B30f")
    assert (study.patient.patient_id, study.patient.birth_date, study.patient.sex) == ("", "", "")


def _patient_of_two_people(reads: Reads) -> None:
    outcome = reads()
    if outcome.codes == {"two_patients"}:
        return
    patient, smooth = outcome.read().patient, outcome.read().series.quality.kernel == "B30f"
    who = (patient.name, patient.patient_id, patient.birth_date, patient.sex)
    assert who == (("KIM^JISOO", "H-9", "19880101", "F") if smooth else ("KIM^MINSU", "", "", ""))


def _warned_of(reads: Reads, code: str, *words: str) -> Outcome:
    """Asserts that all 44 slices are read, with this caution and these words of it, and not as a good series."""
    outcome = reads()
    study = outcome.read()
    assert (study.volume.shape, study.skipped) == ((44, 96, 96), ())
    assert all(word in outcome.said(code) for word in words), outcome.said(code)
    assert study.series.quality.grade == "degraded"
    return outcome


def _warned(code: str, *words: str) -> Callable[[Reads], None]:
    """All 44 slices are read, with this caution and these words of it, and not as a good series."""

    def check(reads: Reads) -> None:
        _warned_of(reads, code, *words)

    return check


def _named(code: str, *slices: int) -> Callable[[Reads], None]:
    """Read with this caution, which names just these slices by their positions."""

    def check(reads: Reads) -> None:
        study = _warned_of(reads, code).read()
        (said,) = (caution for caution in study.cautions if caution.code == code)
        places = str(said.values["positions_mm"])
        assert places in cautioned(said)
        named = [float(place) for place in places.split(", ")]
        assert said.count == len(slices) == len(named)
        assert all(abs(place - (-60 + STEP_MM * k)) < 0.06 for place, k in zip(named, slices, strict=True))

    return check


def _two_volumes(moved_rows: int) -> Callable[[Reads], None]:
    """One of two volumes of 2.9 mm is read, and the other, which is listed, can be asked for; each is one of the two
    that were made, slice by slice: the second lies half a step higher, its values ``moved_rows`` rows further."""

    def check(reads: Reads) -> None:
        study = reads().read()
        (other,) = study.skipped
        assert other.num_slices == 44
        assert other.spacing_mm is not None
        assert isclose(other.spacing_mm, STEP_MM, abs_tol=1e-6)
        assert "another volume of the same series" in said(other.reason)
        assert {study.series.part, other.part} == {1, 2}
        asked = reads(series_uid=other.name).read()
        assert asked.series.part == other.part
        heights = set()
        for each in (study, asked):
            assert isclose(each.series.quality.step_mm, STEP_MM, abs_tol=1e-6)
            height = each.volume.geometry.origin_mm[2]
            upper = height > -59
            assert isclose(height, -60 + STEP_MM / 2 if upper else -60, abs_tol=1e-3)
            hu = np.roll(chest_hu(), moved_rows, 1) if upper else chest_hu()
            assert np.array_equal(each.volume.hu, hu), "a volume of both"
            heights.add(upper)
        assert heights == {False, True}

    return check


def _without_a_kernel(number: int, image: Any) -> None:
    if number % 2 and "ConvolutionKernel" in image:
        del image.ConvolutionKernel


def _half_the_slices_for_a_label(reads: Reads) -> None:
    for outcome in (reads(), likewise(_without_a_kernel)):
        assert _whole(outcome).series.quality.grade == "good"


def _projection_in_a_phrase(reads: Reads) -> None:
    refused = reads().refused
    assert refused is not None
    assert "a projection or rendering" in str(refused)
    plain = likewise(lambda _, image: setattr(image, "ImageType", ["DERIVED", "PRIMARY", "AXIAL", "MIP"])).refused
    assert plain is not None
    assert (plain.code, plain.allowed, plain.action) == (refused.code, refused.allowed, refused.action)


def _frame_of_reference(reads: Reads) -> None:
    _whole(_warned_of(reads, "frame_of_reference_varies", "not the same in all files"))


def _joined_acquisitions(reads: Reads) -> None:
    study = _warned_of(reads, "acquisitions_joined").read()
    (joint,) = (caution for caution in study.cautions if caution.code == "acquisitions_joined")
    place = str(joint.values["positions_mm"])
    assert f"{place} mm" in cautioned(joint)
    heights = [-60 + STEP_MM * k for k in range(44)]
    assert heights[21] - 0.06 <= float(place) <= heights[22] + 0.06


CASES: dict[str, Case[Reads]] = {
    **PIXELS,
    "damaged_bystander": Case(
        "the series is read; a caution says that one file, no image of it, is damaged. The same for a DICOMDIR without "
        "content, a cut-off localizer of another series, a file of 100 zero bytes.",
        _damaged_bystander,
    ),
    "name_without_its_character_set": Case(
        "one patient (id, birth date, sex, study and series agree), with the caution that the name varies. … The same "
        "for a birth date written 1960.01.01 in one file.",
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
        "read with a caution, or refused in one sentence that says so.", _frame_of_reference
    ),
    "half_the_slices_for_a_label": Case(
        "(or a kernel that is absent in every second file): one complete volume. … all slices are read.",
        _half_the_slices_for_a_label,
    ),
    "blank_block": Case(
        "refused as slices missing inside the lungs, or read with a caution that names them.",
        _named("slices_blank", 20, 21, 22, 23),
    ),
    "foreign_block": Case("read with a caution that names them, or refused.", _named("slices_odd", 22, 23)),
    "repeated_pixels": Case(
        "refused, or read with a caution that names the slices.", _named("slices_same_pixels", *range(17, 27))
    ),
    "interleaved_acquisitions": Case(
        "two volumes of 2.9 mm. Either one is read and the other is listed, or the series is refused by name of the "
        "fault. Never one volume of 1.45 mm made of both",
        _two_volumes(4),
    ),
    "interleaved_contrast_phases": Case("two volumes, or a refusal. Never one.", _two_volumes(0)),
    "interleaved_in_enhanced": Case("two volumes, or a refusal", _two_volumes(4)),
    "interleaved_kernels_with_signs": Case(
        "the kernels differ as written, so these are two volumes. A kernel that is not kept for display must still "
        "tell them apart.",
        _two_volumes(0),
    ),
    "interleaved_no_acquisition_number": Case(
        "as there. Positions at half steps whose AcquisitionTime jumps back and forth belong to two volumes.",
        _two_volumes(4),
    ),
    "joined_acquisitions": Case(
        "read with a caution that names the place of the joint (a nodule there may be missed or seen twice), or "
        "refused. Not read as a good series.",
        _joined_acquisitions,
    ),
    "projection_in_a_phrase": Case('refused as a projection, as plain "MIP" is.', _projection_in_a_phrase),
    "slices_do_not_touch": Case(
        "read with a caution that between slices 1.9 mm of every 2.9 mm were not imaged.",
        _warned("slices_apart", "Of every 2.90 mm between slices 1.90 mm were not imaged"),
    ),
    "tilt_only_in_its_tag": Case(
        "read, with a caution that the tag contradicts the positions",
        _warned("tilt_contradicts", "18.0 degrees, the positions one of 0.0"),
    ),
}
