"""What the lines of a printed table add up to, learnt from the table: the rows of a column, the columns of a row.

A line is a row or a column; it has an amount in each position, which is a column or a row. A line is the sum of others
where their amounts make its amount in the positions: what holds in some of them must in the rest.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from math import log10

_NAMED = re.compile(r"(?:sub-?)?totals?\b|合计|总计|总额|小计|合計|總計|總額|小計", re.IGNORECASE)
LONGEST = 40
"""Lines that a sum may have."""
MOST_DIGITS = 6.0
"""Digits beyond which one position that adds up proves no more than another."""
NAMED_DIGITS, MARKED_DIGITS, HALF_MARKED_DIGITS, FREE_DIGITS = 1.5, 2.0, 3.0, 4.5
"""Decimal digits that must agree before a sum is no coincidence: of a total that is called one and adds up all lines
since the one before, of one that is marked and does so, of one that is or does one of these, of any other."""
DOUBTED_DIGITS = 2.0
"""Digits more that are asked where a position fails and the total is not marked."""
LEAST_TERMS = 2
"""Lines that a total which must be a sum has at least."""
LEAST_HELD = 3
"""Positions that hold for each in which a single amount differs from its total and is called wrong."""
MANY = 4
"""Positions that must hold for each that fails, where several do."""


@dataclass(frozen=True, slots=True)
class Number:
    """An amount in a position, in the smallest unit of its table.

    Attributes:
        fact_id: Its fact.
        value: With the sign as printed.
        rounding: Twice how far rounding may have moved it.
        kind: What it can be added to: numbers of one unit and, side by side, of one period.
    """

    fact_id: str
    value: int
    rounding: int
    kind: object


@dataclass(frozen=True, slots=True)
class Line:
    """A row or a column.

    Attributes:
        caption: As printed.
        numbers: By position; a blank is left out, None is a number that cannot be added.
        total: Whether it is marked as a total.
        opens: Whether a heading stands directly before it.
        deducted: Whether its caption says that it is taken off.
        opening: Whether it is the opening amount of a roll-forward: nothing below is added to what stands above it.
        strict: Whether it can be nothing but the sum of all lines since the total or heading before, so that one
            position speaks for itself.
    """

    caption: str
    numbers: dict[int, Number | None]
    total: bool = False
    opens: bool = False
    deducted: bool = False
    opening: bool = False
    strict: bool = False

    @property
    def starts(self) -> bool:
        """Whether what stands before it belongs to another sum."""
        return self.opens or self.opening


@dataclass(frozen=True, slots=True)
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
        left: By how much the positions that hold are off together.
    """

    total: int
    terms: tuple[tuple[int, int], ...]
    holds: tuple[int, ...]
    alone: tuple[int, ...]
    fails: tuple[int, ...]
    digits: float
    whole: bool
    left: int = 0

    @property
    def weight(self) -> tuple[int, int, int, int]:
        """Orders sums of one total: the more positions hold, the fewer fail, the less is left, the fewer terms."""
        return len(self.holds), -len(self.fails), -self.left, -len(self.terms)


def learn_sums(lines: Sequence[Line], totals: Set[int] = frozenset()) -> list[LearntSum]:
    """The sums in the order of their totals; the terms of one stand in no further one below it.

    Args:
        lines: Top to bottom, or left to right.
        totals: Positions that add up the others. They may hold more than what stands beside them, and are not called
            wrong.
    """
    open_lines: list[int] = []
    explained: set[int] = set()
    found: list[LearntSum] = []
    for number in range(len(lines)):
        best = _best(lines, number, open_lines[-LONGEST:], explained, totals)
        if best is None and lines[number].strict:
            best = _broken(lines, number, open_lines[-LONGEST:], explained)
        if best is not None:
            found.append(best)
            gone = {term for term, _ in best.terms}
            if not _stated_throughout(lines, number, gone):
                continue
            explained.add(number)
            open_lines = [other for other in open_lines if other not in gone]
        open_lines.append(number)
    return found


def _stated_throughout(lines: Sequence[Line], total: int, terms: Set[int]) -> bool:
    """Whether a total is stated wherever its terms are, so that it stands for them further down.

    Comprehensive income in a statement of equity is not: it is printed beside its parts in one column alone.
    """
    there = {p for term in terms for p, number in lines[term].numbers.items() if number is not None and number.value}
    return there <= lines[total].numbers.keys()


