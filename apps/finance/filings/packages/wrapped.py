"""EDGAR's own wrapping of a document, and the complete submission: the XHTML documents in them."""

_STARTS = (b"<DOCUMENT>", b"<SEC-DOCUMENT>", b"<SUBMISSION>", b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----")
_INNER = ((b"<XBRL>", b"</XBRL>"), (b"<PDF>", b"</PDF>"))
_SPACE = b" \t\r\n"


def is_wrapped(data: bytes) -> bool:
    """Whether it is a document as EDGAR serves it to programs, or a complete submission text file.

    Args:
        data: The bytes of the file, without white space and a byte order mark in front.
    """
    return data.startswith(_STARTS)


def documents_of(data: bytes) -> list[bytes]:
    """The texts of the documents in it, in their order, each without its wrapper.

    Args:
        data: What ``is_wrapped`` said yes to. A document that does not end is left out.
    """
    found = []
    place = 0
    while (start := data.find(b"<TEXT>", place)) >= 0:
        end = data.find(b"</TEXT>", start)
        if end < 0:
            break
        text = data[start + len(b"<TEXT>") : end].strip(_SPACE)
        for opening, closing in _INNER:
            if text.startswith(opening):
                text = text.removeprefix(opening).removesuffix(closing).strip(_SPACE)
        found.append(text)
        place = end
    return found
