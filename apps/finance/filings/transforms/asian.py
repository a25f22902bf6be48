"""Dates of Japan, China, Korea and India: eras, figures between characters, Hindi months, the Saka calendar."""

import re
from datetime import date, timedelta

from apps.finance.filings.transforms.dates import DAY, DEVANAGARI, FULL_WIDTH, MONTH, century, date_of, written
from apps.finance.filings.transforms.errors import NotInDomain, bounded, date_like, month_like
from core_model.errors import Message

_YEAR_CJK = "(?P<y>[0-9]{1,2}|[0-9]{4})"
year_month_cjk = date_of(rf"\s*{_YEAR_CJK}\s*年\s*{MONTH}\s*月\s*", month_like("2023年12月"), digits=FULL_WIDTH)
year_month_day_cjk = date_of(
    rf"\s*{_YEAR_CJK}\s*年\s*{MONTH}\s*月\s*{DAY}\s*日\s*", date_like("2023年12月31日"), digits=FULL_WIDTH
)

_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERAS |= {name[0]: start for name, start in _ERAS.items()}
_ERA_YEAR = r"\s*(明治|明|大正|大|昭和|昭|平成|平|令和|令)\s*([0-9]{1,2}|元)\s*年"
_ERA_MONTH = re.compile(rf"{_ERA_YEAR}\s*([0-9]{{1,2}})\s*月\s*")
_ERA_DAY = re.compile(rf"{_ERA_YEAR}\s*([0-9]{{1,2}})\s*月\s*([0-9]{{1,2}})\s*日\s*")


def _era(pattern: re.Pattern[str], text: str, wanted: Message) -> str:
    match = pattern.fullmatch(bounded(text, wanted).translate(FULL_WIDTH))
    if match is not None:
        era, year, month, *day = match.groups()
        try:
            return written(_ERAS[era] + (1 if year == "元" else int(year)), int(month), int(day[0]) if day else None)
        except ValueError:
            pass
    raise NotInDomain(text, wanted)


def era_year_month(text: str) -> str:
    """Japanese era, year of the era and month."""
    return _era(_ERA_MONTH, text, month_like("令和5年12月"))


def era_year_month_day(text: str) -> str:
    """Japanese era, year of the era, month and day."""
    return _era(_ERA_DAY, text, date_like("令和5年12月31日"))


_HINDI = ["जनवरी", "फरवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"]
_HINDI_MONTHS = {name: number for number, name in enumerate(_HINDI, 1)}
_DAY_IN = "([0-9]{1,2}|[०-९]{1,2})"
_GAP_IN = "[^0-9०-९]+"
_YEAR_IN = "([0-9]{2}|[0-9]{4}|[०-९]{2}|[०-९]{4})"
_NAME_IN = "|".join(_HINDI)
_PAD = "[ \t\n\r]*"
_SAKA_DATE = Message("wanted_saka_date")
_DATE_IN_3 = re.compile(f"{_PAD}{_DAY_IN}{_GAP_IN}({_NAME_IN}|[०-९]{{1,2}}){_GAP_IN}{_YEAR_IN}{_PAD}")
_DATE_IN_4 = re.compile(f"{_PAD}{_DAY_IN}{_GAP_IN}({_NAME_IN}){_GAP_IN}{_YEAR_IN}{_PAD}")
_MONTH_IN = re.compile(f"{_PAD}({_NAME_IN}){_GAP_IN}{_YEAR_IN}{_PAD}")


def _hindi(pattern: re.Pattern[str], text: str, wanted: Message) -> str:
    match = pattern.fullmatch(bounded(text, wanted))
    if match is not None:
        *day, month, year = match.groups()
        number = _HINDI_MONTHS.get(month) or int(month.translate(DEVANAGARI))
        try:
            return written(
                century(year.translate(DEVANAGARI)), number, int(day[0].translate(DEVANAGARI)) if day else None
            )
        except ValueError:
            pass
    raise NotInDomain(text, wanted)


def day_month_year_hindi_3(text: str) -> str:
    """Day, Hindi month (its name or Devanagari figures) and year, registry 3."""
    return _hindi(_DATE_IN_3, text, date_like("३१ दिसंबर २०२३"))


def day_month_year_hindi(text: str) -> str:
    """Day, Hindi month name and year, registries 4 and 5."""
    return _hindi(_DATE_IN_4, text, date_like("३१ दिसंबर २०२३"))


def month_year_hindi(text: str) -> str:
    """Hindi month name and year."""
    return _hindi(_MONTH_IN, text, month_like("दिसंबर २०२३"))


_SAKA_MONTHS = (  # what tells each month of the Saka calendar apart, in its many transliterations
    r"C\S*ait|चैत्र",
    "Vai|वैशाख|बैसाख",
    "Jy|ज्येष्ठ",
    "dha|ḍha|आषाढ|आषाढ़",
    "vana|Śrāvaṇa|श्रावण|सावन",
    r"Bh\S+dra|Proṣṭhapada|भाद्रपद|भादो",
    "in|आश्विन",
    r"K\S+rti|कार्तिक",
    r"M\S+rga|Agra|मार्गशीर्ष|अगहन",
    "Pau|पौष",
    r"M\S+gh|माघ",
    r"Ph\S+lg|फाल्गुन",
)
_SAKA = re.compile(
    f"{_PAD}{_DAY_IN}{_GAP_IN}(?:{'|'.join(f'({names})' for names in _SAKA_MONTHS)}){_GAP_IN}{_YEAR_IN}{_PAD}"
)


def saka_day_month_year(text: str) -> str:
    """A date of the Indian national (Saka) calendar as a Gregorian one.

    The year Y begins on 22 March of the Gregorian year Y + 78, on 21 March where that is a leap year; the first month
    has 30 days (31 in such a year), the next five 31, the others 30. Years of two figures are those between the
    calendar's 1922 and 2021.
    """
    match = _SAKA.fullmatch(bounded(text, _SAKA_DATE))
    if match is not None:
        day_text, *found, year_text = match.groups()
        month = next(number for number, name in enumerate(found, 1) if name is not None)
        day = int(day_text.translate(DEVANAGARI))
        digits = year_text.translate(DEVANAGARI)
        year = int(digits)
        if len(digits) == 2:
            last_century = year > 21 or (year == 21 and month >= 10 and day >= 11)
            year += 1900 if last_century else 2000
        try:
            return _from_saka(year, month, day).isoformat()
        except (ValueError, OverflowError):
            pass
    raise NotInDomain(text, _SAKA_DATE)


def _from_saka(year: int, month: int, day: int) -> date:
    gregorian = year + 78
    leap = gregorian % 4 == 0 and (gregorian % 100 != 0 or gregorian % 400 == 0)
    lengths = [31 if leap else 30] + [31] * 5 + [30] * 6
    if not 1 <= day <= lengths[month - 1]:
        raise ValueError("no such day")
    return date(gregorian, 3, 21 if leap else 22) + timedelta(days=sum(lengths[: month - 1]) + day - 1)
