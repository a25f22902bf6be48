"""What a check found and what is listed as an anomaly. Plain data."""

from dataclasses import dataclass
from typing import Literal

from apps.documents import Exact, Missing, missing
from apps.finance.periods import Period
from core_model.errors import Message

Verdict = Literal["holds", "fails", "not_applicable"]
Severity = Literal["low", "medium", "high"]
NOT_COMPARED = missing("nothing_to_compare")
"""What stands in place of a difference where no two amounts were compared."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check in one period.

    Attributes:
        check_id: Stable name of the check, ``"balance_equality"``.
        verdict: ``not_applicable`` where the facts that it needs are not in the report.
        reason: One or two sentences, with the figures.
        fact_ids: The facts it used; the ones that disagree first.
        difference: What is left over; missing where there is nothing to compare.
        tolerance: How much rounding explains, from the facts' ``decimals``; missing where no amounts are compared.
        unit: Unit of the difference and the tolerance, ``USD``; empty where there is no difference.
        period: When; None where it concerns the whole report.
        observed: Of a failure the amounts that were compared, without a verdict; else None.
        weights: For each fact by how much the difference grows where the fact as tagged grows by one: 1 or -1, and 0
            where it grows otherwise. Empty where the difference is not that of a sum.
    """

    check_id: str
    verdict: Verdict
    reason: Message
    fact_ids: tuple[str, ...] = ()
    difference: Exact | Missing = NOT_COMPARED
    tolerance: Exact | Missing = NOT_COMPARED
    unit: str = ""
    period: Period | None = None
    observed: Message | None = None
    weights: tuple[int, ...] = ()

    @property
    def title(self) -> Message:
        """What the check says, in a few words."""
        return Message(f"check_title_{self.check_id}")

    @property
    def period_text(self) -> str:
        """The period as documents write it; empty where it concerns the whole report."""
        return self.period.text if self.period is not None else ""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something in the report that does not fit and is worth a look.

    Attributes:
        anomaly_id: The same whenever the same report is read.
        rank: From 1, the most serious first.
        kind: Stable name of the kind, ``"subtotal_off"``.
        severity: How much it matters for the statements.
        confidence: 0 to 1 that it is not rounding, presentation or our own misreading.
        reason: What disagrees, by how much, and what would be expected.
        fact_ids: Where to look, the most telling first.
        check_id: The check that found it, or why there is no single one.
    """

    anomaly_id: str
    rank: int
    kind: str
    severity: Severity
    confidence: float
    reason: Message
    fact_ids: tuple[str, ...]
    check_id: str | Missing
