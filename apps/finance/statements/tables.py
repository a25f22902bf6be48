"""An HTML table that holds facts, as rows: caption, indentation, totals, and the number in each printed column."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from apps.finance.filings import Fact
from apps.finance.statements.page.columns import Cell, Column, Row, columns_of
from apps.finance.statements.printing import CURRENCY

XHTML = "{http://www.w3.org/1999/xhtml}"
TABLE, ROW = XHTML + "table", XHTML + "tr"
CELLS = (XHTML + "td", XHTML + "th")
_SUPERSCRIPT = XHTML + "sup"
_RAISED = re.compile(r"vertical-align\s*:\s*(?:super|text-top)|(?:^|;)\s*top\s*:\s*-")

_SPACES = re.compile(r"[\s\u00a0\u2000-\u200f\u2060\ufeff\u3000]+")
_NUMBER = re.compile(r"[-+(\[]*[.,'’]*\d[\d.,'’]*[)\]%]*")
_DASH = re.compile(r"[-‐‑‒–—―−]+")
_OPENING = ("(", "[", "（")
_MARKS = re.compile(r"[()\[\]%*†‡]*")
_FOOTNOTE_SIGNS = "*†‡"
_FOOTNOTE_IN_BRACKETS = re.compile(r"\((?:\d{1,2}|[a-z])\)")
_LETTER = re.compile(r"[^\W\d_]")
_LENGTH = re.compile(r"(-?\d*\.?\d+)(pt|px|em|in|cm|mm|%)?$")
_POINTS = {"pt": 1.0, "px": 0.75, "em": 10.0, "in": 72.0, "cm": 28.35, "mm": 2.835, None: 0.75}
_BORDER = re.compile(r"(?:^|;)\s*border-(top|bottom)\s*:\s*([^;]*)")
MAX_COLUMNS = 1_000
"""Grid columns of a table that are looked at; statements have some 60 at most."""
MAX_CAPTION = 500
"""Characters of a caption that are kept: what is longer is running text, and everything looks through captions."""
_TOTAL = re.compile(r"(?:sub-?)?totals?\b|合计|总计|总额|小计|合計|總計|總額|小計", re.IGNORECASE)


@dataclass(slots=True)
class Table:
    """A table with facts.

    Attributes:
        rows: Those that print anything.
        columns: Left to right.
        heading: Text of the rows before the first number: a title inside the table, dates, units.
    """

    rows: list[Row]
    columns: list[Column]
    heading: str = ""
    facts: list[Fact] = field(default_factory=list)


def read_table(element: etree._Element, facts: Mapping[etree._Element, Fact]) -> Table:
    """The rows and columns of a table.

    Args:
        element: The ``table`` element. Tables inside its cells are read as text of the cell.
        facts: Numeric facts by their element.
    """
    rows = [row for row in _rows(element, facts) if row.caption or row.cells]
    columns = columns_of(rows)
    _mark_totals(rows)
    offsets = _levels(row.offset for row in rows if row.caption)
    for row in rows:
        row.depth = max((k for k, level in enumerate(offsets) if level <= row.offset + 0.01), default=0)
    heading = []
    for row in rows:
        if any(cell.facts for cell in row.cells):
            break
        heading.append(row.caption)
    held = [fact for row in rows for cell in row.cells for fact in cell.facts]
    return Table(rows, columns, " ".join(heading), held)


def facts_by_table(by_element: Mapping[etree._Element, Fact]) -> dict[etree._Element, list[Fact]]:
    """Facts by the innermost table that they stand in; those outside tables are left out.

    Args:
        by_element: Visible numeric facts by their element, in document order.
    """
    held: dict[etree._Element, list[Fact]] = {}
    for element, fact in by_element.items():
        table = next(element.iterancestors(TABLE), None)
        if table is not None:
            held.setdefault(table, []).append(fact)
    return held


def plain(text: str) -> str:
    """The text with white space of all kinds collapsed."""
    return _SPACES.sub(" ", text).strip()


def without_marks(text: str) -> str:
    """The text without the footnote marks at its end, ``(1)``, ``(a)``, ``*``: each is looked at once."""
    end = len(text)
    while end:
        if text[end - 1] in _FOOTNOTE_SIGNS:
            mark = 1
        else:
            mark = next((n for n in (3, 4) if n <= end and _FOOTNOTE_IN_BRACKETS.fullmatch(text, end - n, end)), 0)
        if not mark:
            break
        end -= mark
        while end and text[end - 1].isspace():
            end -= 1
    return text[:end]


def _rows(table: etree._Element, facts: Mapping[etree._Element, Fact]) -> Iterator[Row]:
    nested = next(table.iterdescendants(TABLE), None) is not None
    hanging: list[_Hanging] = []
    for row in table.iter(ROW):
        if nested and next(row.iterancestors(TABLE)) is not table:
            continue
        yield _row(row, facts, hanging)


class _Hanging(NamedTuple):
    """A cell that covers grid columns of rows below its own, and how many of them are still to come."""

    start: int
    end: int
    rows: int


def _row(row: etree._Element, facts: Mapping[etree._Element, Fact], hanging: list[_Hanging]) -> Row:
    """One row; ``hanging`` holds the cells that reach into it from above, and is moved on to the next row."""
    captions: list[str] = []
    offset = 0.0
    cells: list[Cell] = []
    caption_facts: list[Fact] = []
    column = 0
    opened = ""
    from_above = deque(sorted(hanging))
    hanging[:] = [over._replace(rows=over.rows - 1) for over in hanging if over.rows > 1]
    for element in row:
        if element.tag not in CELLS:
            continue
        while from_above and from_above[0].start <= column:
            column = max(column, from_above.popleft().end)
        if column >= MAX_COLUMNS:
            break
        start, column = column, min(column + _span(element.get("colspan")), MAX_COLUMNS)
        down = _span(element.get("rowspan"))
        if down > 1:
            hanging.append(_Hanging(start, column, down - 1))
        if len(element) == 0 and not (element.text and element.text.strip()):
            continue
        inside = list(element.iterdescendants())
        held = tuple([facts[inner] for inner in inside if inner in facts])
        text, marked = _text(element, inside)
        if not text and not held:
            continue
        bare = CURRENCY.sub("", text).replace(" ", "")
        number = _NUMBER.fullmatch(bare) is not None
        dash = not number and _DASH.fullmatch(bare.strip("()%")) is not None
        if number or dash or (held and _LETTER.search(bare) is None) or (held and (captions or cells)):
            above, below = _rules(element)
            cells.append(Cell(start, column, opened + text, held, dash, above, below))
            opened = ""
        elif bare in _OPENING:  # in a cell of its own, in front of its number
            opened = bare
        elif bare and _MARKS.fullmatch(bare) is None:
            opened = ""
            if not captions and not cells:
                offset = _offset(element) + start * 6.0
            if not cells or not captions:
                captions.append(without_marks(marked[:MAX_CAPTION]))
                caption_facts.extend(held)
    caption = " ".join(captions)[:MAX_CAPTION]
    return Row(without_marks(caption), offset, cells, tuple(caption_facts))


@lru_cache(maxsize=256)  # asked twice for each cell, of a few values
def _span(value: str | None) -> int:
    if value is None or not value.isdigit():
        return 1
    return min(max(int(value), 1), 200)


def _text(element: etree._Element, inside: Iterable[etree._Element]) -> tuple[str, str]:
    """The text of a cell, and the same without what is set as a superscript; ``inside`` are the elements in it."""
    text = plain("".join(element.itertext()))
    if not any(_raised(part) for part in inside):
        return text, text
    parts: list[str] = []
    _without_superscripts(element, parts)
    return text, plain("".join(parts))


def _raised(element: etree._Element) -> bool:
    """Whether the element is set as a superscript."""
    if element.tag == _SUPERSCRIPT:
        return True
    style = element.get("style")
    return style is not None and _raises(style)


@lru_cache(maxsize=512)  # a page has a few hundred styles, each many times; the same holds of those below
def _raises(style: str) -> bool:
    return _RAISED.search(style) is not None


def _without_superscripts(element: etree._Element, parts: list[str]) -> None:
    parts.append(element.text or "")
    for child in element:
        if not _raised(child):
            _without_superscripts(child, parts)
        parts.append(child.tail or "")


def _rules(element: etree._Element) -> tuple[bool, bool]:
    """Whether a rule stands above and below the cell, or the block in it."""
    above = below = False
    for part in (element, *element[:1]):
        style = part.get("style")
        if style:
            drawn = _drawn(style)
            above, below = above or drawn[0], below or drawn[1]
    return above, below


@lru_cache(maxsize=512)
def _drawn(style: str) -> tuple[bool, bool]:
    """Whether a style draws a rule above and below."""
    above = below = False
    for side, how in _BORDER.findall(style):
        drawn = "none" not in how and "hidden" not in how and not re.match(r"\s*0(?:\D|$)", how)
        above, below = above or (drawn and side == "top"), below or (drawn and side == "bottom")
    return above, below


def _offset(element: etree._Element) -> float:
    """How far the text of a caption's cell is moved to the right, in points."""
    total = 0.0
    part: etree._Element | None = element
    while part is not None:
        style = part.get("style")
        if style:
            total += _style_offset(style)
        if part.text and part.text.strip():
            lead = re.match(r"[\u00a0\u2000-\u200a\u3000]+", part.text.lstrip("\r\n\t "))
            total += 3.0 * len(lead[0]) if lead else 0.0
            break
        part = next(iter(part), None)
    return total


