"""A hand-made annual report: every key line, with its sign, its periods, its source and its reason."""

import pytest

from apps.finance.periods import Period
from apps.finance.statements import LINES, STATEMENTS
from apps.finance.statements.lines import BY_NAME
from apps.messages import cautioned, said
from core_model.errors import Message
from tests.apps.finance.statements.reports import (
    BALANCE,
    CASH_FLOW,
    END,
    END_BEFORE,
    EXPECTED,
    INCOME,
    YEAR,
    Line,
    Maker,
    annual,
    gaap,
    newest,
    read,
    replaced,
)


@pytest.fixture(scope="module")
def report():
    return read(annual())


def test_all_thirty_lines_have_the_values_that_the_page_prints(report):
    _, statements = report
    assert {line.line: newest(statements, line.line) for line in statements.lines} == EXPECTED


def test_the_lines_come_in_their_order_with_labels_as_printed(report):
    _, statements = report
    assert [line.line for line in statements.lines] == [line.name for line in LINES]
    assert statements.line("revenue").label == "Net sales"
    assert statements.line("revenue").concept == "us-gaap:Revenues"
    assert statements.line("eps_basic").label == "Basic"
    assert set(BY_NAME) == set(EXPECTED)


def test_every_line_has_a_confidence_and_a_reason_that_quotes_its_row(report):
    _, statements = report
    for line in statements.lines:
        assert 0.9 <= line.confidence <= 1
        assert line.reason.code in ("chosen_by_concept", "chosen_by_concept_and_caption")
        assert repr(line.label) in said(line.reason)
        assert line.concept in said(line.reason)
        assert f"“{line.label}”" in said(line.reason, "zh")
    assert statements.not_available == {}
    assert statements.cautions == ()


def test_values_of_both_years_stand_newest_first_with_sign_and_unit(report):
    _, statements = report
    tax = statements.line("income_tax").values
    assert [(value.period, f"{value.value:f}") for value in tax] == [
        (Period("2023-12-31", "2023-01-01"), "45000000"),
        (Period("2022-12-31", "2022-01-01"), "-6000000"),
    ]
    assert [value.unit for value in statements.line("eps_diluted").values] == ["USD/shares"] * 2
    assert [value.period for value in statements.line("cash").values] == [Period(END), Period(END_BEFORE)]


def test_every_value_leads_to_the_fact_it_comes_from(report):
    filing, statements = report
    facts = {fact.fact_id: fact for fact in filing.facts}
    for line in statements.lines:
        for value in line.values:
            assert facts[value.fact_ids[0]].concept == line.concept
            assert abs(value.value) == abs(type(value.value)(facts[value.fact_ids[0]].value))


def test_the_rows_stand_as_printed_with_headings_depth_and_totals(report):
    _, statements = report
    assert tuple(statements.reported) == STATEMENTS
    balance = statements.reported["balance"]
    assert [row.label for row in balance] == [line.caption for line in BALANCE]
    rows = {row.label: row for row in balance}
    assert rows["Assets"].heading
    assert rows["Assets"].values == ()
    assert (rows["Goodwill"].depth, rows["Inventories"].depth) == (0, 1)
    assert rows["Inventories"].headings == ("Assets", "Current assets:")
    assert rows["Inventories"].line == "inventory"
    assert [row.label for row in balance if row.total] == [line.caption for line in BALANCE if line.rule]
    assert [f"{value.value:f}" for value in rows["Accumulated deficit"].values] == ["-50000000", "-70000000"]


def test_the_same_report_gives_the_same_statements():
    data = annual()
    assert read(data)[1] == read(data)[1]


def test_a_dash_is_a_printed_zero_and_a_blank_is_not():
    cash_flow = replaced(CASH_FLOW, "Dividends paid", gaap("Dividends paid", "PaymentsOfDividends", "—", "35"))
    income = replaced(INCOME, "Interest expense", gaap("Interest expense", "InterestExpense", "", "10"))
    _, statements = read(annual(income, cash_flow=cash_flow))
    dash = statements.line("dividends_paid").values[0]
    assert (f"{dash.value:f}", dash.fact_ids) == ("0", ())
    assert dash.note == Message("dash_untagged")
    assert said(dash.note) == "the page prints a dash, which is a zero; it is not tagged"
    blank = statements.line("interest_expense").values[0]
    assert blank.value is None
    assert blank.not_available == Message("cell_empty")
    assert said(blank.not_available) == "the page leaves the cell empty"
    assert said(blank.not_available, "zh") == "原文此格为空"


