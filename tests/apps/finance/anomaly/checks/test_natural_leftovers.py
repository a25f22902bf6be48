"""What clean reports leave by nature is no anomaly."""

import pytest

from apps.messages import said
from tests.apps.finance.anomaly.books import Books, day, small_company, told, year

PRETAX = "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"


def test_a_clean_report_has_no_anomaly_and_its_checks_hold():
    results, anomalies = small_company().check()
    assert anomalies == []
    held = {result.check_id for result in results if result.verdict == "holds"}
    assert {"balance_equality", "balance_subtotals", "income_subtotals", "cash_flow_total", "eps_basic"} <= held


WIDEST = "TemporaryEquityCarryingAmountIncludingPortionAttributableToNoncontrollingInterests"
OF_PARENT = "TemporaryEquityCarryingAmountAttributableToParent"
REDEEMABLE = "RedeemableNoncontrollingInterestEquityCarryingAmount"


def balanced(**between: tuple[int, int]) -> Books:
    """Liabilities of 60 and 55 and equity of 40 and 38, with totals that 10 more in 2024 and 7 more in 2023 fill."""
    books = Books()
    for concept, values in (
        ("Assets", (110, 100)),
        ("LiabilitiesAndStockholdersEquity", (110, 100)),
        ("Liabilities", (60, 55)),
        ("StockholdersEquity", (40, 38)),
        *between.items(),
    ):
        books.both(concept, *values, instant=True)
    return books


@pytest.mark.parametrize(
    "between",
    [
        {WIDEST: (10, 7), REDEEMABLE: (6, 5), OF_PARENT: (4, 2)},
        {REDEEMABLE: (6, 5), OF_PARENT: (4, 2)},
        {REDEEMABLE: (6, 5), OF_PARENT: (10, 7)},
        {REDEEMABLE: (10, 7)},
        {OF_PARENT: (10, 7)},
    ],
)
def test_a_total_of_redeemable_interests_is_not_added_to_its_parts(between):
    books = balanced(**between)
    assert books.verdicts("liabilities_and_equity") == ["holds", "holds"]
    assert books.anomalies() == []


def test_redeemable_interests_that_began_this_year_are_understood():
    books = balanced(**{WIDEST: (10, 0), REDEEMABLE: (6, 0), OF_PARENT: (4, 0)})
    for concept in ("Assets", "LiabilitiesAndStockholdersEquity"):
        books = books.change(f"{concept}||2023-12-31", value="93000000")
    assert books.verdicts("liabilities_and_equity") == ["holds", "holds"]


def test_redeemable_interests_within_liabilities_are_not_named_in_the_sum():
    books = balanced(**{REDEEMABLE: (10, 7)})
    books = books.add("Liabilities||2024-12-31", 10_000_000).add("Liabilities||2023-12-31", 7_000_000)
    reasons = [r.reason for r in books.check()[0] if r.check_id == "liabilities_and_equity"]
    assert [reason.values["what"]["code"] for reason in reasons] == ["what_liabilities_and_equity"] * 2
    assert ["is liabilities and equity:" in said(reason) for reason in reasons] == [True, True]


@pytest.mark.parametrize(
    ("equity", "judged"),
    [
        ({"StockholdersEquity": -30}, 0),
        ({"StockholdersEquity": -10, "MinorityInterest": -20}, 0),
        ({"StockholdersEquity": 5, "MinorityInterest": -35}, 0),
        ({}, 0),
        ({"StockholdersEquity": 70}, 2),
        ({"StockholdersEquity": -5, "MinorityInterest": 75}, 2),
    ],
)
def test_liabilities_exceed_the_total_where_equity_is_a_deficit(equity, judged):
    books = Books()
    owed = 130 if judged == 0 else 30
    for concept, value in {"Assets": 100, "LiabilitiesAndStockholdersEquity": 100, **equity}.items():
        books.put(concept, value, day(2024))
    for concept in ("Liabilities", "LiabilitiesCurrent"):
        books.put(concept, owed, day(2024))
    results = [r for r in books.check()[0] if r.check_id == "parts_within_whole" and "stockholders" in told(r).lower()]
    assert [result.verdict for result in results] == ["holds"] * judged
    assert books.anomalies() == []


def test_liabilities_above_the_total_are_called_wrong_where_equity_is_positive():
    books = small_company().add("Liabilities||2024-12-31", 700_000_000)
    failed = [r for r in books.check()[0] if r.check_id == "parts_within_whole" and r.verdict == "fails"]
    assert [(r.fact_ids[0], r.difference) for r in failed] == [("Liabilities||2024-12-31", 100_000_000)]


def test_the_effect_of_exchange_rates_is_part_of_the_change_in_cash():
    books = small_company()
    books.both("EffectOfExchangeRateOnCashAndCashEquivalents", -4, 3, instant=False)
    for of, other in ((2024, 184), (2023, 147)):
        fact = f"NetCashProvidedByUsedInOperatingActivities|{of}-01-01|{of}-12-31"
        books = books.change(fact, value=f"{other}000000")
    assert set(books.verdicts("cash_flow_total")) == {"holds"}


