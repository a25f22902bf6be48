"""Whether the page itself says that an amount is in the currency of its tag."""

import re

from apps.finance.anomaly.printed.layout import Layout
from apps.finance.money import is_per_share

_MARKS = {
    "USD": r"US\$|USD|U\.S\.|dollar|\$|美元",
    "EUR": r"€|EUR|euro",
    "GBP": r"£|GBP|pound|sterling",
    "JPY": r"[¥￥]|JPY|yen|円",
    "CNY": r"[¥￥]|RMB|CNY|renminbi|yuan|元",
    "CAD": r"C\$|CA\$|CAD|Canad",
    "AUD": r"A\$|AU\$|AUD|Austral",
    "HKD": r"HK\$|HKD|Hong\s*Kong|港元",
    "TWD": r"NT\$|TWD|Taiwan",
    "SGD": r"S\$|SGD|Singapore",
    "MXN": r"Mex|MXN|peso",
    "BRL": r"R\$|BRL|rea[il]",
    "CHF": r"CHF|franc|Fr\.",
    "SEK": r"SEK|kron[aoe]|\bkr\b",
    "NOK": r"NOK|kron[aoe]|\bkr\b",
    "DKK": r"DKK|kron[aoe]|\bkr\b",
    "KRW": r"₩|KRW|\bwon\b",
    "INR": r"₹|INR|rupee|\bRs\b",
}
"""How pages write a currency, by its code; others by their code alone."""
COLUMN = 3
"""Amounts of one currency that make a printed column one of that currency."""


def names_currency(text: str, currency: str) -> bool:
    """Whether a text has a mark, the code or the name of a currency."""
    return re.search(_MARKS.get(currency, currency), text, re.IGNORECASE) is not None


def said_beside(layout: Layout, fact_id: str, unit: str) -> bool:
    """Whether the text beside a number names the currency of its unit."""
    currency = unit.partition("/")[0] if is_per_share(unit) else unit
    return any(names_currency(text, currency) for text in layout.beside(fact_id))


def in_own_column(layout: Layout, fact_id: str, unit: str) -> bool:
    """Whether a number stands in a printed column of its own unit, as the translation of a statement does."""
    return sum(layout.unit_of(each) == unit for each in layout.column_of(fact_id)) >= COLUMN
