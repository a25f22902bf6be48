"""Numbers of the registries 1 to 5: grouping, decimal separators, units between digits, dashes, Indian groups.

Every function takes the displayed text and returns digits with at most one point. Which separators each registry
admits is in its schema; the newer ones admit any grouping, the older ones groups of three.
"""

import re

from apps.finance.filings.transforms.errors import NotInDomain, number_like
from core_model.errors import Message

_SPACE = " \t\n\r"
_PADDED = "[ \t\n\r]*{}[ \t\n\r]*"
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_DASHES = "-֊־‐‑‒–—―﹘﹣－"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(_PADDED.format(text))


_GROUPED = {
    # (group separators, decimal separator): how registries 1 to 3 write a number
    (",", "."): _pattern(r"[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?"),
    (".", ","): _pattern(r"[0-9]{1,3}(?:\.[0-9]{3})*(?:,[0-9]+)?"),
    (" ", "."): _pattern("[0-9]{1,3}(?:[ \xa0][0-9]{3})*(?:\\.[0-9]+)?"),
    (" ", ","): _pattern("[0-9]{1,3}(?:[ \xa0][0-9]{3})*(?:,[0-9]+)?"),
    ("", ","): _pattern(r"[0-9]+(?:,[0-9]+)?"),
    (", ", "."): _pattern("[0-9]{1,3}(?:[, \xa0]?[0-9]{3})*(?:\\.[0-9]+)?"),
    (". ", ","): _pattern("[0-9]{1,3}(?:[. \xa0]?[0-9]{3})*(?:,[0-9]+)?"),
}


def _grouped(separators: str, point: str, wanted: Message):
    pattern = _GROUPED[separators, point]
    drop = str.maketrans({**dict.fromkeys(separators + "\xa0", ""), point: "."})

    def transform(text: str) -> str:
        if pattern.fullmatch(text) is None:
            raise NotInDomain(text, wanted)
        return text.translate(drop).strip(_SPACE)

    return transform


num_comma_dot = _grouped(",", ".", number_like("1,234.5"))
num_dot_comma = _grouped(".", ",", number_like("1.234,5"))
num_space_dot = _grouped(" ", ".", number_like("1 234.5"))
num_space_comma = _grouped(" ", ",", number_like("1 234,5"))
num_comma = _grouped("", ",", number_like("1234,5"))
num_dot_decimal_2 = _grouped(
    ", ", ".", Message("wanted_number_like_either", {"example": "1,234.5", "other": "1 234.5"})
)
num_comma_decimal_2 = _grouped(
    ". ", ",", Message("wanted_number_like_either", {"example": "1.234,5", "other": "1 234,5"})
)


def canonical_number(digits: str) -> str:
    """Without superfluous zeros, as the registries 4 and 5 print numbers."""
    whole, _, fraction = digits.partition(".")
    whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
    return f"{whole or '0'}.{fraction}" if fraction else whole or "0"


def _free(separators: str, point: str, wanted: Message):
    """Numbers of the registries 4 and 5: separators anywhere before the point, blanks after it as well."""
    group = re.escape(separators) + " \xa00-9"
    pattern = _pattern(f"[{group}]*(?:{re.escape(point)}[ \xa00-9]+)?")
    drop = str.maketrans({**dict.fromkeys(separators + " \xa0\t\n\r", ""), point: "."})
    number = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")

    first = separators[0]

    def transform(text: str) -> str:
        digits = text.replace(first, "")
        if digits.isdigit() and digits.isascii():  # nearly every number of a report; the patterns would accept it
            return digits.lstrip("0") or "0"
        if pattern.fullmatch(text) is not None:
            digits = text.translate(drop)
            if number.fullmatch(digits) is not None:
                return canonical_number(digits)
        raise NotInDomain(text, wanted)

    return transform


