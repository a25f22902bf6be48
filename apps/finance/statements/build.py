"""``build_statements``: from a report and its facts to the three statements."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from lxml import etree

from apps.documents import Missing, missing
from apps.finance.cautions import of_fact
from apps.finance.exact import exactly
from apps.finance.filings import Fact, Filing
from apps.finance.filings.entity.taxonomies import mostly_national
from apps.finance.filings.markup import INLINE_NAMESPACES, markup_of
from apps.finance.filings.paths import Paths
from apps.finance.filings.xml import parse
from apps.finance.money import per_share
from apps.finance.periods import Period, apart
from apps.finance.statements.captions import Embed, caption_index
from apps.finance.statements.choice.by_concept import line_by_concept, printed_without_tables
from apps.finance.statements.choice.closing import open_ends
from apps.finance.statements.choice.unmapped import OnPage, on_page
from apps.finance.statements.derived import Printed, derive
from apps.finance.statements.face import Face, FaceRow
from apps.finance.statements.lines import BY_NAME, LINES, KeyLine
from apps.finance.statements.locate import locate
from apps.finance.statements.mapping import Choice, Mapper
from apps.finance.statements.model import (
    STATEMENTS,
    ReportedLine,
    StatementLine,
    StatementName,
    Statements,
    StatementValue,
    statement_message,
)
from apps.finance.statements.page.currency import odd_currency
from apps.finance.statements.page.faces import read_face
from apps.finance.statements.page.scale import odd_scale
from apps.finance.statements.tables import facts_by_table
from apps.finance.statements.values import Sources, in_order, value_of
from core_model.errors import Caution, Message


@exactly
def build_statements(
    source: bytes | etree._Element,
    filing: Filing,
    embed: Embed | None = None,
    tick: Callable[[float], None] | None = None,
    visible: dict[etree._Element, Fact] | None = None,
) -> Statements:
    """The three statements as reported, and the 30 key lines with the reason for each.

    Args:
        source: The document's bytes, or its tree from ``filings.xml.parse``, which saves parsing it again; both are
            left as they are.
        filing: Its facts, from ``read_facts``.
        embed: From N texts to an array [N, D]; captions of the company's own concepts are compared with it. Without
            it such rows stay unmapped unless they are called exactly as a line.
        tick: Called with the share done, 0 to 1; what it raises stops the work.
        visible: What ``visible_facts`` makes of tree and facts, where that is known.

    Returns:
        The statements. One that is not found, and a line that is not printed, says why.

    Raises:
        InputRejected: ``source`` is no inline XBRL document.
    """
    _report(tick, 0.0)
    root = parse(markup_of(source)) if isinstance(source, bytes) else source
    _report(tick, 0.3)
    visible = visible_facts(root, filing) if visible is None else visible
    currency = filing.document.currency
    faces = {name: read_face(name, located, currency) for name, located in locate(visible).items()}
    _report(tick, 0.7)
    country = mostly_national(filing.facts)
    waiting = [] if country or len(faces) == 3 else printed_without_tables(visible)
    waiting = [name for name in waiting if name not in faces]
    absent = [name for name in STATEMENTS if name not in faces]
    on_the_page = on_page(absent if country else (), visible)
    missing: dict[StatementName, Message] = {
        name: _not_found(name, filing, country, on_the_page.get(name, "unknown"), name in waiting) for name in absent
    }
    english = (filing.document.language or "en").lower().startswith("en")
    mapper = Mapper(faces, missing, english, caption_index(embed) if embed is not None else None)
    sources = Sources(filing, {concept for face in faces.values() for row in face.rows for concept in row.concepts})
    cover = cover_period(filing)

    choices = {line.name: mapper.choose(line) for line in LINES}
    _report(tick, 0.9)
    values = {line.name: _values(line, choices[line.name], sources, cover) for line in LINES}
    printed: Printed = {
        name: {value.period: value for value in of_line if value.value is not None} for name, of_line in values.items()
    }
    numbers = _in_own_currency(_plain_numbers(filing), currency) if waiting else {}
    lines = []
    for line in LINES:
        choice = choices[line.name]
        of_line = values[line.name]
        if not printed[line.name]:
            of_line = _with_derived(line, choice, of_line, derive(line.name, printed, faces, sources), cover)
        by_concept = line_by_concept(line, numbers, cover) if line.statement in waiting else None
        lines.append(by_concept or _line(line, choice, of_line))
    chosen = {id(choice.row): name for name, choice in choices.items() if choice.row is not None}
    for face in faces.values():
        chosen.update({id(row): chosen[id(same)] for row in face.rows for same in row.also if id(same) in chosen})
    reported = {name: tuple(_reported(row, chosen, sources) for row in face.rows) for name, face in faces.items()}
    _report(tick, 1.0)
    cautions = _cautions(faces, missing, waiting, country)
    by_table = facts_by_table(visible)
    cautions += [odd for odd in (odd_currency(by_table), odd_scale(by_table, visible)) if odd is not None]
    return Statements(tuple(lines), reported, missing, tuple(cautions))


def cover_period(filing: Filing) -> Period | None:
    """The period that the report covers: that of the facts of its cover page; None where it has none."""
    for fact in filing.facts:
        if fact.start and fact.end and fact.local_name in ("DocumentType", "DocumentPeriodEndDate"):
            return Period(fact.end, fact.start)
    end = filing.document.period_end
    durations = [
        Period(fact.end, fact.start)
        for fact in filing.facts
        if fact.start and fact.end and fact.end == end and not fact.dimensions
    ]
    return max(durations, key=lambda period: (period.within_a_year, period.days), default=None)


def _report(tick: Callable[[float], None] | None, share: float) -> None:
    if tick is not None:
        tick(share)


def visible_facts(root: etree._Element, filing: Filing) -> dict[etree._Element, Fact]:
    """Visible numeric facts by their element, in document order."""
    by_id = {fact.fact_id: fact for fact in filing.facts if fact.kind == "number" and not fact.hidden}
    paths = Paths(root) if any(fact_id.startswith("/") for fact_id in by_id) else None
    found: dict[etree._Element, Fact] = {}
    seen: set[str] = set()
    for namespace in INLINE_NAMESPACES:
        for element in root.iter(f"{{{namespace}}}nonFraction"):
            element_id = element.get("id")
            fact = by_id.get(element_id) if element_id is not None and element_id not in seen else None
            if fact is None and paths is not None:
                fact = by_id.get(paths.of(element))
            elif element_id is not None:
                seen.add(element_id)
            if fact is not None:
                found[element] = fact
    return found


def _plain_numbers(filing: Filing) -> dict[str, list[Fact]]:
    """Numeric facts of the whole company by concept."""
    found: dict[str, list[Fact]] = {}
    for fact in filing.facts:
        if fact.kind == "number" and not fact.dimensions:
            found.setdefault(fact.concept, []).append(fact)
    return found


def _in_own_currency(numbers: Mapping[str, list[Fact]], currency: str | None) -> dict[str, list[Fact]]:
    """The numbers without translations of what is stated in the report's own currency too."""
    own = {currency, per_share(currency or "")}
    stated = {(fact.concept, fact.period) for facts in numbers.values() for fact in facts if fact.unit in own}
    return {
        concept: [fact for fact in facts if fact.unit in own or (concept, fact.period) not in stated]
        for concept, facts in numbers.items()
    }


