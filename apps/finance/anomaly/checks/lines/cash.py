"""Checks of the cash-flow statement: its parts add up to the change in cash, and cash rolls forward."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

from apps.documents import or_none
from apps.finance.anomaly.checks.registry import check, closest_of, compared, not_judged
from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.names import on_day
from apps.finance.periods import Period, day_before
from core_model.errors import Message

ROUNDED_TERMS = Decimal(2)
"""Printed parts of a walk are each rounded; their sum may be off by a unit or two of the last digit printed."""

TOTAL_CHANGE = (
    "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRateEffect",
    "us-gaap:CashAndCashEquivalentsPeriodIncreaseDecrease",
    "ifrs-full:IncreaseDecreaseInCashAndCashEquivalents",
)
CHANGE_BEFORE_EXCHANGE = (
    "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseExcludingExchangeRateEffect",
    "us-gaap:CashAndCashEquivalentsPeriodIncreaseDecreaseExcludingExchangeRateEffect",
    "ifrs-full:IncreaseDecreaseInCashAndCashEquivalentsBeforeEffectOfExchangeRateChanges",
)
CHANGES = TOTAL_CHANGE + CHANGE_BEFORE_EXCHANGE
EXCHANGE_PREFIXES = ("EffectOfExchangeRateOnCash", "EffectOfExchangeRateChangesOnCash")
PARTS = (
    (
        "us-gaap:NetCashProvidedByUsedInOperatingActivities",
        "us-gaap:NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
        "ifrs-full:CashFlowsFromUsedInOperatingActivities",
        "ifrs-full:CashFlowsFromUsedInOperatingActivitiesContinuingOperations",
    ),
    (
        "us-gaap:NetCashProvidedByUsedInInvestingActivities",
        "us-gaap:NetCashProvidedByUsedInInvestingActivitiesContinuingOperations",
        "ifrs-full:CashFlowsFromUsedInInvestingActivities",
        "ifrs-full:CashFlowsFromUsedInInvestingActivitiesContinuingOperations",
    ),
    (
        "us-gaap:NetCashProvidedByUsedInFinancingActivities",
        "us-gaap:NetCashProvidedByUsedInFinancingActivitiesContinuingOperations",
        "ifrs-full:CashFlowsFromUsedInFinancingActivities",
        "ifrs-full:CashFlowsFromUsedInFinancingActivitiesContinuingOperations",
    ),
)
DISCONTINUED = (
    "us-gaap:CashProvidedByUsedInDiscontinuedOperationsExcludingExchangeRateEffect",
    "us-gaap:NetCashProvidedByUsedInDiscontinuedOperations",
    "us-gaap:CashProvidedByUsedInOperatingActivitiesDiscontinuedOperations",
    "us-gaap:CashProvidedByUsedInInvestingActivitiesDiscontinuedOperations",
    "us-gaap:CashProvidedByUsedInFinancingActivitiesDiscontinuedOperations",
    "ifrs-full:CashFlowsFromUsedInOperatingActivitiesDiscontinuedOperations",
    "ifrs-full:CashFlowsFromUsedInInvestingActivitiesDiscontinuedOperations",
    "ifrs-full:CashFlowsFromUsedInFinancingActivitiesDiscontinuedOperations",
)
HELD = (
    "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
    "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsIncludingDisposalGroupAndDiscontinuedOperations",
    "us-gaap:CashAndCashEquivalentsAtCarryingValueIncludingDiscontinuedOperations",
    "us-gaap:CashAndCashEquivalentsAtCarryingValue",
    "ifrs-full:CashAndCashEquivalents",
)
"""Cash at a day; with restricted cash first, as most cash-flow statements explain that."""
WITHOUT_RESTRICTED = Message("cash_without_restricted")


def durations(evidence: Evidence, names: Iterable[str]) -> list[Period]:
    """Durations for which one of some concepts is stated, newest first."""
    wanted = set(names)
    return sorted({p for concept, p in evidence.plain_numbers if concept in wanted and p.start}, reverse=True)


def exchange_effect(evidence: Evidence, period: Period) -> Amount | None:
    """The effect of exchange rates on cash in a period, under whichever of its concepts."""
    return next((a for prefix in EXCHANGE_PREFIXES for a in evidence.starting(prefix, period)), None)


def change_in_cash(evidence: Evidence, period: Period) -> list[Amount]:
    """The terms that make up the whole change in cash: the total, or the change before exchange and its effect."""
    total = evidence.concept(TOTAL_CHANGE, period)
    if total is not None:
        return [total]
    before, exchange = evidence.concept(CHANGE_BEFORE_EXCHANGE, period), exchange_effect(evidence, period)
    return [] if before is None else [before, *([exchange] if exchange is not None else [])]


@check("cash_flow_total", lenient=True)
def cash_flow_total(evidence: Evidence) -> Iterable[CheckResult]:
    for period in durations(evidence, CHANGES):
        parts = [amount for names in PARTS if (amount := evidence.concept(names, period)) is not None]
        if len(parts) < len(PARTS):
            continue
        total = evidence.concept(TOTAL_CHANGE, period)
        exchange = exchange_effect(evidence, period)
        stated = total or evidence.concept(CHANGE_BEFORE_EXCHANGE, period)
        if stated is None:
            continue
        terms = [*parts, *([exchange] if total is not None and exchange is not None else [])]
        apart = [amount for name in DISCONTINUED if (amount := evidence.concept(name, period)) is not None]
        what = Message("what_cash_flows_and_exchange" if len(terms) > len(parts) else "what_cash_flows")
        slack = stated.rounding * ROUNDED_TERMS
        choices = [terms] + ([[*terms, *apart]] if apart else []) + [[*terms, each] for each in apart]
        results = [compared("cash_flow_total", stated, each, period, what=what, slack=slack) for each in choices]
        yield closest_of(results)


@check("cash_roll_forward", lenient=True)
def cash_roll_forward(evidence: Evidence) -> Iterable[CheckResult]:
    periods = [(p, change) for p in durations(evidence, CHANGES) if (change := change_in_cash(evidence, p))]
    rolled = {name: _rolled(evidence, periods, name, name) for name in HELD}
    best = max((name for name in HELD if rolled[name]), key=lambda name: _holding(rolled[name]), default="")
    printed = _printed(evidence)
    judged: list[CheckResult] = []
    for period, change in periods:
        opening = [name for name in HELD if (name, Period(day_before(period.start))) in printed]
        closing = [name for name in HELD if (name, Period(period.end)) in printed]
        same = next((name for name in opening if name in closing and period in rolled[name]), "")
        if same:
            judged.append(rolled[same][period])
        elif opening and closing:
            judged += _closest_pair(evidence, (period, change), opening, closing)
        elif period in rolled.get(best, {}):
            judged.append(rolled[best][period])
        else:
            every = [result for of_name in rolled.values() for result in of_name.values()]
            judged += _with_restricted(evidence, _closest_pair(evidence, (period, change), HELD, HELD), every)
    return judged


def _holding(results: Mapping[Period, CheckResult]) -> int:
    return sum(result.verdict == "holds" for result in results.values())


def _printed(evidence: Evidence) -> set[tuple[str, Period]]:
    """The balances that the cash-flow statement prints, with their days."""
    rows = evidence.statements.reported.get("cash_flow", ())
    return {(or_none(row.concept) or "", v.period) for row in rows for v in row.values if not v.period.start}


def _rolled(
    evidence: Evidence, periods: Iterable[tuple[Period, list[Amount]]], opening_name: str, closing_name: str
) -> dict[Period, CheckResult]:
    """Whether cash of one concept on the first day and of one on the last differ by the change in cash."""
    found = {}
    for period, change in periods:
        before = day_before(period.start)
        closing = evidence.concept(closing_name, Period(period.end))
        opening = evidence.concept(opening_name, Period(before))
        if closing is not None and opening is not None:
            found[period] = compared(
                "cash_roll_forward",
                _on(closing, period.end),
                [_on(opening, before), *change],
                period,
                what=Message("what_opening_and_change"),
                slack=closing.rounding * ROUNDED_TERMS,
            )
    return found


def _closest_pair(
    evidence: Evidence, each: tuple[Period, list[Amount]], openings: Iterable[str], closings: Iterable[str]
) -> list[CheckResult]:
    """Of the verdicts on cash of two concepts in a period that which leaves least, where there is any."""
    pairs = [
        result
        for opening, closing in product(openings, closings)
        for result in _rolled(evidence, [each], opening, closing).values()
    ]
    return [closest_of(pairs)] if pairs else []


def _on(amount: Amount, day: str) -> Amount:
    """Cash with the day that it is held on in its name: opening and closing cash have the same caption."""
    return replace(amount, name=on_day(amount.name, day))


def _with_restricted(
    evidence: Evidence, results: Iterable[CheckResult], same: Sequence[CheckResult]
) -> list[CheckResult]:
    """The verdicts, a failure not judged where cash without its restricted part is all that is stated for a day.

    Args:
        evidence: The report.
        results: Verdicts on cash of two concepts.
        same: Verdicts on cash of one.
    """
    judged = []
    for result in results:
        concepts = {evidence.facts[i].concept for i in result.fact_ids if i in evidence.facts}
        whole = concepts & set(HELD[:3]) and not concepts & set(HELD[3:])
        plain_change = not any("RestrictedCash" in concept for concept in concepts)
        if result.verdict == "fails" and not whole and not plain_change and not _plain_works(evidence, same):
            result = not_judged(result, WITHOUT_RESTRICTED)
        judged.append(result)
    return judged


def _plain_works(evidence: Evidence, results: Iterable[CheckResult]) -> bool:
    """Whether cash alone rolls forward in another period, so that there is no restricted cash to speak of."""
    return any(
        result.verdict == "holds"
        and {evidence.facts[i].concept for i in result.fact_ids if i in evidence.facts} & set(HELD[3:])
        for result in results
    )
