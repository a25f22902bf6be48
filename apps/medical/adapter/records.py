"""The measured values of patients' records as facts: laboratory, vital signs and scores, visit by visit.

Read are FHIR R4 bundles as JSON, one a patient: ``Patient.id`` is the identity; an ``Observation`` counts where it has
a ``valueQuantity``, or ``component`` parts that have one, a unit and a date. A visit is all that was observed on one
day. Its facts have the values of that day, each with the value before (``prior``) and the upper end of its reference
range where one is given (``total``); what was last measured within ``RECENT_YEARS`` stands beside it, dated before it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from core_model.errors import InputRejected, numbered_file
from core_model.training.splits import split_of

UNIT_KINDS: dict[str, str] = {
    **dict.fromkeys(("%", "mmol/mol"), "share"),
    **dict.fromkeys(("{count}", "{nominal}", "{score}", "(score)", "{T-score}"), "count"),
    **dict.fromkeys(("cm", "m", "mm", "[in_i]", "in"), "length"),
    **dict.fromkeys(("kg", "g", "mg", "pg", "[lb_av]"), "mass"),
    **dict.fromkeys(("s", "min", "h", "d", "mo", "a"), "time"),
}
"""Kinds of unit, of those of ``core_model.inputs.segments.UNITS``, by UCUM's code; see ``unit_kind`` for the others."""
RECENT_YEARS = 2.0
MOST_FACTS = 40
"""Facts of a visit, those of the day first."""
_YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class Measured:
    """One measured value.

    Attributes:
        name: As the record displays it.
        value: In its unit.
        unit: As printed.
        day: When.
        upper: Upper end of its reference range, in the same unit; None where none is given.
    """

    name: str
    value: float
    unit: str
    day: date
    upper: float | None


def unit_kind(unit: str) -> str:
    """The kind of a printed unit: a mass, a substance or a number of cells in a volume is a concentration."""
    if unit in UNIT_KINDS:
        return UNIT_KINDS[unit]
    above, _, below = unit.partition("/")
    volume = below.lower() in ("l", "dl", "ml", "ul", "g")
    if volume and above.lower() not in ("ml", "l"):
        return "concentration"
    return "other" if unit else "none"


def read_record(path: Path) -> tuple[str, list[Measured]]:
    """A patient's id and measured values, by day.

    Raises:
        InputRejected: It is no bundle with one patient.
    """
    try:
        bundle = json.loads(path.read_text(encoding="utf8"))
        resources = [entry["resource"] for entry in bundle["entry"]]
        patients = [each["id"] for each in resources if each["resourceType"] == "Patient"]
    except (ValueError, KeyError, TypeError) as error:
        raise _no_record() from error
    if len(patients) != 1:
        raise _no_record()
    found: dict[tuple[str, date], Measured] = {}
    for resource in resources:
        if resource["resourceType"] == "Observation":
            for one in _measured(resource):
                found[one.name, one.day] = one
    return patients[0], sorted(found.values(), key=lambda one: (one.day, one.name))


def _measured(observation: Mapping[str, Any]) -> Iterator[Measured]:
    when = observation.get("effectiveDateTime") or observation.get("issued")
    if not when or observation.get("status") in ("cancelled", "entered-in-error"):
        return
    day = date.fromisoformat(str(when)[:10])
    for part in (observation, *observation.get("component", ())):
        quantity, name = part.get("valueQuantity", {}), _name(part.get("code", {}))
        if isinstance(quantity.get("value"), int | float) and name:
            ranges = part.get("referenceRange") or [{}]
            upper = ranges[0].get("high", {}).get("value")
            yield Measured(
                name,
                float(quantity["value"]),
                str(quantity.get("unit") or quantity.get("code") or ""),
                day,
                float(upper) if isinstance(upper, int | float) else None,
            )


def _name(code: Mapping[str, Any]) -> str:
    return str(code.get("text") or next((each["display"] for each in code.get("coding", ()) if "display" in each), ""))


def _no_record() -> InputRejected:
    return InputRejected(
        "a file that is no FHIR bundle of one patient",
        allowed="R4 bundles as JSON, one a patient",
        action="leave it out of the folder",
        code="record_unreadable",
    )


def visits(values: list[Measured]) -> Iterator[list[dict[str, Any]]]:
    """The facts of each visit, as ``core_model.training.mixture.files`` has them.

    Args:
        values: Of one patient, by day.
    """
    last: dict[str, Measured] = {}
    for day in sorted({one.day for one in values}):
        today = [one for one in values if one.day == day]
        names = {one.name for one in today}
        facts = [_fact(one, last.get(one.name), 0.0) for one in today]
        recent = sorted((one for name, one in last.items() if name not in names), key=lambda one: one.day, reverse=True)
        for one in recent:
            years = (one.day - day).days / _YEAR_DAYS
            if -years <= RECENT_YEARS:
                facts.append(_fact(one, None, round(years, 3)))
        yield facts[:MOST_FACTS]
        last |= {one.name: one for one in today}


def _fact(one: Measured, before: Measured | None, years: float) -> dict[str, Any]:
    same = before is not None and before.unit == one.unit
    return {
        "name": one.name,
        "value": one.value,
        "unit": unit_kind(one.unit),
        "year": years,
        "total": one.upper,
        "prior": before.value if same and before is not None else None,
        "printed_unit": one.unit,
    }


def record_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The visits of the training and validation patients of a folder of bundles.

    Raises:
        InputRejected: A file is no record.
    """
    paths = sorted(folder.glob("*.json"))
    for number, path in enumerate(paths, 1):
        try:
            patient, values = read_record(path)
        except InputRejected as error:
            error.source = numbered_file(number, len(paths))
            raise
        if split_of(patient) == "test":
            continue
        for facts in visits(values):
            yield {"facts": facts, "identity": patient}
