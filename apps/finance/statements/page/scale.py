"""Whether a table's head names another unit of account than the tags of its amounts have."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import islice

from lxml import etree

from apps.finance.filings import Fact
from apps.finance.money import is_money
from core_model.errors import Caution

_WORDS = {
    3: re.compile(r"\bthousands?\b|['’]000|[$€£]\s?000s?\b|千[円元]|\bT(?:EUR|CHF|USD|GBP)\b", re.IGNORECASE),
    6: re.compile(r"\bmillions?\b|百万[円元]|百萬", re.IGNORECASE),
    9: re.compile(r"\bbillions?\b|十億", re.IGNORECASE),
}
"""How heads call the unit in which amounts are printed, by its power of ten."""
_PIECES = 40
"""Pieces of a table's text in front of its first number that are looked at."""
_ENOUGH, _MOST = 10, 0.8
"""Amounts of a table in another unit, and their share, from which it is no row set apart."""


def odd_scale(by_table: Mapping[etree._Element, Sequence[Fact]], elements: Container[etree._Element]) -> Caution | None:
    """A caution where the amounts of whole tables are tagged in another unit than the table's head names.

    Args:
        by_table: Visible numeric facts by their table.
        elements: Theirs.
    """
    count = 0
    for table, facts in by_table.items():
        amounts = (fact for fact in facts if is_money(fact.unit) and fact.value and fact.value.strip("-0."))
        scales = [(fact.scale or "0").strip() for fact in amounts]
        if len(scales) < _ENOUGH:
            continue
        head = " ".join(islice(_head(table, elements), _PIECES))
        named = [power for power, words in _WORDS.items() if words.search(head)]
        if len(named) != 1:
            continue
        other = sum(scale != str(named[0]) for scale in scales)
        if other >= _ENOUGH and other > _MOST * len(scales):
            count += other
    return Caution("scale_printed_otherwise", count=count) if count else None


def _head(table: etree._Element, elements: Container[etree._Element]) -> Iterator[str]:
    """The pieces of a table's text in front of its first tagged number."""
    for event, element in etree.iterwalk(table, events=("start", "end")):
        if event == "start" and element in elements:
            return
        piece = element.text if event == "start" else element.tail
        if piece and piece.strip():
            yield piece
