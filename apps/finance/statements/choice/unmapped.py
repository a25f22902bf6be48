"""Whether a statement that is not read is printed all the same, by the words of its page.

A report that is tagged with names which are not mapped may print an income statement, or be exempt from it: the tags do
not say which, its tables do.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from lxml import etree

from apps.finance.filings import Fact
from apps.finance.statements.locate import TableWithFacts, tables_with_facts
from apps.finance.statements.model import StatementName
from apps.finance.statements.tables import ROW

OnPage = Literal["in_a_table", "not", "unknown"]
"""Whether a statement is printed; ``unknown`` where numbers of its kind of period stand outside tables."""

_WORDS: dict[StatementName, tuple[str, ...]] = {
    "income": (
        r"turnover|\brevenues?\b|\bsales\b|total income|gross (?:profit|loss|margin)|operating income"
        r"|収益|売上|營業收入|营业收入"
        r"|omsætning|bruttofortjeneste|bruttoresultat|bruttotab|nettoomsättning|rörelseintäkter|omzet|brutomarge|baten"
        r"|umsatzerlöse|rohergebnis|income from|incoming resources",
        r"\b(?:profit|loss|income|surplus|deficit|earnings)\b.{0,40}\b(?:for|after|before|year|period|tax(?:ation)?)\b"
        r"|net (?:income|loss|profit|expenditure|earnings)|純利益|純損失|净利润|淨利潤|årets resultat|resultat før skat"
        r"|resultaat|saldo|jahresüberschuss|jahresfehlbetrag|net movement in funds",
    ),
    "balance": (
        r"total assets|(?:fixed|current) assets|資産|资产|資產|aktiver|tillgångar|activa|aktiva|vermögen|debtors",
        r"equity|net assets|net liabilities|capital and reserves|shareholders.? funds|純資産|权益|權益|egenkapital"
        r"|eget kapital|eigen vermogen|eigenkapital|members.? (?:funds|interests)",
    ),
    "cash_flow": (
        r"operating activities|operations|営業活動|经营活动|經營活動|driftsaktivitet|drift\b|löpande verksamheten"
        r"|operationele|laufende[rn]? (?:geschäfts)?tätigkeit",
        r"(?:investing|financing) activities|投資活動|財務活動|投资活动|筹资活动|融資活動"
        r"|investeringar|investerings|finansierings|financierings|investitionstätigkeit|finanzierungstätigkeit",
    ),
}
"""What captions of a statement's first and last rows say: a table that holds both is one, or tables near each other."""
_PATTERNS = {name: [re.compile(words, re.IGNORECASE) for words in both] for name, both in _WORDS.items()}
_LEAST, _OF_ITS_KIND, _NEAR = 3, 0.6, 2
"""Numbers of the whole company that such a table has, the share that is of the statement's kind of period, and how many
tables further the statement may go on."""


def on_page(names: Iterable[StatementName], by_element: Mapping[etree._Element, Fact]) -> dict[StatementName, OnPage]:
    """Whether the statements are printed.

    Args:
        names: Which.
        by_element: Visible numeric facts by their element, in document order.
    """
    names = list(names)
    tables = tables_with_facts(by_element) if names else []
    long = [table for table in tables if sum(1 for _ in table.element.iter(ROW)) > 1]
    inside = {id(fact) for table in long for fact in table.facts}
    outside = [fact for fact in by_element.values() if id(fact) not in inside]
    found: dict[StatementName, OnPage] = {}
    for name in names:
        begins, ends = ([table.order for table in long if _has(table, name, words)] for words in _PATTERNS[name])
        if any(abs(first - last) <= _NEAR for first in begins for last in ends):
            found[name] = "in_a_table"
        else:
            loose = sum(fact.instant == (name == "balance") for fact in outside)
            found[name] = "unknown" if loose >= _LEAST else "not"
    return found


def _has(table: TableWithFacts, name: StatementName, words: re.Pattern[str]) -> bool:
    """Whether a table with numbers of a statement's kind has a row of these words."""
    if table.of_equity:
        return False
    whole = [fact for fact in table.facts if not fact.dimensions]
    fitting = sum(fact.instant == (name == "balance") for fact in whole)
    if fitting < _LEAST or fitting < _OF_ITS_KIND * len(table.facts):
        return False
    return any(words.search(caption) for caption in _captions(table))


def _captions(table: TableWithFacts) -> Iterator[str]:
    yield table.table.heading
    for row in table.table.rows:
        yield row.caption
