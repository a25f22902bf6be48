"""Where a fact stands in its document, for the click from a number to its source."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from apps.finance.cautions import Cautions
from apps.finance.filings.content import Content, TooMuchText
from apps.finance.filings.inventory import Inventory, take_inventory
from apps.finance.filings.markup import INLINE_NAMESPACES, markup_of
from apps.finance.filings.paths import Paths, element_at
from apps.finance.filings.xml import parse
from apps.finance.quoted import quoted
from core_model.errors import Message, NotFound

_HIDES = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE)
_SHOWS_HIDDEN = re.compile(r"-sec-ix-hidden\s*:\s*([^\s;]+)")


@dataclass(frozen=True, slots=True)
class Location:
    """Where in the document one element stands.

    Attributes:
        fact_id: What was asked for: an element's id or its path.
        element_id: Its id in the document, None where it has none.
        path: Child numbers from the root down, elements only: ``/1/2/14``.
        hidden: Whether it stands in ``ix:hidden``.
        visible: Whether a reader of the page sees it.
        reason: Why it is not visible; None where it is.
        shown_at: Path of a visible element that shows a hidden fact, as the SEC's ``-sec-ix-hidden`` style links them;
            None where there is none.
        continued_at: Paths of the elements that continue its text, in order.
        line: Line of the markup on which it starts.
    """

    fact_id: str
    element_id: str | None
    path: str
    hidden: bool
    visible: bool
    reason: Message | None
    shown_at: str | None
    continued_at: tuple[str, ...]
    line: int


def locate(data: bytes, fact_id: str) -> Location:
    """The place of one fact, or of any element, in the document.

    Args:
        data: The bytes of the filing.
        fact_id: ``Fact.fact_id``, or the id or path of any element.

    Raises:
        NotFound: The document has no such element.
        InputRejected: The bytes are no inline XBRL document.
    """
    return locate_all(data, [fact_id])[0]


def locate_all(data: bytes, fact_ids: Iterable[str]) -> list[Location]:
    """The places of several elements, in the order asked for, with one parsing.

    Raises:
        NotFound: The document lacks one of them.
        InputRejected: The bytes are no inline XBRL document.
    """
    markup = markup_of(data)
    root = parse(markup)
    inventories = [take_inventory(root, name) for name in INLINE_NAMESPACES if name.encode() in markup]
    inventory = next((found for found in inventories if found.facts), inventories[0])
    finder = _Finder(root, inventory)
    return [finder.place(fact_id) for fact_id in fact_ids]


class _Finder:
    def __init__(self, root: etree._Element, inventory: Inventory) -> None:
        self._root = root
        self._inventory = inventory
        self._paths = Paths(root)
        self._content = Content(inventory, Cautions(), 0)
        self._by_id: dict[str, etree._Element] = {}
        self._shown: dict[str, etree._Element] = {}
        for element in inventory.facts:  # of elements with one id the fact is meant
            element_id = element.get("id")
            if element_id is not None:
                self._by_id.setdefault(element_id, element)
        for element in root.iter():
            element_id, style = element.get("id"), element.get("style")
            if element_id is not None:
                self._by_id.setdefault(element_id, element)
            if style is not None and "-sec-ix-hidden" in style:
                for shown in _SHOWS_HIDDEN.findall(style):
                    self._shown.setdefault(shown, element)

    def place(self, fact_id: str) -> Location:
        element = self._by_id.get(fact_id)
        if element is None:
            element = element_at(self._root, fact_id)
        if element is None:
            raise NotFound(
                "the document has no element {element}",
                action="read the filing again",
                code="no_such_element",
                values={"element": quoted(fact_id[:60])},
            )
        element_id = element.get("id")
        reason = self._why_invisible(element)
        hidden = element in self._inventory.hidden or reason == _AMONG_HIDDEN
        shown = self._shown.get(element_id or "") if reason is not None else None
        parts = self._continuations(element)
        return Location(
            fact_id=fact_id,
            element_id=element_id,
            path=self._paths.of(element),
            hidden=hidden,
            visible=reason is None,
            reason=reason,
            shown_at=None if shown is None else self._paths.of(shown),
            continued_at=tuple(self._paths.of(part) for part in parts),
            line=int(element.sourceline or 0),
        )

    def _continuations(self, element: etree._Element) -> list[etree._Element]:
        """What continues its text; nothing where its text was too much to be read, so that the fact has none."""
        try:
            return self._content.parts(element, element.get("continuedAt"))[1:]
        except TooMuchText:
            return []

    def _why_invisible(self, element: etree._Element) -> Message | None:
        reason = None
        for level in (element, *element.iterancestors()):
            if level.tag == self._inventory.ix + "hidden":
                return _AMONG_HIDDEN
            if level.get("hidden") is not None or _HIDES.search(level.get("style") or ""):
                reason = Message("not_displayed")
        return reason


_AMONG_HIDDEN = Message("among_hidden_facts")
