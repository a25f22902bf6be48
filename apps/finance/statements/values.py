"""From printed cells to values: exact numbers with their facts, the most precise duplicate first."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from apps.finance.filings import Fact, Filing
from apps.finance.filings.duplicates import accuracy
from apps.finance.statements.face import Entry, FaceRow
from apps.finance.statements.model import Period, StatementName, StatementValue

_DASH = "the page prints a dash, which is a zero"
_TURNED = "its tag and the parentheses on the page disagree about the sign, unlike in the row's other columns"


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
        """The fact and its duplicates: equal values first, of those the most precise, of those the one on the face."""
        same = self._same.get(fact.aspects, [fact])
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
            return StatementValue(entry.period, Decimal(0), unit, note=f"{_DASH}; it is not tagged", printed=entry.text)
        why = "the number printed there has no tag" if entry.text else "the page leaves the cell empty"
        return StatementValue(entry.period, None, unit, not_available=why, printed=entry.text)
    ids = sources.fact_ids(fact)
    if fact.value is not None:
        note = _TURNED if entry.turned else ""
        value = sign * Decimal(fact.value) + 0  # a zero turned round is a zero, not "-0"
        return StatementValue(entry.period, value, unit, ids, note=note, printed=entry.text, turned=entry.turned)
    if fact.nil and entry.dash:
        return StatementValue(entry.period, Decimal(0), unit, ids, note=f"{_DASH}; its tag says that there is no value")
    why = fact.not_available or "the report says that there is no value"
    return StatementValue(entry.period, None, unit, ids, not_available=why)


def newest_first(statement: StatementName, values: Iterable[StatementValue], cover: Period | None) -> tuple:
    """Values by period, newest first.

    Of periods that end on one day the one that the report's kind is about comes first: of an annual report the year; of
    a quarterly one the quarter in the income statement, and the time since the start of the fiscal year in the
    cash-flow statement.

    Args:
        statement: Which statement the values stand in.
        values: At most one for each period.
        cover: The period that the report covers, by its cover page.
    """
    annual = cover is None or days(cover) > 340
    ends = sorted({value.period.end for value in values}, reverse=True)

    def key(value: StatementValue) -> tuple:
        period = value.period
        if not period.start:
            return (ends.index(period.end), 0, 0)
        about = cover is not None and period.end == cover.end and abs(apart(period.start, cover.start)) <= 7
        first = about and (annual or statement == "cash_flow")
        length = days(period)
        longest = statement == "cash_flow" or annual
        return (ends.index(period.end), not first, -length if longest else length)

    return tuple(sorted(values, key=key))


def days(period: Period) -> int:
    """How many days a duration lasts; 0 for an instant."""
    return apart(period.end, period.start) + 1 if period.start else 0


def apart(later: str, earlier: str) -> int:
    """Days from one ISO date to another; 0 where one of them is none."""
    try:
        return (date.fromisoformat(later[:10]) - date.fromisoformat(earlier[:10])).days
    except ValueError:
        return 0


def day_before(start: str) -> str:
    """The day at whose end the opening balance of a duration stands; empty where there is none in the calendar."""
    try:
        return (date.fromisoformat(start[:10]) - timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return ""
