"""Checks of facts by themselves: contradicting duplicates, units."""

from collections.abc import Iterable
from decimal import Decimal

from apps.finance.anomaly.evidence import Evidence, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.registry import CHECKS, check, not_applicable, text_of


@check("duplicate_facts", "The same fact has the same value wherever it is printed")
def duplicate_facts(evidence: Evidence) -> Iterable[CheckResult]:
    groups = [group for group in evidence.filing.duplicates if group.facts[0].kind == "number"]
    bad = [group for group in groups if group.agreement == "contradicting"]
    title = CHECKS["duplicate_facts"].title
    for group in bad:
        fact = group.facts[0]
        values = [Decimal(each.value) for each in group.facts if each.value is not None]
        yield CheckResult(
            "duplicate_facts",
            title,
            "fails",
            f"{evidence.name_of(fact.concept)} is stated with values that rounding does not reconcile: {group.reason}.",
            tuple(each.fact_id for each in group.facts),
            (max(values) - min(values)) if values else None,
            None,
            fact.unit or "",
            text_of(period_of(fact)),
        )
    if groups and not bad:
        count = sum(len(group.facts) for group in groups)
        yield CheckResult(
            "duplicate_facts", title, "holds", f"{count} facts that stand in several places agree up to rounding."
        )


@check("units", "Every amount is in the unit that its concept asks for")
def units(evidence: Evidence) -> Iterable[CheckResult]:
    currency = evidence.filing.document.currency
    title = CHECKS["units"].title
    if currency is None:
        yield not_applicable("units", "the report does not say its currency")
        return
    read, bad = 0, []
    for line in evidence.statements.lines:
        wanted = f"{currency}/shares" if line.line.startswith("eps_") else currency
        for value in line.values:
            if value.value is None or value.derived:
                continue
            read += 1
            if value.unit != wanted:
                bad.append((line, value, wanted))
    for line, value, wanted in bad:
        yield CheckResult(
            "units",
            title,
            "fails",
            f"{line.label or line.line} is stated in {value.unit or 'no unit'}; {wanted} is what this line is in.",
            value.fact_ids,
            unit=value.unit,
            period=text_of(value.period),
        )
    if read and not bad:
        yield CheckResult("units", title, "holds", f"{read} key amounts are in {currency} or {currency}/shares.")
