"""Checks of earnings per share: against income and shares, and diluted against basic."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from apps.finance.anomaly.checks.lines.cash import durations
from apps.finance.anomaly.checks.registry import check, compared, not_applicable, supported
from apps.finance.anomaly.evidence import Amount, Evidence, rounding_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.names import member_name
from apps.finance.anomaly.sentences import sentence
from apps.finance.filings import Dimension
from apps.finance.money import amount, exact, scale_of
from apps.finance.periods import Period
from core_model.errors import Message

BASIC_EPS = (
    "us-gaap:EarningsPerShareBasic",
    "us-gaap:EarningsPerShareBasicAndDiluted",
    "us-gaap:IncomeLossFromContinuingOperationsPerBasicShare",
    "ifrs-full:BasicEarningsLossPerShare",
)
DILUTED_EPS = (
    "us-gaap:EarningsPerShareDiluted",
    "us-gaap:IncomeLossFromContinuingOperationsPerDilutedShare",
    "ifrs-full:DilutedEarningsLossPerShare",
)
BASIC_SHARES = (
    "us-gaap:WeightedAverageNumberOfSharesOutstandingBasic",
    "us-gaap:WeightedAverageNumberOfShareOutstandingBasicAndDiluted",
    "ifrs-full:WeightedAverageShares",
)
DILUTED_SHARES = (
    "us-gaap:WeightedAverageNumberOfDilutedSharesOutstanding",
    "ifrs-full:AdjustedWeightedAverageShares",
)
AVAILABLE_TO_COMMON = (
    "us-gaap:NetIncomeLossAvailableToCommonStockholdersBasic",
    "us-gaap:NetIncomeLossAvailableToCommonStockholdersDiluted",
)
INCOMES = (
    *AVAILABLE_TO_COMMON,
    "us-gaap:NetIncomeLoss",
    "us-gaap:IncomeLossFromContinuingOperations",
    "us-gaap:ProfitLoss",
    "ifrs-full:ProfitLossAttributableToOwnersOfParent",
    "ifrs-full:ProfitLoss",
)
"""Incomes that a company may divide by its shares: available to common, the parent's, the whole."""
CENT = Decimal("0.01")
CLASS_AXIS = "us-gaap:StatementClassOfStockAxis"
NATURAL_GAP = Decimal("0.03")
"""Participating securities and dilutive adjustments move income per share by a few per cent without being stated."""


def _per_share(
    evidence: Evidence, check_id: str, eps_names: tuple[str, ...], share_names: tuple[str, ...]
) -> Iterable[CheckResult]:
    """The verdicts with the income that fits the most periods, as a company divides the same one each year.

    Where income available to common is stated for a period and fits it, that is what was divided: preferred dividends
    may have begun. Where the one of this kind of earnings per share fits all periods but one, it is wrong in that.
    """
    by_income: dict[str, dict[Period, CheckResult]] = {}
    for period in durations(evidence, eps_names):
        eps, shares = evidence.concept(eps_names, period), evidence.concept(share_names, period)
        if eps is None or shares is None or shares.value <= 0:
            continue
        for name in INCOMES:
            income = evidence.concept(name, period)
            if income is not None and income.unit == eps.unit.partition("/")[0]:
                by_income.setdefault(name, {})[period] = _divided(check_id, eps, income, shares, period)
    order = sorted(by_income.values(), key=lambda of: -sum(result.verdict == "holds" for result in of.values()))
    periods = dict.fromkeys(period for of in by_income.values() for period in of)
    common = [of for name, of in by_income.items() if name in AVAILABLE_TO_COMMON]
    chosen = [
        next((of[period] for of in common if period in of and of[period].verdict == "holds"), None)
        or next(of[period] for of in order if period in of)
        for period in periods
    ]
    own = AVAILABLE_TO_COMMON[eps_names is DILUTED_EPS]
    return chosen + [result for result in _wrong_alone(by_income.get(own, {})) if result not in chosen]


def _wrong_alone(of: Mapping[Period, CheckResult]) -> list[CheckResult]:
    """Of the verdicts on one income available to common stock the failure that stands among several that hold."""
    failed = [result for result in of.values() if result.verdict == "fails"]
    return failed if len(failed) == 1 and len(of) > len(failed) + 1 else []


