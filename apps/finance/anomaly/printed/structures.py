"""What the totals of a printed statement add up, learnt from the page.

The rows between a total and the total before. Where they give it in one column, they must in the others; where in none,
something else is meant.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from apps.finance.anomaly.evidence import Amount
from apps.finance.anomaly.printed.page import PageRow
from apps.finance.anomaly.printed.possible import Possible, Way
from apps.finance.periods import Period
from apps.finance.statements.model import StatementName

COST = re.compile(
    r"^(?:Total)?Cost|Costs?(?:And|Of|$)|Expense|Depreciation|Amortization|Impairment|Restructuring|Provision"
    r"|^IncomeTax|Charges|Losses|Purchased|Benefits|Taxes"
)
"""Names of amounts that are deducted in an income statement."""
INCOME = re.compile(r"^Revenue|^GrossProfit|^OperatingIncome|^IncomeLoss|^NetIncome|^ProfitLoss|^InterestIncome")
NET = re.compile(r"IncomeExpense|IncomeLoss|GainLoss|IncomeNet|GainsLosses")
"""Names of amounts that are costs where they are negative."""
DEDUCTED = re.compile(r"less\b|deduct", re.IGNORECASE)
"""Captions of rows that are subtracted though they are printed without a sign."""
KNOWN_TOTALS = frozenset(
    {
        "Assets",
        "AssetsCurrent",
        "Liabilities",
        "LiabilitiesCurrent",
        "LiabilitiesAndStockholdersEquity",
        "StockholdersEquity",
        "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
        "NetCashProvidedByUsedInOperatingActivities",
        "NetCashProvidedByUsedInInvestingActivities",
        "NetCashProvidedByUsedInFinancingActivities",
        "GrossProfit",
        "OperatingIncomeLoss",
        "CostsAndExpenses",
        "OperatingExpenses",
        "Revenues",
        "NetIncomeLoss",
        "ProfitLoss",
    }
)
KNOWN_PREFIXES = ("IncomeLossFromContinuingOperations", "NetCashProvidedByUsedIn", "CashAndCashEquivalentsPeriod")
"""Concepts that are totals wherever they are printed, though no rule or caption marks them."""
STAGE = re.compile(
    r"^(?:GrossProfit|OperatingIncomeLoss|NetIncomeLoss|ProfitLoss)$"
    r"|^IncomeLossFromContinuingOperationsBeforeIncomeTaxes(?!.*(?:Domestic|Foreign)$)"
)
"""Incomes of which each holds the one before, so that no sum has two of them."""
LONGEST = 200
"""Rows that a total may add up; no statement prints more between two totals."""
LONGEST_STATEMENT = 1000
"""Rows of a statement in which sums are looked for; no statement prints more than some hundred."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What a total adds up.

    Attributes:
        total: Its row.
        terms: The rows with the sign that each has in the sum.
        holds: Periods in which the sum is right up to rounding.
        fails: Periods in which it is not.
    """

    total: PageRow
    terms: tuple[tuple[PageRow, int], ...]
    holds: tuple[Period, ...]
    fails: tuple[Period, ...]

    def amounts(self, period: Period) -> list[Amount]:
        """The terms in a period."""
        found = []
        for row, sign in self.terms:
            amount = row.amounts.get(period)
            if amount is not None and (amount.value or amount.fact_ids):
                found.append(amount if sign > 0 else -amount)
        return found


def structures(rows: Sequence[PageRow], statement: StatementName) -> Iterator[Structure]:
    """The totals of a statement with what they add up, top to bottom.

    Args:
        rows: Rows as printed; what stands below the first ``LONGEST_STATEMENT`` is left out.
        statement: Which statement; in an income statement costs are deducted although they are printed without a sign.
    """
    rows = rows[:LONGEST_STATEMENT]
    possible, totals = Possible(rows), [marked(row) for row in rows]
    open_rows: list[int] = []
    explained: set[int] = set()
    for number, row in enumerate(rows):
        numbers = open_rows[-LONGEST:]
        near = [rows[above] for above in numbers]
        closed = [above in explained or totals[above] for above in numbers]
        starts = {k + 1 for k, is_closed in enumerate(closed) if is_closed} | {k for k, r in enumerate(near) if r.opens}
        starts |= {0} if len(near) == len(open_rows) else set()
        apart = [k for k in range(1, len(near)) if closed[k] and not closed[k - 1] and numbers[k] not in explained]
        ways = _ways(row, statement)
        sums = [
            (depth, _Sum(row, way))
            for depth, way in zip(possible.depths(number, numbers, ways), ways, strict=True)
            if depth
        ]
        found = _best(sums, near, statement, starts, max((k for k in apart if not near[k].opens), default=0))
        if found is not None:
            explained.add(number)
            del open_rows[len(open_rows) - len(found.terms) :]
            yield found
        open_rows.append(number)


def _best(
    sums: list[tuple[int, "_Sum"]],
    open_rows: Sequence[PageRow],
    statement: StatementName,
    starts: Container[int],
    apart: int,
) -> Structure | None:
    """The sum that holds in the most columns, the shortest of equals.

    One that reaches above ``apart``, the last total that its own rows do not explain, may count those twice, and must
    hold in every column.

    Args:
        sums: The ways of adding up with the most rows that each can have.
        open_rows: The rows above.
        statement: Which statement.
        starts: Where a run of rows may begin.
        apart: See above.
    """
    best: Structure | None = None
    for start in range(len(open_rows) - 1, -1, -1):
        if not sums:
            break
        for _, each in sums:
            each.extend(open_rows[start])
            structure = each.judged()
            if structure is None or not _believed(structure, statement, whole=start in starts):
                continue
            if structure.fails and start < apart:
                continue
            if best is None or _weight(structure) > _weight(best):
                best = structure
        sums = [(most, each) for most, each in sums if most > len(each.terms) and not each.ended]
    return best


def _believed(structure: Structure, statement: StatementName, *, whole: bool) -> bool:
    """Whether a sum is no coincidence: it holds in most columns, and in two where its terms could be chosen freely.

    They could not where they are all the rows since the total or the heading before (``whole``). A single row must be
    such a run, and the same as the total in every column.
    """
    held, failed = len(structure.holds), len(structure.fails)
    total = structure.total
    if len(structure.terms) == 1:
        return whole and marked(total) and not failed and structure.terms[0][1] > 0
    if held < failed:
        return False
    if statement == "income" and failed and held < 2 and not whole:
        return False
    return marked(total) or (held >= 2 and not failed)


def marked(row: PageRow) -> bool:
    """Whether a row is a total by its print or by its concept."""
    return row.total or row.local_name in KNOWN_TOTALS or row.local_name.startswith(KNOWN_PREFIXES)


def _weight(structure: Structure) -> tuple[int, int]:
    return len(structure.holds), -len(structure.fails)


@dataclass(slots=True)
class _Column:
    """What the rows of a run make in one period so far; broken where one of them has no tagged number there."""

    value: Decimal = Decimal(0)
    rounding: Decimal = Decimal(0)
    counted: int = 0
    broken: bool = False


@dataclass(slots=True)
class _Sum:
    """The rows above a total with the signs of one way of adding them up, extended upwards row by row.

    Attributes:
        total: The total.
        sign: The sign of a row in the sum; None where the top row is what all others are deducted from.
        terms: Rows and signs, the lowest first.
        columns: The sum in the periods in which the total is stated.
        stages: Concepts that stand in the sum with a plus and of which there may be one.
    """

    total: PageRow
    sign: Way
    terms: list[tuple[PageRow, int]] = field(default_factory=list)
    columns: dict[Period, _Column] = field(init=False)
    stages: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        stated = self.total.amounts.items()
        self.columns = {period: _Column() for period, amount in stated if amount is not None and amount.value}

    def extend(self, row: PageRow) -> None:
        """Take the next row above."""
        if self.sign is None and self.terms and self.terms[-1][1] > 0:
            below = self.terms[-1][0]
            self.terms[-1] = (below, -1)
            self._add(below, -2, counted=False)
        sign = 1 if self.sign is None else self.sign(row)
        self.terms.append((row, sign))
        self._add(row, sign, counted=True)
        if self.sign is not None and sign > 0 and STAGE.search(row.local_name):
            self.stages.add(row.concept)

    def _add(self, row: PageRow, times: int, *, counted: bool) -> None:
        for period, column in self.columns.items():
            amount = row.amounts.get(period)
            if amount is None:
                column.broken = True
                continue
            column.value += amount.value * times
            if counted:
                column.rounding += amount.rounding
                column.counted += bool(amount.value)

    @property
    def ended(self) -> bool:
        """Whether no further row can make a difference."""
        return len(self.stages) > 1 or all(column.broken for column in self.columns.values())

    def judged(self) -> Structure | None:
        """The sum with the periods in which it gives the total; None where in none."""
        holds: list[Period] = []
        fails: list[Period] = []
        least = min(2, len(self.terms))
        for period, column in self.columns.items():
            stated = self.total.amounts[period]
            if stated is None or column.broken or column.counted < least:
                continue
            left = abs(stated.value - column.value)
            (holds if left <= stated.rounding + column.rounding else fails).append(period)
        if not holds or len(self.stages) > 1:
            return None
        return Structure(self.total, tuple(reversed(self.terms)), tuple(holds), tuple(fails))


def _ways(total: PageRow, statement: StatementName) -> list[Way]:
    """The signs with which rows may stand in a total besides those printed, the likeliest first."""
    if statement == "income" and not _is_cost(total):
        return [_costs, _net_costs, None, _less, _plain]
    return [_less, _plain]


def _costs(row: PageRow) -> int:
    return -1 if _is_cost(row) else 1


def _net_costs(row: PageRow) -> int:
    return -1 if _is_cost(row) and not NET.search(row.local_name) else 1


def _less(row: PageRow) -> int:
    return -1 if DEDUCTED.match(row.caption) else 1


def _plain(row: PageRow) -> int:
    return 1


def _is_cost(row: PageRow) -> bool:
    name = row.local_name
    return bool(COST.search(name)) and not INCOME.search(name)
