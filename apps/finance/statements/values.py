"""From printed cells to values: exact numbers with their facts, the most precise duplicate first."""

from collections.abc import Iterable
from decimal import Decimal

from apps.finance.filings import Fact, Filing
from apps.finance.filings.duplicates import NAMED, accuracy
from apps.finance.periods import Period, newest_first
from apps.finance.statements.face import Entry, FaceRow
from apps.finance.statements.model import StatementName, StatementValue
from core_model.errors import Message


class Sources:
    """Finds the duplicates of facts.

    Args:
        filing: The report.
        concepts: Concepts whose facts will be asked for.
    """

    def __init__(self, filing: Filing, concepts: Iterable[str]) -> None:
        wanted = set(concepts)
        self._same: dict[tuple, list[Fact]] = {}
        for fact in filing.facts:
            if fact.kind == "number" and fact.concept in wanted:
                self._same.setdefault(fact.aspects, []).append(fact)

    def fact_ids(self, fact: Fact) -> tuple[str, ...]:
        """The fact and its duplicates: equal values first, of those the most precise, of those the one on the face.

        Of very many duplicates those that the report states first.
        """
        same = self._same.get(fact.aspects, [fact])
        if len(same) > NAMED:
            same = [fact, *[other for other in same[:NAMED] if other is not fact]]
        if len(same) < 2:
            return (fact.fact_id,)
        usable = [other for other in same if other is fact or other.value is not None]
        usable.sort(key=lambda other: (other.value != fact.value, -accuracy(other), other is not fact, other.order))
        return tuple(other.fact_id for other in usable)


def value_of(entry: Entry, row: FaceRow, sources: Sources, sign: int = 1) -> StatementValue:
    """What one cell says, with the sign turned where ``sign`` is -1."""
    fact = entry.fact
    unit = (fact.unit if fact is not None else None) or next((f.unit for f in row.facts if f.unit), None) or ""
    if fact is None:
        if entry.dash:
            return StatementValue(entry.period, Decimal(0), unit, note=Message("dash_untagged"), printed=entry.text)
        why = Message("number_untagged") if entry.text else Message("cell_empty")
        return StatementValue(entry.period, None, unit, not_available=why, printed=entry.text)
    ids = sources.fact_ids(fact)
    if fact.value is not None:
        note = _otherwise(fact, row)
        if entry.turned:
            note = Message("payment_tagged_negative" if row.pays else "sign_turned")
        value = sign * Decimal(fact.value) + 0  # a zero turned round is a zero, not "-0"
        return StatementValue(entry.period, value, unit, ids, note=note, printed=entry.text, turned=entry.turned)
    if fact.nil and entry.dash:
        return StatementValue(entry.period, Decimal(0), unit, ids, note=Message("dash_tagged_nil"))
    why = fact.not_available or Message("value_nil")
    return StatementValue(entry.period, None, unit, ids, not_available=why)


def _otherwise(fact: Fact, row: FaceRow) -> Message | None:
    """How a cell is tagged otherwise than its row: as another concept, for a part of the company, in another unit."""
    if fact.concept != row.concept:
        return Message("tagged_as_another", {"concept": fact.concept})
    if fact.dimensions != row.dimensions:
        parts = ", ".join(f"{dimension.axis}={dimension.member}" for dimension in fact.dimensions)
        return Message("tagged_for_a_part", {"part": parts}) if parts else Message("tagged_for_the_whole")
    usual = row.facts[0].unit
    return Message("tagged_in_another_unit", {"unit": fact.unit or ""}) if fact.unit != usual else None


def in_order(
    statement: StatementName, values: Iterable[StatementValue], cover: Period | None
) -> tuple[StatementValue, ...]:
    """Values by period, newest first.

    Of periods that end on one day the one that the report's kind is about comes first: of an annual report the year; of
    a quarterly one the quarter in the income statement, and the time since the start of the fiscal year in the
    cash-flow statement.

    Args:
        statement: Which statement the values stand in.
        values: At most one for each period.
        cover: The period that the report covers, by its cover page.
    """
    annual = cover is None or cover.reaches_a_year
    by_period = {value.period: value for value in values}
    ordered = newest_first(
        by_period,
        longest_first=annual or statement == "cash_flow",
        first=cover if annual or statement == "cash_flow" else None,
    )
    return tuple(by_period[period] for period in ordered)
