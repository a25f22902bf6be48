"""Values at their edges: zeros, a period from the first day of the calendar."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from apps.finance.filings import Filing
from apps.finance.periods import Period
from apps.finance.statements.build import cover_period
from apps.finance.statements.model import StatementValue
from apps.finance.statements.values import in_order
from tests.apps.finance.statements.reports import INCOME, YEAR, annual, gaap, newest, read, replaced


def test_a_period_from_the_first_day_of_the_calendar_does_not_end_the_reading():
    start = YEAR.partition("/")[0]
    _, statements = read(annual().replace(start.encode(), b"0001-01-01"))
    change = statements.line("change_in_cash")
    assert newest(statements, "change_in_cash") == "50000000"
    assert change.values[0].period == Period("2023-12-31", "0001-01-01")


@pytest.mark.parametrize("printed", ["0", "(0)"])
@pytest.mark.parametrize("concept", ["InterestIncomeExpenseNet", "InterestExpense"])
def test_a_zero_has_no_sign_whichever_way_round_the_line_reads_its_tag(concept, printed):
    lines = replaced(INCOME, "Interest expense", gaap("Interest expense, net", concept, printed, "(10)"))
    _, statements = read(annual(income=lines))
    assert newest(statements, "interest_expense") == "0"


def lasting(days: int) -> Period:
    """A period of so many days to one day."""
    end = date(2024, 12, 31)
    return Period(end.isoformat(), (end - timedelta(days=days - 1)).isoformat())


@pytest.mark.parametrize(("days", "first"), [(91, 91), (345, 91), (364, 364), (366, 366), (371, 371), (400, 400)])
def test_the_income_statement_begins_with_the_year_where_the_cover_is_of_a_year_or_longer(days, first):
    values = [StatementValue(lasting(91), None), StatementValue(lasting(days), None)]
    ordered = in_order("income", values, lasting(days))
    assert ordered[0].period.days == first


def test_a_cover_without_a_period_covers_the_longest_that_is_no_longer_than_a_year():
    periods = [lasting(91), lasting(364), lasting(375)]
    facts: list[Any] = [
        SimpleNamespace(start=period.start, end=period.end, local_name="Revenues", dimensions=()) for period in periods
    ]
    filing = SimpleNamespace(facts=facts, document=SimpleNamespace(period_end=periods[0].end))
    assert cover_period(cast(Filing, filing)) == periods[1]
