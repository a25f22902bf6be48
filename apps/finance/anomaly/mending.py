"""What one fact would have to be for the failed sums that it stands in to hold: another sign, scale or value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from apps.finance.anomaly.evidence import period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.wording import first_up, shown, when
from apps.finance.filings import Fact

Slip = Literal["sign", "scale", ""]
THOUSANDS = tuple(Decimal(10) ** power for power in (3, 6, 9, -3, -6, -9))


@dataclass(frozen=True, slots=True)
class Mending:
    """A value that would mend the failures.

    Attributes:
        value: It.
        slip: ``sign`` where the fact has it with the opposite sign, ``scale`` where it is some thousand times off.
        sums: How many failed sums it mends.
        factor: By how much the fact would have to be multiplied where its scale is off, else one.
    """

    value: Decimal
    slip: Slip
    sums: int
    factor: Decimal = Decimal(1)


def mending(fact: Fact, failed: Iterable[CheckResult]) -> Mending | None:
    """The value with which a fact would mend all failed sums in its unit that it stands in.

    Args:
        fact: A number.
        failed: Failed checks; those that compare no amounts in the fact's unit say nothing.

    Returns:
        None where no value mends them all, or where two would.
    """
    if fact.kind != "number" or not fact.value or not fact.unit:
        return None
    value = Decimal(fact.value)
    sums = [r for r in failed if r.observed and r.difference and r.unit == fact.unit and fact.fact_id in r.fact_ids]
    if not value or not sums:
        return None
    slip = _slip(value, sums)
    if slip is not None:
        return slip
    common = [
        mended
        for mended in _ways(fact.fact_id, value, sums[0])
        if all(_near(mended, _ways(fact.fact_id, value, r), r) for r in sums)
    ]
    return Mending(common[0], "", len(sums)) if len(common) == 1 else None


def _slip(value: Decimal, sums: Sequence[CheckResult]) -> Mending | None:
    for factor in (Decimal(-1), *THOUSANDS):
        step = value * factor - value
        if all(abs(abs(r.difference or Decimal(0)) - abs(step)) <= (r.tolerance or Decimal(0)) for r in sums):
            return Mending(value * factor, "sign" if factor < 0 else "scale", len(sums), factor)
    return None


def _ways(fact_id: str, value: Decimal, result: CheckResult) -> list[Decimal]:
    """What the fact would have to be for a sum to hold: as its total less by the difference, as a term either way."""
    difference = result.difference or Decimal(0)
    return [value - difference] if result.fact_ids[0] == fact_id else [value + difference, value - difference]


def _near(mended: Decimal, ways: Iterable[Decimal], result: CheckResult) -> bool:
    return any(abs(way - mended) <= (result.tolerance or Decimal(0)) for way in ways)


def in_words(fact: Fact, name: str, found: Mending) -> str:
    """The sentence that tells it; empty where a single sum, which any of its terms could mend, is all there is."""
    who, unit = f"{first_up(name)} {when(period_of(fact))}", fact.unit or ""
    if found.slip == "sign":
        return f"{who} would fit with the opposite sign, as {shown(found.value, unit)}."
    if found.slip == "scale":
        times, size = (found.factor, "small") if found.factor > 1 else (1 / found.factor, "large")
        return f"{who} would fit as {shown(found.value, unit)}: the tag is {times:,.0f} times too {size}."
    if found.sums > 1:
        return f"All of these sums would be right if {name} {when(period_of(fact))} were {shown(found.value, unit)}."
    return ""
