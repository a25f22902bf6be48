"""The text of tagged elements: what is left out, what is continued elsewhere, and markup where it is asked for."""

import copy
import re
from collections.abc import Iterator
from html import escape, unescape
from urllib.parse import urljoin

from lxml import etree

from apps.finance.cautions import Cautions
from apps.finance.filings.inventory import Inventory
from core_model.errors import Caution, Message

REPETITION = 5
"""How often the text of a document may be repeated in its facts, as memory; of a hundred reports none came to 2."""
MOST_BYTES = 128 << 20
"""Of the texts of all facts together, as memory."""
_HEADER = "\U0001f4a1".__sizeof__() - 4
"""Of a text in memory, besides its characters, of which each takes one, two or four bytes."""
CHAINS = 20
"""How often a continuation may be followed, of all of them on average."""


class TooMuchText(ValueError):
    """The facts of a document hold each other too often.

    Attributes:
        reason: That they do, in words that follow "because".
    """

    def __init__(self) -> None:
        self.reason = Message("texts_repeat", {"most": REPETITION})
        super().__init__(self.reason.code)


class Content:
    """Gathers the content of the tagged elements of one document.

    ``ix:exclude`` drops out, other inline XBRL elements leave what they hold, and continuations follow in the order of
    their chain (Inline XBRL 1.1, sections 5, 6 and 12).

    Args:
        inventory: The document's elements.
        cautions: Where broken chains are recorded.
        size: Bytes of the document. Texts may hold each other, so that a small document can stand for a huge amount
            of text: beyond ``REPETITION`` times its size, or ``MOST_BYTES``, no more is given out. Of its
            continuations, each of which belongs to one chain, ``CHAINS`` times as many are followed: many chains
            through all of them stand for hours of work.
    """

    def __init__(self, inventory: Inventory, cautions: Cautions, size: int) -> None:
        self._left = min(REPETITION * (size + 100_000), MOST_BYTES)
        self._base = inventory.base
        self._parts_left = CHAINS * (len(inventory.continuations) + 1_000)
        self._cautions = cautions
        self._exclude = inventory.ix + "exclude"
        self._excludes = inventory.excludes
        self._continuations = inventory.continuations

    def plain(self, element: etree._Element) -> str:
        """The text of the element without its continuations and exclusions, white space as written."""
        return self._spend("".join(self._texts(element) if self._excludes else element.itertext()))

    def chain(self, element: etree._Element, continued: str | None) -> str:
        """The text of the element and of the continuations that follow from ``continued``."""
        return "".join([self.plain(part) for part in self.parts(element, continued)])

    def markup(self, element: etree._Element, continued: str | None) -> str:
        """The XHTML that the element and its continuations hold, without inline XBRL elements and declarations."""
        return "".join([self._markup(part) for part in self.parts(element, continued)])

    def parts(self, element: etree._Element, continued: str | None) -> list[etree._Element]:
        """The element and its continuations, in order; a chain that breaks or runs in a circle ends there.

        Raises:
            TooMuchText: The chains of this document go through the same continuations too often.
        """
        parts = [element]
        if continued is None:
            return parts
        seen: set[str] = set()
        while continued is not None:
            following = self._continuations.get(continued)
            if following is None or continued in seen:
                place = Message("place_continuation", {"id": continued[:60]})
                self._cautions.add(Caution("broken_continuation", source=place))
                break
            self._parts_left -= 1
            if self._parts_left < 0:
                raise TooMuchText
            seen.add(continued)
            parts.append(following)
            continued = following.get("continuedAt")
        return parts

    def _spend(self, text: str) -> str:
        self._left -= max(len(text), text.__sizeof__() - _HEADER)
        if self._left < 0:
            raise TooMuchText
        return text

    def _texts(self, element: etree._Element) -> Iterator[str]:
        if element.text:
            yield element.text
        for child in element:
            if child.tag != self._exclude:
                yield from self._texts(child)
            if child.tail:
                yield child.tail

    def _markup(self, element: etree._Element) -> str:
        if self._excludes and next(element.iter(self._exclude), None) is not None:
            element = self._without_exclusions(element)
        if len(element) == 0 and not element.text:
            return ""
        text = etree.tostring(element, encoding="unicode", with_tail=False)
        text = _inline_tags(element.prefix).sub("", text)
        return self._spend(_ADDRESS.sub(self._resolved, text) if self._base else text)

    def _resolved(self, match: re.Match[str]) -> str:
        """An attribute with its address resolved against the base of the page, as Inline XBRL 1.1 asks for."""
        try:
            address = urljoin(self._base, unescape(match[2]))
        except ValueError:
            return match[0]
        return f'{match[1]}"{escape(address)}"'

    def _without_exclusions(self, element: etree._Element) -> etree._Element:
        element = copy.deepcopy(element)
        for excluded in list(element.iter(self._exclude)):
            parent = excluded.getparent()
            if parent is None:
                continue
            before = excluded.getprevious()
            if before is None:
                parent.text = (parent.text or "") + (excluded.tail or "")
            else:
                before.tail = (before.tail or "") + (excluded.tail or "")
            excluded.tail = None
            parent.remove(excluded)
        return element


_ADDRESS = re.compile(r"""(\s(?:href|src|cite|longdesc|background|action|data|usemap)=)"([^"]{0,4000})\"""")
_TAGS: dict[str | None, re.Pattern[str]] = {}


def _inline_tags(prefix: str | None) -> re.Pattern[str]:
    """Start and end tags of the inline XBRL elements with this prefix; attributes never hold a raw ``>`` here."""
    pattern = _TAGS.get(prefix)
    if pattern is None:
        name = re.escape(prefix) + ":" if prefix else ""
        kinds = (
            "nonFraction|nonNumeric|continuation|fraction|numerator|denominator|footnote|tuple|hidden|header|exclude"
        )
        pattern = _TAGS[prefix] = re.compile(f"</?{name}(?:{kinds})(?:\\s[^>]*)?/?>")
    return pattern
