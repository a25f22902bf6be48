"""Checks of shares and what is paid on them: the charter, treasury shares, dividends, shares bought back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from apps.finance.anomaly.checks.lines.shares import BASIC_SHARES, NATURAL_GAP
from apps.finance.anomaly.checks.registry import check, compared, stated_periods, supported
from apps.finance.anomaly.checks.totals.dimensions import amount_of
from apps.finance.anomaly.evidence import Amount, Evidence, agree, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.sentences import sentence
from apps.finance.filings import Dimension, Fact
from apps.finance.money import amount
from apps.finance.periods import Period, day_before
from core_model.errors import Message

PAR = "us-gaap:CommonStockParOrStatedValuePerShare"
COMMON_STOCK = "us-gaap:CommonStockValue"
ISSUED = "us-gaap:CommonStockSharesIssued"
OUTSTANDING = "us-gaap:CommonStockSharesOutstanding"
TREASURY = ("us-gaap:TreasuryStockCommonShares", "us-gaap:TreasuryStockShares")
PER_SHARE = (
    "us-gaap:CommonStockDividendsPerShareDeclared",
    "us-gaap:CommonStockDividendsPerShareCashPaid",
)
DIVIDENDS = (
    "us-gaap:DividendsCommonStockCash",
    "us-gaap:DividendsCommonStock",
    "us-gaap:DividendsCash",
    "us-gaap:Dividends",
)
"""Dividends as declared; what is paid in a period may have been declared in the one before."""
BOUGHT = (
    (
        "us-gaap:StockRepurchasedDuringPeriodShares",
        "us-gaap:StockRepurchasedAndRetiredDuringPeriodShares",
        "us-gaap:TreasuryStockSharesAcquired",
    ),
    (
        "us-gaap:StockRepurchasedDuringPeriodValue",
        "us-gaap:StockRepurchasedAndRetiredDuringPeriodValue",
    ),
    (
        "us-gaap:StockRepurchaseProgramWeightedAveragePricePerShareOfStockRepurchasedInPeriod",
        "us-gaap:TreasuryStockAcquiredAverageCostPerShare",
        "us-gaap:StockRepurchasedAndRetiredDuringPeriodWeightedAveragePrice",
    ),
)
"""Shares that a company buys back, what it pays, and the price of one."""
UNVESTED = Decimal("0.05")
"""Dividends on shares that are not vested, and shares that come and go between the days of record, move dividends a
share by a few per cent."""
CHARTER = (
    PAR,
    "us-gaap:PreferredStockParOrStatedValuePerShare",
    "us-gaap:CommonStockSharesAuthorized",
    "us-gaap:PreferredStockSharesAuthorized",
)
"""What the charter of a company fixes."""
AMENDED = Decimal("1.5")
"""By what a split, and most amendments, multiply such a figure at least."""
ROUND = 3
"""Digits, without zeros behind them, that a figure has at most to which an amendment brings it."""
EXACT = Decimal("0.000001")
Aspects = tuple[Period, tuple[Dimension, ...]]


def _stated(evidence: Evidence, concepts: Iterable[str]) -> dict[Aspects, Fact]:
    """The facts of the first of some concepts that is stated for a period and a part of the company."""
    found: dict[Aspects, Fact] = {}
    for concept in concepts:
        for (name, period, dimensions, _), fact in evidence.best_by_aspects.items():
            if name == concept:
                found.setdefault((period, dimensions), fact)
    return found


def _amount(evidence: Evidence, fact: Fact) -> Amount:
    return amount_of(fact, evidence.part_name(fact))


def _product(one: Amount, other: Amount, unit: str, name: Message) -> Amount:
    """Two amounts multiplied, with how far the rounding of either may move the product."""
    rounding = abs(one.value) * other.rounding + abs(other.value) * one.rounding
    return Amount(one.value * other.value, rounding, (*one.fact_ids, *other.fact_ids), name, unit, 0)


def _quotient(one: Amount, other: Amount, unit: str, name: Message) -> Amount:
    """An amount over another."""
    value = one.value / other.value
    rounding = (one.rounding + abs(value) * other.rounding) / abs(other.value)
    ids = (*one.fact_ids, *other.fact_ids)
    return Amount(value.quantize(EXACT), rounding.quantize(EXACT), ids, name, unit, 0)


@check("charter_figures")
def charter_figures(evidence: Evidence) -> Iterable[CheckResult]:
    """A verdict for each two days between which a figure changes by less than splits do, and not from one round number
    to another."""
    held: list[str] = []
    for concept in CHARTER:
        series: dict[tuple[Dimension, ...], list[Fact]] = defaultdict(list)
        for (period, dimensions), fact in sorted(_stated(evidence, (concept,)).items(), key=lambda each: each[0][0]):
            if not period.start and Decimal(fact.value or 0) > 0:
                series[dimensions].append(fact)
        for facts in series.values():
            for before, after in pairwise(facts):
                low, high = sorted((Decimal(before.value or 0), Decimal(after.value or 0)))
                if low < high < AMENDED * low and not agree(before, after):
                    if not (_is_round(low) and _is_round(high)):
                        yield _amended(evidence, before, after)
                else:
                    held += [after.fact_id, before.fact_id]
    if held:
        yield CheckResult("charter_figures", "holds", Message("charter_right"), tuple(dict.fromkeys(held)))


def _is_round(figure: Decimal) -> bool:
    return len(figure.normalize().as_tuple().digits) <= ROUND


def _amended(evidence: Evidence, before: Fact, after: Fact) -> CheckResult:
    name, period = _amount(evidence, after).name, period_of(after)
    values = [amount(Decimal(fact.value or 0), fact.unit or "") for fact in (after, before)]
    parts = {"name": name, "amount": values[0], "other": values[1], "when": period.when}
    return CheckResult(
        "charter_figures",
        "fails",
        sentence("charter_differs", before=period_of(before).when, **parts),
        (after.fact_id, before.fact_id),
        Decimal(after.value or 0) - Decimal(before.value or 0),
        Decimal(0),
        after.unit or "",
        period,
        weights=(1, -1),
    )


@check("par_value")
def par_value(evidence: Evidence) -> Iterable[CheckResult]:
    issued, stock = _stated(evidence, (ISSUED,)), _stated(evidence, (COMMON_STOCK,))
    results = []
    for aspects, fact in _stated(evidence, (PAR,)).items():
        if aspects in issued and aspects in stock and Decimal(fact.value or 0) and Decimal(stock[aspects].value or 0):
            par, count, stated = (_amount(evidence, each) for each in (fact, issued[aspects], stock[aspects]))
            term = _product(par, count, stated.unit, Message("par_times_issued"))
            what = Message("what_par_times_issued")
            results.append(compared("par_value", stated, [term], aspects[0], what=what, slack=stated.rounding))
    return supported(results)


@check("treasury_shares")
def treasury_shares(evidence: Evidence) -> Iterable[CheckResult]:
    issued, treasury = _stated(evidence, (ISSUED,)), _stated(evidence, TREASURY)
    results = []
    for aspects, fact in _stated(evidence, (OUTSTANDING,)).items():
        if aspects in issued and aspects in treasury:
            terms = [_amount(evidence, issued[aspects]), -_amount(evidence, treasury[aspects])]
            what = Message("what_issued_less_treasury")
            results.append(compared("treasury_shares", _amount(evidence, fact), terms, aspects[0], what=what))
    return supported(results)


@check("dividends_per_share")
def dividends_per_share(evidence: Evidence) -> Iterable[CheckResult]:
    """The verdicts with the dividends that fit the most periods."""
    best: Sequence[CheckResult] = ()
    for per_share in PER_SHARE:
        for dividends in DIVIDENDS:
            results = list(_per_share(evidence, per_share, dividends))
            if sum(r.verdict == "holds" for r in results) > sum(r.verdict == "holds" for r in best):
                best = results
    return supported(best)


def _per_share(evidence: Evidence, per_share: str, dividends: str) -> Iterable[CheckResult]:
    for (period, dimensions), fact in _stated(evidence, (per_share,)).items():
        paid, shares = evidence.concept(dividends, period), evidence.concept(BASIC_SHARES, period)
        if dimensions or paid is None or shares is None or shares.value <= 0 or not period.start:
            continue
        stated = _amount(evidence, fact)
        if paid.unit == stated.unit.partition("/")[0] and _is_steady(evidence, shares, period):
            term = _quotient(paid, shares, stated.unit, Message("dividends_over_shares"))
            slack = (abs(term.value) * UNVESTED).quantize(EXACT)
            what = Message("what_dividends_over_shares")
            yield compared("dividends_per_share", stated, [term], period, what=what, slack=slack)


def _is_steady(evidence: Evidence, shares: Amount, period: Period) -> bool:
    """Whether there are about as many shares in a period as in those before and after it: where many were issued or
    bought back within it, their average is not what the dividends were paid on."""
    beside = (
        other
        for other in stated_periods(evidence, BASIC_SHARES)
        if other.as_long_as(period) and (_follows(period, other) or _follows(other, period))
    )
    counts = (evidence.concept(BASIC_SHARES, other) for other in beside)
    return all(abs(count.value - shares.value) <= UNVESTED * shares.value for count in counts if count is not None)


def _follows(later: Period, earlier: Period) -> bool:
    return bool(later.start) and day_before(later.start) == earlier.end


@check("price_of_shares_bought")
def price_of_shares_bought(evidence: Evidence) -> Iterable[CheckResult]:
    shares, values, prices = (_stated(evidence, concepts) for concepts in BOUGHT)
    results = []
    for aspects, fact in prices.items():
        if aspects not in shares or aspects not in values:
            continue
        price, count, value = (_amount(evidence, each) for each in (fact, shares[aspects], values[aspects]))
        if count.value > 0 and value.value > 0 and price.unit.partition("/")[0] == value.unit:
            term = _quotient(value, count, price.unit, Message("cost_over_shares"))
            slack = (abs(term.value) * NATURAL_GAP).quantize(EXACT)
            what = Message("what_cost_over_shares")
            results.append(compared("price_of_shares_bought", price, [term], aspects[0], what=what, slack=slack))
    return supported(results)
