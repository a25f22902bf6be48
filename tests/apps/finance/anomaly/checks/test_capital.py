"""Shares and what is paid on them, amounts of consecutive periods, and effective rates."""

from decimal import Decimal

import pytest

from apps.finance.periods import Period
from tests.apps.finance.anomaly.books import Books, day, small_company, told, year


def capital() -> Books:
    """A company with par value, treasury shares, dividends, shares bought back and quarters."""
    books = small_company()
    books.both("CommonStockParOrStatedValuePerShare", "2", "2", instant=True, unit="USD/shares", decimals="2")
    books.both("CommonStockSharesAuthorized", 900, 900, instant=True, unit="shares")
    books.both("CommonStockSharesIssued", 50, 50, instant=True, unit="shares")
    books.both("TreasuryStockCommonShares", 8, 5, instant=True, unit="shares")
    books.both("CommonStockSharesOutstanding", 42, 45, instant=True, unit="shares")
    books.both("DividendsCommonStockCash", 61, 50, instant=False)
    books.both("CommonStockDividendsPerShareDeclared", "1.22", "1.00", instant=False, unit="USD/shares", decimals="2")
    books.both("StockRepurchasedDuringPeriodShares", 30, 20, instant=False, unit="shares")
    books.both("StockRepurchasedDuringPeriodValue", 900, 500, instant=False)
    price = "StockRepurchaseProgramWeightedAveragePricePerShareOfStockRepurchasedInPeriod"
    books.both(price, "30.00", "25.00", instant=False, unit="USD/shares", decimals="2")
    for start, end, value in (("01-01", "06-30", 300), ("07-01", "09-30", 350), ("10-01", "12-31", 350)):
        books.put("Revenues", value, Period(f"2024-{end}", f"2024-{start}"))
    return books


CHECKS = (
    "charter_figures",
    "par_value",
    "treasury_shares",
    "dividends_per_share",
    "price_of_shares_bought",
    "periods_add_up",
)


@pytest.mark.parametrize("check_id", CHECKS)
def test_a_right_report_holds(check_id):
    assert set(capital().verdicts(check_id)) == {"holds"}
    assert not [anomaly for anomaly in capital().anomalies() if anomaly.kind in CHECKS]


@pytest.mark.parametrize(
    ("check_id", "fact", "step"),
    [
        ("charter_figures", "CommonStockSharesAuthorized||2023-12-31", "108000000"),
        ("par_value", "CommonStockParOrStatedValuePerShare||2024-12-31", "0.24"),
        ("par_value", "CommonStockSharesIssued||2023-12-31", "6000000"),
        ("treasury_shares", "TreasuryStockCommonShares||2024-12-31", "2000000"),
        ("treasury_shares", "CommonStockSharesOutstanding||2023-12-31", "5000000"),
        ("dividends_per_share", "CommonStockDividendsPerShareDeclared|2024-01-01|2024-12-31", "0.15"),
        ("price_of_shares_bought", "StockRepurchasedDuringPeriodValue|2024-01-01|2024-12-31", "108000000"),
        ("periods_add_up", "Revenues|2024-07-01|2024-09-30", "42000000"),
    ],
)
def test_a_wrong_figure_fails_in_its_period_alone(check_id, fact, step):
    failed = [r for r in capital().add(fact, step).check()[0] if r.check_id == check_id and r.verdict == "fails"]
    assert len(failed) == 1
    assert fact in failed[0].fact_ids
    assert told(failed[0])
    assert told(failed[0], "zh")


def test_what_fits_in_no_period_is_not_judged():
    books = capital()
    for of in (2024, 2023):
        books = books.add(f"CommonStockParOrStatedValuePerShare||{of}-12-31", "1")
    assert set(books.verdicts("par_value")) == {"not_applicable"}


def test_dividends_on_unvested_shares_explain_a_few_per_cent():
    books = capital().add("DividendsCommonStockCash|2024-01-01|2024-12-31", "2000000")
    assert set(books.verdicts("dividends_per_share")) == {"holds"}


def test_periods_with_a_gap_are_no_parts():
    books = small_company()
    books.put("Revenues", 300, Period("2024-03-31", "2024-01-01"))
    books.put("Revenues", 350, Period("2024-12-31", "2024-10-01"))
    assert books.verdicts("periods_add_up") == ["not_applicable"]


