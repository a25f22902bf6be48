"""Every sum that the tables of a report print, down their columns and along their rows, with its verdicts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from apps.finance.anomaly.printed.layout import Grid
from apps.finance.anomaly.printed.roll_forwards import (
    RolledColumn,
    RollForward,
    roll_forwards,
    rolled_columns,
)
from apps.finance.anomaly.printed.sums import LearntSum, Line, learn_sums
from apps.finance.anomaly.printed.table_lines import TableLines
from apps.finance.filings import Fact

Direction = Literal["down", "across"]
LONG = 3
"""Terms from which on a sum of rounded amounts is off by a unit now and then."""
MANY_SUMS, EXACT_SHARE = 50, 100
"""Long sums that a report has at least before they say how exact it is, and of how many at most one may be off."""


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
        alone: Whether nothing but what stands in it says that it is a sum.
        within: How far the sum of a report may be off whose sums are all exact; None where rounding explains more.
    """

    grid: int
    direction: Direction
    total: tuple[str, int]
    terms: tuple[tuple[str, int], ...]
    holds: bool
    proved: bool
    alone: bool = False
    within: Decimal | None = None

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """All facts of the sum, the total first."""
        return (self.total[0], *(fact_id for fact_id, _ in self.terms))


@dataclass(frozen=True, slots=True)
class PrintedSums:
    """What the tables of a report print as sums.

    Attributes:
        tables: Down their columns and along their rows.
        roll_forwards: From one day to another.
    """

    tables: tuple[TableSum, ...]
    roll_forwards: tuple[RollForward, ...]


def read_sums(grids: Sequence[Grid], facts: Mapping[str, Fact], rounding_of: Callable[[Fact], Decimal]) -> PrintedSums:
    """The sums of all tables; one that fails is left out where each of its facts stands in another that holds.

    A fact that is wrong breaks every sum that it stands in. Where none is broken throughout, what failed is no sum.

    Args:
        grids: The tables.
        facts: By id.
        rounding_of: How far the true number may lie from a stated one.
    """
    found: list[TableSum] = []
    rolled: list[RolledColumn] = []
    for number, grid in enumerate(grids):
        table = TableLines.of(grid, facts, rounding_of)
        if table is not None:
            rows = table.rows()
            down = learn_sums(rows)
            found += _of_table(number, table, rows, down)
            rolled += rolled_columns(rows, down, facts)
    found = _exactly(found, facts, rounding_of)
    cleared = {fact_id for each in found if each.proved for fact_id in each.fact_ids}
    return PrintedSums(
        tuple(each for each in found if each.holds or not cleared.issuperset(each.fact_ids)),
        tuple(each for each in roll_forwards(rolled) if each.holds or not cleared.issuperset(each.fact_ids)),
    )


def _exactly(
    found: Sequence[TableSum], facts: Mapping[str, Fact], rounding_of: Callable[[Fact], Decimal]
) -> list[TableSum]:
    """The sums; in a report whose long ones are all exact, those that are off by more than a unit fail.

    Companies that let every table add up leave nothing to rounding. One fact may be wrong, and so stand in all that are
    off.
    """
    long = [each for each in found if each.proved and len(each.terms) >= LONG]
    off = {each: left for each in found if each.proved and (left := abs(_left(each, facts)))}
    within = {each: 2 * rounding_of(facts[each.total[0]]) for each in off}
    wrong = [each for each, left in off.items() if left > within[each]]
    shared = set.intersection(*(set(each.fact_ids) for each in wrong)) if wrong else set()
    most = sum(len(each.terms) >= LONG and each not in wrong for each in off)
    if not shared or len(long) < MANY_SUMS or most * EXACT_SHARE > len(long):
        return list(found)
    return [replace(each, holds=False, proved=False, within=within[each]) if each in wrong else each for each in found]


def _left(each: TableSum, facts: Mapping[str, Fact]) -> Decimal:
    """What a total is more than its terms make."""
    total, sign = each.total
    return sign * Decimal(facts[total].value or 0) - sum(
        (sign * Decimal(facts[fact_id].value or 0) for fact_id, sign in each.terms), Decimal(0)
    )


def _of_table(number: int, table: TableLines, rows: Sequence[Line], down: Sequence[LearntSum]) -> Iterator[TableSum]:
    facts = table.facts
    yield from _of_lines(number, "down", rows, down, facts)
    if table.grid.width > 2:
        totals = {place for place, row in enumerate(rows) if row.total} | {learnt.total for learnt in down}
        columns = table.columns(rows)
        for each in (table.with_ladders(columns), columns[::-1]):
            yield from _of_lines(number, "across", each, learn_sums(each, totals), facts)


def _of_lines(
    number: int,
    direction: Direction,
    lines: Sequence[Line],
    sums: Iterable[LearntSum],
    facts: Mapping[str, Fact],
) -> Iterator[TableSum]:
    for learnt in sums:
        if len(learnt.holds) + len(learnt.alone) + len(learnt.fails) < 2 and not lines[learnt.total].strict:
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
    alone = len(learnt.holds) + len(learnt.alone) + len(learnt.fails) == 1 or not learnt.holds
    return TableSum(number, direction, total, terms, holds, proved, alone)
