"""The books of an invented company: four closed years in which everything foots.

Amounts are whole millions of US dollars. Flows and balances are keyed by the us-gaap concept that the report tags.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from apps.demo.annual.company import Company

Amounts = dict[str, dict[int, int]]
EXCHANGE = (
    "EffectOfExchangeRateOnCashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"
    "IncludingDisposalGroupAndDiscontinuedOperations"
)
CHANGE = (
    "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRateEffect"
)
AXIS_SEGMENT = "us-gaap:StatementBusinessSegmentsAxis"
AXIS_REGION = "srt:StatementGeographicalAxis"
REGIONS = (
    ("country:US", "United States"),
    ("srt:EuropeMember", "Europe"),
    ("srt:AsiaPacificMember", "Asia Pacific"),
)


@dataclass(slots=True)
class Ledger:
    """All figures of the report.

    Attributes:
        company: Whose books.
        years: Fiscal years with flows, oldest first (three of them).
        flows: Concept to year to amount of the year.
        balances: Concept to year to amount at the year's end (also for the year before the first).
        shares: Weighted shares in tenths of a million: basic and diluted, and their difference.
        eps: Basic and diluted earnings per share in dollars.
        dividend: Per share in dollars.
        segment_revenue, segment_income, segment_goodwill: Segment member to year to amount.
        region_revenue: Region member to year to amount.
        maturities: Year in which debt falls due (or "after") to amount, at the last year's end.
        notes_due: Debt instruments: name, rate, year due, and amount at the last two year ends.
        outstanding: Shares outstanding on the cover, in thousands.
        public_float: In millions of dollars.
    """

    company: Company
    years: list[int]
    flows: Amounts = field(default_factory=dict)
    balances: Amounts = field(default_factory=dict)
    shares: Amounts = field(default_factory=dict)
    eps: dict[str, dict[int, Decimal]] = field(default_factory=dict)
    dividend: dict[int, Decimal] = field(default_factory=dict)
    segment_revenue: Amounts = field(default_factory=dict)
    segment_income: Amounts = field(default_factory=dict)
    segment_goodwill: Amounts = field(default_factory=dict)
    region_revenue: Amounts = field(default_factory=dict)
    maturities: dict[str, int] = field(default_factory=dict)
    notes_due: list[tuple[str, str, int, int, int]] = field(default_factory=list)
    outstanding: int = 0
    public_float: int = 0

    def flow(self, concept: str, year: int) -> int:
        return self.flows[concept][year]

    def balance(self, concept: str, year: int) -> int:
        return self.balances[concept][year]


def keep_books(company: Company, seed: int) -> Ledger:
    """Run four years of business."""
    rng = np.random.default_rng([seed, 22])
    u = lambda low, high: float(rng.uniform(low, high))  # noqa: E731
    first = company.year - 2
    books = Ledger(company, [first, first + 1, first + 2])
    opening = _opening(rng, round(u(2400, 8200)))
    for concept, amount in opening.items():
        books.balances[concept] = {first - 1: amount}
    sales = float(opening["AccountsReceivableNetCurrent"]) * u(6.6, 7.6)
    margin, research, selling = u(0.40, 0.52), u(0.04, 0.075), u(0.17, 0.22)
    shares = u(1500, 4200)
    mix = np.array([u(0.42, 0.5), u(0.27, 0.33)])
    where = np.array([u(0.5, 0.58), u(0.22, 0.27)])
    for year in books.years:
        sales *= 1 + u(0.015, 0.11)
        shares *= 1 - u(0.006, 0.018)
        _income(books, year, round(sales), margin + u(-0.01, 0.01), research, selling, rng)
        _cash(books, year, rng)
        _per_share(books, year, shares, rng)
        _segments(books, year, mix + rng.uniform(-0.012, 0.012, 2), where + rng.uniform(-0.012, 0.012, 2), rng)
    _goodwill(books, rng)
    _debt(books, rng)
    last = books.years[-1]
    books.outstanding = round(books.shares["WeightedAverageNumberOfSharesOutstandingBasic"][last] * 99.3)
    books.public_float = round(books.flow("NetIncomeLoss", last) * u(16, 24))
    return books


def _opening(rng: np.random.Generator, sales: int) -> dict[str, int]:
    u = lambda low, high: round(float(rng.uniform(low, high)) * sales)  # noqa: E731
    b = {
        "CashAndCashEquivalentsAtCarryingValue": u(0.10, 0.18),
        "ShortTermInvestments": u(0.03, 0.06),
        "AccountsReceivableNetCurrent": u(0.13, 0.15),
        "InventoryNet": u(0.09, 0.13),
        "PrepaidExpenseAndOtherAssetsCurrent": u(0.02, 0.03),
        "PropertyPlantAndEquipmentNet": u(0.20, 0.30),
        "Goodwill": u(0.25, 0.35),
        "IntangibleAssetsNetExcludingGoodwill": u(0.10, 0.16),
        "OtherAssetsNoncurrent": u(0.03, 0.05),
        "AccountsPayableCurrent": u(0.07, 0.09),
        "AccruedLiabilitiesCurrent": u(0.08, 0.11),
        "LongTermDebtCurrent": u(0.02, 0.03),
        "LongTermDebtNoncurrent": u(0.28, 0.36),
        "DeferredIncomeTaxLiabilitiesNet": u(0.03, 0.05),
        "OtherLiabilitiesNoncurrent": u(0.03, 0.05),
        "CommonStockValue": max(u(0.0006, 0.001), 2),
        "TreasuryStockValue": u(0.08, 0.12),
        "RetainedEarningsAccumulatedDeficit": u(0.30, 0.38),
        "AccumulatedOtherComprehensiveIncomeLossNetOfTax": -u(0.01, 0.02),
    }
    assets = sum(b[name] for name in _ASSETS)
    owed = sum(b[name] for name in _LIABILITIES)
    rest = b["CommonStockValue"] - b["TreasuryStockValue"] + b["RetainedEarningsAccumulatedDeficit"]
    b["AdditionalPaidInCapital"] = assets - owed - rest - b["AccumulatedOtherComprehensiveIncomeLossNetOfTax"]
    return b | _totals(b)


_CURRENT = (
    "CashAndCashEquivalentsAtCarryingValue",
    "ShortTermInvestments",
    "AccountsReceivableNetCurrent",
    "InventoryNet",
    "PrepaidExpenseAndOtherAssetsCurrent",
)
_ASSETS = (
    *_CURRENT,
    "PropertyPlantAndEquipmentNet",
    "Goodwill",
    "IntangibleAssetsNetExcludingGoodwill",
    "OtherAssetsNoncurrent",
)
_OWED_SOON = ("AccountsPayableCurrent", "AccruedLiabilitiesCurrent", "LongTermDebtCurrent")
_LIABILITIES = (
    *_OWED_SOON,
    "LongTermDebtNoncurrent",
    "DeferredIncomeTaxLiabilitiesNet",
    "OtherLiabilitiesNoncurrent",
)


def _totals(b: dict[str, int]) -> dict[str, int]:
    equity = b["CommonStockValue"] + b["AdditionalPaidInCapital"] + b["RetainedEarningsAccumulatedDeficit"]
    equity += b["AccumulatedOtherComprehensiveIncomeLossNetOfTax"] - b["TreasuryStockValue"]
    owed = sum(b[name] for name in _LIABILITIES)
    return {
        "AssetsCurrent": sum(b[name] for name in _CURRENT),
        "Assets": sum(b[name] for name in _ASSETS),
        "LiabilitiesCurrent": sum(b[name] for name in _OWED_SOON),
        "Liabilities": owed,
        "StockholdersEquity": equity,
        "LiabilitiesAndStockholdersEquity": owed + equity,
    }


def _put(table: Amounts, year: int, values: dict[str, int]) -> None:
    for concept, amount in values.items():
        table.setdefault(concept, {})[year] = int(amount)


def _income(
    books: Ledger, year: int, sales: int, margin: float, research: float, selling: float, rng: np.random.Generator
) -> None:
    u = lambda low, high: float(rng.uniform(low, high))  # noqa: E731
    cost = round(sales * (1 - margin))
    spent = round(sales * (research + u(-0.003, 0.003)))
    sold = round(sales * (selling + u(-0.005, 0.005)))
    worn = round(books.balance("IntangibleAssetsNetExcludingGoodwill", year - 1) * u(0.07, 0.10))
    operating = sales - cost - spent - sold - worn
    debt = books.balance("LongTermDebtNoncurrent", year - 1) + books.balance("LongTermDebtCurrent", year - 1)
    interest = round(debt * u(0.036, 0.046))
    other = round(sales * u(-0.006, 0.003)) or -3
    before = operating - interest + other
    tax = round(before * u(0.20, 0.245))
    deferred = round(tax * u(-0.12, 0.10)) or 4
    _put(
        books.flows,
        year,
        {
            "RevenueFromContractWithCustomerExcludingAssessedTax": sales,
            "CostOfRevenue": cost,
            "GrossProfit": sales - cost,
            "ResearchAndDevelopmentExpense": spent,
            "SellingGeneralAndAdministrativeExpense": sold,
            "AmortizationOfIntangibleAssets": worn,
            "OperatingExpenses": spent + sold + worn,
            "OperatingIncomeLoss": operating,
            "InterestExpenseNonoperating": interest,
            "OtherNonoperatingIncomeExpense": other,
            "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest": before,
            "IncomeTaxExpenseBenefit": tax,
            "CurrentIncomeTaxExpenseBenefit": tax - deferred,
            "DeferredIncomeTaxExpenseBenefit": deferred,
            "NetIncomeLoss": before - tax,
        },
    )


def _cash(books: Ledger, year: int, rng: np.random.Generator) -> None:
    u = lambda low, high: float(rng.uniform(low, high))  # noqa: E731
    flow = lambda concept: books.flow(concept, year)  # noqa: E731
    last = {concept: amounts[year - 1] for concept, amounts in books.balances.items()}
    sales, income = flow("RevenueFromContractWithCustomerExcludingAssessedTax"), flow("NetIncomeLoss")
    worn = flow("AmortizationOfIntangibleAssets")
    depreciation = round(last["PropertyPlantAndEquipmentNet"] * u(0.11, 0.14))
    stock_pay = round(sales * u(0.012, 0.018))
    owed_more = round(last["AccountsReceivableNetCurrent"] * u(-0.02, 0.08)) or 5
    stock_more = round(last["InventoryNet"] * u(-0.05, 0.09)) or 4
    prepaid_more = round(last["PrepaidExpenseAndOtherAssetsCurrent"] * u(-0.08, 0.12)) or 2
    payable_more = round(last["AccountsPayableCurrent"] * u(-0.05, 0.09)) or 3
    accrued_more = round(last["AccruedLiabilitiesCurrent"] * u(-0.04, 0.08)) or 3
    other_more = round(last["OtherLiabilitiesNoncurrent"] * u(-0.05, 0.07)) or 1
    deferred = flow("DeferredIncomeTaxExpenseBenefit")
    operating = income + depreciation + worn + stock_pay + deferred - owed_more - stock_more - prepaid_more
    operating += payable_more + accrued_more + other_more
    capital = round(depreciation * u(1.05, 1.35))
    bought = round(sales * u(0.02, 0.06)) if year != books.years[1] else 0
    bought_goodwill = round(bought * 0.62)
    invested, matured = round(sales * u(0.02, 0.04)), round(last["ShortTermInvestments"] * u(0.5, 0.9))
    investing = -capital - bought - invested + matured
    borrowed = round(sales * u(0.04, 0.07)) if year != books.years[0] else 0
    repaid = last["LongTermDebtCurrent"]
    dividends = round(income * u(0.26, 0.34))
    repurchased = round(max(operating + investing + borrowed - repaid - dividends, 60) * u(0.45, 0.75))
    withheld = round(stock_pay * u(0.2, 0.35))
    financing = borrowed - repaid - dividends - repurchased - withheld
    exchange = round(last["CashAndCashEquivalentsAtCarryingValue"] * u(-0.02, 0.012)) or -2
    change = operating + investing + financing + exchange
    _put(
        books.flows,
        year,
        {
            "Depreciation": depreciation,
            "ShareBasedCompensation": stock_pay,
            "IncreaseDecreaseInAccountsReceivable": owed_more,
            "IncreaseDecreaseInInventories": stock_more,
            "IncreaseDecreaseInPrepaidDeferredExpenseAndOtherAssets": prepaid_more,
            "IncreaseDecreaseInAccountsPayable": payable_more,
            "IncreaseDecreaseInAccruedLiabilities": accrued_more,
            "IncreaseDecreaseInOtherNoncurrentLiabilities": other_more,
            "NetCashProvidedByUsedInOperatingActivities": operating,
            "PaymentsToAcquirePropertyPlantAndEquipment": capital,
            "PaymentsToAcquireBusinessesNetOfCashAcquired": bought,
            "PaymentsToAcquireShortTermInvestments": invested,
            "ProceedsFromMaturitiesPrepaymentsAndCallsOfShorttermInvestments": matured,
            "NetCashProvidedByUsedInInvestingActivities": investing,
            "ProceedsFromIssuanceOfLongTermDebt": borrowed,
            "RepaymentsOfLongTermDebt": repaid,
            "PaymentsOfDividends": dividends,
            "PaymentsForRepurchaseOfCommonStock": repurchased,
            "PaymentsRelatedToTaxWithholdingForShareBasedCompensation": withheld,
            "NetCashProvidedByUsedInFinancingActivities": financing,
            EXCHANGE: exchange,
            CHANGE: change,
            "OtherComprehensiveIncomeLossNetOfTax": exchange,
            "ComprehensiveIncomeNetOfTax": income + exchange,
            "GoodwillAcquiredDuringPeriod": bought_goodwill,
        },
    )
    total_debt = last["LongTermDebtNoncurrent"] + last["LongTermDebtCurrent"] + borrowed - repaid
    due = round(total_debt * u(0.05, 0.09))
    now = {
        "CashAndCashEquivalentsAtCarryingValue": last["CashAndCashEquivalentsAtCarryingValue"] + change,
        "ShortTermInvestments": last["ShortTermInvestments"] + invested - matured,
        "AccountsReceivableNetCurrent": last["AccountsReceivableNetCurrent"] + owed_more,
        "InventoryNet": last["InventoryNet"] + stock_more,
        "PrepaidExpenseAndOtherAssetsCurrent": last["PrepaidExpenseAndOtherAssetsCurrent"] + prepaid_more,
        "PropertyPlantAndEquipmentNet": last["PropertyPlantAndEquipmentNet"] + capital - depreciation,
        "Goodwill": last["Goodwill"] + bought_goodwill,
        "IntangibleAssetsNetExcludingGoodwill": last["IntangibleAssetsNetExcludingGoodwill"]
        + (bought - bought_goodwill)
        - worn,
        "OtherAssetsNoncurrent": last["OtherAssetsNoncurrent"],
        "AccountsPayableCurrent": last["AccountsPayableCurrent"] + payable_more,
        "AccruedLiabilitiesCurrent": last["AccruedLiabilitiesCurrent"] + accrued_more,
        "LongTermDebtCurrent": due,
        "LongTermDebtNoncurrent": total_debt - due,
        "DeferredIncomeTaxLiabilitiesNet": last["DeferredIncomeTaxLiabilitiesNet"] + deferred,
        "OtherLiabilitiesNoncurrent": last["OtherLiabilitiesNoncurrent"] + other_more,
        "CommonStockValue": last["CommonStockValue"],
        "AdditionalPaidInCapital": last["AdditionalPaidInCapital"] + stock_pay - withheld,
        "TreasuryStockValue": last["TreasuryStockValue"] + repurchased,
        "RetainedEarningsAccumulatedDeficit": last["RetainedEarningsAccumulatedDeficit"] + income - dividends,
        "AccumulatedOtherComprehensiveIncomeLossNetOfTax": last["AccumulatedOtherComprehensiveIncomeLossNetOfTax"]
        + exchange,
    }
    _put(books.balances, year, now | _totals(now))
    assert books.balance("Assets", year) == books.balance("LiabilitiesAndStockholdersEquity", year)


def _per_share(books: Ledger, year: int, shares: float, rng: np.random.Generator) -> None:
    basic = round(shares)
    extra = round(shares * float(rng.uniform(0.008, 0.014)))
    _put(
        books.shares,
        year,
        {
            "WeightedAverageNumberOfSharesOutstandingBasic": basic,
            "WeightedAverageNumberDilutedSharesOutstandingAdjustment": extra,
            "WeightedAverageNumberOfDilutedSharesOutstanding": basic + extra,
        },
    )
    income = Decimal(books.flow("NetIncomeLoss", year))
    cent = Decimal("0.01")
    for concept, count in (("EarningsPerShareBasic", basic), ("EarningsPerShareDiluted", basic + extra)):
        worth = (income / (Decimal(count) / 10)).quantize(cent, ROUND_HALF_UP)
        books.eps.setdefault(concept, {})[year] = worth
    paid = Decimal(books.flow("PaymentsOfDividends", year)) / (Decimal(basic) / 10)
    books.dividend[year] = paid.quantize(cent, ROUND_HALF_UP)


def _split(total: int, shares: np.ndarray) -> list[int]:
    parts = [round(total * float(share)) for share in shares]
    return [*parts, total - sum(parts)]


def _segments(books: Ledger, year: int, mix: np.ndarray, where: np.ndarray, rng: np.random.Generator) -> None:
    sales = books.flow("RevenueFromContractWithCustomerExcludingAssessedTax", year)
    members = [f"{segment[0]}Member" for segment in books.company.trade.segments]
    _put(books.segment_revenue, year, dict(zip(members, _split(sales, mix), strict=True)))
    _put(books.region_revenue, year, dict(zip([r[0] for r in REGIONS], _split(sales, where), strict=True)))
    common = round(sales * float(rng.uniform(0.02, 0.03)))
    earned = books.flow("OperatingIncomeLoss", year) + common
    parts = _split(earned, mix + rng.uniform(-0.03, 0.03, 2))
    _put(books.segment_income, year, dict(zip(members, parts, strict=True)) | {"Corporate": -common})


def _goodwill(books: Ledger, rng: np.random.Generator) -> None:
    members = [f"{segment[0]}Member" for segment in books.company.trade.segments]
    start = books.years[0]
    shares = np.array([0.45, 0.35]) + rng.uniform(-0.05, 0.05, 2)
    parts = _split(books.balance("Goodwill", start), shares)
    _put(books.segment_goodwill, start, dict(zip(members, parts, strict=True)))
    for year in books.years[1:]:
        more = _split(books.flow("GoodwillAcquiredDuringPeriod", year), np.array([1.0, 0.0]))
        parts = [a + b for a, b in zip(parts, more, strict=True)]
        _put(books.segment_goodwill, year, dict(zip(members, parts, strict=True)))


def _debt(books: Ledger, rng: np.random.Generator) -> None:
    last = books.years[-1]
    totals = [
        books.balance("LongTermDebtCurrent", y) + books.balance("LongTermDebtNoncurrent", y) for y in (last - 1, last)
    ]
    shares = np.array([0.38, 0.33])
    before, after = _split(totals[0], shares), _split(totals[1], shares)
    rates = sorted(round(float(r), 3) for r in rng.uniform(2.9, 5.6, 3))
    due = (last + 3, last + 6, last + 14)
    for number, (rate, year) in enumerate(zip(rates, due, strict=True)):
        name = f"Notes{year}"
        books.notes_due.append((name, f"{rate:.3f}%", year, before[number], after[number]))
    soon = books.balance("LongTermDebtCurrent", last)
    rest = totals[1] - soon
    parts = _split(rest, np.array([0.12, 0.24, 0.1, 0.08]))
    keys = [str(last + n) for n in range(1, 6)] + ["after"]
    books.maturities = dict(zip(keys, [soon, *parts], strict=True))
