"""The sign of a number as a page prints it: parentheses, and the kinds of minus in front or behind."""

import re

CURRENCY = re.compile(r"US\$|HK\$|RMB|USD|EUR|GBP|CNY|JPY|CHF|[$€£¥￥₩₹元]")
"""Marks of a currency that stand beside a printed number."""
_NEGATIVE = re.compile(r"[(\[（\-‐‑‒–—―−－△▲]")
_NUMBER = r"\d{1,2}(?!\d|[,，.．]\d{3}|[-−–]\s*$)"
_NUMBERS = rf"{_NUMBER}(?:(?:\s?[,，、・･~～〜]\s?|\s){_NUMBER}){{0,9}}"
_SIGN = r"(?:[※＊†‡§]|\*{1,3}|注)"
_NOTE_MARKS = re.compile(
    rf"(?:(?:[（(\[［【]\s?{_SIGN}\s?(?:{_NUMBERS})?\s?[)）\]］】](?!\s*$)\s?(?:{_NUMBERS})?"
    rf"|{_SIGN}\s?(?:{_NUMBERS})?\s?[)）]?|[①-⑳])[\s,，、・･]*){{0,9}}"
)
"""Marks in front of a number that send the reader to notes: ``※８ △2,417``, ``※１,※２ △2,417``, ``(注)３ △2,417``.

Their numbers have two digits at most, full-width or half-width, and may be lists; what goes on as an amount does, or
has its minus behind, is none of them. Every repetition is bounded, so that the work follows the length of the text."""
_MINUS_BEHIND = re.compile(r"\d\s*[-−–]\s*$")


def printed_negative(text: str) -> bool:
    """Whether a printed number stands for a negative amount: in parentheses, or with a minus.

    Args:
        text: As printed, ``"$ (1,234)"``. What holds no digit (a dash, a blank, a word) is not negative.
    """
    bare = CURRENCY.sub("", text).strip()
    marks = _NOTE_MARKS.match(bare)
    assert marks is not None, "no mark at all is one of them"
    bare = bare[marks.end() :]
    if not any(character.isdigit() for character in bare):
        return False
    return _NEGATIVE.match(bare) is not None or _MINUS_BEHIND.search(bare) is not None
