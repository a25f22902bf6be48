"""From untrusted bytes to a tree: no entities, no network, no DTD, no deep nesting, or ``InputRejected``."""

import re
from collections.abc import Mapping
from html.entities import name2codepoint

from lxml import etree

from apps.finance.filings.files import MAX_BYTES
from apps.finance.filings.packages.archive import documents_in
from apps.finance.filings.packages.choosing import one_report
from apps.finance.filings.packages.letters import in_lower_case, restore_case
from apps.finance.filings.packages.wrapped import documents_of, is_wrapped
from apps.finance.quoted import quoted
from core_model.errors import InputRejected, Phrase

INLINE_NAMESPACES = ("http://www.xbrl.org/2013/inlineXBRL", "http://www.xbrl.org/2008/inlineXBRL")
"""Inline XBRL 1.1 and 1.0."""

_WANTED = Phrase("wanted_report", "one inline XBRL report, an XHTML document as companies file it")
_OFFICE, _IMAGE = Phrase("kind_office", "an Office file"), Phrase("kind_image", "an image")
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_MAGIC = {
    b"%PDF": Phrase("kind_pdf", "a PDF"),
    b"\x1f\x8b": Phrase("kind_gzip", "a gzip file"),
    b"\xd0\xcf\x11\xe0": _OFFICE,
    b"\x89PNG": _IMAGE,
    b"\xff\xd8\xff": _IMAGE,
    b"GIF8": _IMAGE,
}
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
_DECLARED_ENCODING = re.compile(rb"""\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_ASCII_BASED = re.compile(
    r"utf-?8|(us-)?ascii|iso-?8859-?\d+|latin-?1|windows-\d+|cp125\d|koi8-[ru]|macintosh|"
    r"shift[-_]jis|sjis|euc-(jp|kr|cn|tw)|gb2312|gbk|gb18030|big5(-hkscs)?",
    re.IGNORECASE,
)
_INSTANCE = re.compile(rb"<(?:[\w.-]{1,40}:)?xbrl[\s>]")
_NAMED_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")


def markup_of(data: bytes) -> bytes:
    """The document in an encoding in which markup is ASCII, from its declaration or first element on.

    Args:
        data: The bytes of the file: the document, the document in EDGAR's wrapper, a complete submission, or a zip with
            the document, or with several that are one report.

    Raises:
        InputRejected: Empty, another kind of file, several reports, or an encoding that reports are not written in.
    """
    if not data.strip(b" \t\r\n\x00"):
        raise InputRejected(
            "the file is empty",
            allowed="{wanted}",
            action="fetch the report again",
            code="empty_file",
            values={"wanted": _WANTED},
        )
    if data.startswith(_ZIPS):
        members = documents_in(data, MAX_BYTES)
        if members is None:
            raise _another_kind(_OFFICE)
        return _the_report(members, first=False)
    bare = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if is_wrapped(bare):
        return _the_report({str(number): text for number, text in enumerate(documents_of(bare), 1)}, first=True)
    return _one_document(data)


def _the_report(documents: Mapping[str, bytes], *, first: bool) -> bytes:
    """The report among the documents of a package or a submission."""
    inline = {name: _one_document(text) for name, text in documents.items() if _has_inline_xbrl(text)}
    report = one_report(inline, first=first)
    if report is None:
        raise no_inline_xbrl()
    return report


def _has_inline_xbrl(data: bytes) -> bool:
    return any(namespace.encode() in data for namespace in INLINE_NAMESPACES)


def _one_document(data: bytes) -> bytes:
    """What ``markup_of`` makes of a document in no wrapper."""
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            raise _another_kind(kind)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:2]:
        order = "utf-16" if b"\x00" not in data[:2] else "utf-16-be" if data[:1] == b"\x00" else "utf-16-le"
        try:
            text = data.decode(order)
        except UnicodeDecodeError:
            raise _not_html() from None
        data = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"), count=1).encode(errors="replace")
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if not data.startswith(b"<"):
        raise _not_html()
    declared = _DECLARED_ENCODING.match(data[:400])
    if declared is not None and _ASCII_BASED.fullmatch(declared[1].decode("ascii")) is None:
        raise InputRejected(
            "the document declares the encoding {encoding}",
            allowed="UTF-8, UTF-16, ISO 8859, Windows and East Asian encodings",
            action="save it as UTF-8",
            code="encoding",
            values={"encoding": quoted(declared[1].decode("ascii")[:40])},
        )
    return data


def parse(data: bytes) -> etree._Element:
    """The root element of an inline XBRL document, comments and processing instructions left out.

    Args:
        data: What ``markup_of`` made of the file.

    Raises:
        InputRejected: Not well-formed, a document type with an internal subset or a foreign DTD, nested too deeply, or
            without inline XBRL.
    """
    data, html_characters = _without_document_type(data)
    if not _has_inline_xbrl(data):
        raise _instance() if _INSTANCE.search(data[:4000]) else no_inline_xbrl()
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


def _another_kind(kind: Phrase) -> InputRejected:
    return InputRejected(
        "this is {kind}",
        allowed="{wanted}",
        action="give the report's .htm or .html file",
        code="another_kind",
        values={"kind": kind, "wanted": _WANTED},
    )


def _instance() -> InputRejected:
    return InputRejected(
        "this is an XBRL instance: the facts alone, without the pages",
        allowed="{wanted}",
        action="give the report's inline XBRL document (.htm, .html or .xhtml)",
        code="xbrl_instance",
        values={"wanted": _WANTED},
    )


def no_inline_xbrl() -> InputRejected:
    """The refusal of a document without a single tagged fact."""
    return InputRejected(
        "the document holds no inline XBRL",
        allowed="{wanted}",
        action="give the primary document of the filing; older reports and exhibits are not tagged",
        code="no_inline_xbrl",
        values={"wanted": _WANTED},
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


def _not_html() -> InputRejected:
    return InputRejected(
        "this is not an HTML document",
        allowed="{wanted}",
        action="give the report's .htm or .html file",
        code="not_html",
        values={"wanted": _WANTED},
    )


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
            values={"wanted": _WANTED},
        )
    if b"</" not in data[-200:] or b"html" not in data[-200:].lower():
        return InputRejected(
            "the document ends in the middle, at line {line}",
            allowed="{wanted}",
            action="fetch the report again, as it was filed",
            code="truncated",
            values={"line": line, "wanted": _WANTED},
        )
    if "amplification" in lowered or "entity" in lowered:
        return InputRejected(
            "its entities cannot be read, at line {line}",
            allowed="{wanted}",
            action="fetch the report again, as it was filed",
            code="entities",
            values={"line": line, "wanted": _WANTED},
        )
    if "huge" in lowered or "too long" in lowered or "lookup" in lowered:
        return InputRejected(
            "one text or attribute has more than 10 million characters, at line {line}",
            allowed="{wanted}",
            action="fetch the report again, as it was filed",
            code="too_long",
            values={"line": line, "wanted": _WANTED},
        )
    return InputRejected(
        "the document is not well-formed XML, at line {line} ({reason})",
        allowed="{wanted}",
        action="fetch the report again, as it was filed",
        code="not_well_formed",
        values={"line": line, "reason": reason[:120], "wanted": _WANTED},
    )
