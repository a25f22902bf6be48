"""How a reading is compared with what was typed from the page: what has no word beside it is silently wrong."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from apps.finance.periods import Period
from apps.finance.statements import Statements, StatementValue
from benchmarks.world_lines import compare, gold, shares
from core_model.errors import Message
from tests.apps.finance.statements.reports import annual, read

YEAR = Period("2023-12-31", "2023-01-01")
PERIOD = "2023-01-01..2023-12-31"


def typed(value: str | None, kind: str = "values", basis: str = "group", **more: str) -> dict[str, Any]:
    figure = {"period": PERIOD, "basis": basis, "value": value, **more}
    return {"bases": ["group", "company"], "lines": {"revenue": {kind: [figure]}}}


def made(value: str | None, **more: Any) -> Statements:
    """A reading of one line, revenue, of the newest year alone."""
    _, statements = read(annual())
    scope = more.pop("scope", "exact")
    number = None if value is None else Decimal(value)
    one = StatementValue(
        YEAR, number, "USD", not_available=None if number is not None else Message("not_printed"), **more
    )
    line = replace(statements.line("revenue"), values=(one,), scope=scope)
    return replace(statements, lines=(line,))


@pytest.mark.parametrize(
    ("report", "statements", "outcome"),
    [
        (typed("5"), made("5"), "right"),
        (typed("5"), made("6"), "silently_wrong"),
        (typed("5"), made("6", scope="wider"), "marked"),
        (typed("5"), made("6", derived=True), "marked"),
        (typed("5"), made("-5", turned=True), "marked"),
        (typed("5"), made(None), "not_available"),
        (typed(None), made(None), "right"),
        (typed(None), made("0"), "right"),
        (typed(None), made("7"), "silently_wrong"),
        (typed("7", "near", why="all of them"), made("7"), "silently_wrong"),
        (typed("7", "near", why="all of them"), made("7", scope="narrower"), "marked"),
        (typed("7", "elsewhere", where="notes"), made("7"), "marked"),
        (typed("5"), None, "not_available"),
    ],
)
def test_each_position_has_its_outcome(report: dict[str, Any], statements: Statements | None, outcome: str) -> None:
    (position,) = compare(report, statements)
    assert position.outcome == outcome


def test_the_company_s_own_figure_is_not_the_group_s() -> None:
    (position,) = compare(typed("5", basis="company"), made("5"))
    assert position.outcome == "silently_wrong"
    assert compare(typed("5", basis="company"), made(None)) == []


def test_shares_add_up_and_name_what_is_silently_wrong() -> None:
    figures = shares({"one": compare(typed("5"), made("5")), "two": compare(typed("5"), made("6"))})
    assert [figure.value for figure in figures.values()] == [0.5, 0, 0.5, 0]
    assert figures["silently_wrong"].note == f"two revenue {PERIOD}: typed 5, read 6"
    assert figures["silently_wrong"].cases == [0, 1]


def test_a_report_that_is_there_twice_counts_once() -> None:
    assert len(gold()) == 19
