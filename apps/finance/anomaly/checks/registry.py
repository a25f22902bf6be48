"""The checks by name, and the verdicts that they share."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from apps.documents import or_none
from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.names import tells_day
from apps.finance.anomaly.sentences import sentence
from apps.finance.money import Scale, scale_of, unit_in_words
from apps.finance.periods import Period
from core_model.errors import Message

CheckFunction = Callable[[Evidence], Iterable[CheckResult]]


@dataclass(frozen=True, slots=True)
class Check:
    """One consistency check; the catalogues have its title, ``check_title_balance_equality``.

    Attributes:
        check_id: Stable name.
        function: From the evidence to one verdict for each period, or one for the whole report.
        lenient: Whether a failure in every period says that the check does not fit this company.
    """

    check_id: str
    function: CheckFunction
    lenient: bool = False


MEANT_OTHERWISE = Message("amount_meant_otherwise")
NOTHING_STATED = Message("amounts_not_stated")
CHECKS: dict[str, Check] = {}


def check(check_id: str, *, lenient: bool = False) -> Callable[[CheckFunction], CheckFunction]:
    """Register a function as a check of its family, in the order of the definitions.

    Args:
        check_id: Stable name.
        lenient: Whether the identity may have terms that the check does not know: see ``unless_everywhere``.
    """
    assert check_id not in CHECKS, f"two checks are called {check_id}"

    def register(function: CheckFunction) -> CheckFunction:
        CHECKS[check_id] = Check(check_id, function, lenient)
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


def not_applicable(check_id: str, reason: Message, period: Period | None = None) -> CheckResult:
    """The verdict where the facts that a check needs are not in the report."""
    return CheckResult(check_id, "not_applicable", reason, period=period)


def unless_everywhere(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The verdicts, but not applicable where an identity fails in every one of at least two periods.

    Then something that the check does not know of belongs to it (earnings of associates after tax, a participating
    security), or the company means another amount; a slip would leave the other periods right, unless it is in an
    amount that stands in all of them, as the cash between two years does.
    """
    results = list(results)
    judged = [result for result in results if result.verdict != "not_applicable"]
    if len(judged) < 2 or any(result.verdict == "holds" for result in judged) or _one_slip(judged):
        return results
    return [not_judged(result, MEANT_OTHERWISE) if result.verdict == "fails" else result for result in results]


def _one_slip(failed: Sequence[CheckResult]) -> bool:
    """Whether one amount that stands in all of some failures, were it another, would repair them all."""
    for fact_id in set.intersection(*(set(result.fact_ids) for result in failed)):
        needed = []
        for result in failed:
            weight = dict(zip(result.fact_ids, result.weights, strict=False)).get(fact_id, 0)
            needed.append((or_none(result.difference) or Decimal(0)) * weight)
        least = min(or_none(result.tolerance) or Decimal(0) for result in failed)
        if all(needed) and max(needed) - min(needed) <= least:
            return True
    return False


def supported(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The verdicts, but not applicable where an identity is right in no period at all, were it a single one."""
    results = list(results)
    if any(result.verdict == "holds" for result in results):
        return results
    return [not_judged(result, MEANT_OTHERWISE) if result.verdict == "fails" else result for result in results]


def not_judged(r: CheckResult, why: Message) -> CheckResult:
    """A failure turned into ``not_applicable``, with the reason why it says nothing."""
    assert r.observed is not None, "a failure that may be left alone says what was compared"
    return replace(r, verdict="not_applicable", reason=sentence("not_judged", why=why, observed=r.observed))


def closest_of(results: Iterable[CheckResult]) -> CheckResult:
    """Of the verdicts on several choices of terms, one of those that are judged: that which leaves least."""
    return min(results, key=lambda r: (r.verdict == "not_applicable", abs(or_none(r.difference) or Decimal(0))))


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
    what: Message,
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
        return not_applicable(
            check_id, sentence("units_not_compared", units=[unit_in_words(unit) for unit in units]), period
        )
    total = sum((amount.value for amount in right), Decimal(0))
    difference = left.value - total
    tolerance = left.rounding + sum((amount.rounding for amount in right), Decimal(0)) + slack
    holds = abs(difference) <= tolerance
    scale = scale_of([left.value, total, *(amount.value for amount in right)], left.unit)
    name, stated = left.name, scale.amount(left.value)
    terms = _added(right, total if difference else None, scale)
    if holds:
        code = "identity_rounded" if difference else "identity_holds"
        reason = sentence(code, name=name, stated=stated, what=what, sum=terms)
    else:
        parts = {
            "name": name,
            "stated": stated,
            "what": what,
            "sum": terms,
            "difference": scale.amount(abs(difference)),
            "rounding": _explained(tolerance, scale),
        }
        if tells_day(name, period.end):
            reason = sentence("identity_of_day_fails", **parts)
        else:
            reason = sentence("identity_fails", when=period.when, **parts)
    weights: Counter[str] = Counter()
    for amount, side in ((left, 1), *((term, -1) for term in right)):
        for fact_id in amount.fact_ids:
            weights[fact_id] += side * amount.sign
    return CheckResult(
        check_id,
        "holds" if holds else "fails",
        reason,
        tuple(weights),
        difference,
        tolerance,
        left.unit,
        period,
        None if holds else sentence("identity_observed", name=name, stated=stated, sum=terms),
        tuple(weights.values()),
    )


def _added(terms: Sequence[Amount], total: Decimal | None, scale: Scale) -> Message:
    """Terms as a sum, ``26 (cash) + 12 (inventories) - 3 (debt)``; those that are zero are left out.

    Args:
        terms: They.
        total: What they make, to stand behind the sum where there are several; None where it need not be said.
        scale: In what they are written.
    """
    there = [amount for amount in terms if amount.value] or list(terms[:1])
    parts: list[Message] = []
    for amount in there:
        code = ("sum_minus" if parts else "sum_of_negative") if amount.value < 0 else "sum_plus" if parts else "sum_of"
        parts.append(sentence(code, number=scale.number(abs(amount.value)), name=amount.name))
    if total is not None and len(there) > 1:
        return sentence("sum_makes", terms=parts, total=scale.number(total))
    return sentence("sum", terms=parts)


def _explained(tolerance: Decimal, scale: Scale) -> Message:
    """How much of a difference rounding explains."""
    return sentence("rounding_explains", most=scale.number(tolerance)) if tolerance else Message("rounding_is_none")
