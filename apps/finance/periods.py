"""Periods: how long they last, how they are written and said, and which come first. The one home of these rules.

Fiscal periods are often whole weeks: a quarter is 13 of them, now and then 14, a year 52 or 53. So a period is called
by its months where it misses them by at most a week; else by its days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from core_model.errors import Message

DAYS_OF_MONTH = 30.44
"""Of the mean month of the calendar."""
MONTHS_OF_YEAR = 12
WEEK = 7
"""Days by which a period of whole weeks may miss the calendar, and its end the day on the cover."""
HALF_A_MONTH = 15
"""Days by which periods that stand side by side may differ: quarters of 90 and of 92 days, of 13 and of 14 weeks."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A duration, or the instant at the end of ``end``.

    Attributes:
        end: Last day, ISO date.
        start: First day, ISO date; empty for an instant.
    """

    end: str
    start: str = ""

    @property
    def days(self) -> int:
        """How many days a duration lasts; 0 for an instant, and where a date is none."""
        if not self.start:
            return 0
        first, last = _day(self.start), _day(self.end)
        return (last - first).days + 1 if first and last else 0

    @property
    def months(self) -> int:
        """How many whole months it lasts, within a week; 0 for an instant, and where that is no number of months."""
        days = self.days
        months = round(days / DAYS_OF_MONTH)
        return months if months > 0 and abs(days - months * DAYS_OF_MONTH) <= WEEK else 0

    @property
    def is_year(self) -> bool:
        """Whether it is a year, of the calendar or of 52 or 53 weeks."""
        return self.months == MONTHS_OF_YEAR

    @property
    def reaches_a_year(self) -> bool:
        """Whether it is a year or longer: what an annual report covers, in a first fiscal year too."""
        return self.is_year or self.days > DAYS_OF_MONTH * MONTHS_OF_YEAR

    @property
    def within_a_year(self) -> bool:
        """Whether it is a year or shorter: what a report covers, unlike the time since a company was founded."""
        return self.is_year or self.days < DAYS_OF_MONTH * MONTHS_OF_YEAR

    def as_long_as(self, other: "Period") -> bool:
        """Whether it is about as long as another, so that their numbers may stand side by side."""
        return abs(self.days - other.days) <= HALF_A_MONTH

    def beside(self, other: "Period") -> bool:
        """Whether it ends within a week of another and is as long: the same column, tagged some days off."""
        if bool(self.start) != bool(other.start) or abs(apart(self.end, other.end)) > WEEK:
            return False
        return not self.start or self.as_long_as(other)

    @property
    def text(self) -> str:
        """As documents write it: ``2024-12-31``, or ``2024-01-01/2024-12-31``."""
        return f"{self.start}/{self.end}" if self.start else self.end

    @property
    def length(self) -> Message | None:
        """How long it is, in words: ``3 months``, ``410 days``; None for an instant, and where it runs backwards."""
        if self.months:
            return Message("period_months", {"months": self.months})
        return Message("period_days", {"days": self.days}) if self.days > 0 else None

    @property
    def message(self) -> Message:
        """In words: ``2024-12-31``, ``the year to 2024-12-31``, ``the 3 months to 2024-03-31``, else both days."""
        if not self.start:
            return Message("period_day", {"end": self.end})
        if self.is_year:
            return Message("period_year_to", {"end": self.end})
        if self.months:
            return Message("period_months_to", {"months": self.months, "end": self.end})
        return Message("period_between", {"start": self.start, "end": self.end})

    @property
    def when(self) -> Message:
        """In words as it is said of an amount: ``on 2024-12-31``, ``for the year to 2024-12-31``."""
        return Message("period_for" if self.start else "period_on", {"period": self.message.as_dict()})

    @classmethod
    def from_text(cls, text: str) -> "Period":
        """The inverse of ``text``."""
        start, _, end = text.rpartition("/")
        return cls(end, start)


def newest_first(
    periods: Iterable[Period], *, longest_first: bool = False, first: Period | None = None
) -> list[Period]:
    """Periods by their last day, the newest first.

    Args:
        periods: They.
        longest_first: Of those that end on one day, whether the longest comes first or the shortest; an instant comes
            before all of them.
        first: Of those that end on one day, the period that comes before the others, within a week.
    """

    def key(period: Period) -> tuple[bool, bool, int]:
        leads = first is not None and period.end == first.end and abs(apart(period.start, first.start)) <= WEEK
        return (bool(period.start), not leads, -period.days if longest_first else period.days)

    held = sorted(periods, key=key)
    return sorted(held, key=lambda period: period.end, reverse=True)


def apart(later: str, earlier: str) -> int:
    """Days from one ISO date to another; 0 where one of them is none."""
    last, first = _day(later), _day(earlier)
    return (last - first).days if last and first else 0


def day_before(start: str) -> str:
    """The day at whose end the opening balance of a duration stands; empty where there is none in the calendar."""
    day = _day(start)
    try:
        return (day - timedelta(days=1)).isoformat() if day else ""
    except OverflowError:
        return ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
