"""Statements cut in two by the foot of a page, and those that end early."""

import pytest

from apps.finance.statements import StatementName, Statements
from apps.messages import cautioned
from tests.apps.finance.statements.reports import (
    BALANCE,
    CASH_FLOW,
    END_BEFORE,
    INCOME,
    RESTRICTED,
    annual,
    gaap,
    newest,
    read,
    replaced,
)

FOOTER = (
    "<p>The accompanying notes 1 to 22 are an integral part of these consolidated financial statements, and are to be "
    "read with them.</p><p>F-7</p>"
)


def codes(statements: Statements) -> list[str]:
    return [caution.code for caution in statements.cautions]


def statements_of(**parts) -> Statements:
    return read(annual(**parts))[1]


def cut(caption: str, between: str) -> bytes:
    """The report with its cash-flow statement cut in two above a row, as at the end of a page."""
    markup = annual().decode()
    start = markup.rindex("<tr>", 0, markup.rindex(caption))
    return (markup[:start] + f"</table>{between}<table>" + markup[start:]).encode()


@pytest.mark.parametrize("caption", ["Net cash used in financing", "Net cash used in investing"])
def test_a_page_s_foot_in_the_middle_of_a_statement_loses_no_row(caption):
    _, statements = read(cut(caption, FOOTER))
    assert newest(statements, "financing_cash_flow") == "-72000000"
    assert newest(statements, "investing_cash_flow") == "-65000000"
    assert "statement_open" not in codes(statements)


def test_a_statement_that_ends_early_says_what_it_lacks():
    lines = [line for line in CASH_FLOW if "financing" not in line.caption]
    statements = statements_of(cash_flow=lines)
    (caution,) = [caution for caution in statements.cautions if caution.code == "statement_open"]
    assert cautioned(caution) == (
        "The cash-flow statement was found without Net cash from financing activities: it goes on elsewhere, does not "
        "print them, or prints them without a tag."
    )
    assert "statement_open" not in codes(statements_of())


DETAILS = [gaap(f"{name} things", f"{name}Things", "5", "4") for name in ("First", "Second", "Third", "Fourth")]
PAID = [
    gaap("Cash paid for interest", "InterestPaidNet", "20", "10"),
    gaap("Cash paid for tax", "IncomeTaxesPaid", "9", "8"),
]
AGAIN = FOOTER + "<p>ACME CORP</p><p>CONSOLIDATED BALANCE SHEETS (continued)</p><p>(in millions)</p>"


def cut_above(data: bytes, between: str, *captions: str) -> bytes:
    """A report with a statement cut above each of these rows."""
    markup = data.decode()
    for caption in captions:
        start = markup.rindex("<tr>", 0, markup.index(f">{caption}<"))
        markup = f"{markup[:start]}</table>{between}<table>{markup[start:]}"
    return markup.encode()


def labels(statements: Statements, name: StatementName) -> list[str]:
    return [row.label for row in statements.reported[name]]


@pytest.mark.parametrize("between", ["<p>F-7</p>", FOOTER, AGAIN])
def test_rows_between_two_page_breaks_are_not_lost_for_the_want_of_a_known_concept(between: str) -> None:
    lines = [*BALANCE[:12], *DETAILS, *BALANCE[12:]]
    data = cut_above(annual(balance=lines), between, "First things", "Third things")
    _, statements = read(data)
    assert labels(statements, "balance") == [line.caption for line in lines]
    assert "statement_open" not in codes(statements)


def test_what_stands_below_the_last_total_on_the_next_page_is_not_lost() -> None:
    lines = [*CASH_FLOW, *PAID]
    _, statements = read(cut_above(annual(cash_flow=lines), FOOTER, "Cash paid for interest"))
    assert labels(statements, "cash_flow") == [line.caption for line in lines]


def test_a_first_row_alone_on_its_page_is_found_by_its_title() -> None:
    _, statements = read(cut_above(annual(), FOOTER, "Cost of sales"))
    assert newest(statements, "revenue") == "1000000000"
    assert labels(statements, "income") == [line.caption for line in INCOME]


def test_a_table_of_a_note_below_a_statement_is_no_part_of_it() -> None:
    note = "<p>Note 2. Things that we own, and how we came by them over the years, are these and no others.</p>"
    _, statements = read(cut_above(annual(cash_flow=[*CASH_FLOW, *PAID]), note, "Cash paid for interest"))
    assert labels(statements, "cash_flow") == [line.caption for line in CASH_FLOW]


def test_a_cash_flow_statement_without_the_cash_it_ends_with_says_so():
    statements = statements_of(cash_flow=replaced(CASH_FLOW, "Cash at end of year"))
    (caution,) = [caution for caution in statements.cautions if caution.code == "statement_open"]
    assert "without Cash at the end of the period:" in cautioned(caution)
    opening = gaap("Cash at beginning of year", RESTRICTED, "250", "154", periods=(END_BEFORE, "2021-12-31"))
    statements = statements_of(cash_flow=replaced(CASH_FLOW, "Cash at end of year", opening))
    assert "statement_open" in codes(statements)
    assert "statement_open" not in codes(statements_of())
