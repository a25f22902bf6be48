"""Checks of the three statements as printed: every total is the sum of the rows above it.

A report without linkbases does not say which rows a total adds up. The page does: the rows between it and the total
before. Where that holds in one column, it must hold in the others; where it holds in none, something else is meant.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.page import PageRow, page_rows
from apps.finance.anomaly.registry import check, compared, not_applicable
from apps.finance.statements.model import Period, StatementName

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
GRAND_TOTALS = frozenset(
    {"AssetsCurrent", "LiabilitiesCurrent", "LiabilitiesAndStockholdersEquity", "CurrentAssets", "CurrentLiabilities"}
)
"""Totals of a balance sheet besides its assets that the rows since the beginning, or since the assets, add up to."""
UNDERSTOOD = 2
"""Totals that must be explained before one that is not says something of the rows above it."""
MISSING = "No column adds up: a row is missing above it, or is not tagged."
KNOWN_PREFIXES = ("IncomeLossFromContinuingOperations", "NetCashProvidedByUsedIn", "CashAndCashEquivalentsPeriod")
"""Concepts that are totals wherever they are printed, though no rule or caption marks them."""


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
        rows: Rows as printed.
        statement: Which statement; in an income statement costs are deducted although they are printed without a sign.
    """
    open_rows: list[PageRow] = []
    explained: set[int] = set()
    for row in rows:
        closed = (k + 1 for k, above in enumerate(open_rows) if id(above) in explained or _marked(above))
        starts = {0, *closed, *(k for k, below in enumerate(open_rows) if below.opens)}
        found = _best(row, open_rows, statement, starts)
        if found is not None:
            explained.add(id(row))
            del open_rows[len(open_rows) - len(found.terms) :]
            yield found
        open_rows.append(row)


def _best(
    total: PageRow, open_rows: Sequence[PageRow], statement: StatementName, starts: Container[int]
) -> Structure | None:
    best: Structure | None = None
    for start in range(len(open_rows) - 2, -1, -1):
        run = open_rows[start:]
        for signs in _ways(total, run, statement):
            structure = _judged(total, tuple(zip(run, signs, strict=True)))
            if structure is None or not _believed(structure, statement, whole=start in starts):
                continue
            if best is None or _weight(structure) > _weight(best):
                best = structure
    return best


def _believed(structure: Structure, statement: StatementName, *, whole: bool) -> bool:
    """Whether a sum is no coincidence: it holds in most columns, and in two where its terms could be chosen freely.

    They could not where they are all the rows since the total or the heading before (``whole``).
    """
    held, failed = len(structure.holds), len(structure.fails)
    total = structure.total
    if held < failed:
        return False
    if statement == "income" and failed and held < 2 and not whole:
        return False
    return _marked(total) or (held >= 2 and not failed)


def _marked(row: PageRow) -> bool:
    return row.total or row.local_name in KNOWN_TOTALS or row.local_name.startswith(KNOWN_PREFIXES)


def _weight(structure: Structure) -> tuple[int, int]:
    return len(structure.holds), -len(structure.fails)


def _ways(total: PageRow, run: Sequence[PageRow], statement: StatementName) -> Iterator[list[int]]:
    """Signs with which the rows may stand in the total, besides those printed, the likeliest first."""
    plain = [1] * len(run)
    less = [-1 if DEDUCTED.match(row.caption) else 1 for row in run]
    ways = [less, plain]
    if statement == "income" and not _is_cost(total):
        costs = [-1 if _is_cost(row) else 1 for row in run]
        net = [-1 if _is_cost(row) and not NET.search(row.local_name) else 1 for row in run]
        ways = [costs, net, [1] + [-1] * (len(run) - 1), less, plain]
    seen: list[list[int]] = []
    for way in ways:
        if way not in seen:
            seen.append(way)
            yield way


def _is_cost(row: PageRow) -> bool:
    name = row.local_name
    return bool(COST.search(name)) and not INCOME.search(name)