def test_the_only_effective_rate_of_a_report_is_judged():
    books = small_company()
    rate = books.put("EffectiveIncomeTaxRateContinuingOperations", "0.25", year(2024), unit="pure", decimals="3")
    assert books.verdicts("tax_rate") == ["holds"]
    (failed,) = [r for r in books.add(rate, "0.03").check()[0] if r.check_id == "tax_rate"]
    assert (failed.verdict, failed.difference) == ("fails", Decimal("0.03"))


def test_income_available_to_common_stock_is_judged_where_it_fits_the_other_periods():
    books = small_company()
    for of, value in ((2024, 105), (2023, 84), (2022, 70)):
        books.put("NetIncomeLossAvailableToCommonStockholdersBasic", value, year(of))
    for concept, value, unit in (
        ("EarningsPerShareBasic", "1.40", "USD/shares"),
        ("WeightedAverageNumberOfSharesOutstandingBasic", "50", "shares"),
    ):
        books.put(concept, value, year(2022), unit=unit, decimals="2" if "/" in unit else "-6")
    assert set(books.verdicts("eps_basic")) == {"holds"}
    wrong = books.add("NetIncomeLossAvailableToCommonStockholdersBasic|2023-01-01|2023-12-31", "10000000")
    failed = [r for r in wrong.check()[0] if r.check_id == "eps_basic" and r.verdict == "fails"]
    assert [r.period for r in failed] == [year(2023)]


def test_par_value_counts_for_each_class_of_stock():
    books = Books()
    for member, issued, stock in (("ClassA", 40, 4), ("ClassB", 20, 2)):
        members = {"us-gaap:StatementClassOfStockAxis": f"us-gaap:{member}Member"}
        par = "CommonStockParOrStatedValuePerShare"
        books.put(par, "0.10", day(2024), unit="USD/shares", decimals="2", members=members)
        books.put("CommonStockSharesIssued", issued, day(2024), unit="shares", members=members)
        books.put("CommonStockValue", stock, day(2024), decimals="-5", members=members)
    assert books.verdicts("par_value")


def test_an_amendment_multiplies_the_authorised_shares():
    books = capital().add("CommonStockSharesAuthorized||2024-12-31", "900000000")
    assert books.verdicts("charter_figures") == ["holds"]


def test_a_lease_liability_is_its_payments_less_interest_on_a_single_day():
    books = small_company()
    books.put("OperatingLeaseLiability", 901, day(2024))
    books.put("LesseeOperatingLeaseLiabilityPaymentsDue", 1008, day(2024))
    interest = books.put("LesseeOperatingLeaseLiabilityUndiscountedExcessAmount", 107, day(2024))
    assert books.verdicts("lease_liabilities") == ["holds"]
    assert books.add(interest, "13000000").verdicts("lease_liabilities") == ["fails"]


@pytest.mark.parametrize(("before", "after"), [(500, 600), (150, 200), ("0.10", "0.08")])
def test_an_amendment_from_one_round_number_to_another_is_not_called_wrong(before, after):
    books = small_company()
    if isinstance(before, str):
        books.both("CommonStockParOrStatedValuePerShare", after, before, instant=True, unit="USD/shares", decimals="2")
    else:
        books.both("CommonStockSharesAuthorized", after, before, instant=True, unit="shares")
    assert "fails" not in books.verdicts("charter_figures")


def test_dividends_of_a_year_in_which_many_shares_were_issued_are_not_judged():
    """Ten million shares became twenty in the middle of 2024, and the dividend came after: 0.50 on twenty million."""
    books = Books()
    shares, paid, each = "WeightedAverageNumberOfSharesOutstandingBasic", "DividendsCommonStockCash", "Declared"
    years = ((2024, 15, "0.50"), (2023, 10, "1.00"), (2022, 10, "1.00"), (2021, 10, "1.00"))
    for of, count, per_share in years:
        books.put(shares, count, year(of), unit="shares")
        books.put(paid, 10, year(of))
        name = f"CommonStockDividendsPerShare{each}"
        books.put(name, per_share, year(of), unit="USD/shares", decimals="2")
    assert set(books.verdicts("dividends_per_share")) == {"holds"}
    wrong = books.add("CommonStockDividendsPerShareDeclared|2022-01-01|2022-12-31", "0.2")
    assert "fails" in wrong.verdicts("dividends_per_share")