def _divided(check_id: str, eps: Amount, income: Amount, shares: Amount, period: Period) -> CheckResult:
    quotient = income.value / shares.value
    tolerance = (
        eps.rounding + (income.rounding + abs(quotient) * shares.rounding) / shares.value + abs(quotient) * NATURAL_GAP
    ).quantize(Decimal("0.0001"))
    difference = (eps.value - quotient).quantize(Decimal("0.0001"))
    holds = abs(difference) <= tolerance
    weights = dict.fromkeys(eps.fact_ids, 1) | dict.fromkeys((*shares.fact_ids, *income.fact_ids), 0)
    parts = {
        "name": eps.name,
        "stated": amount(eps.value, eps.unit),
        "income_name": income.name,
        "income": amount(income.value, income.unit),
        "shares": amount(shares.value, shares.unit),
        "quotient": Message("number_per_share", {"amount": exact(quotient.quantize(CENT))}),
    }
    return CheckResult(
        check_id,
        "holds" if holds else "fails",
        sentence("eps_holds", **parts) if holds else sentence("eps_fails", when=period.when, **parts),
        tuple(weights),
        difference,
        tolerance,
        eps.unit,
        period,
        None if holds else sentence("eps_observed", **parts),
        tuple(weights.values()),
    )


@check("eps_basic", lenient=True)
def eps_basic(evidence: Evidence) -> Iterable[CheckResult]:
    return _per_share(evidence, "eps_basic", BASIC_EPS, BASIC_SHARES)


@check("eps_diluted", lenient=True)
def eps_diluted(evidence: Evidence) -> Iterable[CheckResult]:
    return _per_share(evidence, "eps_diluted", DILUTED_EPS, DILUTED_SHARES)


@check("dilution", lenient=True)
def dilution(evidence: Evidence) -> Iterable[CheckResult]:
    for period in durations(evidence, DILUTED_EPS):
        basic, diluted = evidence.concept(BASIC_EPS, period), evidence.concept(DILUTED_EPS, period)
        if basic is None or diluted is None or basic.unit != diluted.unit:
            continue
        if basic.value < 0:
            yield not_applicable("dilution", Message("loss_not_diluted"), period)
            continue
        few, many = evidence.concept(BASIC_SHARES, period), evidence.concept(DILUTED_SHARES, period)
        if few is not None and many is not None and _fewer(many, few):
            yield _bounded(few, many, (diluted, basic), period)
        else:
            yield _bounded(diluted, basic, tuple(a for a in (many, few) if a is not None), period)


def _fewer(one: Amount, other: Amount) -> bool:
    """Whether an amount is less than another of its unit by more than rounding explains."""
    return one.unit == other.unit and other.value - one.value > one.rounding + other.rounding


def _bounded(less: Amount, more: Amount, also: Sequence[Amount], period: Period) -> CheckResult:
    """The verdict on ``less`` being no more than ``more``; the facts of what was compared too stand behind."""
    excess, tolerance = less.value - more.value, less.rounding + more.rounding
    holds = excess <= tolerance
    scale = scale_of((less.value, more.value), less.unit)
    parts = {
        "name": less.name,
        "amount": scale.amount(less.value),
        "limit_name": more.name,
        "limit": scale.amount(more.value),
    }
    return CheckResult(
        "dilution",
        "holds" if holds else "fails",
        sentence("dilution_holds", **parts) if holds else sentence("bound_fails", when=period.when, **parts),
        tuple(dict.fromkeys(i for each in (less, more, *also) for i in each.fact_ids)),
        max(excess, Decimal(0)),
        tolerance,
        less.unit,
        period,
        None if holds else sentence("dilution_observed", **parts),
    )


@check("eps_by_class")
def eps_by_class(evidence: Evidence) -> Iterable[CheckResult]:
    for concept in (BASIC_EPS[0], DILUTED_EPS[0]):
        members = [m for name, axis, m in evidence.days_by_member if (name, axis) == (concept, CLASS_AXIS)]
        for member in members:
            results = []
            for period in evidence.days_by_member[concept, CLASS_AXIS, member]:
                whole = evidence.concept(concept, period)
                fact = evidence.best(concept, period, (Dimension(CLASS_AXIS, member),), None)
                if whole is not None and fact is not None:
                    name, value = member_name(member), Decimal(fact.value or 0)
                    part = Amount(value, rounding_of(fact), (fact.fact_id,), name, fact.unit or "")
                    what = Message("what_class_of_stock")
                    results.append(compared("eps_by_class", whole, [part], period, what=what))
            yield from supported(results)
