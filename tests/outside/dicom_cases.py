"""Cases of scans: whose they are, which images belong together, where they lie, what lies beside them."""

from tests.outside import Case
from tests.outside.dicom_pixel_cases import CASES as PIXELS
from tests.outside.scans import Reads

OWN = ("PROBE^ADA", "CASE-1", "19600101", "F")
"""The patient of the made chest."""


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
}
