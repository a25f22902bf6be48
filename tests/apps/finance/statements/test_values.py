"""Values and days at their edges: zeros, instants within a day, the first day of the calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.finance.statements import Period
from apps.finance.statements.values import day_before
from tests.apps.finance.statements.reports import INCOME, YEAR, annual, gaap, newest, read, replaced


@given(st.dates(min_value=date(1, 1, 2)))
def test_the_day_before_is_the_last_day_that_is_earlier(day):
    assert date.fromisoformat(day_before(day.isoformat())).toordinal() == day.toordinal() - 1
    assert day_before(f"{day.isoformat()}T12:00:00") == day_before(day.isoformat())


@pytest.mark.parametrize("day", ["0001-01-01", "2023-02-30", "", "tomorrow"])
def test_where_the_calendar_has_no_day_before_there_is_none(day):
    assert day_before(day) == ""


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
