"""Checks of facts by themselves: contradicting duplicates, units."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from apps.finance.anomaly.checks.registry import check, not_applicable
from apps.finance.anomaly.evidence import Evidence, period_of
from apps.finance.anomaly.model import NOT_COMPARED, CheckResult
from apps.finance.anomaly.names import member_name
from apps.finance.anomaly.printed.currencies import in_own_column, said_beside
from apps.finance.anomaly.sentences import Part, sentence
from apps.finance.filings import Fact
from apps.finance.filings.duplicates import NAMED
from apps.finance.filings.model import Duplicates
from apps.finance.money import is_money, is_per_share, kind_of, per_share, scale_of, unit_in_words
from core_model.errors import Message

MOST_FOREIGN = 200
"""Amounts in other currencies that are looked up on the page."""


@check("duplicate_facts")
def duplicate_facts(evidence: Evidence) -> Iterable[CheckResult]:
    groups = [group for group in evidence.filing.duplicates if group.facts[0].kind == "number"]
    bad = [group for group in groups if group.agreement == "contradicting" and not _all_nothing(group.facts)]
    bad = [group for group in bad if not (evidence.cuts_off and _cut_off(evidence, group))]
    for group in bad:
        fact = group.facts[0]
        values = [Decimal(each.value) for each in group.facts if each.value is not None]
        yield CheckResult(
            "duplicate_facts",
            "fails",
            _differing(evidence, group.facts[:NAMED]),
            tuple(each.fact_id for each in group.facts[:NAMED]),
            (max(values) - min(values)) if values else NOT_COMPARED,
            NOT_COMPARED,
            fact.unit or "",
            period_of(fact),
        )
    if groups and not bad:
        count = sum(len(group.facts) for group in groups)
        yield CheckResult("duplicate_facts", "holds", sentence("duplicates_agree", count=count))


def _cut_off(evidence: Evidence, group: Duplicates) -> bool:
    """Whether all numbers are the most precise one cut off, in a report that does so."""
    if any(fact.value is None for fact in group.facts):
        return False
    exact = Decimal(group.best.value or 0)
    values = [(Decimal(fact.value or 0), fact) for fact in group.facts if fact.value != group.best.value]
    return all(
        value * exact >= 0 and 0 <= abs(exact) - abs(value) < evidence.rounding_of(fact) for value, fact in values
    )


def _all_nothing(facts: Sequence[Fact]) -> bool:
    """Whether numbers are zero or nil: a page prints a dash for both, and statements read it as a zero."""
    return all(fact.value is None or not Decimal(fact.value) for fact in facts)


def _differing(evidence: Evidence, facts: Sequence[Fact]) -> Message:
    """What a fact is stated with, and of what part of the company it is where it is not of the whole."""
    fact = facts[0]
    parts: dict[str, Part] = {
        "name": evidence.name_of(fact.concept),
        "when": period_of(fact).when,
        "values": _each(facts),
    }
    if not fact.dimensions:
        return sentence("duplicates_differ", **parts)
    members = [member_name(dimension.member) for dimension in fact.dimensions]
    return sentence("duplicates_of_part_differ", members=members, **parts)


def _each(facts: Sequence[Fact]) -> list[Message]:
    """The different values of some facts, each once, in the order of the document, with how often it stands."""
    values = [Decimal(fact.value) for fact in facts if fact.value is not None]
    scale = scale_of(values, facts[0].unit or "")
    stated = [
        sentence("value_several_times", amount=scale.amount(value), count=count) if count > 1 else scale.amount(value)
        for value, count in Counter(values).items()
    ]
    return stated + [Message("value_is_nil")] * any(fact.value is None for fact in facts)


@check("units")
def units(evidence: Evidence) -> Iterable[CheckResult]:
    currency = evidence.filing.document.currency
    if currency is None:
        yield not_applicable("units", Message("currency_not_stated"))
        return
    read, wrong = 0, dict(_of_another_kind(evidence)) | dict(_foreign(evidence, currency))
    for line in evidence.statements.lines:
        wanted = per_share(currency) if line.line.startswith("eps_") else currency
        translated = {value.period for value in line.values if value.unit == wanted}
        for value in line.values:
            if value.value is None or value.derived or not value.fact_ids:
                continue
            read += 1
            if value.unit != wanted and value.period not in translated:
                wrong.setdefault(value.fact_ids[0], wanted)
    for fact_id, wanted in wrong.items():
        fact = evidence.facts[fact_id]
        yield CheckResult(
            "units",
            "fails",
            sentence(
                "unit_wrong",
                name=evidence.name_of(fact.concept),
                when=period_of(fact).when,
                unit=unit_in_words(fact.unit or ""),
                wanted=unit_in_words(wanted),
            ),
            (fact_id,),
            unit=fact.unit or "",
            period=period_of(fact),
        )
    if read and not wrong:
        yield CheckResult("units", "holds", sentence("units_right", count=read, currency=currency))


def _of_another_kind(evidence: Evidence) -> Iterable[tuple[str, str]]:
    """Facts of a printed row in money among counts of shares, or the other way round, with the others' unit."""
    by_concept: dict[str, list[Fact]] = defaultdict(list)
    for fact in evidence.filing.facts:
        if fact.kind == "number" and fact.value is not None and fact.unit and fact.concept in evidence.captions:
            by_concept[fact.concept].append(fact)
    for facts in by_concept.values():
        kinds = Counter(kind_of(fact.unit or "") for fact in facts)
        if len(kinds) < 2:
            continue
        (usual, most), (_, next_most) = kinds.most_common(2)
        if most > next_most:
            unit = next(fact.unit or "" for fact in facts if kind_of(fact.unit or "") == usual)
            yield from ((fact.fact_id, unit) for fact in facts if kind_of(fact.unit or "") != usual)


def _foreign(evidence: Evidence, currency: str) -> Iterable[tuple[str, str]]:
    """Amounts of the whole company in another currency than the report's, with the unit that is asked for.

    None where the page names that currency beside the number, where another amount is stated in the report's own, and
    where a whole printed column is in that currency. Where the page was not read, only rows of the statements count of
    which most amounts are in the report's currency.
    """
    own = {False: currency, True: per_share(currency)}
    units: dict[str, Counter[str | None]] = defaultdict(Counter)
    foreign: list[tuple[Fact, str]] = []
    for (concept, _), facts in evidence.plain_numbers.items():
        units[concept].update(fact.unit for fact in facts)
        for fact in facts:
            wanted = own[is_per_share(fact.unit)]
            if fact.unit == wanted or not (is_money(fact.unit) or is_per_share(fact.unit)):
                continue
            if not any(other.unit == wanted and other.value != fact.value for other in facts[:NAMED]):
                foreign.append((fact, wanted))
    for fact, wanted in foreign[:MOST_FOREIGN]:
        if evidence.layout.elements:
            if _page_prints_another(evidence, fact):
                yield fact.fact_id, wanted
        elif fact.concept in evidence.captions and 2 * units[fact.concept][wanted] > units[fact.concept].total():
            yield fact.fact_id, wanted


def _page_prints_another(evidence: Evidence, fact: Fact) -> bool:
    """Whether the page prints a number without naming the currency of its tag beside it or for its column."""
    layout, unit = evidence.layout, fact.unit or ""
    if fact.fact_id not in layout.elements or said_beside(layout, fact.fact_id, unit):
        return False
    return not in_own_column(layout, fact.fact_id, unit)
