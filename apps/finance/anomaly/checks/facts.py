"""Checks of facts by themselves: contradicting duplicates, units."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from apps.finance.anomaly.checks.registry import CHECKS, check, not_applicable, text_of
from apps.finance.anomaly.evidence import Evidence, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.wording import first_up, is_or_are, listed, member_in_words, scale_of, when
from apps.finance.filings import Fact

UNIT_NAMES = {"": "no unit", "pure": "plain numbers"}
_CURRENCY = re.compile(r"\b[A-Z]{3}\b")


@check("duplicate_facts", "The same fact has the same value wherever it is printed")
def duplicate_facts(evidence: Evidence) -> Iterable[CheckResult]:
    groups = [group for group in evidence.filing.duplicates if group.facts[0].kind == "number"]
    bad = [group for group in groups if group.agreement == "contradicting" and not _all_nothing(group.facts)]
    title = CHECKS["duplicate_facts"].title
    for group in bad:
        fact = group.facts[0]
        name = evidence.name_of(fact.concept)
        values = [Decimal(each.value) for each in group.facts if each.value is not None]
        yield CheckResult(
            "duplicate_facts",
            title,
            "fails",
            f"{first_up(name)} {when(period_of(fact))}{_part(fact)} {is_or_are(name)} stated with "
            f"{listed(_each(group.facts))}, which rounding does not reconcile.",
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


def _all_nothing(facts: Sequence[Fact]) -> bool:
    """Whether numbers are zero or nil: a page prints a dash for both, and statements read it as a zero."""
    return all(fact.value is None or not Decimal(fact.value) for fact in facts)


def _each(facts: Sequence[Fact]) -> list[str]:
    """The different values of some facts, each once, in the order of the document, with how often it stands."""
    values = [Decimal(fact.value) for fact in facts if fact.value is not None]
    scale = scale_of(values, facts[0].unit or "")
    counts = Counter(values)
    texts = [scale.full(value) + (f" ({count} times)" if count > 1 else "") for value, count in counts.items()]
    return texts + ["no value (nil)"] * any(fact.value is None for fact in facts)


def _part(fact: Fact) -> str:
    """What part of the company a fact is of, in brackets; empty for the whole."""
    parts = ", ".join(member_in_words(dimension.member) for dimension in fact.dimensions)
    return f" ({parts})" if parts else ""


@check("units", "Every amount is in the unit that its concept asks for")
def units(evidence: Evidence) -> Iterable[CheckResult]:
    currency = evidence.filing.document.currency
    title = CHECKS["units"].title
    if currency is None:
        yield not_applicable("units", "The report does not say its currency.")
        return
    read, wrong = 0, dict(_of_another_kind(evidence))
    for line in evidence.statements.lines:
        wanted = f"{currency}/shares" if line.line.startswith("eps_") else currency
        translated = {value.period for value in line.values if value.unit == wanted}
        for value in line.values:
            if value.value is None or value.derived or not value.fact_ids:
                continue
            read += 1
            if value.unit != wanted and value.period not in translated:
                wrong.setdefault(value.fact_ids[0], wanted)
    for fact_id, wanted in wrong.items():
        fact = evidence.facts[fact_id]
        name = evidence.name_of(fact.concept)
        yield CheckResult(
            "units",
            title,
            "fails",
            f"{first_up(name)} {when(period_of(fact))} {is_or_are(name)} stated in "
            f"{UNIT_NAMES.get(fact.unit or '', fact.unit)}, but should be in {UNIT_NAMES.get(wanted, wanted)}.",
            (fact_id,),
            unit=fact.unit or "",
            period=text_of(period_of(fact)),
        )
    if read and not wrong:
        yield CheckResult("units", title, "holds", f"{read} key amounts are in {currency} or {currency}/shares.")


def _of_another_kind(evidence: Evidence) -> Iterable[tuple[str, str]]:
    """Facts of a printed row in money among counts of shares, or the other way round, with the others' unit."""
    by_concept: dict[str, list[Fact]] = defaultdict(list)
    for fact in evidence.filing.facts:
        if fact.kind == "number" and fact.value is not None and fact.unit and fact.concept in evidence.captions:
            by_concept[fact.concept].append(fact)
    for facts in by_concept.values():
        kinds = Counter(kind_of_unit(fact.unit or "") for fact in facts)
        if len(kinds) < 2:
            continue
        (usual, most), (_, next_most) = kinds.most_common(2)
        if most > next_most:
            unit = next(fact.unit or "" for fact in facts if kind_of_unit(fact.unit or "") == usual)
            yield from ((fact.fact_id, unit) for fact in facts if kind_of_unit(fact.unit or "") != usual)


def kind_of_unit(unit: str) -> str:
    """``money`` for a currency, ``money/shares``, else the unit itself."""
    return _CURRENCY.sub("money", unit)
