"""The checks by name, in the order in which they are listed, and the words that their verdicts share."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.statements.model import Period

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


CHECKS: dict[str, Check] = {}


def check(check_id: str, title: str, *, lenient: bool = False) -> Callable[[CheckFunction], CheckFunction]:
    """Register a function as a check; checks are listed in the order of registration.

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


def run_checks(evidence: Evidence) -> list[CheckResult]:
    """All verdicts; a check that finds nothing to judge says ``not_applicable`` once."""
    results: list[CheckResult] = []
    for each in CHECKS.values():
        verdicts = list(each.function(evidence))
        if each.lenient:
            verdicts = unless_everywhere(verdicts)
        results.extend(verdicts or [not_applicable(each.check_id, "the report holds nothing that it reads")])
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
    if len(results) < 2 or any(result.verdict != "fails" for result in results):
        return results
    why = "it holds in none of the periods, so that the company's total has a term that this check does not know"
    return [not_judged(result, why) for result in results]


def supported(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The verdicts, but not applicable where an identity is right in no period at all, were it a single one."""
    results = list(results)
    if any(result.verdict == "holds" for result in results):
        return results
    why = "the parts that are tagged make up the total in no period of this report, so that they are not all of it"
    return [not_judged(result, why) if result.verdict == "fails" else result for result in results]


def not_judged(r: CheckResult, why: str) -> CheckResult:
    """A failure turned into ``not_applicable``, with the reason why it says nothing."""
    reason = f"{r.reason} Not judged, because {why}."
    return replace(r, verdict="not_applicable", reason=reason)


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
    words: str,
    slack: Decimal = Decimal(0),
) -> CheckResult:
    """The verdict on ``left = sum(right)``.

    Args:
        check_id: The check.
        left: What is stated.
        right: What it should be the sum of; a term to subtract is negated.
        period: When.
        words: The identity in words, "total assets equal liabilities and equity".
        slack: Tolerance beyond the rounding of the terms.
    """
    total = sum((amount.value for amount in right), Decimal(0))
    difference = left.value - total
    tolerance = left.rounding + sum((amount.rounding for amount in right), Decimal(0)) + slack
    holds = abs(difference) <= tolerance
    ids = tuple(dict.fromkeys(i for amount in (left, *right) for i in amount.fact_ids))
    figures = " ".join(f"{'+' if a.value >= 0 else '-'} {shown(abs(a.value))} ({a.name})" for a in right).lstrip("+ ")
    verb = "holds" if holds else "does not hold"
    reason = f"{words}: {verb}; {shown(left.value)} ({left.name}) against {figures}"
    if not holds:
        reason += f", which leaves {shown(difference)} where rounding explains {shown(tolerance)}"
    return CheckResult(
        check_id,
        CHECKS[check_id].title,
        "holds" if holds else "fails",
        reason + ".",
        ids,
        difference,
        tolerance,
        left.unit,
        text_of(period),
    )


def text_of(period: Period | None) -> str:
    """A period as results write it: ``end`` or ``start/end``."""
    if period is None:
        return ""
    return f"{period.start}/{period.end}" if period.start else period.end


def shown(value: Decimal) -> str:
    """A number with thousands separated."""
    return f"{value:,f}"