@dataclass(slots=True)
class _Running:
    """The lines above a total added up with one choice of signs, extended upwards line by line."""

    stated: dict[int, Number]
    sums: dict[int, int] = field(init=False)
    rounding: dict[int, int] = field(init=False)
    there: dict[int, int] = field(init=False)
    broken: set[int] = field(default_factory=set)
    terms: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sums = dict.fromkeys(self.stated, 0)
        self.there = dict.fromkeys(self.stated, 0)
        self.rounding = {p: number.rounding for p, number in self.stated.items()}

    def extend(self, place: int, line: Line, sign: int) -> None:
        """Take the next line above."""
        self.terms.append((place, sign))
        for p, number in line.numbers.items():
            stated = self.stated.get(p)
            if stated is None:
                continue
            if number is None or number.kind != stated.kind:
                self.broken.add(p)
                continue
            self.sums[p] += sign * number.value
            self.rounding[p] += number.rounding
            self.there[p] += bool(number.value)

    def turn(self, line: Line) -> None:
        """Take off the line added last instead of adding it."""
        self.terms[-1] = (self.terms[-1][0], -1)
        for p, number in line.numbers.items():
            if p in self.sums and number is not None:
                self.sums[p] -= 2 * number.value

    def wrong(self, lines: Sequence[Line], p: int, number: Number) -> bool:
        """Whether a total of several amounts is not their sum in a position, nor that of all but one of them."""
        left = number.value - self.sums[p]
        if p in self.broken or self.there[p] < LEAST_TERMS or 2 * abs(left) <= self.rounding[p]:
            return False
        return not _without_one(lines, left, number.rounding, self.terms, p)

    def judged(self, lines: Sequence[Line], total: int, *, whole: bool) -> LearntSum | None:
        """The sum with the positions in which it gives the total; None where in none."""
        holds, alone, fails, single, digits, off = [], [], [], [], 0.0, 0
        for p, number in self.stated.items():
            if p in self.broken or not self.there[p]:
                continue
            left = number.value - self.sums[p]
            if 2 * abs(left) > self.rounding[p]:
                if self.there[p] == 1:
                    single.append(p)
                elif not _without_one(lines, left, number.rounding, self.terms, p):
                    fails.append(p)
                continue
            off += abs(left)
            if self.there[p] == 1:
                alone.append(p)
            else:
                holds.append(p)
                digits += _digits(number, left)
        if not holds:
            return None
        if len(holds) + len(alone) >= LEAST_HELD * max(len(single), 1):
            fails += single
        terms = tuple(reversed(self.terms))
        return LearntSum(total, terms, tuple(holds), tuple(alone), tuple(fails), digits, whole, off)


def _digits(stated: Number, left: int) -> float:
    """How many decimal digits of a total its terms give."""
    return min(max(log10(abs(stated.value) / max(2 * abs(left), stated.rounding, 1)), 0.0), MOST_DIGITS)


def _best(
    lines: Sequence[Line], total: int, above: Sequence[int], explained: set[int], totals: Set[int]
) -> LearntSum | None:
    stated = {p: number for p, number in lines[total].numbers.items() if number is not None and number.value}
    if not stated or not above:
        return None
    opening = max((index for index, place in enumerate(above) if lines[place].opening), default=0)
    above = above[opening:]
    ways = ["plain"]
    if any(lines[place].deducted for place in above):
        ways.append("less")
    if lines[total].total:
        ways.append("first")
    best: LearntSum | None = None
    for way in ways:
        running = _Running(stated)
        for index in range(len(above) - 1, -1, -1):
            place = above[index]
            line = lines[place]
            if way == "first" and running.terms and running.terms[-1][1] > 0:
                running.turn(lines[running.terms[-1][0]])
            running.extend(place, line, -1 if way == "less" and line.deducted else 1)
            if len(running.broken) == len(stated):
                break
            if len(running.terms) == 1 and way != "plain":
                continue
            before = lines[above[index - 1]] if index else None
            whole = (
                before is None
                or line.opens
                or line.opening
                or before.opening
                or before.total
                or above[index - 1] in explained
            )
            found = running.judged(lines, total, whole=whole)
            if found is not None and totals:
                found = replace(found, fails=tuple(p for p in found.fails if p not in totals))
            if found is None or not believed(found, lines[total]):
                continue
            if best is None or found.weight > best.weight:
                best = found
    return best


def _broken(lines: Sequence[Line], total: int, above: Sequence[int], explained: set[int]) -> LearntSum | None:
    """The sum that a total must be although it is right in no position; None where fewer than two lines are in it."""
    stated = {p: number for p, number in lines[total].numbers.items() if number is not None and number.value}
    running = _Running(stated)
    for place in reversed(above):
        if lines[place].total or place in explained:
            break
        running.extend(place, lines[place], 1)
        if lines[place].starts:
            break
    every = _every_line(lines, total, stated)
    wrong = tuple(p for p, n in stated.items() if running.wrong(lines, p, n) and every.wrong(lines, p, n))
    if not wrong or len(running.terms) < LEAST_TERMS:
        return None
    return LearntSum(total, tuple(reversed(running.terms)), (), (), wrong, 0.0, True)


def _every_line(lines: Sequence[Line], total: int, stated: dict[int, Number]) -> _Running:
    """All lines since the total or heading before added up, those too that another sum seems to hold already."""
    running = _Running(stated)
    for place in range(total - 1, max(total - 1 - LONGEST, -1), -1):
        if lines[place].total:
            break
        running.extend(place, lines[place], 1)
        if lines[place].starts:
            break
    return running


def _without_one(lines: Sequence[Line], left: int, unit: int, terms: Sequence[tuple[int, int]], p: int) -> bool:
    """Whether the sum is right up to a unit without one of its terms: then that is no part of it in this position."""
    for term, sign in terms:
        number = lines[term].numbers.get(p)
        if number is not None and number.value and abs(left + sign * number.value) <= unit:
            return True
    return False


def believed(found: LearntSum, total: Line) -> bool:
    """Whether a sum is no coincidence."""
    failed = len(found.fails)
    if failed > 1 and len(found.holds) < MANY * failed:
        return False
    if total.total and found.whole:
        named = _NAMED.match(total.caption) is not None and all(sign > 0 for _, sign in found.terms)
        return total.strict or found.digits >= (NAMED_DIGITS if named else MARKED_DIGITS)
    least = HALF_MARKED_DIGITS if total.total or found.whole else FREE_DIGITS
    return found.digits >= least + (DOUBTED_DIGITS if failed else 0.0)
