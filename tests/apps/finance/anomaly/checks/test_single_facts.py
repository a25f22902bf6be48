"""Checks that read one fact, its duplicates or its column: signs, units, periods, scale."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.finance.anomaly import check_statements
from apps.messages import said
from tests.apps.finance.anomaly.books import Books, day, small_company, told, year
from tests.apps.finance.statements.reports import CASH_FLOW, INCOME, Line, annual, gaap, read, replaced

REVENUE = "Revenues|2024-01-01|2024-12-31"
ASSETS = "Assets||2024-12-31"
SHARES = "WeightedAverageNumberOfSharesOutstandingBasic"


def one(found: list):
    """The only one of a list."""
    assert len(found) == 1
    return found[0]


def failures(books: Books, check_id: str):
    return [r for r in books.check()[0] if r.check_id == check_id and r.verdict == "fails"]


@pytest.mark.parametrize(
    "check_id",
    ["duplicate_facts", "impossible_signs", "printed_signs", "units", "column_periods", "period_kind", "period_order",
     "report_period", "after_report_end", "share_scale", "scale_outliers"],
)  # fmt: skip
def test_a_right_report_has_none_of_these_failures(check_id):
    books = small_company()
    books.put("Assets", 1200, day(2024))
    verdicts = books.verdicts(check_id)
    assert verdicts
    assert set(verdicts) == {"holds"}


def test_an_empty_report_is_not_judged():
    results, anomalies = Books(currency=None).check()
    assert anomalies == []
    assert {r.verdict for r in results} == {"not_applicable"}


def test_duplicates_agree_up_to_their_rounding_and_not_beyond():
    books = small_company()
    again = books.put("Assets", "1200000000", day(2024), decimals="-8")
    assert failures(books, "duplicate_facts") == []
    assert failures(books.add(again, "50500000"), "duplicate_facts") == []
    failed = failures(books.add(again, "50500001"), "duplicate_facts")
    assert len(failed) == 1
    assert set(failed[0].fact_ids) == {ASSETS, again}
    assert failed[0].difference == Decimal("50500001")


@pytest.mark.parametrize(("other", "count"), [("0", 0), ("-0.0", 0), ("1", 1)])
def test_no_value_beside_a_zero_is_the_same_dash_and_beside_an_amount_a_contradiction(other, count):
    books = small_company()
    first = books.put("PreferredStockValue", other, day(2024), decimals="0")
    again = books.put("PreferredStockValue", 0, day(2024), decimals="0")
    failed = failures(books.change(again, value=None, nil=True), "duplicate_facts")
    assert [set(result.fact_ids) for result in failed] == [{first, again}] * count


def test_of_contradicting_duplicates_the_one_against_many_is_named_first():
    books = small_company()
    odd = books.put("Goodwill", 999, day(2024))
    books.put("Goodwill", 250, day(2024))
    anomaly = books.anomalies()[0]
    assert anomaly.kind == "duplicate_facts"
    assert anomaly.fact_ids[0] == odd


def test_an_amount_that_cannot_be_negative_is_named_when_it_is():
    books = small_company()
    failed = failures(books.change(ASSETS, value="-1200000000"), "impossible_signs")
    assert [result.fact_ids for result in failed] == [(ASSETS,)]
    assert failed[0].reason.code == "never_negative"
    assert told(failed[0]) == (
        "Assets on 2024-12-31 are tagged as -1,200 million USD, but cannot be negative by definition."
    )
    assert told(failed[0], "zh") == "“Assets”（2024-12-31）标记为 -1,200 百万美元，但按定义不可能为负。"


def test_revenues_that_the_page_prints_negative_may_be_repeated_in_a_note():
    books = Books()
    books.print_row("income", "Total revenues", books.both("Revenues", -744, 900, instant=False))
    books.put("Revenues", -744, year(2024))
    assert failures(books, "impossible_signs") == []
    rounded = books.put("Revenues", "-744400000", year(2024), decimals="-5")
    assert failures(books, "impossible_signs") == []
    other = books.put("Revenues", -600, year(2024))
    assert [result.fact_ids for result in failures(books, "impossible_signs")] == [(other,)]
    assert rounded != other


def test_a_loss_is_no_impossible_sign():
    books = small_company()
    assert failures(books.change("NetIncomeLoss|2024-01-01|2024-12-31", value="-1"), "impossible_signs") == []


def test_cash_used_that_is_printed_in_parentheses_and_tagged_positive_is_named():
    books = small_company()
    fact = "NetCashProvidedByUsedInFinancingActivities|2024-01-01|2024-12-31"
    anomalies = books.change(fact, value="70000000").anomalies()
    assert len(anomalies) == 1
    assert anomalies[0].fact_ids[0] == fact
    assert anomalies[0].kind == "printed_signs"
    assert "printed as (70)" in told(anomalies[0])
    assert "在页面上列示为 (70)，却标记为 70 百万美元" in told(anomalies[0], "zh")


LOSS, USED = "NetIncomeLoss", "NetCashProvidedByUsedInInvestingActivities"


@pytest.mark.parametrize(
    ("caption", "concept", "tagged", "printed", "wrong"),
    [
        ("Net loss", LOSS, (-520, -410), ("520", "410"), ()),
        ("Net loss", LOSS, (-520, 100), ("520", "(100)"), ()),
        ("Net loss", LOSS, (-520, -410), ("(520)", "(410)"), ()),
        ("Net loss", LOSS, (-520, 410), ("520", "410"), (1,)),
        ("Net loss", LOSS, (520, 410), ("(520)", "(410)"), (0, 1)),
        ("Net income (loss)", LOSS, (-520, -410), ("520", "410"), (0, 1)),
        ("Net (loss) income", LOSS, (520, 410), ("(520)", "410"), (0,)),
        ("Loss before income taxes", "OperatingIncomeLoss", (-520, -410), ("520", "410"), ()),
        ("Net cash used in investing activities", USED, (-65, -55), ("65", "55"), ()),
        ("Net cash used in investing activities", USED, (65, -55), ("(65)", "(55)"), (0,)),
        ("Net cash provided by (used in) investing activities", USED, (-65, -55), ("65", "55"), (0, 1)),
        ("Total stockholders' deficit", "StockholdersEquity", (-30, -25), ("30", "25"), ()),
        ("Note receivable", "StockholdersEquityNoteSubscriptionsReceivable", (5, 5), ("(5)", "(5)"), ()),
    ],
)
def test_the_sign_of_a_loss_stands_on_the_page_or_in_its_caption(caption, concept, tagged, printed, wrong):
    books = Books()
    ids = books.both(concept, *tagged, instant="Equity" in concept)
    books.print_row("income", caption, ids)
    row = books.rows["income"][-1]
    row.cells = list(zip(ids, printed, strict=True))
    failed = failures(books, "printed_signs")
    assert [result.fact_ids[0] for result in failed] == [ids[k] for k in wrong]


def test_a_loss_per_share_is_told_by_the_heading_above():
    lines = [
        *INCOME[:-3],
        Line("Net loss per share:"),
        gaap("Basic", "EarningsPerShareBasic", "1.04", "0.82", unit="perShare", indent=12),
    ]
    data = annual(income=lines).replace(
        b'name="us-gaap:EarningsPerShareBasic"', b'name="us-gaap:EarningsPerShareBasic" sign="-"'
    )
    filing, statements = read(data)
    assert [v.value for v in statements.line("eps_basic").values] == [Decimal("-1.04"), Decimal("-0.82")]
    results, _ = check_statements(filing, statements)
    assert [r.verdict for r in results if r.check_id == "printed_signs"] == ["holds"]


def test_a_payment_tagged_negative_under_parentheses_is_named_for_what_it_is():
    lines = replaced(CASH_FLOW, "Dividends paid", gaap("Dividends paid", "PaymentsOfDividends", "(40)", "(35)"))
    filing, statements = read(annual(cash_flow=lines))
    results, _ = check_statements(filing, statements)
    failed = [result for result in results if result.check_id == "printed_signs" and result.verdict == "fails"]
    assert [said(result.reason) for result in failed] == [
        f"Dividends paid for the year to {end} is printed as {shown} and tagged as -{shown[1:3]} million USD, "
        "although cash paid is tagged as a positive amount where its concept counts payments."
        for end, shown in (("2023-12-31", "(40)"), ("2022-12-31", "(35)"))
    ]


def test_a_cost_printed_in_parentheses_and_tagged_positive_is_usual():
    books = small_company()
    ids = books.both("PaymentsOfDividends", 12, 11, instant=False)
    books.print_row("cash_flow", "Dividends", ids, deducted=True)
    assert failures(books, "printed_signs") == []


def test_one_column_whose_sign_goes_against_the_others_is_named():
    books = small_company()
    ids = books.both("ProceedsFromIssuanceOfLongTermDebt", 12, 11, instant=False)
    ids.append(books.put("ProceedsFromIssuanceOfLongTermDebt", 10, year(2022)))
    books.print_row("cash_flow", "Proceeds from debt", ids)
    books.rows["cash_flow"][-1].turned = (False, True, False)
    failed = failures(books, "printed_signs")
    assert [result.fact_ids for result in failed] == [(ids[1],)]


@pytest.mark.parametrize(("unit", "count"), [("EUR", 1), ("shares", 1), ("USD", 0)])
def test_a_key_amount_in_another_unit_is_named(unit, count):
    failed = failures(small_company().change(REVENUE, unit=unit), "units")
    assert [result.fact_ids for result in failed] == [(REVENUE,)] * count


def test_a_balance_in_another_unit_is_one_anomaly_and_no_missing_row():
    books = small_company().without("Liabilities")
    books.lines["goodwill"] = "Goodwill"
    anomalies = books.change("Goodwill||2024-12-31", unit="pure").anomalies()
    assert [anomaly.kind for anomaly in anomalies] == ["units"]
    assert anomalies[0].reason.code == "unit_wrong"
    assert told(anomalies[0]) == "Goodwill on 2024-12-31 is stated in plain numbers, but should be in USD."
    assert told(anomalies[0], "zh") == "“Goodwill”（2024-12-31）的计量单位为“纯数”，应为“美元”。"


def test_earnings_per_share_in_plain_dollars_are_named():
    fact = "EarningsPerShareBasic|2024-01-01|2024-12-31"
    assert [r.fact_ids for r in failures(small_company().change(fact, unit="USD"), "units")] == [(fact,)]


def test_a_fact_of_another_period_in_a_printed_column_is_named():
    books = small_company().change(REVENUE, start="2023-01-01", end="2023-12-31")
    failed = failures(books, "column_periods")
    assert [result.fact_ids for result in failed] == [(REVENUE,)]
    assert failed[0].reason.code == "row_of_other_period"
    assert failed[0].reason.values["period"] == year(2023).message.as_dict()
    assert '"Revenues" is tagged for the year to 2023-12-31 in a column' in told(failed[0])
    assert told(failed[0]).endswith("are tagged for the year to 2024-12-31.")
    assert told(failed[0], "zh").startswith("“Revenues”标记的期间为截至 2023-12-31 的年度，而同列其余")
    assert any(anomaly.fact_ids[0] == REVENUE for anomaly in books.anomalies())


def test_a_column_of_few_rows_is_not_judged():
    books = Books()
    for concept in ("Assets", "Goodwill"):
        books.print_row("balance", concept, [books.put(concept, 5, day(2024)), books.put(concept, 4, day(2023))])
    books = books.change("Goodwill||2024-12-31", end="2022-12-31")
    assert books.verdicts("column_periods") == ["not_applicable"]


def test_an_amount_of_a_day_stated_for_a_period_is_named():
    books = small_company().change(ASSETS, start="2024-01-01", instant=False)
    failed = failures(books, "period_kind")
    assert len(failed) == 1
    assert failed[0].fact_ids[0] == ASSETS


def test_a_period_that_ends_before_it_begins_is_named():
    books = small_company().change(REVENUE, start="2024-12-31", end="2024-01-01")
    assert [r.fact_ids for r in failures(books, "period_order")] == [(REVENUE,)]


@pytest.mark.parametrize(
    ("end", "verdict"), [("2024-12-24", "holds"), ("2024-12-23", "fails"), ("2025-12-31", "fails")]
)
def test_the_newest_column_ends_within_a_week_of_the_report(end, verdict):
    books = small_company()
    filing = books.filing()
    filing.document = replace(filing.document, period_end=end)
    results, _ = check_statements(filing, books.statements())
    assert {r.verdict for r in results if r.check_id == "report_period"} == {verdict}


def test_share_counts_in_millions_are_one_anomaly_of_scale():
    books = small_company()
    for concept in (SHARES, "WeightedAverageNumberOfDilutedSharesOutstanding"):
        for of in (2024, 2023):
            fact = f"{concept}|{of}-01-01|{of}-12-31"
            books = books.change(fact, value=str(Decimal(books.facts[fact].value) / 1_000_000), decimals="1")
    anomalies = books.anomalies()
    assert [anomaly.kind for anomaly in anomalies] == ["share_scale"]
    assert "1,000,000 times too small" in told(anomalies[0])
    assert "约为应有值的 1,000,000 分之一" in told(anomalies[0], "zh")
    assert SHARES in anomalies[0].fact_ids[0]


@pytest.mark.parametrize(("factor", "fails"), [("0.001", True), ("0.01", False), ("0.9", False)])
def test_an_amount_a_thousand_times_smaller_than_last_year_is_out_of_scale(factor, fails):
    books = small_company()
    value = Decimal(books.facts[REVENUE].value) * Decimal(factor)
    failed = failures(books.change(REVENUE, value=f"{value:f}"), "scale_outliers")
    assert bool(failed) == fails


@pytest.mark.parametrize(("end", "count"), [("2025-01-07", 0), ("2025-01-08", 1)])
def test_an_amount_of_a_day_more_than_a_week_after_the_report_is_named(end, count):
    failed = failures(small_company().change(ASSETS, end=end), "after_report_end")
    assert [result.fact_ids for result in failed] == [(ASSETS,)] * count


@pytest.mark.parametrize(
    ("concept", "amounts"),
    [("Assets", {2021: "276000000", 2020: "125000"}), ("Revenues", {2024: "330000000", 2023: "366000"}),
     ("Assets", {2022: "276000000", 2021: "125000", 2020: "118000"})],
)  # fmt: skip
def test_a_company_that_has_grown_a_thousandfold_has_no_slip(concept, amounts):
    books = Books()
    for of, value in amounts.items():
        for name in (concept, "StockholdersEquity"):
            books.put(name, value, year(of) if concept == "Revenues" else day(of), decimals="0")
    assert books.verdicts("scale_outliers") == ["holds"]
    assert books.anomalies() == []


@pytest.mark.parametrize(
    ("beside", "count"), [(("500", "480"), 1), (("500", "20"), 0), (("0.5", "480"), 0), (None, 0)]
)  # fmt: skip
def test_of_two_periods_one_is_out_of_scale_where_another_amount_stays(beside, count):
    books = Books()
    books.both("Revenues", "900", "0.9", instant=False)
    if beside is not None:
        books.both("CostOfRevenue", *beside, instant=False)
    failed = [r for r in failures(books, "scale_outliers") if "Revenues" in r.fact_ids[0]]
    assert [result.fact_ids[0] for result in failed] == ["Revenues|2023-01-01|2023-12-31"] * count


def test_an_amount_a_thousand_times_smaller_than_the_years_around_it_is_out_of_scale_by_itself():
    books = Books()
    for of, value in ((2024, "930"), (2023, "0.9"), (2022, "880")):
        books.put("Revenues", value, year(of))
    failed = one(failures(books, "scale_outliers"))
    assert failed.fact_ids[0] == "Revenues|2023-01-01|2023-12-31"
    assert one(books.anomalies()).confidence == 0.7


def dated(books: Books, end: str):
    filing = books.filing()
    filing.document = replace(filing.document, period_end=end)
    return check_statements(filing, books.statements())


@settings(deadline=None)
@given(st.integers(1, 30))
def test_a_wrong_date_on_the_cover_is_one_anomaly_however_many_years_it_is_off(years):
    results, anomalies = dated(small_company(), f"{2024 - years}-12-31")
    assert [anomaly.kind for anomaly in anomalies] == ["report_period"]
    late = one([result for result in results if result.check_id == "after_report_end"])
    assert late.verdict == "not_applicable"
    assert "the balance sheet on 2024-12-31" in told(late)
    assert "资产负债表最新一列为 2024-12-31" in told(late, "zh")


def test_amounts_of_one_day_after_the_report_are_one_anomaly_that_names_them():
    books = small_company()
    late = ["Goodwill||2024-12-31", "InventoryNet||2024-12-31"]
    for fact in late:
        books = books.change(fact, end="2025-06-30")
    failed = one(failures(books, "after_report_end"))
    assert failed.fact_ids == ("InventoryNet||2024-12-31", "Goodwill||2024-12-31")
    assert failed.reason.code == "several_after_report"
    assert told(failed, "zh") == ("“InventoryNet”和“Goodwill”的期间均为2025-06-30，晚于报告期末 2024-12-31。")
    assert told(failed) == (
        "InventoryNet and Goodwill are stated for 2025-06-30, after the end of the report's period on 2024-12-31."
    )