def _not_found(name: StatementName, filing: Filing, country: str, on_the_page: OnPage, waits: bool) -> Message:
    """Why a statement is not found.

    Args:
        name: Which.
        filing: The report.
        country: Code of the taxonomy that most of its numbers are tagged with, where that is a country's own.
        on_the_page: Whether it is printed, though under names that are not mapped.
        waits: Whether it is printed without tables.
    """
    called = {"statement": statement_message(name).as_dict()}
    if on_the_page == "not":
        return Message("statement_not_printed", called)
    if on_the_page == "in_a_table":
        return Message("statement_of_national_taxonomy", {**called, "taxonomy": Message(country).as_dict()})
    if waits:
        return Message("statement_without_tables", called)
    if not any(fact.kind == "number" for fact in filing.facts):
        return Message("report_without_numbers", called)
    return Message("no_table_of_statement", called)


def _values(line: KeyLine, choice: Choice, sources: Sources, cover: Period | None) -> tuple[StatementValue, ...]:
    """Printed values of the line, one for each period, newest first."""
    row = choice.row
    if row is None:
        return ()
    by_period: dict[Period, StatementValue] = {}
    for entry in row.entries:
        value = value_of(entry, row, sources, choice.sign)
        if choice.net and value.value is not None and value.value < 0:
            value = replace(value, value=None, not_available=Message("net_interest_income"), note=None)
        held = by_period.get(entry.period)
        if held is None or (held.value is None and value.value is not None):
            by_period[entry.period] = value
    return in_order(line.statement, by_period.values(), cover)


