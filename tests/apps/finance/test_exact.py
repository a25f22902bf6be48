"""Numbers of any length that a report may hold go through statements, checks and print without a digit rounded."""

import json
from dataclasses import replace
from decimal import Decimal, getcontext

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.documents import to_json
from apps.finance import summary
from apps.finance.money import printed
from apps.finance.periods import Period
from apps.finance.report import ReadReport, read_report
from apps.finance.statements.model import StatementLine, StatementValue
from tests.apps.finance.readings import blank, sentence
from tests.apps.finance.statements.reports import BALANCE, INCOME, Line, Maker, annual

whole = st.integers(min_value=10**30, max_value=10**90)


def with_cells(lines: list[Line], cells: dict[str, tuple[str, str]], leave_out: str) -> list[Line]:
    """The lines with other numbers, without the one that is to follow from them."""
    return [replace(line, cells=cells.get(line.caption, line.cells)) for line in lines if line.caption != leave_out]


def report_of(revenue: int, cost: int, assets: int, equity: int) -> ReadReport:
    """A report that prints these numbers in dollars, and neither gross profit nor liabilities."""
    income = {
        "Net sales": (f"{revenue:,}", "900"),
        "Cost of sales": (f"({cost:,})", "560"),
    }
    balance = {"Total assets": (f"{assets:,}", "930"), "Total equity": (f"{equity:,}", "470")}
    made = annual(
        with_cells(INCOME, income, "Gross profit"),
        with_cells(BALANCE, balance, "Total liabilities"),
        maker=Maker(scale=0),
    )
    return read_report(made)


def newest(report: ReadReport, line: str, *, derived: bool) -> Decimal | None:
    values = report.statements.line(line).values
    return next(value.value for value in values if value.value is not None and value.derived == derived)


@settings(max_examples=15, deadline=None)
@given(revenue=whole, cost=whole, assets=whole, equity=whole)
def test_values_differences_and_signs_keep_every_digit(revenue: int, cost: int, assets: int, equity: int) -> None:
    assert getcontext().prec == 28
    report = report_of(revenue, cost, assets, equity)
    assert newest(report, "revenue", derived=False) == Decimal(revenue)
    assert newest(report, "cost_of_revenue", derived=False) == Decimal(-cost)
    assert newest(report, "gross_profit", derived=True) == Decimal(revenue + cost)
    assert newest(report, "total_liabilities", derived=True) == Decimal(assets - equity)
    written = json.loads(to_json(blank(statements={**blank().statements, "income": report.statements.lines})))
    assert written["statements"]["income"][0]["values"][0]["value"] == str(revenue)
    checks = json.loads(to_json(blank(checks=report.checks)))["checks"]
    assert not any("E" in str(check["difference"]) for check in checks if check["check_id"].startswith("balance"))


@given(st.integers(min_value=-(10**120), max_value=10**120), st.sampled_from([1, 1_000, 1_000_000]))
@settings(deadline=None)
def test_printed_amounts_keep_every_digit(number: int, scale: int) -> None:
    text = str(number * scale)
    shown = f"({-number:,})" if number < 0 else f"{number:,}"
    assert printed(text, scale) == shown


def test_the_unit_of_a_long_amount_is_still_found() -> None:
    value = StatementValue(Period("2023-12-31"), Decimal("1" + "0" * 40), "USD")
    line = StatementLine("revenue", "income", "", "", 1.0, sentence(""), (value,))
    assert summary.unit_of(blank(statements={**blank().statements, "income": (line,)})) == (1_000_000, 0)
