"""What the text in front of a table says that it is."""

import re
from collections.abc import Container, Iterator
from itertools import islice

from lxml import etree

from apps.finance.statements.model import StatementName
from apps.finance.statements.tables import TABLE, XHTML, plain

_REACH = 400
"""Characters of text in front of a table that may hold its title."""

_STEPS = 5000
"""Pieces of markup to look back over, however little text they hold."""

_INLINE = {XHTML + name for name in ("span", "b", "i", "u", "em", "strong", "font", "a", "sup", "sub", "small")}

_TITLES: dict[StatementName, re.Pattern[str]] = {
    "income": re.compile(
        r"statements? of (?:consolidated |condensed )*(?:comprehensive )?(?:net )?"
        r"(?:income|operations|earnings|profit|loss|results? of operations)"
        r"|income statements?|profit (?:and|or) loss|利润表|損益表|损益表|綜合收益表|综合收益表",
        re.IGNORECASE,
    ),
    "balance": re.compile(
        r"balance sheets?|statements? of (?:consolidated |condensed )*financial (?:position|condition)"
        r"|资产负债表|資產負債表|财务状况表|財務狀況表",
        re.IGNORECASE,
    ),
    "cash_flow": re.compile(
        r"statements? of (?:consolidated |condensed )*cash flows?|cash flow statements?|现金流量表|現金流量表",
        re.IGNORECASE,
    ),
}
_OTHER = re.compile(
    r"parenthetical|selected (?:financial|quarterly|consolidated)|summar(?:y|ized)|quarterly (?:financial|information)"
    r"|pro forma|reconcil|parent company|guarantor|per share comput|discontinued operations|statements? of"
    r" (?:changes in )?(?:shareholders|stockholders|equity|shareowners)|segment|\bnotes? \d",
    re.IGNORECASE,
)
_COMPREHENSIVE = re.compile(r"statements? of (?:consolidated |condensed )*(?:other )?comprehensive", re.IGNORECASE)


class TitleEvidence:
    """What the words near a table say.

    Attributes:
        statement: The statement whose title was found last, None where there is none.
        quote: That title.
        other: Words that say it is something else, else empty.
        comprehensive: Whether the title is that of a statement of comprehensive income.
    """

    __slots__ = ("comprehensive", "other", "quote", "statement")

    def __init__(self, text: str) -> None:
        last: tuple[int, StatementName | None, str] = (-1, None, "")
        for name, pattern in _TITLES.items():
            for match in pattern.finditer(text):
                last = max(last, (match.start(), name, match[0]), key=lambda found: found[0])
        self.statement = last[1]
        self.quote = last[2]
        other = [match[0] for match in _OTHER.finditer(text, max(last[0], 0))]
        self.other = other[-1] if other else ""
        self.comprehensive = _COMPREHENSIVE.search(text, max(last[0] - 20, 0)) is not None


def text_before(table: etree._Element, stop: Container[etree._Element]) -> str:
    """The text between the table and the nearest table with facts in front of it, at most its last 400 characters.

    Args:
        table: The table.
        stop: Tables with facts.
    """
    parts: list[str] = []
    length = 0
    for part in islice(_backwards(table, stop), _STEPS):
        if part is None:
            break
        if part:
            parts.append(part)
            length += len(part.strip())
            if length > _REACH:
                break
    return plain("".join(reversed(parts)))[-_REACH:]


def _backwards(element: etree._Element, stop: Container[etree._Element]) -> Iterator[str | None]:
    """Texts in front of the element from the last to the first; None where a table to stop at begins."""
    node = element
    parent = node.getparent()
    while parent is not None:
        sibling = node.getprevious()
        while sibling is not None:
            if sibling.tail:
                yield sibling.tail
            yield from _inside_backwards(sibling, stop)
            sibling = sibling.getprevious()
        if parent.text:
            yield parent.text
        if parent.tag not in _INLINE:
            yield " "
        node, parent = parent, parent.getparent()


def _inside_backwards(element: etree._Element, stop: Container[etree._Element]) -> Iterator[str | None]:
    if element.tag == TABLE and element in stop:
        yield None
    block = element.tag not in _INLINE
    if block:
        yield " "
    for child in reversed(element):
        if child.tail:
            yield child.tail
        yield from _inside_backwards(child, stop)
    if element.text:
        yield element.text
    if block:
        yield " "
