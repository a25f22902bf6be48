"""From the tables that a statement stands in to its face."""

import re

from apps.finance.filings import Fact
from apps.finance.statements.face import Entry, Face, FaceRow
from apps.finance.statements.locate import Located
from apps.finance.statements.model import StatementName
from apps.finance.statements.page.columns import Cell, Column, Row
from apps.finance.statements.page.turned import with_turned, with_turned_payments
from apps.finance.statements.tables import Table
from apps.finance.statements.titles import TitleEvidence

_GOES_ON = re.compile(r"[a-z(]")
_UNIT = re.compile(
    r"\b(?:millions?|thousands?|billions?)\b|unaudited|ended|per[- ]share|(?<!\d)(?:19|20)\d\d(?!\d)"
    r"|\bT(?:EUR|CHF|USD|GBP)\b|単位|单位|單位|[百千万億亿](?:円|元)|会計年度",
    re.IGNORECASE,
)
"""Words of units and dates above the first row of a statement."""
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_HEAD = re.compile(
    rf"(?:\(?(?:(?:amounts |dollars )?in (?:millions?|thousands?|billions?)[^()]{{0,60}}|unaudited)\)?"
    rf"|(?:(?:fiscal )?years?|(?:three|six|nine|twelve) months) ended(?: {_MONTH} \d{{1,2}},?)?"
    rf"|(?:(?:as of )?{_MONTH} \d{{1,2}},? (?:19|20)\d\d\s*){{1,4}}"
    r"|[(（]?(?:単位|单位|單位)[:：]\s*[百千万億亿]{0,3}(?:円|元|ドル)[^()（）]{0,12}[)）]?"
    r"|[\s前当上本連結会計年度期間自至月日\d０-９（）()]{0,80}(?:19|20)\d\d年[\s前当上本連結会計年度期間自至月日\d０-９（）()]{0,80})",
    re.IGNORECASE,
)
"""The whole caption of a row that repeats units and dates, as at the head of a further page."""
_YEAR = re.compile(r"(?:19|20)\d\d")
HEADINGS = 20
"""Headings above a row that are kept, the nearest: pages have up to five."""


def read_face(statement: StatementName, located: Located, currency: str | None = None) -> Face:
    """The face of a statement from the tables that it stands in.

    Args:
        statement: Which.
        located: Where it stands.
        currency: That of the report; columns that translate it into another one stand behind the others.
    """
    rows: list[FaceRow] = []
    left_out = 0
    for part in located.parts:
        table = part.table
        left_out += sum(column.part for column in table.columns)
        further = _rows(table, currency)
        rows = _beside(rows, further) if rows else further
    if statement == "cash_flow":
        rows = with_turned_payments(rows)
    return Face(statement, tuple(rows), located.title, left_out, len(located.parts))


def _rows(table: Table, currency: str | None) -> list[FaceRow]:
    columns = [column for column in table.columns if not column.part and not column.ratio]
    columns.sort(key=lambda column: column.currency not in ("", currency))
    rows: list[FaceRow] = []
    open_headings: list[tuple[int, str]] = []
    wrapped = ""
    inside = _inside(table.rows)
    for number, row in enumerate(table.rows):
        facts = [fact for cell in row.cells for fact in cell.facts]
        if not facts and (not row.caption or number not in inside or _is_header(row)):
            wrapped = ""
            continue
        if not facts and _wraps(table.rows, number):
            wrapped = f"{wrapped} {row.caption}".strip()
            continue
        caption = f"{wrapped} {row.caption}".strip()
        wrapped = ""
        heading = not row.cells
        directly = heading and rows and rows[-1].heading
        while open_headings and (
            open_headings[-1][0] > row.depth or (heading and not directly and open_headings[-1][0] == row.depth)
        ):
            open_headings.pop()
        face_row = _face_row(row, caption, tuple(text for _, text in open_headings), columns)
        if face_row.heading:
            open_headings.append((row.depth, caption))
            del open_headings[:-HEADINGS]
        elif face_row.total:
            closed = [k for k, (_, text) in enumerate(open_headings) if _closes(caption, text)]
            del open_headings[closed[0] if closed else len(open_headings) :]
        rows.append(face_row)
    return rows


def _closes(total: str, heading: str) -> bool:
    """Whether a total's caption names the heading: "Total current assets" closes "Current assets:"."""
    words = heading.lower().strip(" :").removesuffix("s")
    return bool(words) and words in total.lower()