def test_restricted_cash_is_in_the_roll_forward_and_not_in_the_balance():
    books = Books()
    change = (
        "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRateEffect"
    )
    for of, held in ((2022, 30), (2023, 35), (2024, 42)):
        books.put("CashAndCashEquivalentsAtCarryingValue", held, day(of))
    books.both(change, 20, 9, instant=False)
    assert set(books.verdicts("cash_roll_forward")) == {"not_applicable"}
    assert books.anomalies() == []


def test_earnings_of_associates_after_tax_are_not_flagged_where_they_are_in_every_year():
    books = Books()
    for concept, values in ((PRETAX, (100, 80)), ("IncomeTaxExpenseBenefit", (25, 20)), ("NetIncomeLoss", (79, 66))):
        books.both(concept, *values, instant=False)
    assert set(books.verdicts("income_after_tax")) == {"not_applicable"}
    assert books.anomalies() == []


def test_discontinued_operations_stand_between_income_after_tax_and_net_income():
    books = Books()
    for concept, values in (
        (PRETAX, (100, 80)),
        ("IncomeTaxExpenseBenefit", (25, 20)),
        ("IncomeLossFromDiscontinuedOperationsNetOfTax", (-15, -4)),
        ("NetIncomeLoss", (60, 56)),
    ):
        books.both(concept, *values, instant=False)
    assert books.verdicts("income_after_tax") == ["holds", "holds"]


def test_income_available_to_common_is_what_earnings_per_share_divide():
    books = Books()
    books.both("NetIncomeLoss", 120, 110, instant=False)
    books.both("NetIncomeLossAvailableToCommonStockholdersBasic", 100, 90, instant=False)
    books.both("EarningsPerShareBasic", "2.00", "1.80", instant=False, unit="USD/shares", decimals="2")
    books.both("WeightedAverageNumberOfSharesOutstandingBasic", 50, 50, instant=False, unit="shares")
    assert books.verdicts("eps_basic") == ["holds", "holds"]


def preferred(eps: str) -> Books:
    """Income of 100 in three years over 50 shares; in the newest preferred dividends leave 80 for common stock."""
    books = Books()
    for of, per_share in ((2024, eps), (2023, "2.00"), (2022, "2.00")):
        books.put("NetIncomeLoss", 100, year(of))
        books.put("EarningsPerShareBasic", per_share, year(of), unit="USD/shares", decimals="2")
        books.put("WeightedAverageNumberOfSharesOutstandingBasic", 50, year(of), unit="shares")
    books.put("NetIncomeLossAvailableToCommonStockholdersBasic", 80, year(2024))
    return books


def test_preferred_dividends_may_begin_in_one_year():
    assert preferred("1.60").verdicts("eps_basic") == ["holds", "holds", "holds"]
    assert preferred("1.60").anomalies() == []
    assert preferred("1.30").verdicts("eps_basic") == ["fails", "holds", "holds"]


def test_a_loss_per_share_is_not_diluted():
    books = Books()
    for concept, value in (("EarningsPerShareBasic", "-2.00"), ("EarningsPerShareDiluted", "-2.00")):
        books.put(concept, value, year(2024), unit="USD/shares", decimals="2")
    assert books.verdicts("dilution") == ["not_applicable"]


def test_a_recast_prior_year_is_no_contradiction_where_it_is_marked():
    books = small_company()
    books.put("Assets", 1100, day(2023), members={"srt:RestatementAxis": "srt:ScenarioPreviouslyReportedMember"})
    assert books.anomalies() == []


def test_rows_printed_without_a_tag_leave_a_total_unjudged():
    books = Books()
    for concept, values in (("CashX", (10, 9)), ("AssetsCurrent", (30, 27))):
        ids = books.both(concept, *values, instant=True)
        books.print_row("balance", concept, ids, total=concept == "AssetsCurrent")
    assert set(books.verdicts("balance_subtotals")) == {"not_applicable"}


def test_a_total_that_no_column_explains_is_not_judged():
    books = Books()
    for concept, values in (("CashX", (10, 9)), ("InventoryNet", (20, 18)), ("AssetsCurrent", (37, 34))):
        ids = books.both(concept, *values, instant=True)
        books.print_row("balance", concept, ids, total=concept == "AssetsCurrent")
    assert set(books.verdicts("balance_subtotals")) == {"not_applicable"}
    assert books.anomalies() == []


def test_deducted_rows_are_subtracted_by_their_caption():
    books = Books()
    for label, concept, values in (
        ("Receivables", "AccountsReceivableGrossCurrent", (50, 45)),
        ("Less allowance", "AllowanceForDoubtfulAccountsReceivableCurrent", (4, 3)),
        ("Receivables, net", "AccountsReceivableNetCurrent", (46, 42)),
    ):
        ids = books.both(concept, *values, instant=True)
        books.print_row("balance", label, ids, total=label.endswith("net"))
    assert books.verdicts("balance_subtotals") == ["holds", "holds"]


def test_cash_between_two_years_that_is_wrong_breaks_both_and_is_told():
    books = small_company().add("CashAndCashEquivalentsAtCarryingValue||2023-12-31", "12000000")
    assert books.verdicts("cash_roll_forward") == ["fails", "fails"]
    moved = books.add("CashAndCashEquivalentsPeriodIncreaseDecrease|2023-01-01|2023-12-31", "3000000")
    assert moved.verdicts("cash_roll_forward") == ["not_applicable", "not_applicable"]