@lru_cache(maxsize=512)
def _style_offset(style: str) -> float:
    total = 0.0
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip()
        sides = value.split()
        if not sides:
            continue
        if name in ("padding", "margin"):
            total += _points(sides[{1: 0, 2: 1, 3: 1}.get(len(sides), 3)])
        elif name in ("padding-left", "margin-left", "text-indent"):
            total += _points(sides[0])
    return total


def _points(text: str) -> float:
    match = _LENGTH.match(text)
    if match is None or match[2] == "%":
        return 0.0
    return float(match[1]) * _POINTS[match[2]]


def _levels(offsets: Iterator[float]) -> list[float]:
    """Where the levels of indentation start: offsets less than 2 points apart are one level."""
    levels: list[float] = []
    last = None
    for offset in sorted(set(offsets)):
        if last is None or offset - last > 2:
            levels.append(offset)
        last = offset
    return levels


def _mark_totals(rows: list[Row]) -> None:
    before: Row | None = None
    for row in rows:
        if not row.cells:
            before = before if not row.caption else None
            continue
        ruled = any(cell.above for cell in row.cells) or (before is not None and any(c.below for c in before.cells))
        row.total = (ruled and before is not None) or _TOTAL.match(row.caption) is not None
        row.total = row.total or row.caption.endswith(("合计", "总计", "合計", "總計"))
        before = row if any(cell.facts for cell in row.cells) else None
