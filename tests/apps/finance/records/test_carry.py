"""What a document of the first version says, its carried form says in the same words and figures."""

import json
from typing import Any

from apps.documents import Missing, from_json, to_json
from apps.finance.reading import FinanceReading
from apps.finance.records.carry import carried
from apps.finance.statements.model import StatementValue
from apps.messages import cautioned, said
from core_model.errors import Message
from tests.apps.store import foundation

OLD = next(foundation.document(row["id"]) for row in foundation.rows("reading") if row["kind"] == "finance.read")


def read() -> FinanceReading:
    return from_json(FinanceReading, json.dumps(carried(OLD)).encode())


def told(value: Any) -> Any:
    """A value as the old document has it."""
    if isinstance(value, Missing):
        return {"not_available": said(value.not_available)}
    return said(value) if isinstance(value, Message) else value


def test_the_carried_document_is_one_of_the_present_form_and_stays_what_it_is() -> None:
    reading = read()
    assert json.loads(to_json(reading)) == carried(OLD)
    assert (reading.id, reading.notice) == (OLD["id"], OLD["notice"])
    assert (reading.facts.count, reading.facts.sha256) == (OLD["facts"]["count"], OLD["facts"]["sha256"])
    for name, value in OLD["document"].items():
        assert told(getattr(reading.document, name)) == value, name


def test_lines_and_rows_have_the_same_values_labels_and_reasons() -> None:
    reading, seen = read(), 0
    for name, lines in OLD["statements"].items():
        for old, new in zip(lines, reading.statements[name], strict=True):
            assert (new.line, new.statement, new.confidence, said(new.reason)) == (
                old["line"], name, old["confidence"], old["reason"],
            )  # fmt: skip
            assert (new.label, new.concept) == tuple(
                "" if isinstance(old[part], dict) else old[part] for part in ("label", "concept")
            )
            for was, value in zip(old["values"], new.values, strict=True):
                same_value(value, was, value.value)
                seen += 1
    for name, rows in OLD["statements_as_reported"].items():
        held = reading.reported[name]
        if isinstance(held, Missing):
            assert told(held) == rows
            continue
        for old, row in zip(rows, held, strict=True):
            assert (row.label, row.line, row.depth, row.heading, row.total) == (
                old["label"], old["line"] or "", old["depth"], old["heading"], old["total"],
            )  # fmt: skip
            for was, value in zip(old["values"], row.values, strict=True):
                same_value(value, was, value.as_printed)
                if "tagged_value" in was:
                    assert f"{value.value:f}" == was["tagged_value"]
                seen += 1
    assert seen > 100


def same_value(value: StatementValue, was: dict[str, Any], shown: Any) -> None:
    assert (value.period.end, value.period.start or None) == (was["end"], was["start"])
    if "not_available" in was:
        assert value.value is None
        assert value.not_available is not None
        assert said(value.not_available) == was["not_available"]
        return
    assert (f"{shown:f}", value.unit, list(value.fact_ids)) == (was["value"], was["unit"], was["fact_ids"])
    assert value.derived == was.get("derived", False)


def test_a_sign_that_the_page_turned_is_still_the_page_s() -> None:
    year = {"start": "2024-01-01", "end": "2024-12-31", "unit": "USD", "fact_ids": ["f-1"]}
    row = {"label": "Costs", "concept": "us-gaap:Costs", "line": None, "depth": 0, "heading": False, "total": False,
           "values": [{**year, "value": "-1234.5", "tagged_value": "1234.5"},
                      {**year, "value": "1234.5", "tagged_value": "-1234.5"}]}  # fmt: skip
    turned = {**OLD, "statements_as_reported": {**OLD["statements_as_reported"], "income": [row]}}
    reading = from_json(FinanceReading, json.dumps(carried(turned)).encode())
    held = reading.reported["income"]
    assert not isinstance(held, Missing)
    assert [(str(value.as_printed), str(value.value)) for value in held[0].values] == [
        ("-1234.5", "1234.5"),
        ("1234.5", "-1234.5"),
    ]


def test_checks_anomalies_and_warnings_say_the_same() -> None:
    reading = read()
    for old, check in zip(OLD["checks"], reading.checks, strict=True):
        assert (check.check_id, check.verdict, said(check.reason), check.unit) == (
            old["id"], old["verdict"], old["reason"], old["unit"],
        )  # fmt: skip
        assert (check.period.text if check.period else "") == old["period"]
        assert list(check.fact_ids) == old["fact_ids"]
        for name in ("difference", "tolerance"):
            value = getattr(check, name)
            assert (None if isinstance(old[name], dict) else old[name]) == (None if value is None else f"{value:f}")
    for old, anomaly in zip(OLD["anomalies"], reading.anomalies, strict=True):
        assert (anomaly.anomaly_id, anomaly.rank, anomaly.kind, anomaly.severity, anomaly.confidence) == tuple(
            old[name] for name in ("id", "rank", "kind", "severity", "confidence")
        )
        assert (said(anomaly.reason), list(anomaly.fact_ids)) == (old["reason"], old["fact_ids"])
        assert anomaly.check_id == ("" if isinstance(old["check_id"], dict) else old["check_id"])
    assert [(cautioned(each), each.count) for each in reading.cautions] == [
        (each["text"], each["count"]) for each in OLD["warnings"]
    ]
