"""Records become facts of visits, with the value before, the reference range and the unit's kind."""

import json

import pytest

from apps.medical.adapter.questions import question_rows
from apps.medical.adapter.records import read_record, record_rows, unit_kind, visits
from core_model.errors import InputRejected
from core_model.inputs.segments import UNITS
from core_model.training.splits import split_of

PATIENTS = {split: next(f"p{n}" for n in range(99) if split_of(f"p{n}") == split) for split in ("train", "test")}


def observation(name, value, unit, day, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": name},
        "effectiveDateTime": f"{day}T10:00:00+02:00",
        "valueQuantity": {"value": value, "unit": unit},
        **more,
    }


def bundle(patient, *resources):
    held = [{"resourceType": "Patient", "id": patient}, *resources]
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": each} for each in held]})


RECORD = (
    observation("Creatinine", 1.1, "mg/dL", "2019-03-01", referenceRange=[{"high": {"value": 1.3}}]),
    observation("Creatinine", 1.4, "mg/dL", "2020-03-01", referenceRange=[{"high": {"value": 1.3}}]),
    observation("Body Weight", 80, "kg", "2019-03-01"),
    observation("Old", 3, "%", "2010-03-01"),
    observation("Wrong", 9, "kg", "2020-03-01", status="entered-in-error"),
    {
        "resourceType": "Observation",
        "code": {"coding": [{"display": "Blood Pressure"}]},
        "effectiveDateTime": "2020-03-01",
        "component": [
            {"code": {"text": "Systolic"}, "valueQuantity": {"value": 130.5, "unit": "mm[Hg]"}},
            {"code": {"text": "Diastolic"}, "valueQuantity": {"value": 80, "code": "mm[Hg]"}},
        ],
    },
    {"resourceType": "Observation", "code": {"text": "Smoker"}, "effectiveDateTime": "2020-03-01", "valueString": "no"},
)


def test_a_visit_has_its_values_with_those_before_and_the_upper_end_of_the_range(tmp_path):
    (tmp_path / "a.json").write_text(bundle(PATIENTS["train"], *RECORD))
    patient, values = read_record(tmp_path / "a.json")
    assert patient == PATIENTS["train"]
    assert len(values) == 6
    old, first, second = visits(values)
    assert [fact["name"] for fact in old] == ["Old"]
    assert [(fact["name"], fact["value"], fact["prior"], fact["total"]) for fact in first] == [
        ("Body Weight", 80.0, None, None),
        ("Creatinine", 1.1, None, 1.3),
    ]
    columns = ("name", "value", "unit", "year", "total", "prior", "printed_unit")
    assert [tuple(fact[name] for name in columns) for fact in second] == [
        ("Creatinine", 1.4, "concentration", 0.0, 1.3, 1.1, "mg/dL"),
        ("Diastolic", 80.0, "other", 0.0, None, None, "mm[Hg]"),
        ("Systolic", 130.5, "other", 0.0, None, None, "mm[Hg]"),
        ("Body Weight", 80.0, "mass", -1.002, None, None, "kg"),
    ]


def test_a_value_in_another_unit_is_no_prior_value(tmp_path):
    other = observation("Creatinine", 97, "umol/L", "2018-03-01")
    (tmp_path / "a.json").write_text(bundle("p", other, RECORD[0]))
    _, second = visits(read_record(tmp_path / "a.json")[1])
    assert second[0]["prior"] is None


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        *[(unit, "concentration") for unit in ("mg/dL", "mmol/L", "10*3/uL", "U/L", "mg/g", "ng/mL")],
        *[(unit, "other") for unit in ("mL/min", "mL/min/{1.73_m2}", "fL", "Cel", "kg/m2", "mm[Hg]")],
        *[("cm", "length"), ("kg", "mass"), ("pg", "mass"), ("%", "share"), ("{score}", "count"), ("a", "time")],
        ("", "none"),
    ],
)
def test_units_are_of_the_kind_that_they_are(unit, kind):
    assert unit_kind(unit) == kind
    assert kind in UNITS


def test_test_patients_are_left_out_and_a_damaged_record_is_named_by_its_number(tmp_path):
    for number, patient in enumerate(PATIENTS.values()):
        (tmp_path / f"{number}.json").write_text(bundle(patient, *RECORD))
    rows = list(record_rows(tmp_path))
    assert {row["identity"] for row in rows} == {PATIENTS["train"]}
    assert len(rows) == 3
    (tmp_path / "9.json").write_text('{"entry": []}')
    with pytest.raises(InputRejected, match=r"file 3 of 3: a file that is no FHIR bundle"):
        list(record_rows(tmp_path))


def test_questions_are_paired_with_their_answers_by_topic(tmp_path):
    named = [f"Topic {n}" for n in range(99)]
    topics = {split: next(n for n in named if split_of(n.lower()) == split) for split in ("train", "test")}
    table = tmp_path / "questions.csv"
    lines = [f'{topic},"What, {topic}?",An answer.,information' for topic in topics.values()]
    lines += [lines[0], f"{topics['train']},What else?,,information", f"{topics['train']},What else?,More.,outlook"]
    table.write_text("focus,question,answer,question_type\n" + "\n".join(lines))
    rows = list(question_rows(table))
    topic = topics["train"]
    assert [(row["query"], row["passage"], row["question_type"]) for row in rows] == [
        (f"What, {topic}?", "An answer.", "information"),
        ("What else?", "More.", "outlook"),
    ]
    assert {row["identity"] for row in rows} == {topic.lower()}
    table.write_text("focus,question\na,b\n")
    with pytest.raises(InputRejected, match="without the columns answer"):
        list(question_rows(table))
