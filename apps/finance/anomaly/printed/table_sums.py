"""Every sum that the tables of a report print, down their columns and along their rows, with its verdicts."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from apps.finance.anomaly.printed.layout import Grid, GridCell
from apps.finance.anomaly.printed.sums import LearntSum, Line, Number, learn_sums
from apps.finance.filings import Fact
from apps.finance.money import PURE, is_ratio

Direction = Literal["down", "across"]
RATES = "EffectiveIncomeTaxRate"
"""Numbers without a unit that are parts of a whole; other shares and margins do not add up."""
LEAST_CELLS, MOST_CELLS = 3, 5000
"""Numbers of a table between which its sums are looked for."""
_YEAR = re.compile(r"(?:19|20)\d\d(?:\s*\(\d\))?")
"""What stands in the head of a column, and is no amount."""
_DEDUCTED = re.compile(r"less\b|deduct", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TableSum:
    """One sum in one position of a table.

    Attributes:
        grid: Number of the table.
        direction: Whether rows or columns are added.
        total: The fact of the total with 1 or -1, by which its value is what the page prints.
        terms: The facts that are added, each with 1 or -1.
        holds: Whether they make the total.
        proved: Whether at least two amounts make it, so that it speaks for each of them.
    """

    grid: int
    direction: Direction
    total: tuple[str, int]
    terms: tuple[tuple[str, int], ...]
    holds: bool
    proved: bool

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """All facts of the sum, the total first."""
        return (self.total[0], *(fact_id for fact_id, _ in self.terms))


def table_sums(
    grids: Sequence[Grid], facts: Mapping[str, Fact], rounding_of: Callable[[Fact], Decimal]
) -> list[TableSum]:
    """The sums of all tables; one that fails is left out where each of its facts stands in another that holds.

    A fact that is wrong breaks every sum that it stands in. Where none is broken throughout, what failed is no sum.

    Args:
        grids: The tables.
        facts: By id.
        rounding_of: How far the true number may lie from a stated one.
    """
    found = [each for number, grid in enumerate(grids) for each in _of_grid(number, grid, facts, rounding_of)]
    cleared = {fact_id for each in found if each.proved for fact_id in each.fact_ids}
    return [each for each in found if each.holds or not cleared.issuperset(each.fact_ids)]


def _of_grid(
    number: int, grid: Grid, facts: Mapping[str, Fact], rounding_of: Callable[[Fact], Decimal]
) -> Iterator[TableSum]:
    table = _Table.of(grid, facts, rounding_of)
    if table is None:
        return
    totals = {place for place, row in enumerate(grid.rows) if row.total}
    yield from _of_lines(number, "down", table.rows(), facts)
    if grid.width > 2:
        columns = table.columns()
        yield from _of_lines(number, "across", columns, facts, totals)
        yield from _of_lines(number, "across", columns[::-1], facts, totals)


def _of_lines(
    number: int,
    direction: Direction,
    lines: Sequence[Line],
    facts: Mapping[str, Fact],
    totals: Set[int] = frozenset(),
) -> Iterator[TableSum]:
    for learnt in learn_sums(lines, totals):
        if len(learnt.holds) + len(learnt.alone) + len(learnt.fails) < 2:
            continue
        verdicts = ((learnt.holds, True, True), (learnt.alone, True, False), (learnt.fails, False, False))
        for positions, holds, proved in verdicts:
            for position in positions:
                yield _sum_at(number, direction, lines, learnt, position, facts, holds=holds, proved=proved)


def _sum_at(
    number: int,
    direction: Direction,
    lines: Sequence[Line],
    learnt: LearntSum,
    position: int,
    facts: Mapping[str, Fact],
    *,
    holds: bool,
    proved: bool,
) -> TableSum:
    def signed(line: int, sign: int) -> Iterable[tuple[str, int]]:
        stated = lines[line].numbers.get(position)
        if stated is not None:
            tagged = (facts[stated.fact_id].value or "").startswith("-")
            yield stated.fact_id, sign if tagged == (stated.value < 0) else -sign

    total = next(iter(signed(learnt.total, 1)))
    terms = tuple(pair for line, sign in learnt.terms for pair in signed(line, sign))
    return TableSum(number, direction, total, terms, holds, proved)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table as lines of whole numbers.

    Attributes:
        grid: It.
        facts: By id.
        rounding_of: How far the true number may lie from a stated one.
        factor: The power of ten by which all its numbers are whole.
    """

    grid: Grid
    facts: Mapping[str, Fact]
    rounding_of: Callable[[Fact], Decimal]
    factor: int

    @classmethod
    def of(cls, grid: Grid, facts: Mapping[str, Fact], rounding_of: Callable[[Fact], Decimal]) -> "_Table | None":
        """The table; None where it has fewer than three numbers, or more than a page can print."""
        values = [Decimal(facts[i].value or 0) for i in grid.fact_ids if i in facts]
        if not LEAST_CELLS <= len(values) <= MOST_CELLS:
            return None
        return cls(grid, facts, rounding_of, max(0, *(-int(value.as_tuple().exponent) for value in values)))

    def rows(self) -> list[Line]:
        """Its rows, top to bottom; a row of nothing but years stands over columns and is a heading."""
        lines = []
        opens = False
        for row in self.grid.rows:
            if all(not cell.fact_id and _YEAR.fullmatch(cell.text.strip()) for cell in row.cells.values()):
                opens = True
                continue
            numbers = {column: self._number(cell, across=False) for column, cell in row.cells.items()}
            lines.append(Line(row.caption, numbers, row.total, opens, _DEDUCTED.match(row.caption) is not None))
            opens = False
        return lines

    def columns(self) -> list[Line]:
        """Its columns, left to right."""
        numbers: list[dict[int, Number | None]] = [{} for _ in range(self.grid.width)]
        for place, row in enumerate(self.grid.rows):
            for column, cell in row.cells.items():
                numbers[column][place] = self._number(cell, across=True)
        return [Line("", of_column) for of_column in numbers]

    def _number(self, cell: GridCell, *, across: bool) -> Number | None:
        fact = self.facts.get(cell.fact_id)
        if fact is None or fact.value is None or is_ratio(fact.unit):
            return None
        if fact.unit == PURE and not fact.local_name.startswith(RATES):
            return None
        value = abs(int(Decimal(fact.value).scaleb(self.factor)))
        rounding = int(2 * self.rounding_of(fact).scaleb(self.factor))
        kind = (fact.unit, fact.start, fact.end) if across else fact.unit
        return Number(cell.fact_id, -value if cell.negative else value, rounding, kind)
