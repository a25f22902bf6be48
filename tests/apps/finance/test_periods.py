"""Periods: whole months within a week, one way to write and to say them, and which come first."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.finance.periods import Period, apart, day_before, newest_first
from apps.messages import said


@pytest.mark.parametrize(
    ("start", "end", "days", "months"),
    [
        ("", "2024-12-31", 0, 0),
        ("2024-01-01", "2024-12-31", 366, 12),
        ("2022-12-26", "2023-12-31", 371, 12),  # 53 weeks
        ("2023-01-01", "2023-12-30", 364, 12),  # 52 weeks
        ("2023-04-02", "2023-07-01", 91, 3),
        ("2023-10-01", "2024-01-06", 98, 3),  # a quarter of 14 weeks
        ("2023-01-01", "2023-10-07", 280, 9),  # 40 weeks
        ("2024-02-01", "2024-02-29", 29, 1),
        ("2024-07-01", "2024-07-31", 31, 1),
        ("2023-11-18", "2024-12-31", 410, 0),
        ("2024-01-01", "2024-04-20", 111, 0),
        ("2024-12-31", "2024-12-31", 1, 0),
        ("2024-12-31", "2024-01-01", -364, 0),
        ("2023-02-30", "2024-01-01", 0, 0),
        ("2023-01-01T00:00:00", "2023-12-31T00:00:00", 365, 12),
    ],
)
def test_a_period_has_whole_months_where_it_misses_them_by_a_week_at_most(start, end, days, months):
    period = Period(end, start)
    assert (period.days, period.months, period.is_year) == (days, months, months == 12)


@pytest.mark.parametrize(
    ("days", "within", "reaches"),
    [
        (91, True, False),
        (345, True, False),
        (364, True, True),
        (366, True, True),
        (371, True, True),
        (375, False, True),
    ],
)
def test_one_rule_says_what_is_a_year_what_is_shorter_and_what_is_longer(days, within, reaches):
    start = date(2023, 1, 1)
    period = Period((start + timedelta(days=days - 1)).isoformat(), start.isoformat())
    assert (period.days, period.within_a_year, period.reaches_a_year) == (days, within, reaches)
    assert period.is_year == (within and reaches)


def test_periods_stand_side_by_side_where_they_differ_by_half_a_month_at_most():
    quarter = Period("2024-03-31", "2024-01-01")
    assert quarter.as_long_as(Period("2023-04-06", "2022-12-30"))  # 98 days beside 91
    assert not quarter.as_long_as(Period("2023-04-30", "2023-01-01"))


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)), st.integers(1, 60))
def test_whole_months_of_the_calendar_are_counted_as_they_are(first, months):
    start = first.replace(day=1)
    after = date(start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1, 1)
    assert Period((after - timedelta(days=1)).isoformat(), start.isoformat()).months == months


@pytest.mark.parametrize(
    ("start", "end", "english", "chinese"),
    [
        ("2024-01-01", "2024-12-31", "12 months", "12 个月"),
        ("2024-02-01", "2024-02-29", "1 month", "1 个月"),
        ("2023-11-18", "2024-12-31", "410 days", "410 天"),
        ("2024-12-31", "2024-12-31", "1 day", "1 天"),
    ],
)
def test_how_long_a_period_is(start, end, english, chinese):
    length = Period(end, start).length
    assert (said(length, "en"), said(length, "zh")) == (english, chinese)


def test_an_instant_and_a_period_that_runs_backwards_have_no_length():
    assert Period("2024-12-31").length is None
    assert Period("2024-01-01", "2024-12-31").length is None


@pytest.mark.parametrize(
    ("start", "end", "english", "chinese"),
    [
        ("", "2024-12-31", "2024-12-31", "2024-12-31"),
        ("2024-01-01", "2024-12-31", "the year to 2024-12-31", "截至 2024-12-31 的年度"),
        ("2022-12-26", "2023-12-31", "the year to 2023-12-31", "截至 2023-12-31 的年度"),
        ("2023-04-02", "2023-07-01", "the 3 months to 2023-07-01", "截至 2023-07-01 的 3 个月"),
        ("2023-01-01", "2023-07-01", "the 6 months to 2023-07-01", "截至 2023-07-01 的 6 个月"),
        ("2024-02-01", "2024-02-29", "the month to 2024-02-29", "截至 2024-02-29 的 1 个月"),
        ("2023-12-31", "2024-04-20", "2023-12-31 to 2024-04-20", "2023-12-31 至 2024-04-20"),
        ("2024-12-31", "2024-01-01", "2024-12-31 to 2024-01-01", "2024-12-31 至 2024-01-01"),
    ],
)
def test_periods_are_said_as_people_say_them(start, end, english, chinese):
    period = Period(end, start)
    assert (said(period.message, "en"), said(period.message, "zh")) == (english, chinese)
    assert said(period.when) == ("for " if start else "on ") + english


def test_a_period_is_written_as_a_day_or_as_both_days_and_reads_back():
    for period, text in (
        (Period("2024-12-31"), "2024-12-31"),
        (Period("2024-12-31", "2024-01-01"), "2024-01-01/2024-12-31"),
    ):
        assert period.text == text
        assert Period.from_text(text) == period


def test_the_newest_comes_first_and_of_one_day_the_shortest_or_the_longest():
    quarter, half = Period("2024-06-30", "2024-04-01"), Period("2024-06-30", "2024-01-01")
    day, before = Period("2024-06-30"), Period("2023-12-31", "2023-01-01")
    given_ = [before, half, quarter, day]
    assert newest_first(given_) == [day, quarter, half, before]
    assert newest_first(given_, longest_first=True) == [day, half, quarter, before]
    assert newest_first(given_, first=Period("2024-06-30", "2024-01-03")) == [day, half, quarter, before]
    assert newest_first(given_, longest_first=True, first=quarter) == [day, quarter, half, before]


def test_days_between_two_dates_are_none_where_one_is_no_date():
    assert apart("2024-03-01", "2024-02-28") == 2
    assert apart("2024-02-28", "2024-03-01") == -2
    assert apart("2024-02-30", "2024-02-28") == 0


@given(st.dates(min_value=date(1, 1, 2)))
def test_the_day_before_is_the_last_day_that_is_earlier(day):
    assert date.fromisoformat(day_before(day.isoformat())).toordinal() == day.toordinal() - 1
    assert day_before(f"{day.isoformat()}T12:00:00") == day_before(day.isoformat())


@pytest.mark.parametrize("day", ["0001-01-01", "2023-02-30", "", "tomorrow"])
def test_where_the_calendar_has_no_day_before_there_is_none(day):
    assert day_before(day) == ""