def test_a_number_without_a_tag_is_not_available_and_says_so():
    data = annual().replace(b'name="us-gaap:Goodwill"', b'name="us-gaap:Goodwill" target="other"', 1)
    _, statements = read(data)
    goodwill = statements.line("goodwill")
    assert goodwill.values[0].value is None
    assert goodwill.values[0].not_available == Message("number_untagged")
    assert said(goodwill.values[0].not_available) == "the number printed there has no tag"
    assert f"{goodwill.values[1].value:f}" == "100000000"


def test_a_fact_that_cannot_be_read_leaves_its_reason_on_the_value():
    maker = Maker()
    lines = replaced(BALANCE, "Goodwill", gaap("Goodwill", "Goodwill", "1.0.0", "100"))
    _, statements = read(annual(balance=lines, maker=maker))
    value = statements.line("goodwill").values[0]
    assert value.value is None
    assert value.not_available is not None
    assert said(value.not_available) == "'1.0.0' is not a number like 1,234.5"
    assert value.fact_ids


def test_of_duplicates_the_most_precise_comes_first_and_the_face_keeps_its_value():
    maker = Maker()
    note = maker.fact("1,000", "us-gaap:Revenues", YEAR, Line("", decimals="-3"))
    rounded = maker.fact("1,001", "us-gaap:Revenues", YEAR, Line("", decimals="INF"))
    _, statements = read(annual(before=f"<p>Sales were {note} or {rounded} million.</p>", maker=maker))
    value = statements.line("revenue").values[0]
    assert f"{value.value:f}" == "1000000000"
    assert value.fact_ids[0] == "f-1"
    assert value.fact_ids[2] == "f-2"


def test_a_sign_that_differs_between_tag_and_page_is_noted():
    lines = replaced(
        CASH_FLOW,
        "Net cash used in investing activities",
        gaap("Net cash used in investing activities", "NetCashProvidedByUsedInInvestingActivities", "(65)", "(55)"),
    )
    data = annual(cash_flow=lines)
    tagged = data.replace(
        b'scale="6" sign="-" format="ixt:num-dot-decimal">55<', b'scale="6" format="ixt:num-dot-decimal">55<'
    )
    assert tagged != data
    _, statements = read(tagged)
    values = statements.line("investing_cash_flow").values
    assert [f"{value.value:f}" for value in values] == ["-65000000", "55000000"]
    assert [value.note for value in values] == [None, Message("sign_turned")]
    [caution] = statements.cautions
    assert (caution.code, caution.count) == ("sign_differs", 1)
    assert caution.source == Message("place_fact", {"fact": values[1].fact_ids[0]})
    assert cautioned(caution) == (
        "Signs in the cash-flow statement differ between tag and page; the key lines follow the tag."
    )


def test_progress_is_told_and_what_it_raises_stops_the_work():
    from apps.finance.filings import read_facts
    from apps.finance.statements import build_statements

    data = annual()
    filing = read_facts(data)
    told: list[float] = []
    build_statements(data, filing, tick=told.append)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_statements(data, filing, tick=stop)


def test_a_report_without_statements_says_why_each_line_is_missing():
    maker = Maker()
    fact = maker.fact("12", "us-gaap:Revenues", YEAR)
    _, statements = read(maker.document(f"<p>Sales were {fact} million.</p>"))
    assert set(statements.not_available) == set(STATEMENTS)
    assert {(line.reason.code, line.confidence) for line in statements.lines} == {("no_table_of_statement", 0)}
    assert said(statements.line("cash").reason) == (
        "No balance sheet was found: no table holds enough facts of the whole company that belong to one."
    )
    assert {caution.code for caution in statements.cautions} == {f"{name}_not_found" for name in STATEMENTS}
    assert [cautioned(caution, "zh") for caution in statements.cautions][1] == (
        "未找到资产负债表：没有表格含有足够多的、属于该表的公司整体数据。"
    )
