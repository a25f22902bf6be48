"""The checks by name, and the verdicts that they share."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.wording import Scale, first_up, is_or_are, listed, scale_of, when
from apps.finance.periods import Period

CheckFunction = Callable[[Evidence], Iterable[CheckResult]]


@dataclass(frozen=True, slots=True)
class Check:
    """One consistency check.

    Attributes:
        check_id: Stable name.
        title: What it says, in a few words.
        function: From the evidence to one verdict for each period, or one for the whole report.
        lenient: Whether a failure in every period says that the check does not fit this company.
    """

    check_id: str
    title: str
    function: CheckFunction
    lenient: bool = False


MEANT_OTHERWISE = "it holds in no period of this report: an amount is missing from it, or means something else here"
NOTHING_STATED = "The report does not state the amounts that this check compares."
CHECKS: dict[str, Check] = {}


def check(check_id: str, title: str, *, lenient: bool = False) -> Callable[[CheckFunction], CheckFunction]:
    """Register a function as a check of its family, in the order of the definitions.

    Args:
        check_id: Stable name.
        title: What it says, in a few words.
        lenient: Whether the identity may have terms that the check does not know: see ``unless_everywhere``.
    """
    assert check_id not in CHECKS, f"two checks are called {check_id}"

    def register(function: CheckFunction) -> CheckFunction:
        CHECKS[check_id] = Check(check_id, title, function, lenient)
        return function

    return register


def run_checks(
    evidence: Evidence, checks: Sequence[Check], tick: Callable[[float], None] | None = None
) -> list[CheckResult]:
    """All verdicts; a check that finds nothing to judge says ``not_applicable`` once.

    Args:
        evidence: The report.
        checks: What is checked, in this order.
        tick: Called before each check with the share done, 0 to 1; what it raises stops the work.
    """
    results: list[CheckResult] = []
    for done, each in enumerate(checks):
        if tick is not None:
            tick(done / len(checks))
        verdicts = list(each.function(evidence))
        if each.lenient:
            verdicts = unless_everywhere(verdicts)
        results.extend(verdicts or [not_applicable(each.check_id, NOTHING_STATED)])
    return results


def not_applicable(check_id: str, reason: str, period: Period | None = None) -> CheckResult:
    """The verdict where the facts that a check needs are not in the report."""
    return CheckResult(check_id, CHECKS[check_id].title, "not_applicable", reason, period=text_of(period))


def unless_everywhere(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The verdicts, but not applicable where an identity fails in every one of at least two periods.

    Then something that the check does not know of belongs to it (earnings of associates after tax, a participating
    security), or the company means another amount; a slip would leave the other periods right.
    """
    results = list(results)
    judged = [result.verdict for result in results if result.verdict != "not_applicable"]
    if len(judged) < 2 or "holds" in judged:
        return results
    return [not_judged(result, MEANT_OTHERWISE) if result.verdict == "fails" else result for result in results]


def supported(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The verdicts, but not applicable where an identity is right in no period at all, were it a single one."""
    results = list(results)
    if any(result.verdict == "holds" for result in results):
        return results
    return [not_judged(result, MEANT_OTHERWISE) if result.verdict == "fails" else result for result in results]


def not_judged(r: CheckResult, why: str) -> CheckResult:
    """A failure turned into ``not_applicable``, with the reason why it says nothing."""
    return replace(r, verdict="not_applicable", reason=f"Not judged, because {why}. {r.observed}.")


def closest_of(results: Iterable[CheckResult]) -> CheckResult:
    """Of the verdicts on several choices of terms, one of those that are judged: that which leaves least."""
    return min(results, key=lambda r: (r.verdict == "not_applicable", abs(r.difference or Decimal(0))))


def stated_periods(evidence: Evidence, concepts: Iterable[str]) -> list[Period]:
    """The periods for which one of some concepts is stated for the whole company, newest first."""
    wanted = set(concepts)
    return sorted({period for concept, period in evidence.plain_numbers if concept in wanted}, reverse=True)


def compared(
    check_id: str,
    left: Amount,
    right: Sequence[Amount],
    period: Period,
    *,
    what: str,
    slack: Decimal = Decimal(0),
) -> CheckResult:
    """The verdict on ``left = sum(right)``; not applicable to amounts in several units.

    Args:
        check_id: The check.
        left: What is stated.
        right: What it should be the sum of; a term to subtract is negated.
        period: When.
        what: What ``left`` is by the identity, to stand behind "is": "revenue less cost of revenue".
        slack: Tolerance beyond the rounding of the terms.
    """
    units = sorted({amount.unit for amount in (left, *right) if amount.unit})
    if len(units) > 1:
        return not_applicable(check_id, f"Amounts in {listed(units)} are not compared with each other.", period)
    total = sum((amount.value for amount in right), Decimal(0))
    difference = left.value - total
    tolerance = left.rounding + sum((amount.rounding for amount in right), Decimal(0)) + slack
    holds = abs(difference) <= tolerance
    scale = scale_of([left.value, total, *(amount.value for amount in right)], left.unit)
    terms = _added(right, scale)
    name, stated = first_up(left.name), scale.full(left.value)
    dated = name if period.end in name else f"{name} {when(period)}"
    makes = f" = {scale.number(total)}" if difference and sum(bool(a.value) for a in right) > 1 else ""
    if holds:
        near = ", which rounding explains" if difference else ""
        reason = f"{name} of {stated} {is_or_are(name)} {what}: {terms}{makes}{near}."
    else:
        reason = (
            f"{dated} {is_or_are(name)} {stated}, but should be {what}: {terms}{makes}. The difference is "
            f"{scale.full(abs(difference))}; rounding explains {_at_most(tolerance, scale)}."
        )
    weights: Counter[str] = Counter()
    for amount, side in ((left, 1), *((term, -1) for term in right)):
        for fact_id in amount.fact_ids:
            weights[fact_id] += side * amount.sign
    return CheckResult(
        check_id,
        CHECKS[check_id].title,
        "holds" if holds else "fails",
        reason,
        tuple(weights),
        difference,
        tolerance,
        left.unit,
        text_of(period),
        f"{name} {is_or_are(name)} {stated}, and {terms}{makes}",
        tuple(weights.values()),
    )


def _added(terms: Sequence[Amount], scale: Scale) -> str:
    """Terms as a sum, ``26 (cash) + 12 (inventories) - 3 (debt)``; those that are zero are left out."""
    there = [amount for amount in terms if amount.value] or list(terms[:1])
    text = ""
    for amount in there:
        sign = ("-" if amount.value < 0 else "") if not text else (" - " if amount.value < 0 else " + ")
        text += f"{sign}{scale.number(abs(amount.value))} ({amount.name})"
    return text


def _at_most(tolerance: Decimal, scale: Scale) -> str:
    return f"at most {scale.number(tolerance)}" if tolerance else "none of it"


def text_of(period: Period | None) -> str:
    """A period as results write it: ``end`` or ``start/end``."""
    if period is None:
        return ""
    return f"{period.start}/{period.end}" if period.start else period.end
