"""Whether the page prints amounts with the mark of another currency than their tags have."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice

from lxml import etree

from apps.finance.filings import Fact
from apps.finance.money import is_money
from core_model.errors import Caution

_MARK = re.compile("[$€£¥₩₹]")
_OF_MARK = {"€": {"EUR"}, "£": {"GBP", "EGP", "GIP"}, "¥": {"JPY", "CNY"}, "₩": {"KRW"}, "₹": {"INR"}}
_NO_DOLLARS = {"EUR", "GBP", "JPY", "CNY", "CHF", "SEK", "NOK", "DKK", "PLN", "KRW", "INR"}
_PIECES = 150
"""Pieces of a table's text that are looked at: its head and first rows."""
_ENOUGH = 10
"""Amounts under another mark from which it is no slip in a note."""


def _names(text: str, unit: str) -> bool:
    """Whether a text names a currency by its code, or as the Chinese one is called."""
    return unit in text or (unit == "CNY" and "RMB" in text)


def odd_currency(by_table: Mapping[etree._Element, Sequence[Fact]]) -> Caution | None:
    """A caution where most amounts in tables with the mark of one currency are tagged in another one.

    Args:
        by_table: Visible numeric facts by their table.
    """
    odd: Counter[tuple[str, str]] = Counter()
    agreeing = 0
    for table, facts in by_table.items():
        units = [fact.unit for fact in facts if fact.unit and is_money(fact.unit)]
        if not units:
            continue
        text = "".join(islice(table.itertext(), _PIECES)).replace("￥", "¥")
        marks = set(_MARK.findall(text))
        if len(marks) != 1:
            continue
        mark = marks.pop()
        fitting = [unit not in _NO_DOLLARS if mark == "$" else unit in _OF_MARK[mark] for unit in units]
        agreeing += sum(fitting)
        if not any(fitting):  # else the mark is that of a translation into another currency
            odd.update((mark, unit) for unit in units if not _names(text, unit))
    if not odd:
        return None
    (mark, unit), count = odd.most_common(1)[0]
    if count < _ENOUGH or count <= agreeing:
        return None
    return Caution("currency_printed_otherwise", {"mark": mark, "currency": unit}, count=count)
