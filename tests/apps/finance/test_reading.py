"""A reading as its own type: exactly to JSON and back, and as its published schema says."""

import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from apps.demo.report import make_example_report
from apps.documents import Missing, from_json, to_json
from apps.finance.filings.inline import Reading
from apps.finance.jobs import provenance_of, stored
from apps.finance.parsing import parse
from apps.finance.periods import Period
from apps.finance.reading import FinanceBatch, FinanceReading
from apps.finance.report import make_reading, read_report
from apps.finance.statements.model import StatementLine, StatementValue
from apps.provenance import Provenance
from apps.store import blobs
from benchmarks import shared_data
from core_model.errors import InputRejected
from tests import needs
from tests.apps.finance.readings import blank, readings, sentence
from tests.apps.finance.statements.reports import CASH_FLOW, INCOME, annual, gaap, replaced
from tests.apps.reading import reader
from tests.apps.schemas import SCHEMAS, name_of
from tests.thinned import first_of


def read(data: bytes) -> FinanceReading:
    provenance = Provenance("a" * 64, {"facts": "1"}, {"reader": "inline-xbrl"}, {"core": "b" * 64}, {"lxml": "6"})
    return make_reading(read_report(data), reading_id="reading-1", facts_sha256="a" * 64, provenance=provenance)


@cache
def schema_of(kind: type) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / name_of(kind)).read_text()))


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(readings)
def test_any_reading_comes_back_from_json_equal_and_fits_its_schema(reading):
    document = to_json(reading)
    assert from_json(FinanceReading, document) == reading
    schema_of(FinanceReading).validate(json.loads(document))


def test_numbers_are_written_in_full():
    value = StatementValue(Period("2024-12-31"), Decimal("1.2E+9"), "USD")
    line = StatementLine("revenue", "income", "", "", 1.0, sentence(""), (value,))
    written = json.loads(to_json(blank(statements={**blank().statements, "income": (line,)})))
    assert written["statements"]["income"][0]["values"][0]["value"] == "1200000000"


def test_the_example_report_comes_back_whole(tmp_path: Path):
    truth = make_example_report(tmp_path / "report.html", 11)
    reading = read((tmp_path / "report.html").read_bytes())
    assert from_json(FinanceReading, to_json(reading)) == reading
    assert (reading.document.company, reading.facts.count) == (truth.company, truth.facts)
    assert set(truth.element_ids) & set(reading.anomalies[0].fact_ids)
    year = max(truth.lines["total_assets"])
    first = reading.line("total_assets").values[0]
    assert f"{first.value:f}" == truth.lines["total_assets"][year]
    assert [len(reading.statements[name]) for name in ("income", "balance", "cash_flow")] == [12, 12, 6]


def test_a_balance_of_noon_and_a_zero_turned_round_fit_the_schema():
    lines = replaced(INCOME, "Interest expense", gaap("Interest expense, net", "InterestIncomeExpenseNet", "0", "(10)"))
    data = annual(income=lines).replace(b"<xbrli:instant>2023-12-31<", b"<xbrli:instant>2023-12-31T12:00:00<")
    reading = read(data)
    schema_of(FinanceReading).validate(json.loads(to_json(reading)))
    assert reading.line("total_assets").values[0].period.end == "2023-12-31T12:00:00"
    interest = reading.line("interest_expense").values[0]
    assert (f"{interest.value:f}", interest.period.end) == ("0", "2023-12-31")


def test_the_job_stores_the_reading_under_its_id_and_names_the_planted_element(tmp_path: Path):
    truth = make_example_report(tmp_path / "report.html", 11)
    with reader(tmp_path / "data") as reads:
        end = reads.report(tmp_path / "report.html")
        assert end.state == "done", end.error
        reading = stored(reads.store, str(end.reading_id))
        facts = blobs.path_of(reads.store, reading.facts.sha256)
        assert len(pq.read_table(facts)) == reading.facts.count == truth.facts
    assert reading.id == end.reading_id
    assert reading.provenance == provenance_of(reading.document.source_hash)
    assert set(truth.element_ids) & set(reading.anomalies[0].fact_ids)
    year = max(truth.lines["total_assets"])
    for lines in reading.statements.values():
        for line in lines:
            if line.values and line.values[0].value is not None and not line.values[0].derived:
                assert f"{line.values[0].value:f}" in (truth.lines[line.line][year], truth.wrong_value)


