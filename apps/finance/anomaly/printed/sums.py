"""What the lines of a printed table add up to, learnt from the table: the rows of a column, the columns of a row.

A line is a row or a column; it has an amount in each position, which is a column or a row. A line is the sum of others
where their amounts make its amount in the positions: what holds in some of them must in the rest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log10

LONGEST = 40
"""Lines that a sum may have."""
MOST_DIGITS = 6.0
"""Digits beyond which one position that adds up proves no more than another."""


@dataclass(frozen=True, slots=True)
class Number:
    """An amount in a position, in the smallest unit of its table.

    Attributes:
        fact_id: Its fact.
        value: With the sign as printed.
        rounding: Twice how far rounding may have moved it.
        unit: Its unit.
    """

    fact_id: str
    value: int
    rounding: int
    unit: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row or a column.

    Attributes:
        caption: As printed.
        numbers: By position; a blank is left out, None is a number without a tag.
        total: Whether it is marked as a total.
        opens: Whether a heading stands directly before it.
        deducted: Whether its caption says that it is taken off.
    """

    caption: str
    numbers: dict[int, Number | None]
    total: bool = False
    opens: bool = False
    deducted: bool = False


@dataclass(slots=True)
class LearntSum:
    """A line that is the sum of others.

    Attributes:
        total: Number of the line.
        terms: Numbers of the others with the sign of each.
        holds: Positions in which at least two amounts make the total.
        alone: Positions in which a single amount is the total.
        fails: Positions in which it is not the sum.
        digits: How much the positions that hold prove, in decimal digits.
        whole: Whether the terms are all lines since the total or heading before.
    """

    total: int
    terms: tuple[tuple[int, int], ...]
    holds: tuple[int, ...]
    alone: tuple[int, ...]
    fails: tuple[int, ...]
    digits: float
    whole: bool


def tolerance_of(roundings: Sequence[int]) -> int:
    """How far a sum may be off where each amount is off by at most half of its rounding."""
    return sum(roundings)


WAYS = ("plain", "less", "first")


def learn_sums(lines: Sequence[Line]) -> Iterator[LearntSum]:
    """The sums in the order of their totals; the terms of one stand in no further one below it."""
    open_lines: list[int] = []
    explained: set[int] = set()
    for number, line in enumerate(lines):
        best = _best(lines, number, open_lines[-LONGEST:], explained)
        if best is not None:
            explained.add(number)
            gone = {term for term, _ in best.terms}
            open_lines = [other for other in open_lines if other not in gone]
            yield best
        open_lines.append(number)


def _best(lines: Sequence[Line], total: int, above: Sequence[int], explained: set[int]) -> LearntSum | None:
    stated = {p: n for p, n in lines[total].numbers.items() if n is not None and n.value}
    if not stated or not above:
        return None
    best: LearntSum | None = None
    for way in WAYS:
        sums = dict.fromkeys(stated, 0)
        rounding = {p: n.rounding for p, n in stated.items()}
        there = dict.fromkeys(stated, 0)
        broken: set[int] = set()
        terms: list[tuple[int, int]] = []
        for place in range(len(above) - 1, -1, -1):
            line = lines[above[place]]
            sign = -1 if way == "less" and line.deducted else 1
            if way == "first" and terms:
                below = lines[terms[-1][0]]
                if terms[-1][1] > 0:
                    terms[-1] = (terms[-1][0], -1)
                    for p in stated:
                        n = below.numbers.get(p)
                        if n is not None:
                            sums[p] -= 2 * n.value
            terms.append((above[place], sign))
            for p in stated:
                if p not in line.numbers:
                    continue
                n = line.numbers[p]
                if n is None:
                    broken.add(p)
                    continue
                sums[p] += sign * n.value
                rounding[p] += n.rounding
                there[p] += bool(n.value)
            if len(broken) == len(stated):
                break
            if way != "plain" and len(terms) < 2:
                continue
            found = _judged(lines, total, stated, terms, sums, rounding, there, broken)
            if found is None:
                continue
            before = above[place - 1] if place else None
            found.whole = before is None or lines[above[place]].opens or before in explained or lines[before].total
            if not believed(found, lines):
                continue
            if best is None or _weight(found) > _weight(best):
                best = found
    return best


def _judged(lines, total, stated, terms, sums, rounding, there, broken) -> LearntSum | None:
    holds, alone, fails, digits = [], [], [], 0.0
    for p, number in stated.items():
        if p in broken or not there[p]:
            continue
        left = abs(number.value - sums[p])
        if 2 * left > rounding[p]:
            fails.append(p)
        elif there[p] == 1:
            alone.append(p)
        else:
            holds.append(p)
            digits += min(max(log10(abs(number.value) / (rounding[p] + 1)), 0.0), MOST_DIGITS)
    if not holds:
        return None
    return LearntSum(total, tuple(reversed(terms)), tuple(holds), tuple(alone), tuple(fails), digits, False)


def believed(found: LearntSum, lines: Sequence[Line]) -> bool:
    """Whether a sum is no coincidence."""
    if len(found.fails) > len(found.holds):
        return False
    marked = lines[found.total].total
    least = 2.0 if marked and found.whole else 3.0 if marked or found.whole else 4.5
    return found.digits - (2.0 if found.fails and not (marked and found.whole) else 0.0) >= least


def _weight(found: LearntSum) -> tuple[int, int, int]:
    return len(found.holds), -len(found.fails), -len(found.terms)
