"""The tables of the whole report as printed: which fact stands in which row and column, and what stands beside it."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from apps.finance.filings import Fact, Filing
from apps.finance.statements.build import visible_facts
from apps.finance.statements.printing import printed_negative
from apps.finance.statements.tables import TABLE, Cell, Column, plain, read_table

_ZERO = re.compile(r"[^\w]*0(?:[.,]0+)?[^\w]*")
"""What some pages print where others print a dash."""
BESIDE = 24
"""Characters of text on either side of a number that can name its currency."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """A number in a table.

    Attributes:
        fact_id: Its first fact; empty where it has no tag.
        text: As printed.
        negative: Whether it is printed as a negative amount.
    """

    fact_id: str
    text: str
    negative: bool


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of a table.

    Attributes:
        caption: As printed.
        total: Whether it is printed as a total.
        cells: By the number of the printed column.
    """

    caption: str
    total: bool
    cells: dict[int, GridCell]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with facts.

    Attributes:
        rows: Top to bottom; headings have no cells.
        width: How many printed columns it has.
    """

    rows: tuple[GridRow, ...]
    width: int

    @property
    def fact_ids(self) -> list[str]:
        """Every fact in it, row by row."""
        return [cell.fact_id for row in self.rows for cell in row.cells.values() if cell.fact_id]


@dataclass(frozen=True)
class Layout:
    """Where the facts of a report stand on its page; empty where the page was not read.

    Attributes:
        elements: The element of each visible number, by the id of its fact.
    """

    elements: Mapping[str, etree._Element] = field(default_factory=dict)
    facts: Mapping[etree._Element, Fact] = field(default_factory=dict)

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """The tables, in the order of the document."""
        tables: dict[etree._Element, None] = {}
        for element in self.elements.values():
            parent = element.getparent()
            while parent is not None and parent.tag != TABLE:
                parent = parent.getparent()
            if parent is not None:
                tables.setdefault(parent)
        return tuple(_grid(table, self.facts) for table in tables)

    @cached_property
    def places(self) -> dict[str, list[tuple[int, int]]]:
        """By fact the tables, by their place in ``grids``, and the columns that it stands in."""
        found: dict[str, list[tuple[int, int]]] = {}
        for number, grid in enumerate(self.grids):
            for row in grid.rows:
                for column, cell in row.cells.items():
                    if cell.fact_id:
                        found.setdefault(cell.fact_id, []).append((number, column))
        return found

    @cached_property
    def _columns(self) -> dict[tuple[int, int], list[str]]:
        """The facts of each printed column, by its place."""
        found: dict[tuple[int, int], list[str]] = {}
        for fact_id, places in self.places.items():
            for place in places:
                found.setdefault(place, []).append(fact_id)
        return found

    def column_of(self, fact_id: str) -> list[str]:
        """The facts of the printed column that a fact stands in, the last of its columns, itself among them; none where
        it is in no table."""
        places = self.places.get(fact_id)
        return self._columns[places[-1]] if places else []

    def unit_of(self, fact_id: str) -> str | None:
        """The unit of a visible number, None where there is none."""
        element = self.elements.get(fact_id)
        return self.facts[element].unit if element is not None else None

    def beside(self, fact_id: str) -> tuple[str, str]:
        """The text in front of a number and behind it; both empty where it is not visible."""
        element = self.elements.get(fact_id)
        if element is None:
            return "", ""
        block = element
        while block.getparent() is not None and len(plain("".join(block.itertext()))) < 2 * BESIDE:
            block = block.getparent()
        before: list[str] = []
        after: list[str] = []
        seen = False
        for text, holder in _texts(block):
            if holder is element:
                seen = True
            else:
                (after if seen else before).append(text)
        return plain("".join(before))[-BESIDE:], plain("".join(after))[:BESIDE]


def read_layout(root: etree._Element, filing: Filing, visible: Mapping[etree._Element, Fact] | None = None) -> Layout:
    """Where the facts of a report stand.

    Args:
        root: The report's tree.
        filing: Its facts.
        visible: What ``visible_facts`` makes of both, where that is known.
    """
    facts = visible_facts(root, filing) if visible is None else visible
    return Layout({fact.fact_id: element for element, fact in facts.items()}, facts)


def _grid(table: etree._Element, facts: Mapping[etree._Element, Fact]) -> Grid:
    read = read_table(table, facts)
    ends = [column.end for column in read.columns]
    rows = []
    for row in read.rows:
        cells: dict[int, GridCell] = {}
        for cell in row.cells:
            column = _column(cell, read.columns, ends)
            if column is None or (not cell.facts and (cell.dash or _ZERO.fullmatch(cell.text))):
                continue
            fact_id = cell.facts[0].fact_id if cell.facts else ""
            if column not in cells or (fact_id and not cells[column].fact_id):
                cells[column] = GridCell(fact_id, cell.text, printed_negative(cell.text))
        rows.append(GridRow(row.caption, row.total, cells))
    return Grid(tuple(rows), len(read.columns))


def _column(cell: Cell, columns: list[Column], ends: list[int]) -> int | None:
    """The first printed column that a cell reaches into; they stand in order, beside each other."""
    place = bisect_right(ends, cell.start)
    return place if place < len(columns) and columns[place].start < cell.end else None


def _texts(block: etree._Element) -> Iterator[tuple[str, etree._Element | None]]:
    """The pieces of text of a block in order, each with the element that it opens, None where it stands behind one."""
    stack = [(block, False)]
    while stack:
        element, tail = stack.pop()
        if tail:
            if element.tail:
                yield element.tail, None
            continue
        if element.text and isinstance(element.tag, str):
            yield element.text, element
        for child in reversed(element):
            stack.append((child, True))
            stack.append((child, False))
