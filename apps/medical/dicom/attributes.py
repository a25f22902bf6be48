"""Single attributes of a dataset, read tolerantly and checked: text, numbers, UIDs, and what may be kept of free text.

Absent and empty are the same: empty text, an empty tuple, not-a-number. What is there and cannot be read as what it
should be raises `Unreadable` with the keyword alone.
"""

import math
import re
from functools import cache
from typing import Any
from uuid import UUID

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag

from apps.medical.dicom import kernels
from apps.medical.dicom.guard import Unreadable, becoming

MAKERS = ("ge", "siemens", "philips", "toshiba", "canon", "hitachi", "fujifilm", "united imaging", "neusoft", "samsung")

GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
NO_AGENT = frozenset({"no", "none", "without", "no contrast", "without contrast", "non contrast", "non-contrast", "n"})


def value(dataset: Dataset, keyword: str) -> Any:
    """The decoded value, of whatever type its element has, or None."""
    with becoming(lambda: Unreadable(keyword)):
        tag = _tag_of(keyword)
        return None if tag is None or tag not in dataset else dataset[tag].value


@cache
def _tag_of(keyword: str) -> BaseTag | None:
    """The tag of an element; asked by keyword, pydicom looks for an attribute of Python first, which takes longer."""
    number = tag_for_keyword(keyword)
    return None if number is None else Tag(number)


def text(dataset: Dataset, keyword: str) -> str:
    """A value as stripped text; several are joined with a backslash."""
    found = value(dataset, keyword)
    if found is None:
        return ""
    with becoming(lambda: Unreadable(keyword)):
        if isinstance(found, MultiValue | list | tuple):
            return "\\".join(str(part) for part in found).strip(" \0")
        return str(found).strip(" \0")


def loose_text(dataset: Dataset, keyword: str) -> str:
    """Text that only labels: unreadable counts as absent."""
    try:
        return text(dataset, keyword)
    except Unreadable:
        return ""


def code(dataset: Dataset, keyword: str) -> str:
    """A coded value: capitals, digits, a few signs; anything else is free text and is not kept."""
    found = text(dataset, keyword)
    return found if re.fullmatch(r"[A-Z0-9_ ]{1,16}", found) else ""


def uid(dataset: Dataset, keyword: str) -> str:
    """A UID of digits and dots, at most 64; a GUID as the UID of it; an odd one is not carried any further."""
    found = uid_of_guid(text(dataset, keyword))
    return found if re.fullmatch(r"[0-9.]{1,64}", found) else ""


def uid_of_guid(found: str) -> str:
    """The UID of a GUID as some programs write it for one (PS3.5 B.2); anything else as it is."""
    return f"2.25.{UUID(found).int}" if GUID.fullmatch(found) else found


def has_guid(dataset: Dataset, *keywords: str) -> bool:
    """Whether any of these attributes is a GUID where a UID should be."""
    return any(GUID.fullmatch(loose_text(dataset, keyword)) for keyword in keywords)


def date(dataset: Dataset, keyword: str) -> str:
    """A date as YYYY-MM-DD, or empty."""
    found = re.fullmatch(r"(\d{4})[.]?(\d{2})[.]?(\d{2})", loose_text(dataset, keyword))
    return "-".join(found.groups()) if found else ""


def floats(dataset: Dataset, keyword: str, count: int) -> tuple[float, ...]:
    """``count`` finite numbers, or an empty tuple where there are none.

    Raises:
        Unreadable: It is no number, not finite, or there are more or fewer.
    """
    found = value(dataset, keyword)
    if found is None or found == "" or found == []:
        return ()
    with becoming(lambda: Unreadable(keyword)):
        parts = found if isinstance(found, MultiValue | list | tuple) else [found]
        numbers = tuple(float(part) for part in parts)
    if len(numbers) != count or not all(math.isfinite(part) for part in numbers):
        raise Unreadable(keyword)
    return numbers


def number(dataset: Dataset, keyword: str) -> float:
    """One finite number, or not-a-number where absent."""
    return (floats(dataset, keyword, 1) or (math.nan,))[0]


def loose_number(dataset: Dataset, keyword: str) -> float:
    """One finite number; not-a-number where it is absent or cannot be read."""
    try:
        return number(dataset, keyword)
    except Unreadable:
        return math.nan


def integer(dataset: Dataset, keyword: str, absent: int = 0) -> int:
    """One whole number, or ``absent`` where there is none.

    Raises:
        Unreadable: It is no number, or has a fraction.
    """
    numbers = floats(dataset, keyword, 1)
    if numbers and numbers[0] != int(numbers[0]):
        raise Unreadable(keyword)
    return int(numbers[0]) if numbers else absent


def loose_integer(dataset: Dataset, keyword: str) -> int | None:
    """A number that only orders or labels; None where it is absent, unreadable, or beyond what an integer string may
    hold."""
    try:
        numbers = floats(dataset, keyword, 1)
    except Unreadable:
        return None
    whole = bool(numbers) and numbers[0] == int(numbers[0]) and abs(numbers[0]) < 2**31
    return int(numbers[0]) if whole else None


def sequence(dataset: Dataset, keyword: str) -> list[Dataset]:
    """Items of a sequence; none where it is absent or empty.

    Raises:
        Unreadable: It is no sequence of items.
    """
    found = value(dataset, keyword)
    with becoming(lambda: Unreadable(keyword)):
        items = list(found) if found is not None else []
    if not all(isinstance(item, Dataset) for item in items):
        raise Unreadable(keyword)
    return items


def maker(dataset: Dataset) -> str:
    """The scanner's maker out of a known list; free text of a header is not kept."""
    found = loose_text(dataset, "Manufacturer").lower()
    return next((name for name in MAKERS if re.search(rf"\b{name}\b", found)), "other" if found else "")


def kernel(dataset: Dataset) -> str:
    """The reconstruction kernel, where it is one that a maker of scanners names; free text is not kept."""
    return kernels.known(loose_text(dataset, "ConvolutionKernel"))


def contrast(dataset: Dataset, usage: Dataset | None = None) -> bool | None:
    """Whether contrast was given; None where the header does not say.

    Args:
        dataset: Of the file.
        usage: Of a frame: whether the agent was in the patient then.
    """
    administered = loose_text(usage, "ContrastBolusAgentAdministered").upper() if usage is not None else ""
    if administered in ("YES", "NO"):
        return administered == "YES"
    agent = loose_text(dataset, "ContrastBolusAgent")
    if agent:
        return agent.casefold() not in NO_AGENT
    try:
        return True if sequence(dataset, "ContrastBolusAgentSequence") else None
    except Unreadable:
        return None


def padding(dataset: Dataset) -> tuple[int, int] | None:
    """Stored values that mean "outside the field of view", first to last."""
    first = loose_integer(dataset, "PixelPaddingValue")
    if first is None:
        return None
    last = loose_integer(dataset, "PixelPaddingRangeLimit")
    return (first, first) if last is None else (min(first, last), max(first, last))
