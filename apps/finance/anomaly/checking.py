"""``check_statements``: all checks on a report and its statements, and the anomalies that follow from them."""

from collections.abc import Callable

from apps.finance.anomaly.checks.facts import contradictions, periods, repeats, scale, signs
from apps.finance.anomaly.checks.lines import balance, capital, cash, income, named_sums, shares, unjudged
from apps.finance.anomaly.checks.registry import CHECKS, Check, run_checks
from apps.finance.anomaly.checks.totals import dimensions, flows, footing, notes, tables
from apps.finance.anomaly.evidence import Evidence
from apps.finance.anomaly.model import Anomaly, CheckResult
from apps.finance.anomaly.printed.layout import Layout
from apps.finance.anomaly.printed.page import page_rows
from apps.finance.anomaly.printed.structures import structures
from apps.finance.anomaly.printed.truncation import cuts_off
from apps.finance.anomaly.ranking import rank_anomalies
from apps.finance.exact import exactly
from apps.finance.filings import Filing
from apps.finance.statements.model import STATEMENTS, Statements

FAMILIES = (
    balance,
    named_sums,
    cash,
    contradictions,
    unjudged,
    footing,
    income,
    shares,
    capital,
    notes,
    tables,
    flows,
    dimensions,
    periods,
    repeats,
    scale,
    signs,
)
"""The families of checks, in the order in which their checks are listed."""


def all_checks() -> list[Check]:
    """Every check, family by family, in each in the order of its definitions."""
    return [check for family in FAMILIES for check in CHECKS.values() if check.function.__module__ == family.__name__]


@exactly
def check_statements(
    filing: Filing,
    statements: Statements,
    layout: Layout | None = None,
    tick: Callable[[float], None] | None = None,
) -> tuple[list[CheckResult], list[Anomaly]]:
    """Check a report.

    Args:
        filing: Its facts.
        statements: Its statements.
        layout: Where the facts stand on the page; without it nothing is said of tables other than the statements.
        tick: Called before each check with the share done, 0 to 1; what it raises stops the work.

    Returns:
        Every verdict, in the order of the checks, and the anomalies by rank.
    """
    evidence = Evidence(filing, statements, layout or Layout())
    evidence.cuts_off = cuts_off(found for name in STATEMENTS for found in structures(page_rows(evidence, name), name))
    results = run_checks(evidence, all_checks(), tick)
    return results, rank_anomalies(evidence, results)
