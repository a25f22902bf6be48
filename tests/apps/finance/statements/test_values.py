"""Values at their edges: zeros, a period from the first day of the calendar."""

import pytest

from apps.finance.periods import Period
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