_APOSTROPHES = "'`´’′"
num_dot_decimal = _free(",", ".", number_like("1,234.5"))
num_comma_decimal = _free(".", ",", number_like("1.234,5"))
num_dot_decimal_apos = _free("," + _APOSTROPHES, ".", number_like("1'234.5"))
num_comma_decimal_apos = _free("." + _APOSTROPHES, ",", number_like("1'234,5"))


def num_dash(text: str) -> str:
    """A hyphen for zero (registry 1)."""
    if text.strip(_SPACE) != "-":
        raise NotInDomain(text, Message("wanted_hyphen"))
    return "0"


def zero_dash(text: str) -> str:
    """Any of the dashes of Unicode for zero (registries 2 and 3)."""
    bare = text.strip(_SPACE)
    if len(bare) != 1 or bare not in _DASHES:
        raise NotInDomain(text, Message("wanted_dash"))
    return "0"


def fixed_zero(text: str) -> str:
    """Zero, whatever is displayed."""
    return "0"


def fixed_true(text: str) -> str:
    """True, whatever is displayed."""
    return "true"


def fixed_false(text: str) -> str:
    """False, whatever is displayed."""
    return "false"


def fixed_empty(text: str) -> str:
    """Nothing, whatever is displayed."""
    return ""


_UNIT_2 = re.compile("(0|[1-9][0-9]{0,2}(?:[.,，．]?[0-9]{3})*)[^0-9,.，．]+([0-9]{1,2})[^0-9,.，．]*")
_UNIT_4 = re.compile("([0-9０-９.,，]+)[^0-9０-９.,，][^0-9０-９]*([0-9０-９]{1,2})[^0-9０-９]*")
_UNIT_APOS = re.compile("([0-9０-９.,，'`´’′＇]+)[^0-9０-９.,，'`´’′＇][^0-9０-９]*([0-9０-９]{1,2})[^0-9０-９]*")
_UNIT_DROP = str.maketrans("", "", ".,，．'`´’′＇")


def _unit_between(pattern: re.Pattern[str], canonical: bool):
    def transform(text: str) -> str:
        match = pattern.fullmatch(text.translate(_FULL_WIDTH))
        if match is not None:
            whole, fraction = match[1].translate(_UNIT_DROP), match[2].rjust(2, "0")
            if not canonical:
                return f"{whole}.{fraction}"
            if whole:
                return canonical_number(f"{whole}.{fraction}")
        raise NotInDomain(text, number_like("1,234 dollars 50 cents"))

    return transform


num_unit_decimal_2 = _unit_between(_UNIT_2, canonical=False)
num_unit_decimal = _unit_between(_UNIT_4, canonical=True)
num_unit_decimal_apos = _unit_between(_UNIT_APOS, canonical=True)

_INDIAN = "(?:[0-9]{1,2}[, \xa0])?(?:[0-9]{2}[, \xa0])*[0-9]{3}"
_DOT_IN = re.compile(f"({_INDIAN}|[0-9]+)(\\.[0-9]+)?")
_UNIT_IN = re.compile(f"({_INDIAN}|[0-9]+)[^0-9]+([0-9]{{1,2}})[^0-9]*")
_INDIAN_DROP = str.maketrans("", "", ", \xa0")


def num_dot_decimal_in(text: str) -> str:
    """Indian groups (12,34,567.8), registry 3."""
    match = _DOT_IN.fullmatch(text)
    if match is None:
        raise NotInDomain(text, number_like("12,34,567.8"))
    return match[1].translate(_INDIAN_DROP) + (match[2] or "")


def num_dot_decimal_in_4(text: str) -> str:
    """Indian groups in canonical form, registries 4 and 5."""
    return canonical_number(num_dot_decimal_in(text))


def num_unit_decimal_in(text: str) -> str:
    """Indian groups with a unit between rupees and paise, registry 3."""
    match = _UNIT_IN.fullmatch(text)
    if match is None:
        raise NotInDomain(text, number_like("12,34,567 rupees 80 paise"))
    return f"{match[1].translate(_INDIAN_DROP)}.{match[2].rjust(2, '0')}"
