"""The SEC's own registry (ixt-sec): durations, words, ballot boxes, names of places, exchanges and filer categories.

After the EDGAR Filer Manual, volume II, section 5.2.5.12, and the registry that the SEC publishes for
``http://www.sec.gov/inlineXBRL/transformation/2015-08-31``.
"""

import re
from calendar import monthrange
from decimal import Decimal

from apps.finance.filings.transforms import sec_names
from apps.finance.filings.transforms.errors import NotInDomain, bounded
from apps.finance.filings.transforms.sec_words import duration_words, number_words
from core_model.errors import Message

_DECIMAL = re.compile(r"[ \t\n\r]*([+-]?)([0-9]{1,18}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})[ \t\n\r]*")
_DAYS_PER_MONTH = Decimal("30.4375")


def _amount(text: str) -> tuple[Decimal, str]:
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise NotInDomain(text, Message("wanted_decimal_number"))
    return Decimal(match[2]), match[1].strip("+")


def _duration(sign: str, *parts: tuple[int, str]) -> str:
    """xs:duration: the first part always, the others where they are not zero; zero has no sign."""
    (first, unit), *rest = parts
    written = f"{first}{unit}"
    hours = ""
    for number, unit in rest:
        if number and unit == "H":
            hours = f"T{number}H"
        elif number:
            written += f"{number}{unit}"
    if not any(number for number, _ in parts):
        sign = ""
    return f"{sign}P{written}{hours}"


def years(text: str) -> str:
    """duryear: years, the fraction spills into months and days."""
    amount, sign = _amount(text)
    months = (amount - int(amount)) * 12
    days = (months - int(months)) * _DAYS_PER_MONTH
    return _duration(sign, (int(amount), "Y"), (int(months), "M"), (int(days), "D"))


def months(text: str) -> str:
    """durmonth: months, the fraction spills into days of 30.4375 to the month."""
    amount, sign = _amount(text)
    return _duration(sign, (int(amount), "M"), (int((amount - int(amount)) * _DAYS_PER_MONTH), "D"))


def weeks(text: str) -> str:
    """durweek: weeks as whole days."""
    amount, sign = _amount(text)
    return _duration(sign, (int(amount * 7), "D"))


def days(text: str) -> str:
    """durday: days, the fraction spills into hours."""
    amount, sign = _amount(text)
    return _duration(sign, (int(amount), "D"), (int((amount - int(amount)) * 24), "H"))


def hours(text: str) -> str:
    """durhour: whole hours."""
    amount, sign = _amount(text)
    whole = int(amount)
    return f"{sign if whole else ''}PT{whole}H"


_WANTED_QUARTER = Message("wanted_quarter")
_QUARTER = "1|[Ff]irst|2|[Ss]econd|3|[Tt]hird|4|[Ff]ourth|[Ll]ast"
_QUARTER_FIRST = re.compile(rf"\s*(?:(?![0-9]{{2}})\w[^0-9]*)?({_QUARTER})[^0-9]*([0-9]{{4}})\s*")
_YEAR_FIRST = re.compile(rf"\s*([0-9]{{4}})[^0-9]*({_QUARTER})(?:(?![0-9]).*\w)?\s*", re.DOTALL)
_QUARTER_MONTH = {"1": 3, "first": 3, "2": 6, "second": 6, "3": 9, "third": 9, "4": 12, "fourth": 12, "last": 12}


def quarter_end(text: str) -> str:
    """datequarterend: the last day of a quarter of the calendar."""
    match = _QUARTER_FIRST.fullmatch(bounded(text, _WANTED_QUARTER))
    if match is not None:
        quarter, year = match.groups()
    else:
        match = _YEAR_FIRST.fullmatch(text)
        if match is None:
            raise NotInDomain(text, _WANTED_QUARTER)
        year, quarter = match.groups()
    month = _QUARTER_MONTH[quarter.lower()]
    if int(year) < 1:
        raise NotInDomain(text, _WANTED_QUARTER)
    return f"{year}-{month:02}-{monthrange(int(year), month)[1]}"


_BOXES = {"☐": False, "☑": True, "☒": True}


def _box(text: str) -> bool:
    ticked = _BOXES.get(text.strip(" \t\n\r"))
    if ticked is None:
        raise NotInDomain(text, Message("wanted_ballot_box"))
    return ticked


def box_boolean(text: str) -> str:
    """boolballotbox: an empty box is false, a ticked or crossed one true."""
    return "true" if _box(text) else "false"


def box_yes_no(text: str) -> str:
    """yesnoballotbox: an empty box is No, a ticked or crossed one Yes."""
    return "Yes" if _box(text) else "No"


def infinity(text: str) -> str:
    """numinf: positive infinity, whatever is displayed."""
    return "INF"


def negative_infinity(text: str) -> str:
    """numneginf: negative infinity, whatever is displayed."""
    return "-INF"


def not_a_number(text: str) -> str:
    """numnan: not a number, whatever is displayed."""
    return "NaN"


_STATE = sec_names.matcher("states", Message("wanted_state"))
_COUNTRY = sec_names.matcher("countries", Message("wanted_country"))
_EDGAR = sec_names.matcher("edgar", Message("wanted_edgar_place"))
_EXCHANGE = sec_names.matcher("exchanges", Message("wanted_exchange"))
_CATEGORY = sec_names.matcher("filer categories", Message("wanted_filer_category"))

TABLE = {
    "boolballotbox": box_boolean,
    "countrynameen": _COUNTRY,
    "datequarterend": quarter_end,
    "durday": days,
    "durhour": hours,
    "durmonth": months,
    "durweek": weeks,
    "durwordsen": duration_words,
    "duryear": years,
    "edgarprovcountryen": _EDGAR,
    "entityfilercategoryen": _CATEGORY,
    "exchnameen": _EXCHANGE,
    "numinf": infinity,
    "numnan": not_a_number,
    "numneginf": negative_infinity,
    "numwordsen": number_words,
    "stateprovnameen": _STATE,
    "yesnoballotbox": box_yes_no,
}
"""All transformations of the SEC's registry."""
