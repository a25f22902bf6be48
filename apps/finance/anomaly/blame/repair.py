"""What one fact would have to be for the failed sums that it stands in to hold: another sign, scale or value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from apps.documents import or_none
from apps.finance.anomaly.evidence import period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.sentences import Part, sentence
from apps.finance.filings import Fact
from apps.finance.money import amount
from core_model.errors import Message

Slip = Literal["sign", "scale", ""]
THOUSANDS = tuple(Decimal(10) ** power for power in (3, 6, 9, -3, -6, -9))


@dataclass(frozen=True, slots=True)
class Repair:
    """A value that would repair the failures.

    Attributes:
        value: It.
        slip: ``sign`` where the fact has it with the opposite sign, ``scale`` where it is some thousand times off.
        sums: How many failed sums it repairs.
        factor: By how much the fact would have to be multiplied where its scale is off, else one.
    """

    value: Decimal
    slip: Slip
    sums: int
    factor: Decimal = Decimal(1)


def repair(fact: Fact, failed: Iterable[CheckResult]) -> Repair | None:
    """The value with which a fact would repair all failed sums in its unit that it stands in.

    Args:
        fact: A number.
        failed: Failed checks; those that are no sum of the fact's unit say nothing.

    Returns:
        None where no value repairs them all.
    """
    if fact.kind != "number" or not fact.value or not fact.unit:
        return None
    value = Decimal(fact.value)
    sums = [_needed(fact.fact_id, value, r) for r in failed if or_none(r.difference) and r.unit == fact.unit]
    needed = [each for each in sums if each is not None]
    if not value or not needed:
        return None
    slip = _slip(value, needed)
    if slip is not None:
        return slip
    common = needed[0][0]
    return Repair(common, "", len(needed)) if all(abs(each - common) <= near for each, near in needed) else None


def _needed(fact_id: str, value: Decimal, result: CheckResult) -> tuple[Decimal, Decimal] | None:
    """What the fact would have to be for a sum to hold, and how near to it will do; None where it is no term of it."""
    weight = dict(zip(result.fact_ids, result.weights, strict=False)).get(fact_id, 0)
    if not weight:
        return None
    return value - (or_none(result.difference) or Decimal(0)) / weight, or_none(result.tolerance) or Decimal(0)


def _slip(value: Decimal, needed: Sequence[tuple[Decimal, Decimal]]) -> Repair | None:
    """The factor that repairs all sums. What is within the tolerance of nothing is no factor of the value."""
    for factor in (Decimal(-1), *THOUSANDS):
        repaired = value * factor
        if all(abs(each - repaired) <= near < abs(repaired) for each, near in needed):
            return Repair(repaired, "sign" if factor < 0 else "scale", len(needed), factor)
    return None


def told(fact: Fact, name: Part, found: Repair) -> Message | None:
    """The sentence that tells it; None where a single sum, which any of its terms could repair, is all there is.

    Args:
        fact: The fact.
        name: What it is called.
        found: What it would have to be.
    """
    parts: dict[str, Part] = {
        "name": name,
        "when": period_of(fact).when,
        "amount": amount(found.value, fact.unit or ""),
    }
    if found.slip == "sign":
        return sentence("repair_by_sign", **parts)
    if found.slip == "scale" and found.factor > 1:
        return sentence("repair_by_larger_scale", times=amount(found.factor), **parts)
    if found.slip == "scale":
        return sentence("repair_by_smaller_scale", times=amount(1 / found.factor), **parts)
    return sentence("repair_by_value", **parts) if found.sums > 1 else None
