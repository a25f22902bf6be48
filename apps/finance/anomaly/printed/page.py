"""The statements as printed, made ready for adding up: rows with a signed amount in each column."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from apps.documents import or_none
from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.printed.losses import sign_is_in_caption
from apps.finance.periods import Period
from apps.finance.statements.model import ReportedLine, StatementName, StatementValue


@dataclass(frozen=True, slots=True)
class PageRow:
    """One row of a statement with numbers in the statement's own currency and kind of period.

    Attributes:
        caption: As printed.
        concept: Concept of its facts.
        total: Whether it is printed as a total.
        amounts: By period with the sign as printed, or as tagged where the caption says it ("Net loss 520"); a blank or
            a dash is zero without facts. A number without a tag is None, and then nothing can be said of the column.
        opens: Whether a heading stands directly above it.
    """

    caption: str
    concept: str
    total: bool
    amounts: dict[Period, Amount | None]
    opens: bool = False

    @property
    def local_name(self) -> str:
        """The concept without its prefix."""
        return self.concept.rpartition(":")[2]


def page_rows(evidence: Evidence, statement: StatementName) -> list[PageRow]:
    """The rows of a statement that are in the report's currency and of the statement's kind of period."""
    currency = evidence.filing.document.currency
    rows = []
    opens = False
    for line in evidence.statements.reported.get(statement, ()):
        opens = opens or line.heading
        usable = [v for v in line.values if bool(v.period.start) == (statement != "balance")]
        if line.heading or not usable or any(v.unit not in ("", currency) for v in usable):
            continue
        concept = or_none(line.concept) or ""
        if "PerShare" in concept:
            continue
        rows.append(PageRow(line.label, concept, line.total, _amounts(evidence, line, usable), opens))
        opens = False
    return rows


def _amounts(evidence: Evidence, line: ReportedLine, values: Iterable[StatementValue]) -> dict[Period, Amount | None]:
    amounts: dict[Period, Amount | None] = {}
    in_caption = sign_is_in_caption(line)
    for value in values:
        stated = value.value if in_caption else value.as_printed
        if stated is not None:
            own = next((evidence.facts[i] for i in value.fact_ids if i in evidence.facts), None)
            rounding = evidence.rounding_of(own) if own is not None else Decimal(0)
            sign = 1 if stated == value.value else -1
            ids = evidence.agreeing(value.fact_ids)
            amount = Amount(stated, rounding, ids, evidence.caption(line), value.unit, sign)
        elif value.printed and not value.fact_ids:
            amount = None
        else:
            amount = Amount(Decimal(0), Decimal(0), value.fact_ids, evidence.caption(line), value.unit)
        held = amounts.get(value.period)
        if value.period not in amounts or (held is not None and not held.value and amount is not None):
            amounts[value.period] = amount
    return amounts
