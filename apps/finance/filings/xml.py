"""From untrusted bytes to a tree: no entities, no network, no DTD, no deep nesting, or ``InputRejected``."""

import re
from html.entities import name2codepoint

from lxml import etree

from apps.finance.filings.markup import WANTED, has_inline_xbrl, no_inline_xbrl
from apps.finance.filings.packages.letters import in_lower_case, restore_case
from core_model.errors import InputRejected, Phrase

# How much memory a document's tree takes is estimated before it is parsed. It is some seven times as large as a usual
# report; markup that holds nothing else, such as millions of empty elements, makes one of thirty times its size.
MIB = 1 << 20
MOST_MIB = 400
"""Of a tree; with all that is made of it, reading it stays within the budget of a parse."""
MOST_TIMES = 16
SMALL_MIB = 16
"""A tree that may be any number of times the size of its document."""
_ELEMENT, _TEXT, _ATTRIBUTE, _FACT = 120, 130, 190, 2400
"""Bytes that each takes in libxml2's tree (measured), and a fact besides as an object and a row of a table."""
_TEXT_STARTS = re.compile(rb">[^<]")

_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE = re.compile(rb"<!DOCTYPE\b", re.IGNORECASE)
_BARE_DOCTYPE = re.compile(
    rb"""<!DOCTYPE\s+html\s*
         (?: PUBLIC\s+(?:"-//[^"<>\[\]]*XHTML[^"<>\[\]]*"|'-//[^'<>\[\]]*XHTML[^'<>\[\]]*')
             \s*(?:"[^"<>\[\]]*"|'[^'<>\[\]]*')?
           | SYSTEM\s+(?:"about:legacy-compat"|'about:legacy-compat')
         )?\s*>""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_DOCTYPE = 1_000
"""Bytes of a bare document type, white space and comments' remains included; that of XHTML 1.0 has some 120."""
_INSTANCE = re.compile(rb"<(?:[\w.-]{1,40}:)?xbrl[\s>]")
_NAMED_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")


def parse(data: bytes) -> etree._Element:
    """The root element of an inline XBRL document, comments and processing instructions left out.

    Args:
        data: What ``markup_of`` made of the file.

    Raises:
        InputRejected: Not well-formed, a document type with an internal subset or a foreign DTD, nested too deeply, or
            without inline XBRL.
    """
    data, html_characters = _without_document_type(data)
    if not has_inline_xbrl(data):
        raise _instance() if _INSTANCE.search(data[:4000]) else no_inline_xbrl()
    refuse_too_much_markup(data)
    if html_characters:
        data = _NAMED_ENTITY.sub(_as_number, data)
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        if html_characters or error.code != etree.ErrorTypes.ERR_UNDECLARED_ENTITY:
            raise _not_well_formed(error, data) from None
        root = _parse_with_html_characters(data)
    if in_lower_case(data):
        restore_case(root)
    return root


def _parse_with_html_characters(data: bytes) -> etree._Element:
    """For reports that use ``&nbsp;`` and the like without the document type that would declare them."""
    try:
        return etree.fromstring(_NAMED_ENTITY.sub(_as_number, data), _parser())
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(error, data) from None


def _instance() -> InputRejected:
    return InputRejected(
        "this is an XBRL instance: the facts alone, without the pages",
        allowed="{wanted}",
        action="give the report's inline XBRL document (.htm, .html or .xhtml)",
        code="xbrl_instance",
        values={"wanted": WANTED},
    )


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _without_document_type(data: bytes) -> tuple[bytes, bool]:
    """The data with a bare document type blanked out, and whether there was one.

    Nothing of it is needed: its DTD is never loaded, and the characters that it would declare are known. Every other
    document type is refused before the parser sees it.
    """
    start = _PROLOG.match(data).end()  # type: ignore[union-attr]  # it matches the empty string too
    if _DOCTYPE.match(data, start) is None:
        return data, False
    bare = _BARE_DOCTYPE.match(data, start, start + _LONGEST_DOCTYPE)
    if bare is None:
        raise InputRejected(
            "the document has a document type of its own, which may define entities",
            allowed="none, or the bare document type of XHTML",
            action="fetch it again from the regulator's site; entities are never expanded",
            code="document_type",
        )
    blank = re.sub(rb"[^\r\n]", b" ", bare[0])
    return data[:start] + blank + data[bare.end() :], True


def _as_number(match: re.Match[bytes]) -> bytes:
    point = name2codepoint.get(match[1].decode("ascii"))
    return match[0] if point is None else b"&#%d;" % point


def _not_well_formed(error: etree.XMLSyntaxError, data: bytes) -> InputRejected:
    if error.code == etree.ErrorTypes.ERR_NO_MEMORY or (not error.msg and not error.lineno):
        raise MemoryError  # the parser says nothing more where it gets no memory
    reason = (error.msg or "syntax error").split(", line ")[0].rstrip(".")
    line = error.lineno or 0
    lowered = reason.lower()
    if "depth" in lowered:
        return InputRejected(
            "its elements are nested more deeply than any report's",
            allowed="{wanted}",
            action="fetch the report again, as it was filed",
            code="nested_too_deeply",
            values={"wanted": WANTED},
        )
    if b"</" not in data[-200:] or b"html" not in data[-200:].lower():
        return InputRejected(
            "the document ends in the middle, at line {line}",
            allowed="{wanted}",
            action="fetch the report again, as it was filed",
            code="truncated",
            values={"line": line, "wanted": WANTED},
        )
    if "amplification" in lowered or error.code == etree.ErrorTypes.ERR_UNDECLARED_ENTITY:
        return InputRejected(
            "its entities cannot be read, at line {line}",
            allowed="{wanted}",
            action="fetch the report again, as it was filed",
            code="entities",
            values={"line": line, "wanted": WANTED},
        )
    if "huge" in lowered or "too long" in lowered or "lookup" in lowered:
        return InputRejected(
            "one text or attribute has more than 10 million characters, at line {line}",
            allowed="{wanted}",
            action="fetch the report again, as it was filed",
            code="too_long",
            values={"line": line, "wanted": WANTED},
        )
    return InputRejected(
        "the document is not well-formed XML, at line {line} ({reason})",
        allowed="{wanted}",
        action="fetch the report again, as it was filed",
        code="not_well_formed",
        values={"line": line, "reason": _fault(error.code), "wanted": WANTED},
    )


def _fault(code: int) -> Phrase:
    """What is wrong, by the number of the parser's error: its own words are English alone."""
    for phrase, names in _FAULTS:
        if code in {getattr(etree.ErrorTypes, name) for name in names}:
            return phrase
    return Phrase("xml_syntax", "the parser's error {number}", {"number": code})


_FAULTS = (
    (Phrase("xml_tags", "an element is not closed, or closed by another one's tag"), (
        "ERR_TAG_NAME_MISMATCH", "ERR_TAG_NOT_FINISHED", "ERR_LTSLASH_REQUIRED")),
    (Phrase("xml_tag", "a tag is not written to its end"), (
        "ERR_GT_REQUIRED", "ERR_SPACE_REQUIRED")),
    (Phrase("xml_name", "no name follows a < or an &"), ("ERR_NAME_REQUIRED",)),
    (Phrase("xml_attribute", "an attribute is not written as XML wants it"), (
        "ERR_ATTRIBUTE_NOT_STARTED", "ERR_ATTRIBUTE_NOT_FINISHED", "ERR_ATTRIBUTE_WITHOUT_VALUE", "ERR_EQUAL_REQUIRED",
        "ERR_LT_IN_ATTRIBUTE")),
    (Phrase("xml_attribute_twice", "an attribute stands twice in one tag"), (
        "ERR_ATTRIBUTE_REDEFINED", "NS_ERR_ATTRIBUTE_REDEFINED")),
    (Phrase("xml_character", "a character that XML does not allow"), (
        "ERR_INVALID_CHAR", "ERR_INVALID_CHARREF", "ERR_INVALID_HEX_CHARREF", "ERR_INVALID_DEC_CHARREF")),
    (Phrase("xml_ampersand", "an & that begins no character"), (
        "ERR_ENTITYREF_SEMICOL_MISSING", "ERR_ENTITYREF_NO_NAME")),
    (Phrase("xml_prefix", "a prefix of a name is not declared, or wrongly"), (
        "NS_ERR_UNDEFINED_NAMESPACE", "NS_ERR_XML_NAMESPACE", "NS_ERR_QNAME")),
    (Phrase("xml_end", "something stands before its first element or after its last"), (
        "ERR_DOCUMENT_EMPTY", "ERR_DOCUMENT_START", "ERR_DOCUMENT_END", "ERR_RESERVED_XML_NAME")),
    (Phrase("xml_encoding", "bytes that are not of its character encoding"), (
        "ERR_INVALID_ENCODING", "ERR_UNSUPPORTED_ENCODING", "ERR_UNKNOWN_ENCODING", "I18N_CONV_FAILED")),
    (Phrase("xml_section", "a comment or a CDATA section is not written as XML wants it"), (
        "ERR_HYPHEN_IN_COMMENT", "ERR_COMMENT_NOT_FINISHED", "ERR_CDATA_NOT_FINISHED", "ERR_MISPLACED_CDATA_END")),
)  # fmt: skip


def refuse_too_much_markup(data: bytes) -> None:
    """Refuse a document whose tree would be too large.

    Raises:
        InputRejected: It would be (code ``too_much_markup``).
    """
    tags = data.count(b"<")
    counted = data.count(b"=") * _ATTRIBUTE + data.count(b"contextRef") * _FACT + 2 * len(data)
    most = min(MOST_MIB * MIB, max(SMALL_MIB * MIB, MOST_TIMES * len(data)))
    if counted + tags * (_ELEMENT + _TEXT) <= most:  # even if each tag began an element, and a text behind it
        return
    counted += (tags - data.count(b"</")) * _ELEMENT + sum(1 for _ in _TEXT_STARTS.finditer(data)) * _TEXT
    if counted > most:
        raise InputRejected(
            "its markup would take {mib} MiB of memory, {times} times the size of the document",
            allowed="at most {most} MiB, and {most_times} times",
            action="fetch the report again, as it was filed",
            code="too_much_markup",
            values={
                "mib": counted // MIB,
                "times": round(counted / len(data)),
                "most": MOST_MIB,
                "most_times": MOST_TIMES,
            },
        )
