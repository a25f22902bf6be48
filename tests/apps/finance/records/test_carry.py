"""Readings of the foundation in the present form: nothing of them is lost, and they are drawn as they were."""

from decimal import Decimal
from typing import Any

import pytest

from apps.documents import Missing, from_json, to_json
from apps.finance.reading import FinanceReading, fact_of
from apps.finance.records.carry import carried
from apps.finance.statements.model import StatementValue
from apps.messages import cautioned, said
from apps.store.ids import canonical
from core_model.errors import Message
from tests.apps.store import foundation

READINGS = [row["id"] for row in foundation.rows("reading") if row["kind"] == "finance.read"]


def reading_of(document: dict[str, Any]) -> FinanceReading:
    return from_json(FinanceReading, canonical(carried(document)))


def reason(value: Message | None) -> str:
    assert value is not None
    return said(value)


def or_why(value: Any) -> Any:
    """A value as the foundation wrote it, and for one that is missing the reason."""
    if isinstance(value, Missing):
        return {"not_available": said(value.not_available)}
    return f"{value:f}" if isinstance(value, Decimal) else value


def compare(value: StatementValue, before: dict[str, Any], *, reported: bool) -> None:
    """A value with what stood in its place."""
    assert (value.period.end, value.period.start or None) == (before["end"], before["start"])
    if "value" not in before:
        assert value.value is None
        assert reason(value.not_available) == before["not_available"]
        return
    shown = value.as_printed if reported else value.value
    assert shown is not None
    assert f"{shown:f}" == before["value"]
    assert f"{value.value:f}" == before.get("tagged_value", before["value"])
    assert (value.unit, list(value.fact_ids)) == (before["unit"], before["fact_ids"])
    assert value.derived == before.get("derived", False)


@pytest.mark.parametrize("reading_id", READINGS)
def test_every_part_of_a_reading_is_what_it_was(reading_id: str) -> None:
    before = foundation.document(reading_id)
    reading = reading_of(before)
    assert from_json(FinanceReading, to_json(reading)) == reading
    assert (reading.id, reading.notice) == (reading_id, before["notice"])
    for name, known in before["document"].items():
        value = getattr(reading.document, name)
        assert or_why(value) == known
    assert (reading.facts.count, reading.facts.sha256) == (before["facts"]["count"], before["facts"]["sha256"])
    for statement, lines in before["statements"].items():
        assert [line.line for line in reading.statements[statement]] == [line["line"] for line in lines]
        for line, was in zip(reading.statements[statement], lines, strict=True):
            assert said(line.reason) == was["reason"]
            assert (or_why(line.label), or_why(line.concept)) == (was["label"], was["concept"])
            assert (line.statement, line.confidence) == (statement, was["confidence"])
            for value, entry in zip(line.values, was["values"], strict=True):
                compare(value, entry, reported=False)
    for statement, rows in before["statements_as_reported"].items():
        held = reading.reported[statement]
        assert not isinstance(held, Missing)
        for row, was in zip(held, rows, strict=True):
            assert (row.label, row.line or None, row.depth) == (was["label"], was["line"], was["depth"])
            assert (row.heading, row.total, or_why(row.concept)) == (was["heading"], was["total"], was["concept"])
            for value, entry in zip(row.values, was["values"], strict=True):
                compare(value, entry, reported=True)
    for check, was in zip(reading.checks, before["checks"], strict=True):
        assert (check.check_id, check.verdict, said(check.reason)) == (was["id"], was["verdict"], was["reason"])
        assert said(check.title), was["title"]  # not carried: it follows from the check
        assert (check.period.text if check.period else "") == was["period"]
        assert (check.unit, list(check.fact_ids)) == (was["unit"], was["fact_ids"])
        assert (or_why(check.difference), or_why(check.tolerance)) == (was["difference"], was["tolerance"])
    for anomaly, was in zip(reading.anomalies, before["anomalies"], strict=True):
        assert (anomaly.anomaly_id, anomaly.rank, anomaly.kind) == (was["id"], was["rank"], was["kind"])
        assert (anomaly.severity, anomaly.confidence) == (was["severity"], was["confidence"])
        assert or_why(anomaly.check_id) == was["check_id"]
        assert (said(anomaly.reason), list(anomaly.fact_ids)) == (was["reason"], was["fact_ids"])
    assert reading.anomalies, "the small report has something planted"


def test_a_row_whose_tag_counts_the_other_way_round_and_a_missing_statement_stay_so() -> None:
    before = foundation.document(READINGS[0])
    period = {"start": "2024-01-01", "end": "2024-12-31", "unit": "USD", "fact_ids": ["f-1"]}
    row: dict[str, Any] = {
        "label": "Costs",
        "concept": "us-gaap:Costs",
        "line": None,
        "depth": 1,
        "heading": False,
        "total": False,
    }
    row["values"] = [{**period, "value": "-12.50", "tagged_value": "12.50"}, {**period, "value": "7"}]
    before["statements_as_reported"] = {
        "income": [row],
        "balance": {"not_available": "the statement was not found"},
        "cash_flow": [],
    }
    reading = reading_of(before)
    income = reading.reported["income"]
    assert not isinstance(income, Missing)
    (costs,) = income
    assert [f"{value.as_printed:f}" for value in costs.values] == ["-12.50", "7"]
    assert [f"{value.value:f}" for value in costs.values] == ["12.50", "7"]
    balance = reading.reported["balance"]
    assert isinstance(balance, Missing)
    assert said(balance.not_available) == "the statement was not found"
    assert said(balance.not_available, "zh") == "the statement was not found"


def test_a_warning_keeps_its_words_its_code_and_the_way_to_its_fact() -> None:
    before = foundation.document(READINGS[0])
    before["warnings"] = [
        {"code": "unknown_format", "text": "A format is not known.", "source": "fact f-12", "count": 2},
        {"code": "part_rows", "text": "Rows show a part.", "source": "balance sheet", "count": 1},
        {"code": "tuples", "text": "Tuples are read one by one.", "source": "", "count": 1},
    ]
    first, second, third = reading_of(before).cautions
    assert (cautioned(first), first.values["code"], first.count) == ("A format is not known.", "unknown_format", 2)
    assert (fact_of(first), said(first.source) if first.source else "") == ("f-12", "fact f-12")
    assert (fact_of(second), said(second.source) if second.source else "") == ("", "balance sheet")
    assert third.source is None
