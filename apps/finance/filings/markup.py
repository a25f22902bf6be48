"""The document in a report's file, whatever it came in, in an encoding in which markup is ASCII."""

import re
from collections.abc import Mapping

from apps.finance.filings.files import MAX_BYTES
from apps.finance.filings.packages.archive import documents_in
from apps.finance.filings.packages.choosing import one_report
from apps.finance.filings.packages.wrapped import documents_of, is_wrapped
from apps.finance.quoted import quoted
from core_model.errors import InputRejected, Phrase

INLINE_NAMESPACES = ("http://www.xbrl.org/2013/inlineXBRL", "http://www.xbrl.org/2008/inlineXBRL")
"""Inline XBRL 1.1 and 1.0."""

WANTED = Phrase("wanted_report", "one inline XBRL report, an XHTML document as companies file it")
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
_DECLARED_ENCODING = re.compile(rb"""\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_ASCII_BASED = re.compile(
    r"utf-?8|(us-)?ascii|iso-?8859-?\d+|latin-?1|windows-\d+|cp125\d|koi8-[ru]|macintosh|"
    r"shift[-_]jis|sjis|euc-(jp|kr|cn|tw)|gb2312|gbk|gb18030|big5(-hkscs)?",
    re.IGNORECASE,
)


def markup_of(data: bytes) -> bytes:
    """The document in an encoding in which markup is ASCII, from its declaration or first element on.

    Args:
        data: The bytes of the file: the document, the document in EDGAR's wrapper, a complete submission, or a zip with
            the document, or with several that are one report.

    Raises:
        InputRejected: Empty, another kind of file, several reports, or an encoding that reports are not written in.
    """
    packed = _unpacked(data)
    if packed is None:
        return _one_document(data)
    documents, first = packed
    report = one_report(inline_among(documents), first=first)
    if report is None:
        raise no_inline_xbrl()
    return report


def inline_documents(data: bytes) -> list[bytes]:
    """The documents with inline XBRL in a file, each as ``markup_of`` makes it of a file of its own; none where it is
    no archive and another kind of file.

    Args:
        data: What ``markup_of`` takes.

    Raises:
        InputRejected: Empty, an archive that is damaged or of another kind, or an encoding that reports are not
            written in.
    """
    packed = _unpacked(data)
    documents = {"": data} if packed is None else packed[0]
    return list(inline_among(documents).values())


def _unpacked(data: bytes) -> tuple[Mapping[str, bytes], bool] | None:
    """The documents of a package or a submission by name, and whether the first of several is the report; None where
    the file is a document itself."""
    if not data.strip(b" \t\r\n\x00"):
        raise InputRejected(
            "the file is empty",
            allowed="{wanted}",
            action="fetch the report again",
            code="empty_file",
            values={"wanted": WANTED},
        )
    if data.startswith(_ZIPS):
        members = documents_in(data, MAX_BYTES)
        if members is None:
            raise _another_kind(_OFFICE)
        return members, False
    bare = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if is_wrapped(bare):
        return {str(number): text for number, text in enumerate(documents_of(bare), 1)}, True
    return None


def inline_among(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those of some documents that have inline XBRL, each as ``markup_of`` makes it of a file of its own.

    What is no document at all, though the namespace stands in it (a list of files), is none of them.

    Raises:
        InputRejected: One of them is in an encoding that reports are not written in.
    """
    found = {}
    for name, data in documents.items():
        try:
            document = _one_document(data)
        except InputRejected:
            if has_inline_xbrl(data) and data.lstrip(b" \t\r\n").startswith(b"<"):
                raise
            continue
        if has_inline_xbrl(document):
            found[name] = document
    return found


def has_inline_xbrl(markup: bytes) -> bool:
    """Whether the namespace of inline XBRL stands in a document."""
    return any(namespace.encode() in markup for namespace in INLINE_NAMESPACES)


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


def no_inline_xbrl() -> InputRejected:
    """The refusal of a document without a single tagged fact."""
    return InputRejected(
        "the document holds no inline XBRL",
        allowed="{wanted}",
        action="give the primary document of the filing; older reports and exhibits are not tagged",
        code="no_inline_xbrl",
        values={"wanted": WANTED},
    )


def _another_kind(kind: Phrase) -> InputRejected:
    return InputRejected(
        "this is {kind}",
        allowed="{wanted}",
        action="give the report's .htm or .html file",
        code="another_kind",
        values={"kind": kind, "wanted": WANTED},
    )


def _not_html() -> InputRejected:
    return InputRejected(
        "this is not an HTML document",
        allowed="{wanted}",
        action="give the report's .htm or .html file",
        code="not_html",
        values={"wanted": WANTED},
    )
