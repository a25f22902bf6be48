"""Each identity at the edge of its tolerance: as far as rounding explains it holds, a dollar further it fails."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from tests.apps.finance.anomaly.books import Books, day, told, year

PRETAX = "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"
CHANGE = (
    "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRateEffect"
)
CASH = "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"
SEGMENT, EQUITY = "us-gaap:StatementBusinessSegmentsAxis", "us-gaap:StatementEquityComponentsAxis"
CLASS = "us-gaap:StatementClassOfStockAxis"


@dataclass(frozen=True)
class Case:
    """An identity with two right years, and by how much its first fact may be larger in 2024."""

    check_id: str
    books: Callable[[], Books]
    altered: str
    tolerance: str
    step: str = "1"
    needed: str = ""


def amounts(instant: bool, **both) -> Callable[[], Books]:
    """Books that hold some numbers in two years."""

    def make() -> Books:
        books = Books()
        for concept, (newest, before) in both.items():
            books.both(concept, newest, before, instant=instant)
        return books

    return make


def rolled() -> Books:
    books = Books()
    for when, held in ((2022, 30), (2023, 40), (2024, 50)):
        books.put(CASH, held, day(when))
    books.both(CHANGE, 10, 10, instant=False)
    return books


def per_share() -> Books:
    books = Books()
    for concept in ("EarningsPerShareBasic", "EarningsPerShareDiluted"):
        books.both(concept, "5", "4", instant=False, unit="USD/shares", decimals="2")
    books.both("NetIncomeLoss", 500, 400, instant=False)
    for concept in (
        "WeightedAverageNumberOfSharesOutstandingBasic",
        "WeightedAverageNumberOfDilutedSharesOutstanding",
    ):
        books.both(concept, 100, 100, instant=False, unit="shares")
    return books


def taxed() -> Books:
    books = amounts(False, IncomeTaxExpenseBenefit=(25, 20), **{PRETAX: (100, 80)})()
    books.both("EffectiveIncomeTaxRateContinuingOperations", "0.25", "0.25", instant=False, unit="pure", decimals="3")
    return books


def segments() -> Books:
    books = Books()
    books.print_row("income", "Revenues", books.both("Revenues", 100, 90, instant=False), total=True)
    for member, values in (("x:NorthMember", (60, 50)), ("x:SouthMember", (40, 40))):
        books.both("Revenues", *values, instant=False, members={SEGMENT: member})
    return books


def equity() -> Books:
    books = amounts(True, RetainedEarningsAccumulatedDeficit=(300, 280))()
    books.both("StockholdersEquity", 300, 280, instant=True, members={EQUITY: "us-gaap:RetainedEarningsMember"})
    return books


def classes() -> Books:
    books = Books()
    more = {"instant": False, "unit": "USD/shares", "decimals": "2"}
    books.both("EarningsPerShareBasic", "5", "4", **more)
    books.both("EarningsPerShareBasic", "5", "4", members={CLASS: "us-gaap:CommonClassAMember"}, **more)
    return books


def share_counts() -> Books:
    books = Books()
    for concept in ("CommonStockSharesIssued", "CommonStockSharesAuthorized", "CommonStockSharesOutstanding"):
        books.both(concept, 100, 100, instant=True, unit="shares", decimals="INF")
    return books


def diluted_count() -> Books:
    books = Books()
    for concept, count in (
        ("WeightedAverageNumberOfDilutedSharesOutstanding", 103),
        ("WeightedAverageNumberOfSharesOutstandingBasic", 100),
        ("WeightedAverageNumberDilutedSharesOutstandingAdjustment", 3),
    ):
        books.both(concept, count, count, instant=False, unit="shares")
    return books


def printed(statement, rows, instant: bool) -> Callable[[], Books]:
    def make() -> Books:
        books = Books()
        for concept, values, total in rows:
            books.print_row(statement, concept, books.both(concept, *values, instant=instant), total=total)
        return books

    return make


BALANCE_ROWS = [("CashX", (10, 9), False), ("InventoryNet", (20, 18), False), ("AssetsCurrent", (30, 27), True)]
INCOME_ROWS = [
    ("Revenues", (100, 90), False),
    ("CostOfRevenue", (50, 45), False),
    ("SellingGeneralAndAdministrativeExpense", (20, 20), False),
    ("OperatingIncomeLoss", (30, 25), True),
]
FLOW_ROWS = [
    ("NetIncomeLoss", (30, 25), False),
    ("ShareBasedCompensation", (5, 4), False),
    ("NetCashProvidedByUsedInOperatingActivities", (35, 29), True),
]

CASES = [
    Case(
        "balance_equality",
        amounts(True, Assets=(10, 9), LiabilitiesAndStockholdersEquity=(10, 9)),
        "Assets||2024-12-31",
        "1000000",
        needed="LiabilitiesAndStockholdersEquity",
    ),
    Case(
        "liabilities_and_equity",
        amounts(
            True,
            Assets=(10, 9),
            LiabilitiesAndStockholdersEquity=(10, 9),
            Liabilities=(6, 6),
            StockholdersEquity=(4, 3),
        ),
        "Liabilities||2024-12-31",
        "1500000",
        needed="StockholdersEquity",
    ),
    Case(
        "parts_within_whole",
        amounts(True, Assets=(10, 9), Goodwill=(10, 9)),
        "Goodwill||2024-12-31",
        "1000000",
        needed="Goodwill",
    ),
    Case(
        "shares_within_authorised",
        share_counts,
        "CommonStockSharesIssued||2024-12-31",
        "0",
        needed="CommonStockSharesIssued",
    ),
    Case(
        "cash_flow_total",
        amounts(
            False,
            NetCashProvidedByUsedInOperatingActivities=(100, 90),
            NetCashProvidedByUsedInInvestingActivities=(-60, -50),
            NetCashProvidedByUsedInFinancingActivities=(-30, -30),
            **{CHANGE: (10, 10)},
        ),
        f"{CHANGE}|2024-01-01|2024-12-31",
        "3000000",
        needed="NetCashProvidedByUsedInInvestingActivities",
    ),
    Case("cash_roll_forward", rolled, f"{CASH}||2024-12-31", "2500000", needed=CHANGE),
    Case(
        "income_after_tax",
        amounts(False, NetIncomeLoss=(75, 60), IncomeTaxExpenseBenefit=(25, 20), **{PRETAX: (100, 80)}),
        "NetIncomeLoss|2024-01-01|2024-12-31",
        "2000000",
        needed="IncomeTaxExpenseBenefit",
    ),
    Case(
        "income_attribution",
        amounts(
            False, ProfitLoss=(80, 70), NetIncomeLoss=(75, 66), NetIncomeLossAttributableToNoncontrollingInterest=(5, 4)
        ),
        "ProfitLoss|2024-01-01|2024-12-31",
        "2000000",
        needed="ProfitLoss",
    ),
    Case(
        "comprehensive_income",
        amounts(
            False,
            ComprehensiveIncomeNetOfTax=(80, 70),
            NetIncomeLoss=(75, 66),
            OtherComprehensiveIncomeLossNetOfTax=(5, 4),
        ),
        "ComprehensiveIncomeNetOfTax|2024-01-01|2024-12-31",
        "2000000",
        needed="OtherComprehensiveIncomeLossNetOfTax",
    ),
    Case(
        "tax_parts",
        amounts(
            False,
            IncomeTaxExpenseBenefit=(25, 20),
            CurrentIncomeTaxExpenseBenefit=(20, 18),
            DeferredIncomeTaxExpenseBenefit=(5, 2),
        ),
        "IncomeTaxExpenseBenefit|2024-01-01|2024-12-31",
        "2000000",
        needed="DeferredIncomeTaxExpenseBenefit",
    ),
    Case(
        "pretax_parts",
        amounts(
            False,
            IncomeLossFromContinuingOperationsBeforeIncomeTaxesDomestic=(60, 50),
            IncomeLossFromContinuingOperationsBeforeIncomeTaxesForeign=(40, 30),
            **{PRETAX: (100, 80)},
        ),
        f"{PRETAX}|2024-01-01|2024-12-31",
        "2000000",
        needed="IncomeLossFromContinuingOperationsBeforeIncomeTaxesForeign",
    ),
    Case(
        "property_net",
        amounts(
            True,
            PropertyPlantAndEquipmentNet=(60, 50),
            PropertyPlantAndEquipmentGross=(100, 80),
            AccumulatedDepreciationDepletionAndAmortizationPropertyPlantAndEquipment=(40, 30),
        ),
        "PropertyPlantAndEquipmentNet||2024-12-31",
        "2000000",
        needed="PropertyPlantAndEquipmentGross",
    ),
    Case(
        "inventory_parts",
        amounts(
            True,
            InventoryNet=(60, 50),
            InventoryRawMaterialsNetOfReserves=(10, 10),
            InventoryWorkInProcessNetOfReserves=(20, 15),
            InventoryFinishedGoodsNetOfReserves=(30, 25),
        ),
        "InventoryNet||2024-12-31",
        "2500000",
        needed="InventoryNet",
    ),
    Case(
        "debt_parts",
        amounts(True, LongTermDebt=(60, 50), LongTermDebtNoncurrent=(50, 45), LongTermDebtCurrent=(10, 5)),
        "LongTermDebt||2024-12-31",
        "2000000",
        needed="LongTermDebtCurrent",
    ),
    Case(
        "current_and_noncurrent",
        amounts(True, Assets=(60, 50), AssetsCurrent=(20, 15), AssetsNoncurrent=(40, 35)),
        "Assets||2024-12-31",
        "2000000",
        needed="AssetsNoncurrent",
    ),
    Case(
        "diluted_shares",
        diluted_count,
        "WeightedAverageNumberOfDilutedSharesOutstanding|2024-01-01|2024-12-31",
        "2000000",
        needed="WeightedAverageNumberOfSharesOutstandingBasic",
    ),
    Case(
        "eps_basic", per_share, "EarningsPerShareBasic|2024-01-01|2024-12-31", "0.185", "0.0001", needed="NetIncomeLoss"
    ),
    Case(
        "eps_diluted",
        per_share,
        "EarningsPerShareDiluted|2024-01-01|2024-12-31",
        "0.185",
        "0.0001",
        needed="NetIncomeLoss",
    ),
    Case(
        "dilution",
        per_share,
        "EarningsPerShareDiluted|2024-01-01|2024-12-31",
        "0.01",
        "0.0001",
        needed="EarningsPerShareBasic",
    ),
    Case(
        "eps_by_class",
        classes,
        "EarningsPerShareBasic|2024-01-01|2024-12-31",
        "0.01",
        "0.0001",
        needed="EarningsPerShareBasic",
    ),
    Case(
        "tax_rate",
        taxed,
        "EffectiveIncomeTaxRateContinuingOperations|2024-01-01|2024-12-31",
        "0.00825",
        "0.0001",
        needed="IncomeTaxExpenseBenefit",
    ),
    Case("dimension_totals", segments, "Revenues|2024-01-01|2024-12-31", "1500000", needed="Revenues"),
    Case(
        "equity_components",
        equity,
        "RetainedEarningsAccumulatedDeficit||2024-12-31",
        "1000000",
        needed="RetainedEarningsAccumulatedDeficit",
    ),
    Case(
        "balance_subtotals",
        printed("balance", BALANCE_ROWS, True),
        "AssetsCurrent||2024-12-31",
        "1500000",
        needed="AssetsCurrent",
    ),
    Case(
        "income_subtotals",
        printed("income", INCOME_ROWS, False),
        "OperatingIncomeLoss|2024-01-01|2024-12-31",
        "2000000",
        needed="OperatingIncomeLoss",
    ),
    Case(
        "cash_flow_subtotals",
        printed("cash_flow", FLOW_ROWS, False),
        "NetCashProvidedByUsedInOperatingActivities|2024-01-01|2024-12-31",
        "1500000",
        needed="NetCashProvidedByUsedInOperatingActivities",
    ),
]
by_check = pytest.mark.parametrize("case", CASES, ids=[case.check_id for case in CASES])


@by_check
def test_an_identity_holds_where_the_report_is_right(case):
    verdicts = case.books().verdicts(case.check_id)
    assert verdicts
    assert set(verdicts) == {"holds"}


@by_check
def test_an_identity_holds_exactly_at_its_tolerance(case):
    assert set(case.books().add(case.altered, case.tolerance).verdicts(case.check_id)) == {"holds"}


@by_check
def test_an_identity_fails_just_beyond_its_tolerance_and_names_the_fact(case):
    books = case.books().add(case.altered, Decimal(case.tolerance) + Decimal(case.step))
    failed = [r for r in books.check()[0] if r.check_id == case.check_id and r.verdict == "fails"]
    assert len(failed) == 1
    assert case.altered in failed[0].fact_ids
    assert failed[0].period.end == "2024-12-31"
    assert abs(failed[0].difference) > failed[0].tolerance
    assert any(case.altered in anomaly.fact_ids for anomaly in books.anomalies())


@by_check
def test_an_identity_is_not_applicable_without_a_fact_that_it_needs(case):
    results = [r for r in case.books().without(case.needed).check()[0] if r.check_id == case.check_id]
    assert {result.verdict for result in results} == {"not_applicable"}
    assert all(told(result).endswith(".") and told(result, "zh").endswith("。") for result in results)


def test_gross_profit_is_revenue_less_its_cost_in_the_key_lines():
    books = amounts(False, GrossProfit=(40, 30), Revenues=(100, 80), CostOfRevenue=(60, 50))()
    books.lines = {"gross_profit": "GrossProfit", "revenue": "Revenues", "cost_of_revenue": "CostOfRevenue"}
    altered = f"GrossProfit|{year(2024).start}|{year(2024).end}"
    assert books.verdicts("gross_profit") == ["holds", "holds"]
    assert books.add(altered, 1_500_000).verdicts("gross_profit") == ["holds", "holds"]
    assert sorted(books.add(altered, 1_500_001).verdicts("gross_profit")) == ["fails", "holds"]
    assert books.without("CostOfRevenue").verdicts("gross_profit") == ["not_applicable"]


@pytest.mark.parametrize("apart", [False, True])
def test_cash_flows_of_continuing_operations_make_the_change_in_cash_with_those_of_discontinued_ones(apart):
    books = Books()
    for kind, values in (("Operating", (73, 69)), ("Investing", (-26, -24)), ("Financing", (-39, -37))):
        books.both(f"ifrs-full:CashFlowsFromUsedIn{kind}ActivitiesContinuingOperations", *values, instant=False)
    if apart:
        name = "ifrs-full:CashFlowsFromUsedInOperatingActivitiesDiscontinuedOperations"
        books.both(name, 4, 3, instant=False)
    change = (12, 11) if apart else (8, 8)
    books.both("ifrs-full:IncreaseDecreaseInCashAndCashEquivalents", *change, instant=False)
    assert books.verdicts("cash_flow_total") == ["holds", "holds"]
    wrong = books.add("IncreaseDecreaseInCashAndCashEquivalents|2024-01-01|2024-12-31", 20_000_000)
    assert "fails" in wrong.verdicts("cash_flow_total")