def _judged(total: PageRow, terms: tuple[tuple[PageRow, int], ...]) -> Structure | None:
    holds, fails = [], []
    for period, stated in total.amounts.items():
        amounts = [(row.amounts.get(period), sign, period in row.amounts) for row, sign in terms]
        if stated is None or not stated.value or not any(there for _, _, there in amounts):
            continue
        if any(amount is None or not there for amount, _, there in amounts):
            continue
        there = [(amount, sign) for amount, sign, _ in amounts if amount is not None]
        if sum(bool(amount.value) for amount, _ in there) < 2:
            continue
        left = stated.value - sum((amount.value * sign for amount, sign in there), Decimal(0))
        tolerance = stated.rounding + sum((amount.rounding for amount, _ in there), Decimal(0))
        (holds if abs(left) <= tolerance else fails).append(period)
    return Structure(total, terms, tuple(holds), tuple(fails)) if holds else None


def without_parts(rows: Sequence[PageRow], found: Sequence[Structure]) -> Iterator[Structure]:
    """The grand totals of a balance sheet that no rows above add up to in any column, though all of them are tagged.

    They are the sums of what stands above in practically every balance sheet. Where one is not, a row is missing, or
    is wrong in every column. Nothing is said where a total in between is not explained either (it holds a row apart),
    and of a balance sheet of which fewer than two totals are understood.
    """
    if len(found) < UNDERSTOOD:
        return
    explained = {id(structure.total) for structure in found}
    taken = {id(row) for structure in found for row, _ in structure.terms}
    start = 0
    for place, total in enumerate(rows):
        name = total.local_name
        if name in ("Assets", "EquityAndLiabilities"):
            after, start = start, place + 1
        elif name in GRAND_TOTALS:
            after = start
        else:
            continue
        terms = [row for row in rows[after:place] if id(row) not in taken]
        if id(total) in explained or len(terms) < 2 or any(_marked(r) and id(r) not in explained for r in terms):
            continue
        columns = [period for period, amount in total.amounts.items() if amount is not None and amount.value]
        columns = [p for p in columns if all(row.amounts.get(p) is not None for row in terms)]
        if columns:
            yield Structure(total, tuple((row, 1) for row in terms), (), tuple(columns))


def _mixed_units(evidence: Evidence) -> bool:
    """Whether a row of the balance sheet is in the report's currency in some columns alone, so that it is left out."""
    currency = evidence.filing.document.currency
    units = ({v.unit for v in row.values if v.unit} for row in evidence.statements.reported.get("balance", ()))
    return any(currency in of_row and len(of_row) > 1 for of_row in units)


def _subtotals(evidence: Evidence, check_id: str, statement: StatementName) -> Iterable[CheckResult]:
    rows = page_rows(evidence, statement)
    found = list(structures(rows, statement))
    for structure in found:
        for period in (*structure.holds, *structure.fails):
            stated = structure.total.amounts[period]
            assert stated is not None
            yield compared(
                check_id,
                stated,
                structure.amounts(period),
                period,
                what="the sum of the rows above, as in the other columns"
                if period in structure.fails
                else "the sum of the rows above",
            )
    if statement == "balance" and not _mixed_units(evidence):
        for structure in without_parts(rows, found):
            for period in structure.fails:
                stated = structure.total.amounts[period]
                assert stated is not None
                result = compared(check_id, stated, structure.amounts(period), period, what="the sum of the rows above")
                yield replace(result, reason=f"{result.reason} {MISSING}")
    if not found and rows:
        yield not_applicable(check_id, "No total on the page is the sum of the rows above it in any column.")


@check("balance_subtotals", "The totals of the balance sheet are the sums of the rows above them")
def balance_subtotals(evidence: Evidence) -> Iterable[CheckResult]:
    return _subtotals(evidence, "balance_subtotals", "balance")


@check("income_subtotals", "The totals of the income statement are the sums of the rows above them")
def income_subtotals(evidence: Evidence) -> Iterable[CheckResult]:
    return _subtotals(evidence, "income_subtotals", "income")


@check("cash_flow_subtotals", "The totals of the cash-flow statement are the sums of the rows above them")
def cash_flow_subtotals(evidence: Evidence) -> Iterable[CheckResult]:
    return _subtotals(evidence, "cash_flow_subtotals", "cash_flow")
