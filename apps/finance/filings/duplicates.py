"""Duplicate facts: the same concept, entity, period, dimensions and unit, said more than once.

Facts of different tuples are no duplicates of each other (XBRL 2.1, section 4.10).

Two numbers agree where the ranges that they were rounded from overlap ("Handling Duplicate Facts in XBRL and Inline
XBRL", XBRL International working group note): a value with ``decimals`` d stands for anything within half of 10^-d.
"""

from collections.abc import Iterable
from decimal import Context, Decimal
from typing import Any

from apps.finance.filings.model import Duplicates, Fact
from apps.finance.quoted import in_quotes
from core_model.errors import Message

NAMED = 30
"""Facts that say the same thing and are named as the sources of one value, or of one finding; no report that this was
tried on states a thing oftener. Every fact beyond them is judged all the same."""
_EXACT = Context(prec=1000)  # numbers have at most 128 digits on either side of the point


def find_duplicates(facts: Iterable[Fact]) -> list[Duplicates]:
    """All duplicates among the facts of one filing, in the order of their first facts.

    Facts whose value is not available are left out: nothing is known of them. Nil beside a value contradicts it.
    """
    contexts: dict[tuple, int] = {}
    known: dict[str, int] = {}
    groups: dict[tuple, list[Fact]] = {}
    for fact in facts:
        if fact.not_available is not None:
            continue
        context = known.get(fact.context_id)
        if context is None:
            who_and_when = (fact.entity, fact.start, fact.end, fact.instant, fact.dimensions)
            context = known[fact.context_id] = contexts.setdefault(who_and_when, len(contexts))
        key = (fact.concept, context, fact.unit, fact.tuple_id)
        group = groups.get(key)
        if group is None:
            groups[key] = [fact]
        else:
            group.append(fact)
    return [judge(group) for group in groups.values() if len(group) > 1]


def judge(facts: list[Fact]) -> Duplicates:
    """Whether facts with the same aspects agree, and which of them is the most precise.

    Args:
        facts: At least one, all with the same aspects and each with a value or nil.
    """
    best = most_precise(facts)
    values = {fact.value for fact in facts}
    if len(values) == 1:
        return Duplicates(facts, best, "complete")
    if None in values:
        return Duplicates(facts, best, "contradicting", Message("nil_beside_value", {"value": _shown(best)}))
    if all(fact.kind == "number" for fact in facts):
        return _judge_numbers(facts, best)
    texts = {fact.text for fact in facts}
    if len(texts) == 1:
        return Duplicates(facts, best, "consistent")
    other = next(fact for fact in facts if fact.text != facts[0].text)
    return Duplicates(facts, best, "contradicting", _against(facts[0], other))


def _judge_numbers(facts: list[Fact], best: Fact) -> Duplicates:
    ranges = [(*rounding_range(fact), fact) for fact in facts]
    low, _, above = max(ranges, key=lambda entry: entry[0])
    _, high, below = min(ranges, key=lambda entry: entry[1])
    if low <= high:
        return Duplicates(facts, best, "consistent")
    return Duplicates(facts, best, "contradicting", _against(below, above))


def most_precise(facts: Iterable[Fact]) -> Fact:
    """The fact with the most decimals among those with a value; the first of equals, or of all."""
    return min(facts, key=lambda fact: (fact.value is None, -accuracy(fact), fact.order))


def accuracy(fact: Fact) -> float:
    """Decimals to which a number is accurate: infinite where exact or not a number, minus infinite where unknown."""
    if fact.kind != "number" or fact.value is None:
        return float("inf")
    if fact.decimals is not None:
        return _whole_or_infinite(fact.decimals)
    if fact.precision is None:
        return float("-inf")
    digits = _whole_or_infinite(fact.precision)
    if digits in (float("inf"), float("-inf")) or digits <= 0:
        return digits if digits > 0 else float("-inf")
    number = Decimal(fact.value)
    return digits - 1 - number.adjusted() if number else float("inf")


def rounding_range(fact: Fact) -> tuple[Decimal, Decimal]:
    """The lowest and highest number that the fact may have been rounded from.

    Where the report does not say how accurate the number is, it is taken as it stands.
    """
    number = Decimal(fact.value or "0")
    decimals = accuracy(fact)
    if decimals in (float("inf"), float("-inf")):
        return number, number
    half = Decimal(5).scaleb(-int(decimals) - 1)
    return _EXACT.subtract(number, half), _EXACT.add(number, half)


def _whole_or_infinite(text: str) -> float:
    text = text.strip()
    if text == "INF":
        return float("inf")
    try:
        return float(max(-200, min(200, int(text))))
    except ValueError:
        return float("-inf")


def _against(one: Fact, other: Fact) -> Message:
    return Message("one_against_other", {"one": _shown(one), "other": _shown(other)})


def _shown(fact: Fact) -> dict[str, Any]:
    """The value with its fact, as a part of a sentence."""
    value: Any = fact.value or ""
    if fact.kind == "text":
        value = in_quotes(fact.text[:60])
    elif fact.kind == "number" and fact.value:
        value = f"{Decimal(fact.value):,f}"
    return Message("value_of_fact", {"value": value, "fact": fact.fact_id}).as_dict()
