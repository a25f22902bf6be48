"""Names that a tool wrote in lower case, as HTML has them: XML tells ``ix:nonfraction`` from ``ix:nonFraction``."""

import re

from lxml import etree

_ELEMENTS = (
    "nonFraction nonNumeric continuation fraction numerator denominator footnote relationship references resources "
    "header hidden exclude tuple context unit entity identifier segment scenario period startDate endDate instant "
    "forever measure divide unitNumerator unitDenominator explicitMember typedMember schemaRef linkbaseRef roleRef "
    "arcroleRef"
)
_ATTRIBUTES = (
    "contextRef unitRef continuedAt footnoteRefs footnoteID footnoteRole tupleRef tupleID fromRefs toRefs linkRole"
)
_BY_ELEMENT = {name.lower(): name for name in _ELEMENTS.split()}
_BY_ATTRIBUTE = {name.lower(): name for name in _ATTRIBUTES.split()}
_LOWER_CASE = re.compile(rb":non(?:fraction|numeric)")
_OURS = (
    "http://www.xbrl.org/2013/inlineXBRL",
    "http://www.xbrl.org/2008/inlineXBRL",
    "http://www.xbrl.org/2003/instance",
    "http://xbrl.org/2006/xbrldi",
    "http://www.xbrl.org/2003/linkbase",
)


def in_lower_case(data: bytes) -> bool:
    """Whether tagged elements are written in lower case."""
    return _LOWER_CASE.search(data) is not None


def restore_case(root: etree._Element) -> None:
    """Give the elements and attributes of inline XBRL and XBRL the names that the specifications give them."""
    for namespace in _OURS:
        for element in root.iter(f"{{{namespace}}}*"):
            name = etree.QName(element).localname
            element.tag = f"{{{namespace}}}{_BY_ELEMENT.get(name.lower(), name)}"
            for attribute in [key for key in element.attrib if key in _BY_ATTRIBUTE]:
                element.set(_BY_ATTRIBUTE[attribute], element.attrib.pop(attribute))
