"""Key lines of a statement that is printed without tables: by the concepts of its facts alone.

Such a layout (positioned blocks, as converters of PDFs write; a table for each row) is not read as a statement yet: it
has no rows, so no captions and no arithmetic speak for a line. The values of its concepts are shown all the same.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from lxml import etree

from apps.documents import missing
from apps.finance.filings import Fact
from apps.finance.filings.duplicates import judge
from apps.finance.periods import WEEK, Period, apart, day_before
from apps.finance.statements.anchors import ANCHORS
from apps.finance.statements.concepts import CANDIDATES, ConceptChoice
from apps.finance.statements.lines import KeyLine
from apps.finance.statements.model import STATEMENTS, StatementLine, StatementName, StatementValue
from apps.finance.statements.tables import ROW, TABLE
from core_model.errors import Message

ENOUGH = 4.0
"""Weight of anchor concepts outside tables from which a statement is printed there."""
_MOST_CONFIDENCE = 0.6


def printed_without_tables(by_element: Mapping[etree._Element, Fact]) -> list[StatementName]:
    """The statements whose anchor concepts stand outside tables, or in tables of one row.

    Args:
        by_element: Visible numeric facts by their element.
    """
    short: dict[etree._Element, bool] = {}
    names: set[str] = set()
    for element, fact in by_element.items():
        if fact.dimensions:
            continue
        table = next(element.iterancestors(TABLE), None)
        if table is not None and table not in short:
            short[table] = sum(1 for _ in table.iter(ROW)) < 2
        if table is None or short[table]:
            names.add(fact.local_name)
    weights = {name: sum(ANCHORS[name][concept] for concept in names & ANCHORS[name].keys()) for name in STATEMENTS}
    return [name for name in STATEMENTS if weights[name] >= ENOUGH]


def line_by_concept(line: KeyLine, facts: Mapping[str, list[Fact]], cover: Period | None) -> StatementLine | None:
    """A key line from the facts of its most preferred concept; None where there is none.

    Args:
        line: Which.
        facts: Numeric facts of the whole company by concept.
        cover: The period that the report covers.
    """
    if cover is None:
        return None
    for candidate in CANDIDATES[line.name]:
        if candidate.needs is not None:
            continue
        values = tuple(_values(line, candidate, facts.get(candidate.concept, ()), cover))
        if any(value.value is not None for value in values):
            parts = {"meaning": candidate.message.as_dict(), "concept": candidate.concept}
            reason = Message("chosen_by_concept_alone", parts)
            confidence = min(candidate.confidence, _MOST_CONFIDENCE)
            label = missing("caption_not_read")
            return StatementLine(line.name, line.statement, label, candidate.concept, confidence, reason, values)
    return None


def _values(line: KeyLine, candidate: ConceptChoice, facts: Iterable[Fact], cover: Period) -> Iterable[StatementValue]:
    """The values at the end of the report's period and of the one before it, or over them, newest first."""
    by_period: dict[Period, list[Fact]] = {}
    for fact in facts:
        if fact.value is not None and fact.period is not None and fact.instant == (line.kind == "instant"):
            by_period.setdefault(fact.period, []).append(fact)
    for period in sorted(by_period, reverse=True):
        if not _of_report(period, cover):
            continue
        same = judge(by_period[period])
        unit = same.best.unit or ""
        ids = (same.best.fact_id, *(fact.fact_id for fact in same.facts if fact is not same.best))
        if same.agreement == "contradicting" and same.reason is not None:
            why = Message("stated_differently", {"reason": same.reason.as_dict()})
            yield StatementValue(period, None, unit, ids, not_available=why)
        else:
            value = candidate.sign * Decimal(same.best.value or "0") + 0
            yield StatementValue(period, value, unit, ids, note=Message("by_concept_alone"))


def _of_report(period: Period, cover: Period) -> bool:
    ends = (cover.end, day_before(cover.start))
    near = any(abs(apart(period.end, end)) <= WEEK for end in ends if end)
    return near and (not period.start or period.as_long_as(cover))
