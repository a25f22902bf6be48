"""What verdicts and anomalies say: amounts in one scale, periods in words, captions as printed, and what would fit."""

from decimal import Decimal

import pytest

from apps.finance.anomaly.wording import is_or_are, name_of, said, scale_of, short, shown, when
from apps.finance.periods import Period
from tests.apps.finance.anomaly.books import Books, day, small_company, year

NET_INCOME = "NetIncomeLoss|2024-01-01|2024-12-31"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("97703000000", "USD", "97,703 million USD"),
        ("8468800000", "USD", "8,468.8 million USD"),
        ("21198000", "USD", "21,198 thousand USD"),
        ("21198001", "USD", "21,198,001 USD"),
        ("-1026000000", "CNY", "-1,026 million CNY"),
        ("4323000000", "shares", "4,323 million shares"),
        ("727.9", "shares", "727.9 shares"),
        ("2.2", "USD/shares", "2.20 USD a share"),
        ("2", "USD/shares", "2.00 USD a share"),
        ("0.1168", "pure", "0.1168"),
        ("0", "USD", "0 USD"),
    ],
)
def test_an_amount_stands_in_the_largest_scale_that_keeps_it_exact(value, unit, text):
    assert shown(Decimal(value), unit) == text


def test_all_amounts_of_a_sentence_share_one_scale():
    scale = scale_of([Decimal("5000000"), Decimal("2500")], "USD")
    assert (scale.full(Decimal("5000000")), scale.number(Decimal("2500"))) == ("5,000 thousand USD", "2.5")


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("", "2024-12-31", "2024-12-31"),
        ("2024-01-01", "2024-12-31", "the year to 2024-12-31"),
        ("2022-12-26", "2023-12-31", "the year to 2023-12-31"),
        ("2023-04-02", "2023-07-01", "the 3 months to 2023-07-01"),
        ("2023-01-01", "2023-07-01", "the 6 months to 2023-07-01"),
        ("2024-02-01", "2024-02-29", "the month to 2024-02-29"),
        ("2023-12-31", "2024-04-20", "2023-12-31 to 2024-04-20"),
        ("2024-12-31", "2024-01-01", "2024-12-31 to 2024-01-01"),
    ],
)
def test_periods_are_said_as_people_say_them(start, end, text):
    assert said(Period(end, start)) == text
    assert when(Period(end, start)) == ("for " if start else "on ") + text


@pytest.mark.parametrize(
    ("caption", "name"),
    [
        ("Cash and cash equivalents at beginning of year", "Cash and cash equivalents"),
        ("Cash and cash equivalents, end of period", "Cash and cash equivalents"),
        ("Beginning of year", ""),
        ("Balance at end of period", ""),
        ("Basic", ""),
        ("Trade accounts receivable, less allowances of $502 and $516, respectively", "Trade accounts receivable"),
        ("Common stock, $0.25 par value; authorized — 11,200 shares; issued — 7,040 shares", "Common stock"),
        (
            "Net increase (decrease) in cash, cash equivalents, restricted cash and restricted cash equivalents",
            "Net increase (decrease) in cash, cash equivalents, restricted cash and restricted cash equivalents",
        ),
        ("Property, plant and equipment — net", "Property, plant and equipment — net"),
    ],
)
def test_a_caption_is_cut_to_what_it_names(caption, name):
    assert short(caption) == name


def test_a_caption_that_says_nothing_of_shares_does_not_name_earnings_per_share():
    for caption in (
        "Net income of the parent",
        "Net income attributable to common shareowners",
        "Net income attributable to common stockholders",
        "Net income available to common share-holders",
        "归属于母公司普通股股东的净利润",
        "归属于股东的净利润",
        "Diluted",
    ):
        assert name_of("us-gaap:EarningsPerShareDiluted", caption) == "diluted earnings per share"
    for caption in ("Net income per share attributable to common stockholders", "Diluted EPS", "每股收益", "Per share"):
        assert name_of("us-gaap:EarningsPerShareDiluted", caption) == caption
    assert name_of("us-gaap:AssetsCurrent", "") == "assets current"
    assert name_of("us-gaap:AssetsCurrent", "Total Current Assets") == "Total Current Assets"


@pytest.mark.parametrize(
    ("name", "verb"),
    [("Total assets", "are"), ("Goodwill", "is"), ("Inventories", "are"), ("Net loss", "is"), ("Sales of goods", "are"),
     ("Income before income taxes", "is"), ("Weighted-average shares outstanding", "are")],
)  # fmt: skip
def test_the_verb_fits_the_caption(name, verb):
    assert is_or_are(name) == verb


def reasons(books: Books, check_id: str) -> list[str]:
    return [result.reason for result in books.check()[0] if result.check_id == check_id]


def test_a_sum_that_holds_and_one_that_does_not_are_told_apart_by_their_words():
    books = small_company()
    for row in books.rows["balance"]:
        if row.concept == "us-gaap:Assets":
            row.label = "Total assets"
    held = "Total assets of 1,200 million USD are the same as total liabilities and equity: 1,200 (" + (
        "LiabilitiesAndStockholdersEquity)."
    )
    assert reasons(books, "balance_equality")[0] == held
    failed = reasons(books.add("Assets||2024-12-31", 50_000_000), "balance_equality")[0]
    assert failed == (
        "Total assets on 2024-12-31 are 1,250 million USD, but should be the same as total liabilities and equity: "
        "1,200 (LiabilitiesAndStockholdersEquity). The difference is 50 million USD; rounding explains at most 1."
    )


