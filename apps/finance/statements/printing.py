"""The sign of a number as a page prints it: parentheses, and the kinds of minus in front or behind."""

import re

CURRENCY = re.compile(r"US\$|HK\$|RMB|USD|EUR|GBP|CNY|JPY|CHF|[$€£¥￥₩₹元]")
"""Marks of a currency that stand beside a printed number."""
_NEGATIVE = re.compile(r"[(\[（\-‐‑‒–—―−－△▲]")
_NOTE_MARK = re.compile(r"(?:[※*†‡§]\s?[\d０-９]{0,2}|[（(]?注[\d０-９]{0,2}[)）]?|[①-⑳])\s*(?=\D)")
"""A mark in front of a number that sends the reader to a note: ``※８ △2,417``."""
_MINUS_BEHIND = re.compile(r"\d\s*[-−–]\s*$")


def printed_negative(text: str) -> bool:
    """Whether a printed number stands for a negative amount: in parentheses, or with a minus.

    Args:
        text: As printed, ``"$ (1,234)"``. What holds no digit (a dash, a blank, a word) is not negative.
    """
    bare = CURRENCY.sub("", text).strip()
    while (mark := _NOTE_MARK.match(bare)) is not None:
        bare = bare[mark.end() :]
    if not any(character.isdigit() for character in bare):
        return False
    return _NEGATIVE.match(bare) is not None or _MINUS_BEHIND.search(bare) is not None