def _with_derived(
    line: KeyLine,
    choice: Choice,
    printed: tuple[StatementValue, ...],
    derived: Mapping[Period, StatementValue],
    cover: Period | None,
) -> tuple[StatementValue, ...]:
    """The printed values, each followed by what follows from other lines."""
    by_period = {value.period: value for value in printed}
    for period, value in derived.items():
        why = Message("not_printed") if choice.row is None else choice.reason
        by_period.setdefault(period, StatementValue(period, None, value.unit, not_available=why))
    both = []
    for value in in_order(line.statement, by_period.values(), cover):
        both.append(value)
        if value.period in derived:
            both.append(derived[value.period])
    return tuple(both)


def _line(line: KeyLine, choice: Choice, values: tuple[StatementValue, ...]) -> StatementLine:
    row = choice.row
    if row is None:
        why = Missing(choice.reason)
        return StatementLine(line.name, line.statement, why, why, 0.0, choice.reason, values)
    return StatementLine(
        line.name,
        line.statement,
        row.caption or missing("caption_not_printed"),
        row.concept,
        round(choice.confidence, 3),
        choice.reason,
        values,
        choice.scope,
    )


def _reported(row: FaceRow, chosen: Mapping[int, str], sources: Sources) -> ReportedLine:
    return ReportedLine(
        label=row.caption,
        concept=row.concept or missing("row_is_heading" if row.heading else "row_without_number"),
        line=chosen.get(id(row), ""),
        depth=row.depth,
        heading=row.heading,
        total=row.total,
        values=tuple(value_of(entry, row, sources) for entry in row.entries),
        dimensions=tuple(f"{dimension.axis}={dimension.member}" for dimension in row.dimensions),
        headings=row.headings,
    )


def _prints_closing_cash(face: Face) -> bool:
    """Whether a cash-flow statement prints the cash in hand at the end of its newest period."""
    last = max((e.period.end for row in face.rows for e in row.entries if e.period.start), default="")
    days = {entry.period.end for row in face.rows if row.instant for entry in row.entries}
    return any(abs(apart(day, last)) <= 1 for day in days)


def _cautions(
    faces: Mapping[StatementName, Face],
    missing: Mapping[StatementName, Message],
    waiting: list[StatementName],
    country: str,
) -> list[Caution]:
    others = {name: reason for name, reason in missing.items() if name not in waiting and not country}
    cautions = [Caution(f"{name}_not_found", {"reason": reason.as_dict()}) for name, reason in others.items()]
    if waiting:
        printed = [statement_message(name).as_dict() for name in waiting]
        cautions.append(Caution("layout_without_tables", {"statements": printed}))
    if country:
        cautions.append(Caution("national_taxonomy", {"taxonomy": Message(country).as_dict()}))
    for name, face in faces.items():
        called = statement_message(name)
        values = {"statement": called.as_dict()}
        names = {concept.rpartition(":")[2] for row in face.rows if not row.dimensions for concept in row.concepts}
        lacking = [BY_NAME[line].message.as_dict() for line in open_ends(name, names)]
        if name == "cash_flow" and not _prints_closing_cash(face):
            lacking.append(Message("cash_at_the_end").as_dict())
        if lacking:
            cautions.append(Caution("statement_open", {**values, "lines": lacking}, called))
        if face.parts_left_out:
            cautions.append(Caution("part_columns", values, called, face.parts_left_out))
        if not face.title:
            cautions.append(Caution("no_title", values, called))
        turned = [entry.fact.fact_id for row in face.rows for entry in row.entries if entry.turned and entry.fact]
        if turned:
            cautions.append(Caution("sign_differs", values, of_fact(turned[0]), len(turned)))
        limited = sum(bool(row.dimensions) for row in face.rows)
        if limited:
            cautions.append(Caution("part_rows", values, called, limited))
    return cautions