def test_opening_and_closing_cash_are_told_apart_by_their_days():
    books = small_company()
    ids = ["CashAndCashEquivalentsAtCarryingValue||2023-12-31", "CashAndCashEquivalentsAtCarryingValue||2022-12-31"]
    books.rows["balance"] = [row for row in books.rows["balance"] if "CashAnd" not in row.concept]
    books.print_row("cash_flow", "Cash", ids)
    books.rows["cash_flow"][-1].label = "Cash at beginning of year"
    reason = reasons(books, "cash_roll_forward")[0]
    assert "beginning" not in reason
    assert reason.startswith("Cash on 2024-12-31 of 120 million USD")
    assert "100 (Cash on 2023-12-31) + 20 (" in reason


def test_what_is_not_judged_states_the_amounts_and_no_verdict():
    books = small_company()
    for of in (2024, 2023):
        books.put("InventoryRawMaterialsNetOfReserves", 10, day(of))
        books.put("InventoryFinishedGoodsNetOfReserves", 20, day(of))
    results = [r for r in books.check()[0] if r.check_id == "inventory_parts"]
    assert {r.verdict for r in results} == {"not_applicable"}
    assert results[0].reason == (
        "Not judged, because it holds in no period of this report: an amount is missing from it, or means something "
        "else here. InventoryNet is 150 million USD, and 10 (raw materials) + 20 (finished goods) = 30."
    )


@pytest.mark.parametrize(
    ("factor", "sentence"),
    [
        (-1, "Accumulated depreciation on 2024-12-31 would fit with the opposite sign, as 300 million USD."),
        (
            "0.001",
            "Accumulated depreciation on 2024-12-31 would fit as 300 million USD: the tag is 1,000 times too small.",
        ),
    ],
)
def test_a_slip_of_sign_or_scale_is_named_first_and_told(factor, sentence):
    books = small_company()
    books.both("PropertyPlantAndEquipmentGross", 800, 770, instant=True)
    accumulated = "AccumulatedDepreciationDepletionAndAmortizationPropertyPlantAndEquipment"
    newest, _ = books.both(accumulated, 300, 290, instant=True)
    assert set(books.verdicts("property_net")) == {"holds"}
    value = Decimal(books.facts[newest].value) * Decimal(factor)
    anomalies = books.change(newest, value=f"{value:f}").anomalies()
    assert [(anomaly.kind, anomaly.fact_ids[0]) for anomaly in anomalies] == [("property_net", newest)]
    assert anomalies[0].reason.endswith(sentence)


def test_the_value_that_would_repair_several_sums_is_told():
    anomaly = small_company().add("AssetsCurrent||2024-12-31", 40_000_000).anomalies()[0]
    assert anomaly.fact_ids[0] == "AssetsCurrent||2024-12-31"
    assert anomaly.reason.endswith(
        "All of these sums would be right if AssetsCurrent on 2024-12-31 were 450 million USD."
    )


def test_contradicting_duplicates_are_told_with_their_values_and_how_often_they_stand():
    books = small_company()
    books.put("Goodwill", 999, day(2024))
    books.put("Goodwill", 250, day(2024))
    reason = books.anomalies()[0].reason
    assert reason.startswith(
        "Goodwill on 2024-12-31 is stated with 250 million USD (2 times) and 999 million USD, which rounding does not "
        "reconcile."
    )


def test_fewer_diluted_than_basic_shares_leave_their_number_as_the_difference():
    books = small_company()
    fact = "WeightedAverageNumberOfDilutedSharesOutstanding|2024-01-01|2024-12-31"
    failed = [r for r in books.add(fact, -7_000_000).check()[0] if r.check_id == "dilution" and r.verdict == "fails"]
    assert [(r.difference, r.unit, r.fact_ids[1]) for r in failed] == [(Decimal(6_000_000), "shares", fact)]
    assert failed[0].reason.startswith("Basic weighted-average shares for the year to 2024-12-31 are 50 million shares")
    assert year(2024).start == "2024-01-01"


def test_a_row_that_is_missing_from_the_balance_sheet_leaves_its_amount_in_the_grand_total():
    books = small_company()
    books.rows["balance"] = [row for row in books.rows["balance"] if "LongTermDebt" not in row.concept]
    books = books.without("Liabilities")
    failed = [r for r in books.check()[0] if r.check_id == "balance_subtotals" and r.verdict == "fails"]
    assert [(r.period, r.difference) for r in failed] == [
        ("2024-12-31", Decimal(400_000_000)), ("2023-12-31", Decimal(410_000_000)),
    ]  # fmt: skip
    anomaly = books.anomalies()[0]
    assert anomaly.fact_ids[0].startswith("LiabilitiesAndStockholdersEquity")
    assert "No column adds up: a row is missing above it, or is not tagged." in anomaly.reason


def test_a_grand_total_above_which_another_total_holds_a_row_apart_is_not_called_wrong():
    books = small_company().without("RetainedEarningsAccumulatedDeficit", "Liabilities")
    assert set(books.verdicts("balance_subtotals")) == {"holds"}


def test_income_out_of_scale_does_not_put_the_shares_out_of_scale():
    books = small_company()
    books.both("ProfitLoss", 105, 84, instant=False)
    altered = books.change(NET_INCOME, value="105000")
    assert set(altered.verdicts("share_scale")) == {"holds"}
    assert altered.anomalies()[0].fact_ids[0] == NET_INCOME
