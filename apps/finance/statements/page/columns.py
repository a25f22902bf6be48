"""The printed columns of a table: grid columns in which numbers stand under each other, and what is in each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from apps.finance.filings import Fact
from apps.finance.money import PURE, is_money
from apps.finance.periods import Period

_NARROW = 6
"""Grid columns that a number's cell spans at most."""
_STRAY = 0.15
"""Share of another column's numbers below which a column of the same period holds only those set apart from it."""


@dataclass(slots=True)
class Cell:
    """One cell with a number in it.

    Attributes:
        start: First grid column.
        end: Grid column behind the last.
        text: As printed.
        facts: Tagged in it.
        dash: Whether it prints nothing but a dash.
        above: Whether a rule stands above it.
        below: Whether a rule stands below it.
        column: The printed column that it stands in; None where that is none.
    """

    start: int
    end: int
    text: str
    facts: tuple[Fact, ...]
    dash: bool
    above: bool
    below: bool
    column: "Column | None" = None


@dataclass(slots=True)
class Row:
    """One row of a table.

    Attributes:
        caption: Text in front of the numbers, without footnote marks.
        offset: How far the caption is moved to the right, in points.
        cells: Those with numbers, left to right.
        caption_facts: Facts inside the caption ("par value $0.25"), which are no column of the statement.
        depth: Rank of the offset among those of the table, 0 for the outermost.
        total: Whether a rule or the caption marks a total.
    """

    caption: str
    offset: float
    cells: list[Cell]
    caption_facts: tuple[Fact, ...]
    depth: int = 0
    total: bool = False


@dataclass(slots=True, eq=False)
class Column:
    """One printed column: the grid columns it covers and the periods of its facts.

    Attributes:
        start: First grid column.
        end: Grid column behind the last.
        duration: The duration that most of its facts have.
        instant: The instant that most of its facts have.
        part: Whether it shows a part of the company (its facts have dimensions where another column has none).
        ratio: Whether it shows ratios of the amounts in another column.
        currency: That of most of its amounts; empty where it has none.
    """

    start: int
    end: int
    duration: Period | None = None
    instant: Period | None = None
    part: bool = False
    ratio: bool = False
    currency: str = ""


def columns_of(rows: Sequence[Row]) -> list[Column]:
    """The printed columns, left to right; each cell is told its own.

    Cells with facts that overlap stand in one column, but for those that two others of one row overlap.
    """
    columns = _from(rows)
    for row in rows:
        for cell in row.cells:
            cell.column = _home(cell, columns)
    held: dict[int, list[Fact]] = {id(column): [] for column in columns}
    for row in rows:
        for cell in row.cells:
            if cell.facts and cell.column is not None:
                held[id(cell.column)].append(cell.facts[0])
    for column in columns:
        _describe(column, held[id(column)])
    if all(column.part for column in columns):
        for column in columns:
            column.part = False
    if all(column.ratio for column in columns):
        for column in columns:
            column.ratio = False
    for row in rows:
        _bring_home(row, columns)
    return _without_strays(columns, rows, {key: len(facts) for key, facts in held.items()})


def _from(rows: Sequence[Row]) -> list[Column]:
    """Grid columns in which cells with facts overlap; the usual spans first, so that a stray one joins nothing."""
    spans = Counter((c.start, c.end) for row in rows for c in row.cells if c.facts and c.end - c.start <= _NARROW)
    columns: list[Column] = []
    for (start, end), _ in sorted(spans.items(), key=lambda entry: (-entry[1], entry[0])):
        under = [column for column in columns if start < column.end and column.start < end]
        if len(under) > 1 and _apart(under, rows):
            continue
        for column in under[1:]:
            columns.remove(column)
        if under:
            under[0].start = min(start, *(column.start for column in under))
            under[0].end = max(end, *(column.end for column in under))
        else:
            columns.append(Column(start, end))
    return sorted(columns, key=lambda column: column.start)


def _apart(columns: Sequence[Column], rows: Sequence[Row]) -> bool:
    """Whether a row has numbers of its own in two of the columns."""
    return any(
        sum(any(c.facts and c.start < col.end and col.start < c.end for c in row.cells) for col in columns) > 1
        and sum(bool(cell.facts) and _home(cell, columns) is not None for cell in row.cells) > 1
        for row in rows
    )


def _home(cell: Cell, columns: Sequence[Column]) -> Column | None:
    """The column that a cell overlaps most, the first of equals."""
    shared = [(min(cell.end, column.end) - max(cell.start, column.start), column) for column in columns]
    most = max(shared, key=lambda entry: entry[0], default=(0, None))
    return most[1] if most[0] > 0 else None


def _describe(column: Column, facts: Sequence[Fact]) -> None:
    """Say which periods a column is of, and whether it shows a part of the company, or ratios."""
    durations: Counter[Period] = Counter()
    instants: Counter[Period] = Counter()
    for fact in facts:
        if fact.period is not None:
            (instants if fact.instant else durations)[fact.period] += 1
    column.duration, column.instant = _most(durations), _most(instants)
    column.part = 2 * sum(bool(fact.dimensions) for fact in facts) > len(facts)
    column.ratio = 2 * sum(fact.unit == PURE for fact in facts) > len(facts)
    currencies = Counter(fact.unit for fact in facts if fact.unit and is_money(fact.unit))
    column.currency = max(currencies, key=lambda unit: (currencies[unit], unit), default="")


def _bring_home(row: Row, columns: Sequence[Column]) -> None:
    """Put numbers that stand under the period of another column into that one where the row prints nothing there."""
    for cell in row.cells:
        period = cell.facts[0].period if cell.facts and not cell.facts[0].instant else None
        if period is None or cell.column is None or cell.column.duration in (None, period):
            continue
        homes = [column for column in columns if column.duration == period]
        if len(homes) == 1 and not any(other.column is homes[0] for other in row.cells):
            cell.column = homes[0]


def _without_strays(columns: list[Column], rows: Sequence[Row], held: dict[int, int]) -> list[Column]:
    """The columns without those that only hold what a few rows set apart from another column of the same period."""
    kept = list(columns)
    for stray in columns:
        alike = [
            column
            for column in kept
            if column is not stray
            and (column.duration or column.instant) in (stray.duration, stray.instant)
            and (column.part, column.ratio) == (stray.part, stray.ratio)
            and held[id(stray)] <= _STRAY * held[id(column)]
        ]
        if len(alike) != 1 or any(_both(row, stray, alike[0]) for row in rows):
            continue
        kept.remove(stray)
        for row in rows:
            for cell in row.cells:
                if cell.column is stray:
                    cell.column = alike[0]
    return kept


def _both(row: Row, one: Column, other: Column) -> bool:
    """Whether a row prints something in both columns."""
    return any(cell.column is one for cell in row.cells) and any(cell.column is other for cell in row.cells)


def _most(counts: Counter[Period]) -> Period | None:
    """The most frequent period; of equally frequent ones the latest."""
    return max(counts, key=lambda period: (counts[period], period), default=None)