def _inside(rows: list[Row]) -> frozenset[int]:
    """Which rows are part of the statement: not those among the dates and units at the top, nor those below it."""
    tagged = [number for number, row in enumerate(rows) if any(cell.facts for cell in row.cells)]
    if not tagged:
        return frozenset()
    first = tagged[0]
    dates = max((number for number in range(first) if any(cell.text for cell in rows[number].cells)), default=-1)
    above = (number for number in range(dates + 1, first) if not _is_unit(rows[number]))
    return frozenset(above) | frozenset(range(first, tagged[-1] + 1))


def _is_header(row: Row) -> bool:
    """Whether a row repeats the years of the columns or their unit, as at the head of a further page."""
    if row.cells:
        return all(_YEAR.fullmatch(cell.text) is not None for cell in row.cells)
    continued = "continued" in row.caption.lower() and TitleEvidence(row.caption[:200]).statement is not None
    return continued or _HEAD.fullmatch(row.caption[:200]) is not None


def _is_unit(row: Row) -> bool:
    return _UNIT.search(row.caption) is not None


def _wraps(rows: list[Row], number: int) -> bool:
    """Whether the caption of a row without numbers goes on in the next row."""
    row = rows[number]
    if row.cells or row.caption.endswith((":", ".")) or number + 1 >= len(rows):
        return False
    following = rows[number + 1]
    return bool(following.cells) and _GOES_ON.match(following.caption) is not None


def _face_row(row: Row, caption: str, headings: tuple[str, ...], columns: list[Column]) -> FaceRow:
    facts = [fact for cell in row.cells for fact in cell.facts]
    if not facts:
        return FaceRow(caption, headings, "", (), False, row.depth, row.total, _untagged(row, columns))
    lead = next((fact for fact in facts if not fact.dimensions), facts[0])
    face_row = _under(lead, row, caption, headings, columns)
    further = {fact.concept: fact for fact in reversed(facts) if _alike(fact, lead) and fact.concept != lead.concept}
    if further:
        face_row.also = tuple(_under(fact, row, caption, headings, columns) for fact in reversed(further.values()))
    return face_row


def _alike(fact: Fact, lead: Fact) -> bool:
    """Whether a fact of another concept may stand in the row of a fact: of the same kind, unit and part."""
    return fact.instant == lead.instant and fact.unit == lead.unit and fact.dimensions == lead.dimensions


def _under(lead: Fact, row: Row, caption: str, headings: tuple[str, ...], columns: list[Column]) -> FaceRow:
    """The row under the concept of one of its facts; cells without that concept have what else they are tagged with."""
    instant = lead.instant
    entries = []
    for column in columns:
        cell = _cell_in(row, column)
        fact = None
        if cell is not None and cell.facts:
            fact = next((f for f in cell.facts if f.concept == lead.concept and f.instant == instant), None)
            fact = fact or next((f for f in cell.facts if _alike(f, lead)), None)
        period = fact.period if fact is not None else None
        period = period or (column.instant if instant else column.duration) or column.instant or column.duration
        if period is not None:
            text = cell.text if cell is not None else ""
            entries.append(Entry(period, fact, text, cell is not None and cell.dash))
    entries = with_turned(entries, lead.concept)
    return FaceRow(caption, headings, lead.concept, lead.dimensions, instant, row.depth, row.total, entries)


def _untagged(row: Row, columns: list[Column]) -> list[Entry]:
    """Entries of a row with numbers but without a single tag."""
    entries = []
    for column in columns:
        cell = _cell_in(row, column)
        period = column.duration or column.instant
        if cell is not None and period is not None:
            entries.append(Entry(period, None, cell.text, cell.dash))
    return entries


def _cell_in(row: Row, column: Column) -> Cell | None:
    """The cell of the row in that column; one with facts before one without."""
    cells = [cell for cell in row.cells if cell.column is column]
    return max(cells, key=lambda cell: bool(cell.facts), default=None)


def _beside(rows: list[FaceRow], further: list[FaceRow]) -> list[FaceRow]:
    """The rows of two tables: those of the same caption and concept side by side, the others below."""
    ours = {(row.caption.lower(), row.concept, row.dimensions) for row in rows if row.concept}
    shared = [row for row in further if (row.caption.lower(), row.concept, row.dimensions) in ours]
    if len(shared) * 2 < sum(bool(row.concept) for row in further):
        return rows + further
    waiting: dict[tuple, list[FaceRow]] = {}
    for row in further:
        if row.concept:
            waiting.setdefault((row.caption.lower(), row.concept, row.dimensions), []).append(row)
    for row in rows:
        match = waiting.get((row.caption.lower(), row.concept, row.dimensions))
        if row.concept and match:
            row.entries = row.entries + match.pop(0).entries
    return rows + [row for group in waiting.values() for row in group]
