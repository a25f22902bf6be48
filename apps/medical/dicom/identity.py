"""Whose the images are: the patient of those that are read, and never what lies beside them."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from apps.medical.dicom.headers import Headers, Identity
from apps.medical.dicom.records import Patient
from apps.medical.dicom.series.stacks import Stack
from apps.medical.dicom.sources import FileSource
from core_model.errors import Caution, InputRejected

SEXES = {"MALE": "M", "FEMALE": "F", "OTHER": "O", "U": "", "UNKNOWN": "", "N": ""}
LEAST_SKELETON = 3


@dataclass(frozen=True)
class _Said:
    """What a file says of its patient, and in which series."""

    identity: Identity
    series_uid: str


def refuse_two_patients(source: FileSource, headers: Headers, stacks: Iterable[Stack]) -> None:
    """Refuses stacks of which any could be read, if they are of two patients.

    Raises:
        InputRejected: Two patients, by number, name, birth date or sex; it names the first file that differs.
    """
    series = {image.number: image.series_uid for stack in stacks for here in stack.images for image in here}
    met: list[_Said] = []
    for number in sorted(series):
        here = _Said(replace(headers.identities[number], age=""), series[number])
        if here in met:
            continue
        if any(_are_two(here, other) for other in met):
            raise InputRejected(
                "it belongs to another patient than the files before it",
                allowed="one patient",
                action="separate the patients into folders of their own",
                source=source.place_of(number),
                code="two_patients",
            )
        met.append(here)


def patient_of(stack: Stack, headers: Headers) -> tuple[Patient, list[Caution]]:
    """The patient of a stack: what its own images say, and a caution where the files beside it say something else.

    A value that only some of its images have counts for all. Of several spellings of a name, and of several issuers of
    the number, the commonest is taken.
    """
    numbers = {image.number for here in stack.images for image in here}
    own = [headers.identities[number] for number in sorted(numbers)]

    def first(field: str, plain: Callable[[str], str] = str.strip) -> str:
        return next((value for identity in own if (value := plain(getattr(identity, field)))), "")

    patient = Patient(
        name=_commonest(identity.name for identity in own if _parts(identity.name)),
        patient_id=first("patient_id"),
        issuer=_commonest(issuer for identity in own if (issuer := identity.issuer.strip())),
        birth_date=first("birth_date", _date),
        sex=first("sex", _known_sex),
        age=first("age"),
    )
    return patient, _cautions(patient, stack.series_uid, numbers, headers)


def _commonest(texts: Iterable[str]) -> str:
    """The text that is there most often, of several the first; "" where there is none."""
    counted = Counter(texts).most_common(1)
    return counted[0][0] if counted else ""


def _cautions(patient: Patient, series_uid: str, numbers: set[int], headers: Headers) -> list[Caution]:
    whose = Identity(patient.name, patient.patient_id, patient.issuer, patient.birth_date, patient.sex)
    series = {image.number: image.series_uid for image in headers.images}
    others = {number: _Said(identity, series.get(number, "")) for number, identity in headers.identities.items()}
    said = _Said(whose, series_uid)
    two = {number for number, other in others.items() if number not in numbers and _are_two(said, other)}
    found = []
    spellings = [_parts(others[number].identity.name) for number in others.keys() - two]
    if _parts(patient.name) and any(spelling not in (set(), _parts(patient.name)) for spelling in spellings):
        found.append(Caution("patient_name_varies"))
    issuers = {_plain(others[number].identity.issuer) for number in others.keys() - two} - {""}
    if patient.issuer and len(issuers) > 1:
        found.append(Caution("patient_issuer_varies"))
    named = {n for n in others.keys() - numbers if _names_it(others[n].identity)}
    if two:
        found.append(Caution("other_patient_beside", {"count": len(two)}, count=len(two)))
    elif named and not _names_it(whose):
        found.append(Caution("patient_only_beside", {"count": len(named)}, count=len(named)))
    return found


def _names_it(identity: Identity) -> bool:
    """Whether a file says who the patient is, by name or number."""
    return bool(_parts(identity.name) or identity.patient_id.strip())


def _are_two(a: _Said, b: _Said) -> bool:
    """Whether two files are of two people. What is absent agrees with everything.

    Numbers, birth dates and sexes must be equal. Names may be written differently: one in more parts than the other;
    with any part in common where number or birth date are the same; and, where the character set was lost, in any way
    at all inside one series, as long as number, birth date and sex are the same.
    """
    one, other = a.identity, b.identity
    same = {}
    for field, plain in (("patient_id", _plain), ("birth_date", _date), ("sex", _sex)):
        first, second = plain(getattr(one, field)), plain(getattr(other, field))
        if first and second and first != second:
            return True
        same[field] = bool(first and second)
    if _plain(one.issuer) and _plain(other.issuer) and _plain(one.issuer) != _plain(other.issuer):
        same["patient_id"] = False  # equal numbers of two hospitals say nothing
    names = _parts(one.name), _parts(other.name)
    if names[0] <= names[1] or names[1] <= names[0]:
        return False
    if a.series_uid == b.series_uid and not (_legible(one.name) and _legible(other.name)):
        bones = _skeleton(one.name)
        if all(same.values()) or (len(bones) >= LEAST_SKELETON and bones == _skeleton(other.name)):
            return False
    return not (names[0] & names[1] and (same["patient_id"] or same["birth_date"]))


def _plain(value: str) -> str:
    return value.casefold().strip()


def _date(value: str) -> str:
    """A date as YYYYMMDD however its parts are set apart; anything else as it is written."""
    found = re.fullmatch(r"(\d{4})[-./ ]?(\d{2})[-./ ]?(\d{2})", value.strip())
    return "".join(found.groups()) if found else value.strip()


def _sex(value: str) -> str:
    plain = value.strip().upper()
    return SEXES.get(plain, plain)


def _known_sex(value: str) -> str:
    """M, F or O; anything else says nothing."""
    sex = _sex(value)
    return sex if sex in ("M", "F", "O") else ""


def _parts(name: str) -> set[str]:
    return {part for part in re.split(r"[\^=,\s]+", name.casefold()) if part}


def _legible(name: str) -> bool:
    """Whether a name is in letters that every character set has."""
    return name.isascii() and name.isprintable()


def _skeleton(name: str) -> str:
    """The letters of a name that every character set has."""
    return "".join(letter for letter in name if letter.isascii() and letter.isalpha()).lower()
