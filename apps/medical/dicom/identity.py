"""One patient, or none: what the files of an input say about whose they are."""

import re

from apps.medical.dicom.headers import Identity
from apps.medical.dicom.records import Patient
from apps.medical.dicom.sources import FileSource
from core_model.errors import Caution, InputRejected


def one_patient(identities: list[tuple[int, Identity]], source: FileSource) -> tuple[Patient, list[Caution]]:
    """The patient of an input.

    Absent values agree with everything; spelling of names may vary as long as one part of them is the same.

    Args:
        identities: File number and what it says, of every DICOM file.
        source: To name the file that differs.

    Raises:
        InputRejected: Two patients, by number, name, birth date or sex.
    """
    cautions: list[Caution] = []
    merged: dict[str, str] = {}
    name_parts: set[str] = set()
    varies = False
    for number, identity in identities:
        for field in ("patient_id", "birth_date", "sex"):
            value = getattr(identity, field)
            usual = value.casefold().strip()
            if usual and merged.setdefault(field, value).casefold().strip() != usual:
                raise _two_patients(source, number)
        parts = _parts(identity.name)
        if parts and name_parts and parts != name_parts:
            if not parts & name_parts:
                raise _two_patients(source, number)
            varies = True
        if parts and not name_parts:
            name_parts, merged["name"] = parts, identity.name
        if identity.age:
            merged.setdefault("age", identity.age)
    if varies:
        cautions.append(Caution("patient_name_varies"))
    return Patient(**merged), cautions


def _parts(name: str) -> set[str]:
    return {part for part in re.split(r"[\^=,\s]+", name.casefold()) if part}


def _two_patients(source: FileSource, number: int) -> InputRejected:
    return InputRejected(
        "it belongs to another patient than the files before it",
        allowed="one patient",
        action="separate the patients into folders of their own",
        source=source.place_of(number),
        code="two_patients",
    )
