"""Checks of the three statements as printed: every total is the sum of the rows above it.

A report without linkbases does not say which rows a total adds up. The page does (``structures.py``).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from apps.finance.anomaly.checks.lines.named_sums import british
from apps.finance.anomaly.checks.registry import check, compared, not_applicable
from apps.finance.anomaly.evidence import Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.printed.page import PageRow, page_rows
from apps.finance.anomaly.printed.structures import LONGEST_STATEMENT, Structure, marked, structures
from apps.finance.anomaly.sentences import followed
from apps.finance.periods import Period
from apps.finance.statements.model import StatementName
from core_model.errors import Message

GRAND_TOTALS = frozenset(
    {"AssetsCurrent", "LiabilitiesCurrent", "LiabilitiesAndStockholdersEquity", "CurrentAssets", "CurrentLiabilities"}
)
"""Totals of a balance sheet besides its assets that the rows since the beginning, or since the assets, add up to."""
UNDERSTOOD = 2
"""Totals that must be explained before one that is not says something of the rows above it."""
FEW, MOST_ROWS = 3, 30
"""Rows that make a total although more stand above it, and how many rows are looked at."""
MISSING = Message("no_column_adds_up")
ROWS_ABOVE = Message("what_rows_above")


def without_parts(rows: Sequence[PageRow], found: Sequence[Structure]) -> Iterator[Structure]:
    """The grand totals of a balance sheet that no rows above add up to in any column, though all of them are tagged.

    They are the sums of what stands above in practically every balance sheet. Where one is not, a row is missing, or
    is wrong in every column. Nothing is said where a total in between is not explained either (it holds a row apart),
    and of a balance sheet of which fewer than two totals are understood.
    """
    if sum(len(structure.terms) > 1 for structure in found) < UNDERSTOOD:
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
        above = rows[after:place]
        terms = [row for row in above if id(row) not in taken]
        if id(total) in explained or len(terms) < 2 or any(marked(row) and id(row) not in explained for row in above):
            continue
        columns = [period for period, amount in total.amounts.items() if amount is not None and amount.value]
        columns = [p for p in columns if all(row.amounts.get(p) is not None for row in terms)]
        if columns and not _made_of_few(total, above, columns):
            yield Structure(total, tuple((row, 1) for row in terms), (), tuple(columns))


def _made_of_few(total: PageRow, above: Sequence[PageRow], columns: Sequence[Period]) -> bool:
    """Whether a few of the rows above make a total in every column: then subtotals stand among its parts."""
    chosen = above[-MOST_ROWS:]
    for count in range(1, FEW + 1):
        for rows in combinations(chosen, count):
            if all(_makes(total, rows, column) for column in columns):
                return True
    return False


def _makes(total: PageRow, rows: Sequence[PageRow], column: Period) -> bool:
    stated, terms = total.amounts[column], [row.amounts.get(column) for row in rows]
    if stated is None or any(term is None for term in terms):
        return False
    there = [term for term in terms if term is not None]
    left = stated.value - sum(term.value for term in there)
    return abs(left) <= stated.rounding + sum(term.rounding for term in there)


def _mixed_units(evidence: Evidence) -> bool:
    """Whether a row of the balance sheet is in the report's currency in some columns alone, so that it is left out."""
    currency = evidence.filing.document.currency
    units = ({v.unit for v in row.values if v.unit} for row in evidence.statements.reported.get("balance", ()))
    return any(currency in of_row and len(of_row) > 1 for of_row in units)


def _above(structure: Structure) -> Message:
    """What a total is of the rows above it."""
    return ROWS_ABOVE if len(structure.terms) > 1 else Message("what_row_above")


def _elsewhere(structure: Structure) -> Message:
    """The same where the other columns say so, and this one does not."""
    return Message("what_rows_above_elsewhere" if len(structure.terms) > 1 else "what_row_above_elsewhere")


def _subtotals(evidence: Evidence, check_id: str, statement: StatementName) -> Iterable[CheckResult]:
    rows = page_rows(evidence, statement)
    found = list(structures(rows, statement))
    for structure in found:
        for period in (*structure.holds, *structure.fails):
            stated = structure.total.amounts[period]
            assert stated is not None
            what = _elsewhere(structure) if period in structure.fails else _above(structure)
            yield compared(check_id, stated, structure.amounts(period), period, what=what)
    if statement == "balance" and not _mixed_units(evidence) and not british(evidence):
        for structure in without_parts(rows, found):
            for period in structure.fails:
                stated = structure.total.amounts[period]
                assert stated is not None
                result = compared(check_id, stated, structure.amounts(period), period, what=ROWS_ABOVE)
                yield replace(result, reason=followed(result.reason, MISSING))
    if len(rows) > LONGEST_STATEMENT:
        yield not_applicable(check_id, Message("rows_beyond", {"rows": len(rows), "most": LONGEST_STATEMENT}))
    elif not found and rows:
        yield not_applicable(check_id, Message("no_total_adds_up"))


@check("balance_subtotals")
def balance_subtotals(evidence: Evidence) -> Iterable[CheckResult]:
    return _subtotals(evidence, "balance_subtotals", "balance")


@check("income_subtotals")
def income_subtotals(evidence: Evidence) -> Iterable[CheckResult]:
    return _subtotals(evidence, "income_subtotals", "income")


@check("cash_flow_subtotals")
def cash_flow_subtotals(evidence: Evidence) -> Iterable[CheckResult]:
    return _subtotals(evidence, "cash_flow_subtotals", "cash_flow")