def test_what_a_report_does_not_say_is_missing_with_the_reason(tmp_path: Path):
    make_example_report(tmp_path / "report.html", 11)
    data = (tmp_path / "report.html").read_bytes().replace(b"dei:EntityRegistrantName", b"dei:SecurityExchangeName")
    company = read(data).document.company
    assert isinstance(company, Missing)
    assert from_json(FinanceReading, to_json(read(data))).document.company == company


def test_what_a_line_a_row_or_a_check_does_not_have_is_missing_with_the_reason():
    written = json.loads(to_json(read(annual(cash_flow=CASH_FLOW[:5]))))
    lines = [line for each in written["statements"].values() for line in each]
    absent = [line for line in lines if not line["confidence"]]
    assert absent
    assert all(line["label"] == line["concept"] == {"not_available": line["reason"]} for line in absent)
    rows = [row for each in written["reported"].values() if isinstance(each, list) for row in each]
    headings = [row["concept"] for row in rows if row["heading"]]
    assert headings
    assert all(concept == {"not_available": {"code": "row_is_heading", "values": {}}} for concept in headings)
    unjudged = [check for check in written["checks"] if check["verdict"] == "not_applicable"]
    nothing = {"not_available": {"code": "nothing_to_compare", "values": {}}}
    assert unjudged
    assert all(check["difference"] == check["tolerance"] == nothing for check in unjudged)
    assert not [part for part in (*lines, *rows) if "" in (part["concept"], part["label"])]
    assert not [check for check in written["checks"] if None in (check["difference"], check["tolerance"])]


def test_a_folder_of_readings_fits_its_schema(tmp_path: Path):
    make_example_report(tmp_path / "report.html", 3)
    reading = read((tmp_path / "report.html").read_bytes())
    refused = InputRejected("the file is empty", code="empty_file").refusal
    batch = FinanceBatch(
        readings=(reading, replace(reading, id="reading-2")),
        failures=(refused,),
        sources=("a.htm", "."),
        failed_sources=("b.htm",),
    )
    schema_of(FinanceBatch).validate(json.loads(to_json(batch)))
    assert from_json(FinanceBatch, to_json(batch)) == batch


@pytest.mark.shared_data
@pytest.mark.parametrize("at", first_of(0, 1, 2))
def test_real_filings_come_back_whole(at: int):
    needs.shared_data()
    reading = read(shared_data.filings(split="validation")[at].path.read_bytes())
    document = to_json(reading)
    assert from_json(FinanceReading, document) == reading
    schema_of(FinanceReading).validate(json.loads(document))
    assert sum(len(line.values) for lines in reading.statements.values() for line in lines) > 40


class Port:
    """The other side of a parse, in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def tick(self, _: float) -> None: ...

    def ask(self, _: str, source: str) -> dict:
        return {"id": "reading-1", "provenance": provenance_of(source).as_dict()}


def test_a_parse_parses_the_markup_once_and_reads_its_facts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    truth = make_example_report(tmp_path / "report.html", 11)
    size = (tmp_path / "report.html").stat().st_size
    from_markup, read_all = etree.fromstring, Reading.facts
    parsed: list[int] = []
    facts: list[int] = []

    def parsing(data, *given_):
        parsed.append(len(data))
        return from_markup(data, *given_)

    def reading_all(self):
        found = read_all(self)
        facts.append(len(found))
        return found

    monkeypatch.setattr(etree, "fromstring", parsing)
    monkeypatch.setattr(Reading, "facts", reading_all)
    parse({"path": str(tmp_path / "report.html")}, Port(tmp_path))
    assert (parsed, facts) == ([size], [truth.facts])
