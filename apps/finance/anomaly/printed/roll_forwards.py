"""Roll-forwards: an amount on one day, what moved it, and the amount on a later day, printed under each other.

The movements have the sign that the page prints, or are printed without one ("Write-offs 15"). Then their signs are
learnt: those with which the roll-forwards of the report come out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from apps.finance.anomaly.printed.sums import LearntSum, Line, Number
from apps.finance.filings import Fact
from apps.finance.periods import day_before

MOST_MOVEMENTS = 8
"""Movements whose signs are learnt."""
MOST_SUBTOTALS = 2
"""Movements that may be sums of others although their rows do not say so."""
LONGEST = 40
"""Rows of a roll-forward."""


@dataclass(frozen=True, slots=True)
class RollForward:
    """One column of a roll-forward.

    Attributes:
        opening: The amount on the first day.
        closing: The amount on the last day.
        movements: What stands between them, without the parts of subtotals.
        signs: For each movement 1 or -1, by which its value as printed is what moved the amount.
        holds: Whether they make the closing amount.
    """

    opening: Number
    closing: Number
    movements: tuple[Number, ...]
    signs: tuple[int, ...]
    holds: bool

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """All its facts, the closing amount first."""
        return tuple(number.fact_id for number in (self.closing, self.opening, *self.movements))


def opened_and_closed(lines: Sequence[Line], facts: Mapping[str, Fact]) -> Iterator[tuple[int, int]]:
    """The rows of the same amount on two days between which stand its movements up to the later one, in their order.

    Args:
        lines: The rows of a table.
        facts: By id.
    """
    for closing, line in enumerate(lines):
        for column, number in line.numbers.items():
            opening = _opening(lines, closing, column, facts) if number is not None else None
            if opening is not None:
                yield opening, closing
                break


def _opening(lines: Sequence[Line], closing: int, column: int, facts: Mapping[str, Fact]) -> int | None:
    number = lines[closing].numbers[column]
    assert number is not None
    last = facts[number.fact_id]
    moved = False
    if not last.instant:
        return None
    for place in range(closing - 1, max(closing - LONGEST, -1), -1):
        held = lines[place].numbers.get(column)
        if held is None:
            continue
        fact = facts[held.fact_id]
        if fact.instant:
            same = (fact.concept, fact.dimensions, fact.unit) == (last.concept, last.dimensions, last.unit)
            return place if moved and same and (fact.end or "") < (last.end or "") else None
        moved = moved or fact.end == last.end
    return None


@dataclass(frozen=True, slots=True)
class RolledColumn:
    """A roll-forward as printed, before its signs are known.

    Attributes:
        concepts: Of the movements.
        exact: Whether every movement is of the time between the two days.
    """

    opening: Number
    closing: Number
    movements: tuple[Number, ...]
    concepts: tuple[str, ...]
    exact: bool

    def comes_out(self, signs: Sequence[int]) -> bool:
        """Whether the movements with some signs make the closing amount; one with the sign 0 is left out."""
        moved = sum(sign * number.value for sign, number in zip(signs, self.movements, strict=True))
        rounding = self.opening.rounding + self.closing.rounding + sum(number.rounding for number in self.movements)
        return 2 * abs(self.closing.value - self.opening.value - moved) <= rounding

    def has_subtotals(self, signs: Sequence[int]) -> bool:
        """Whether it comes out without one or two of its movements: then these say again what others say."""
        for count in range(1, MOST_SUBTOTALS + 1):
            for left_out in combinations(range(len(signs)), count):
                if self.comes_out([0 if place in left_out else sign for place, sign in enumerate(signs)]):
                    return True
        return False

    def judged(self, signs: tuple[int, ...]) -> RollForward:
        """The roll-forward with some signs."""
        return RollForward(self.opening, self.closing, self.movements, signs, self.comes_out(signs))


def rolled_columns(
    lines: Sequence[Line], sums: Sequence[LearntSum], facts: Mapping[str, Fact]
) -> Iterator[RolledColumn]:
    """The roll-forwards of a table, column by column.

    Some pages print what moved the amount above its opening: "Increase in cash, cash at the beginning, effect of
    exchange rates, cash at the end". The row above counts where a column comes out with it and none does without.

    Args:
        lines: Its rows.
        sums: What the rows are known to add up: what a subtotal holds moves nothing by itself.
        facts: By id.
    """
    for closing, line in enumerate(lines):
        below: list[RolledColumn] = []
        whole: list[RolledColumn] = []
        for column, last in line.numbers.items():
            opening = _opening(lines, closing, column, facts) if last is not None else None
            if opening is None or last is None:
                continue
            inside = [each for each in sums if opening < each.total < closing]
            parts = {term for each in inside for term, _ in each.terms if term > opening}
            between = [
                lines[place].numbers.get(column, 0) for place in range(opening + 1, closing) if place not in parts
            ]
            first = lines[opening].numbers[column]
            if first is None or any(number is None for number in between):
                continue
            moved = tuple(number for number in between if isinstance(number, Number) and number.value)
            if not moved or any(number.kind != last.kind for number in moved):
                continue
            rolled = _rolled(first, last, moved, facts)
            below.append(rolled)
            above = lines[opening - 1].numbers.get(column) if opening else None
            with_above = _rolled(first, last, (above, *moved), facts) if above and above.kind == last.kind else None
            whole.append(with_above if with_above and with_above.exact else rolled)
        yield from whole if _come_out(whole) and not any(_signs(rolled) for rolled in below) else below


def _rolled(first: Number, last: Number, moved: tuple[Number, ...], facts: Mapping[str, Fact]) -> RolledColumn:
    held = [facts[number.fact_id] for number in moved]
    start, end = facts[first.fact_id].end, facts[last.fact_id].end
    exact = all(day_before(fact.start or "") == start and fact.end == end for fact in held)
    return RolledColumn(first, last, moved, tuple(fact.concept for fact in held), exact)


def _come_out(columns: Sequence[RolledColumn]) -> bool:
    return any(rolled.comes_out((1,) * len(rolled.movements)) for rolled in columns)


def roll_forwards(columns: Sequence[RolledColumn]) -> Iterator[RollForward]:
    """The roll-forwards that can be judged.

    Args:
        columns: Those of all tables of a report.
    """
    signs = [_signs(column) for column in columns]
    votes: dict[str, set[int]] = {}
    for column, of_column in zip(columns, signs, strict=True):
        for concept, sign in zip(column.concepts, of_column or (), strict=False):
            votes.setdefault(concept, set()).add(sign)
    for column, of_column in zip(columns, signs, strict=True):
        ones = (1,) * len(column.movements)
        if of_column == ones:
            yield column.judged(ones)
            continue
        learnt = [votes.get(concept, set()) for concept in column.concepts]
        if all(len(of) == 1 for of in learnt):
            tried = tuple(sign for of in learnt for sign in of)
        elif column.exact and any(number.value < 0 for number in column.movements):
            tried = ones
        else:
            continue
        found = column.judged(tried)
        if found.holds or not column.has_subtotals(tried):
            yield found


def _signs(column: RolledColumn) -> tuple[int, ...] | None:
    """The only signs with which a roll-forward comes out, those of the page first; None where none or several do."""
    count = len(column.movements)
    if column.comes_out((1,) * count):
        return (1,) * count
    if count > MOST_MOVEMENTS:
        return None
    found = [signs for signs in product((1, -1), repeat=count) if column.comes_out(signs)]
    return found[0] if len(found) == 1 else None
