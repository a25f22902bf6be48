"""Checks of scale: amounts that are a thousand or a million times too large or too small for their surroundings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from statistics import median

from apps.finance import money
from apps.finance.anomaly.checks.lines.cash import durations
from apps.finance.anomaly.checks.lines.shares import BASIC_EPS, BASIC_SHARES, DILUTED_EPS, DILUTED_SHARES, INCOMES
from apps.finance.anomaly.checks.registry import check
from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.sentences import sentence
from apps.finance.periods import Period

STEPS = (Decimal(1000), Decimal(1_000_000), Decimal(1_000_000_000))
NEAR = Decimal("1.5")
"""How far a ratio of income to earnings per share times shares may lie from a step to be one."""
WIDE = Decimal(3)
"""The same between two years of one amount."""
ALIKE = 20
"""Times that amounts of one company may lie apart to be of one size."""
STEADY = (
    "us-gaap:Assets",
    "us-gaap:AssetsCurrent",
    "us-gaap:Liabilities",
    "us-gaap:LiabilitiesCurrent",
    "us-gaap:LiabilitiesAndStockholdersEquity",
    "us-gaap:PropertyPlantAndEquipmentNet",
    "us-gaap:StockholdersEquity",
    "us-gaap:Revenues",
    "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax",
    "us-gaap:CostOfRevenue",
    "us-gaap:CostOfGoodsAndServicesSold",
    "us-gaap:SellingGeneralAndAdministrativeExpense",
    "us-gaap:WeightedAverageNumberOfSharesOutstandingBasic",
    "us-gaap:WeightedAverageNumberOfDilutedSharesOutstanding",
    "us-gaap:CommonStockSharesIssued",
    "ifrs-full:Assets",
    "ifrs-full:Revenue",
)
"""Amounts that do not grow a thousandfold from one year to the next."""


def step_of(ratio: Decimal, near: Decimal) -> Decimal | None:
    """The thousand, million or billion that a ratio is about, None where it is none of them."""
    return next((step for step in STEPS if step / near <= ratio <= step * near), None)


@check("share_scale")
def share_scale(evidence: Evidence) -> Iterable[CheckResult]:
    """Where one of the incomes fits, the shares are right, and another income is what is out of scale."""
    results = []
    for eps_names, share_names in ((BASIC_EPS, BASIC_SHARES), (DILUTED_EPS, DILUTED_SHARES)):
        for period in durations(evidence, eps_names):
            eps, shares = evidence.concept(eps_names, period), evidence.concept(share_names, period)
            incomes = [amount for name in INCOMES if (amount := evidence.concept(name, period)) is not None]
            if eps is not None and shares is not None and incomes and eps.value * shares.value:
                judged = [_scaled(eps, shares, income, period) for income in incomes]
                results.append(min(judged, key=lambda result: result.verdict == "fails"))
    return results


def _scaled(eps: Amount, shares: Amount, income: Amount, period: Period) -> CheckResult:
    ratio = abs(income.value / (eps.value * shares.value))
    low = step_of(ratio, NEAR)
    high = step_of(1 / ratio, NEAR) if ratio else None
    step = low or high
    parts = {
        "name": shares.name,
        "shares": money.amount(shares.value, shares.unit),
        "earned": sentence(
            "shares_earn",
            income_name=income.name,
            income=money.amount(income.value, income.unit),
            eps_name=eps.name,
            eps=money.amount(eps.value, eps.unit),
        ),
    }
    if step is None:
        reason = sentence("share_scale_right", **parts)
    else:
        code = "share_scale_small" if low else "share_scale_large"
        reason = sentence(code, when=period.when, times=money.amount(step), **parts)
    return CheckResult(
        "share_scale",
        "fails" if step is not None else "holds",
        reason,
        (*shares.fact_ids, *eps.fact_ids, *income.fact_ids),
        period=period,
    )


@check("scale_outliers")
def scale_outliers(evidence: Evidence) -> Iterable[CheckResult]:
    by_concept: dict[str, dict[Period, Amount]] = defaultdict(dict)
    for concept, period in evidence.plain_numbers:
        if concept in STEADY:
            amount = evidence.concept(concept, period)
            if amount is not None and amount.value:
                by_concept[concept][period] = amount
    read, bad = 0, False
    for concept, amounts in by_concept.items():
        if len(amounts) < 2:
            continue
        read += len(amounts)
        for period, amount in amounts.items():
            others = [other for when, other in amounts.items() if when != period]
            step = _out_of_line(amount, others)
            if step is not None and not _has_grown(by_concept, concept, period):
                bad = True
                yield CheckResult(
                    "scale_outliers",
                    "fails",
                    sentence(
                        "scale_apart",
                        name=evidence.name_of(concept),
                        when=period.when,
                        amount=money.amount(amount.value, amount.unit),
                        usual=money.amount(_middle(others), amount.unit),
                        times=money.amount(step),
                    ),
                    (*amount.fact_ids, *others[0].fact_ids),
                    period=period,
                )
    if read and not bad:
        yield CheckResult("scale_outliers", "holds", sentence("scales_agree", count=read))


def _has_grown(amounts: Mapping[str, Mapping[Period, Amount]], concept: str, period: Period) -> bool:
    """Whether the whole company may be as much larger in its other periods.

    It may not where the period lies between others, or where another amount in the same unit is about as large then as
    in the others.
    """
    own = amounts[concept]
    if min(own) < period < max(own):
        return False
    for other, of in amounts.items():
        if other != concept and period in of and of[period].unit == own[period].unit:
            beside = [abs(of[when].value) for when in own if when != period and when in of]
            if beside and max(*beside, abs(of[period].value)) <= min(*beside, abs(of[period].value)) * ALIKE:
                return False
    return True


def _middle(others: Sequence[Amount]) -> Decimal:
    return Decimal(median(abs(other.value) for other in others))


def _out_of_line(amount: Amount, others: Sequence[Amount]) -> Decimal | None:
    """The step by which an amount is off all others, which agree among themselves; of two, the smaller is off."""
    sizes = [abs(other.value) for other in others]
    if max(sizes) > min(sizes) * ALIKE:
        return None
    ratio = _middle(others) / abs(amount.value)
    if ratio < 1 and len(others) < 2:
        return None
    return step_of(max(ratio, 1 / ratio), WIDE)
