"""Stable paths for elements without an id: child numbers from the root down, elements only."""

import re

from lxml import etree

_PATH = re.compile(r"(?:/[1-9][0-9]{0,8})+")


class Paths:
    """Paths of elements in one tree, such as ``/1/2/14``: first child of the root's ... second ... fourteenth.

    Comments and processing instructions do not count, so that a path holds in every parser's tree.
    """

    def __init__(self, root: etree._Element) -> None:
        self._known: dict[etree._Element, str] = {root: "/1"}

    def of(self, element: etree._Element) -> str:
        """The path of the element; each parent is numbered once, whatever the number of its children."""
        known = self._known.get(element)
        if known is not None:
            return known
        parent = element.getparent()
        if parent is None:
            return "/1"
        base = self.of(parent)
        for number, child in enumerate(parent.iterchildren("*"), 1):  # Arelle's elements iterate over other things
            self._known[child] = f"{base}/{number}"
        return self._known[element]


def element_at(root: etree._Element, path: str) -> etree._Element | None:
    """The element at ``path``, None where the tree has none there or the text is no path."""
    if _PATH.fullmatch(path) is None:
        return None
    first, *rest = path[1:].split("/")
    if first != "1":
        return None
    element = root
    for number in rest:
        children = [child for child in element if isinstance(child.tag, str)]
        if int(number) > len(children):
            return None
        element = children[int(number) - 1]
    return element
