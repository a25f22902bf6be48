"""What a check found and what is listed as an anomaly. Plain data."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Verdict = Literal["holds", "fails", "not_applicable"]
Severity = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check in one period.

    Attributes:
        check_id: Stable name of the check, ``"balance_equality"``.
        title: What it says, in a few words.
        verdict: ``not_applicable`` where the facts that it needs are not in the report.
        reason: One or two sentences in plain words, with the figures.
        fact_ids: The facts it used; the ones that disagree first.
        difference: What is left over; None where there is nothing to compare.
        tolerance: How much rounding explains, from the facts' ``decimals``.
        unit: Unit of the difference and the tolerance, ``USD``; empty where there is no difference.
        period: The period as ``end`` or ``start/end``; empty where it concerns the whole report.
        observed: The amounts that were compared, in words and without a verdict; empty where none were.
        weights: For each fact by how much the difference grows where the fact as tagged grows by one: 1 or -1, and 0
            where it grows otherwise. Empty where the difference is not that of a sum.
    """

    check_id: str
    title: str
    verdict: Verdict
    reason: str
    fact_ids: tuple[str, ...] = ()
    difference: Decimal | None = None
    tolerance: Decimal | None = None
    unit: str = ""
    period: str = ""
    observed: str = ""
    weights: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something in the report that does not fit and is worth a look.

    Attributes:
        anomaly_id: The same whenever the same report is read.
        rank: From 1, the most serious first.
        kind: Stable name of the kind, ``"subtotal_off"``.
        severity: How much it matters for the statements.
        confidence: 0 to 1 that it is not rounding, presentation or our own misreading.
        reason: In plain words: what disagrees, by how much, and what would be expected.
        fact_ids: Where to look, the most telling first.
        check_id: The check that found it, else empty.
    """

    anomaly_id: str
    rank: int
    kind: str
    severity: Severity
    confidence: float
    reason: str
    fact_ids: tuple[str, ...]
    check_id: str = ""
