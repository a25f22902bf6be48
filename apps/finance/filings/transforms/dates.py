"""Dates in figures and in English: registries 1 to 5.

A transformation is a pattern with the groups ``d``, ``m`` and ``y``, at least two of them. The groups decide what comes
out: a date ``2023-12-31``, a day of a year ``--12-31``, or a month ``2023-12`` (the XML Schema types date, gMonthDay
and gYearMonth). Impossible days are refused. Years of one or two figures are of this century, as the registries say.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping

from apps.finance.filings.transforms.errors import NotInDomain, bounded, date_like, day_like, month_like
from core_model.errors import Message

DAY = "(?P<d>[0-9]{1,2})"
MONTH = "(?P<m>[0-9]{1,2})"
YEAR = "(?P<y>[0-9]{4}|[0-9]{1,2})"
GAP = "[^0-9]+"
_PAD = "[ \t\n\r]*"

DEVANAGARI = str.maketrans("०१२३४५६७८९", "0123456789")
FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def century(year: str) -> int:
    """The year that one, two or four figures stand for."""
    return int(year) if len(year) > 2 else 2000 + int(year)


def written(year: int | None, month: int | None, day: int | None) -> str:
    """The value in XML Schema's form.

    Raises:
        ValueError: There is no such date.
    """
    if month is None or not 1 <= month <= 12:
        raise ValueError("no such month")
    if year is not None and not 1 <= year <= 9999:
        raise ValueError("no such year")
    if day is None:
        return f"{year:04}-{month:02}"
    if not 1 <= day <= (29 if year is None and month == 2 else monthrange(year or 2001, month)[1]):
        raise ValueError("no such day")
    return f"--{month:02}-{day:02}" if year is None else f"{year:04}-{month:02}-{day:02}"


def date_of(
    pattern: str,
    wanted: Message,
    months: Mapping[str, int] | None = None,
    flags: int = 0,
    digits: Mapping[int, int] | None = None,
) -> Callable[[str], str]:
    """A transformation from its pattern.

    Args:
        pattern: Regular expression of the text between white space, with the groups ``d``, ``m``, ``y``.
        wanted: What the text should be, for the reason: ``date_like(...)``.
        months: Numbers of the names that the group ``m`` can be, in lower case; None where it is figures.
        flags: Of the regular expression.
        digits: Replaces other scripts' figures first.
    """
    compiled: re.Pattern[str] | None = None

    def transform(text: str) -> str:
        nonlocal compiled
        if compiled is None:
            compiled = re.compile(f"{_PAD}{pattern}{_PAD}", flags)
        text = bounded(text, wanted)
        match = compiled.fullmatch(text if digits is None else text.translate(digits))
        if match is not None:
            found = match.groupdict()
            year, month, day = found.get("y"), found["m"], found.get("d")
            try:
                return written(
                    None if year is None else century(year),
                    int(month) if months is None else months.get(month.lower()),
                    None if day is None else int(day),
                )
            except ValueError:
                pass
        raise NotInDomain(text, wanted)

    return transform


def names(months: Mapping[str, int], cases: str = "lut") -> str:
    """The group ``m`` for month names, longest first.

    Args:
        months: Number of each name, in lower case.
        cases: Which spellings are allowed: lower, upper, title.
    """
    spelled = set()
    for name in months:
        spelled |= {name} if "l" in cases else set()
        spelled |= {name.upper()} if "u" in cases else set()
        spelled |= {name[0].upper() + name[1:]} if "t" in cases else set()
    return "(?P<m>" + "|".join(sorted(spelled, key=lambda name: (-len(name), name))) + ")"


_LONG = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
LONG_EN = {name: number for number, name in enumerate(_LONG, 1)}
SHORT_EN = {name[:3]: number for number, name in enumerate(_LONG, 1)}
MONTHS_EN = LONG_EN | SHORT_EN

_EN = names(MONTHS_EN, "ut")
_LONG_1, _SHORT_1 = names(LONG_EN, "t"), names(SHORT_EN, "t")
_YEAR_1 = "(?P<y>[0-9]{2}|[0-9]{4})"


def _slashed(first: str, second: str, mark: str) -> Callable[[str], str]:
    shape = {"d": DAY, "m": MONTH}
    wanted = Message("wanted_date_month_first") if first == "m" else Message("wanted_date_day_first")
    return date_of(f"{shape[first]}{mark}{shape[second]}{mark}{YEAR}", wanted)


DATES_1 = {
    "dateslashus": _slashed("m", "d", "/"),
    "dateslasheu": _slashed("d", "m", "/"),
    "datedotus": _slashed("m", "d", r"\."),
    "datedoteu": _slashed("d", "m", r"\."),
    "datelongus": date_of(f"{_LONG_1} {DAY}, {_YEAR_1}", date_like("January 31, 2010"), LONG_EN),
    "dateshortus": date_of(f"{_SHORT_1} {DAY}, {_YEAR_1}", date_like("Jan 31, 2010"), SHORT_EN),
    "datelonguk": date_of(f"{DAY} {_LONG_1} {_YEAR_1}", date_like("31 January 2010"), LONG_EN),
    "dateshortuk": date_of(f"{DAY} {_SHORT_1} {_YEAR_1}", date_like("31 Jan 2010"), SHORT_EN),
    "datelongdaymonthuk": date_of(f"{DAY} {_LONG_1}", day_like("31 January"), LONG_EN),
    "dateshortdaymonthuk": date_of(rf"{DAY}\s+{_SHORT_1}", day_like("31 Jan"), SHORT_EN),
    "datelongmonthdayus": date_of(f"{_LONG_1} {DAY}", day_like("January 31"), LONG_EN),
    "dateshortmonthdayus": date_of(rf"{_SHORT_1}\s+{DAY}[A-Za-z]{{0,2}}", day_like("Jan 31"), SHORT_EN),
    "dateslashdaymontheu": date_of(f"{DAY}/{MONTH}", day_like("31/1")),
    "dateslashmonthdayus": date_of(f"{MONTH}/{DAY}", day_like("1/31")),
    "datelongyearmonth": date_of(rf"{_YEAR_1}\s+{_LONG_1}", month_like("2010 January"), LONG_EN),
    "dateshortyearmonth": date_of(rf"{_YEAR_1}\s+{_SHORT_1}", month_like("2010 Jan"), SHORT_EN),
    "datelongmonthyear": date_of(rf"{_LONG_1}\s+{_YEAR_1}", month_like("January 2010"), LONG_EN),
    "dateshortmonthyear": date_of(rf"{_SHORT_1}\s+{_YEAR_1}", month_like("Jan 2010"), SHORT_EN),
}
"""Registry 1."""

day_month = date_of(f"{DAY}{GAP}{MONTH}", Message("wanted_day_month"))
month_day = date_of(f"{MONTH}{GAP}{DAY}[A-Za-z]*", Message("wanted_month_day"))
day_month_year = date_of(f"{DAY}{GAP}{MONTH}{GAP}{YEAR}", Message("wanted_day_month_year"))
day_month_year_4 = date_of(f"{DAY}{GAP}{MONTH}{GAP}{YEAR}", Message("wanted_day_month_year"), digits=DEVANAGARI)
month_day_year = date_of(f"{MONTH}{GAP}{DAY}{GAP}{YEAR}", Message("wanted_month_day_year"))
month_year = date_of(f"{MONTH}{GAP}{YEAR}", Message("wanted_month_year"))
month_year_4 = date_of(f"{MONTH}{GAP}{YEAR}", Message("wanted_month_year"), digits=DEVANAGARI)
year_month_4 = date_of(f"{YEAR}{GAP}{MONTH}[^0-9]*", Message("wanted_year_month"), digits=FULL_WIDTH)
year_month_day = date_of(f"{YEAR}{GAP}{MONTH}{GAP}{DAY}[^0-9]*", Message("wanted_year_month_day"), digits=FULL_WIDTH)

day_monthname_en = date_of(f"{DAY}{GAP}{_EN}", day_like("31 January"), MONTHS_EN)
monthname_day_en = date_of(f"{_EN}{GAP}{DAY}[A-Za-z]{{0,2}}", day_like("January 31"), MONTHS_EN)
day_monthname_year_en = date_of(f"{DAY}{GAP}{_EN}{GAP}{YEAR}", date_like("31 January 2010"), MONTHS_EN)
monthname_day_year_en = date_of(f"{_EN}{GAP}{DAY}{GAP}{YEAR}", date_like("January 31, 2010"), MONTHS_EN)
monthname_year_en = date_of(f"{_EN}{GAP}{YEAR}", month_like("January 2010"), MONTHS_EN)
year_monthname_en = date_of(f"{YEAR}{GAP}{_EN}", month_like("2010 January"), MONTHS_EN)

_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_ROMAN = {name: number for number, name in enumerate(_NUMERALS, 1)}
_NUMERAL = "(?P<m>I?[XVI]I{0,3}|i?[xvi]i{0,3})"
day_roman = date_of(f"{DAY}[^0-9]*[^0-9XVIxvi]{_NUMERAL}", day_like("31.XII"), _ROMAN)
day_roman_year = date_of(
    f"{DAY}[^0-9]*[^0-9XVIxvi]{_NUMERAL}[^0-9XVIxvi][^0-9]*{YEAR}", date_like("31.XII.2010"), _ROMAN
)
roman_year = date_of(f"{_NUMERAL}[^0-9XVIxvi][^0-9]*{YEAR}", month_like("XII.2010"), _ROMAN)
