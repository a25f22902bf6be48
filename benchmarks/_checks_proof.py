"""Each consistency check proved on real reports: it holds untouched, and fails when one fact that it reads is altered.

What is altered is what the check reads: a value by ten tolerances (for bounds: to ten tolerances beyond the bound, for
checks of scale a thousandfold), or a sign, a unit, a period, a duplicate.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from apps.documents import or_none
from apps.finance.anomaly.checking import all_checks, check_statements
from apps.finance.anomaly.checks.facts.scale import STEADY
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.rounding import rounding_of
from apps.finance.filings import Fact
from apps.finance.periods import Period
from benchmarks import shared_data
from benchmarks._alterations import Report, altered, plain, read_report

TOLERANCES = 10
TRIES = 6
"""Facts tried in one report before another one is taken."""
SIGNS = frozenset({"impossible_signs", "printed_signs"})
SCALES = frozenset({"share_scale", "scale_outliers"})
BOUNDS = frozenset({"parts_within_whole", "shares_within_authorised", "dilution"})

Changes = Iterator[tuple[Fact, Fact, Period | None]]
"""The fact, what replaces it, and the period whose verdict must turn; None for any."""


def prove_checks(per_check: int = 1, only: Sequence[str] = ()) -> dict[str, list[tuple[str, str]]]:
    """For each check the reports and facts that prove it.

    Args:
        per_check: How many companies prove a check before it is left alone.
        only: Checks to prove; all where empty.

    Returns:
        By check: (ticker, fact id), one for each company. A check that is not proved has an empty list.
    """
    proofs: dict[str, list[tuple[str, str]]] = {name: [] for name in (only or _all_checks())}
    for file in shared_data.filings(split=("train", "validation")):
        open_checks = [
            name
            for name, found in proofs.items()
            if len(found) < per_check and file.ticker not in (ticker for ticker, _ in found)
        ]
        if all(len(found) >= per_check for found in proofs.values()):
            break
        if not open_checks:
            continue
        report = read_report(file)
        results, _ = check_statements(report.filing, report.statements, report.layout)
        for name in open_checks:
            fact = prove(report, name, [result for result in results if result.check_id == name])
            if fact is not None:
                proofs[name].append((file.ticker, fact.fact_id))
    return proofs


def prove(report: Report, name: str, results: Sequence[CheckResult]) -> Fact | None:
    """The fact whose alteration makes a check fail on a report on which it holds; None where none was found.

    Args:
        report: A report.
        name: The check.
        results: Its verdicts on the untouched report.
    """
    verdicts = {result.verdict for result in results}
    if "holds" not in verdicts or "fails" in verdicts:
        return None
    for tried, (fact, new, period) in enumerate(_changes(report, name, results)):
        if tried == TRIES:
            break
        after, _ = check_statements(*altered(report, {fact.fact_id: new}))
        failed = [r for r in after if r.check_id == name and r.verdict == "fails" and period in (None, r.period)]
        if any(fact.fact_id in result.fact_ids for result in failed):
            return fact
    return None


def _all_checks() -> list[str]:
    return [check.check_id for check in all_checks()]


def _changes(report: Report, name: str, results: Sequence[CheckResult]) -> Changes:
    special = SPECIAL.get(name)
    if special is not None:
        yield from special(report)
        return
    facts = {fact.fact_id: fact for fact in report.filing.facts}
    held = [result for result in results if result.verdict == "holds" and result.fact_ids]
    if name in BOUNDS:
        held.sort(key=lambda result: _room(result, facts))
    for result in held:
        for fact in [facts[i] for i in result.fact_ids[:2] if i in facts]:
            if name in SCALES:
                yield fact, replace(fact, value=plain(Decimal(fact.value or 0) / 1000)), result.period
                continue
            unit = 2 * rounding_of(fact)
            step = (or_none(result.tolerance) or unit) * TOLERANCES or Decimal(1)
            if unit:
                step = (step / unit).to_integral_value(rounding="ROUND_CEILING") * unit
            if name in BOUNDS:
                step += _room(result, facts)
            yield fact, replace(fact, value=plain(Decimal(fact.value or 0) + step)), result.period


def _room(result: CheckResult, facts: dict[str, Fact]) -> Decimal:
    """How far the first fact of a bound lies from the next one in the same unit."""
    first = facts[result.fact_ids[0]]
    others = [facts[i] for i in result.fact_ids[1:] if i in facts]
    bound = next((o for o in others if o.unit == first.unit and o.concept != first.concept), first)
    return abs(Decimal(bound.value or 0) - Decimal(first.value or 0))


def _plain_facts(report: Report) -> Iterator[Fact]:
    printed = {i for line in report.statements.lines for value in line.values for i in value.fact_ids[:1]}
    return (f for f in report.filing.facts if f.fact_id in printed and f.value and Decimal(f.value))


def _negated(report: Report) -> Changes:
    for fact in _plain_facts(report):
        yield fact, replace(fact, value=plain(-Decimal(fact.value or 0))), None


def _thousandth(report: Report) -> Changes:
    for fact in report.filing.facts:
        if fact.concept in STEADY and not fact.dimensions and fact.value:
            yield fact, replace(fact, value=plain(Decimal(fact.value) / 1000)), None


def _other_unit(report: Report) -> Changes:
    for fact in _plain_facts(report):
        yield fact, replace(fact, unit="shares" if fact.unit != "shares" else "EUR"), None


def _other_period(report: Report) -> Changes:
    for fact in _plain_facts(report):
        for other in report.filing.facts:
            if other.concept == fact.concept and other.end and other.end != fact.end and not other.dimensions:
                yield fact, replace(fact, start=other.start, end=other.end, context_id=other.context_id), None
                break


def _other_kind(report: Report) -> Changes:
    for fact in _plain_facts(report):
        if not fact.instant:
            yield fact, replace(fact, start=None, instant=True), None


def _next_year(report: Report) -> Changes:
    for fact in _plain_facts(report):
        if fact.instant and fact.end:
            yield fact, replace(fact, end=f"{int(fact.end[:4]) + 1}-01-31"), None


def _as_last_year(report: Report) -> Changes:
    for fact in _plain_facts(report):
        for other in report.filing.facts:
            same = other.concept == fact.concept and not other.dimensions and other.unit == fact.unit
            if same and fact.start and other.end and other.end < fact.start and other.value != fact.value:
                yield fact, replace(fact, value=other.value), None
                break


def _turned_round(report: Report) -> Changes:
    for fact in _plain_facts(report):
        if fact.start:
            yield fact, replace(fact, start=fact.end, end=fact.start), None


def _other_duplicate(report: Report) -> Changes:
    for group in report.filing.duplicates:
        fact = group.facts[-1]
        if fact.kind == "number" and fact.value and rounding_of(fact):
            step = 2 * TOLERANCES * rounding_of(fact)
            yield fact, replace(fact, value=plain(Decimal(fact.value) + step)), None


def _other_end(report: Report) -> Changes:
    for fact in report.filing.facts:
        if fact.concept == "dei:DocumentPeriodEndDate" and fact.value:
            yield fact, replace(fact, value=f"{int(fact.text[:4]) + 1}{fact.text[4:]}"), None


SPECIAL: dict[str, Callable[[Report], Changes]] = {
    "impossible_signs": _negated,
    "printed_signs": _negated,
    "scale_outliers": _thousandth,
    "units": _other_unit,
    "terms_not_comparable": _other_unit,
    "column_periods": _other_period,
    "period_kind": _other_kind,
    "after_report_end": _next_year,
    "repeated_periods": _as_last_year,
    "period_order": _turned_round,
    "duplicate_facts": _other_duplicate,
    "report_period": _other_end,
}
"""Checks that read something else than the value."""
