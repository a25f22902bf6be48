"""Several XHTML documents that are one report: which belong together, and one document made of them.

Of an inline XBRL document set (Inline XBRL 1.1, section 3) the contexts and units may stand in one document and the
facts in another; ids are unique over all of them.
"""

import re
from collections import Counter
from collections.abc import Mapping
from html import escape

_REFERENCE = re.compile(rb"""\scontextRef\s*=\s*["']([^"']{1,200})["']""", re.IGNORECASE)
_DEFINED = re.compile(rb"""<(?:[\w.-]{1,40}:)?context\s[^<>]{0,300}?\bid\s*=\s*["']([^"']{1,200})["']""")
_DECLARED = re.compile(rb"""\s(?:xmlns(?::[\w.-]+)?|xml:lang|lang)\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""")
_BODY = re.compile(rb"<(/?)(?:[\w.-]{1,40}:)?body(?=[\s>/])[^<>]*>")
_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?html(?=[\s>])([^<>]*)>")
_ENCODING = re.compile(rb"""^<\?xml[^<>]*?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["'][^<>]*\?>""")


def contexts_in(data: bytes) -> tuple[set[bytes], set[bytes]]:
    """The ids of the contexts that a document refers to, and of those that it defines."""
    return set(_REFERENCE.findall(data)), set(_DEFINED.findall(data))


def sets_among(known: Mapping[str, tuple[set[bytes], set[bytes]]]) -> list[list[str]]:
    """Which documents are one report: those that refer to contexts which another of them, and it alone, defines.

    Ids are unique in a report. Two documents that define the same ones are two reports, though one of them may lack a
    context by mistake that happens to be in the other; unless the one has most of its contexts there.

    Args:
        known: What ``contexts_in`` says of each document, by name.

    Returns:
        The names of each set of two and more, in their order. A document that needs no other is in none.
    """
    homes: dict[bytes, list[str]] = {}
    for name, (_, defined) in known.items():
        for context in defined:
            homes.setdefault(context, []).append(name)
    joined: dict[str, list[str]] = {name: [name] for name in known}
    for name, (used, defined) in known.items():
        lacking: Counter[str] = Counter()
        for context in used - defined:
            if len(homes.get(context, ())) == 1:
                lacking[homes[context][0]] += 1
        for holder in sorted(lacking):
            belongs = defined.isdisjoint(known[holder][1]) or 2 * lacking[holder] > len(used)
            if belongs and joined[holder] is not joined[name]:
                both = joined[holder] + joined[name]
                joined.update(dict.fromkeys(both, both))
    order = {name: number for number, name in enumerate(known)}
    sets = {id(names): sorted(names, key=order.__getitem__) for names in joined.values() if len(names) > 1}
    return sorted(sets.values(), key=lambda names: order[names[0]])


def joined(documents: Mapping[str, bytes]) -> bytes | None:
    """One XHTML document in UTF-8 with the bodies of several, each in a block of its own.

    Args:
        documents: By name, each in an encoding in which markup is ASCII, from its declaration or first element on.

    Returns:
        None where one of them has no body, or is not in the encoding that it declares.
    """
    blocks = []
    opening = b""
    for name, content in documents.items():
        try:
            data = _in_utf8(content)
        except (UnicodeDecodeError, LookupError):
            return None
        root = _ROOT.search(data)
        edges = list(_BODY.finditer(data))
        if root is None or len(edges) < 2 or edges[0][1] or not edges[-1][1]:
            return None
        opening = opening or root[1]
        declared = b"".join(_DECLARED.findall(root[1]))
        inside = data[edges[0].end() : edges[-1].start()]
        blocks.append(b'<div%s title="%s">%s</div>' % (declared, escape(name).encode(), inside))
    return b"<html%s><head><title></title></head><body>%s</body></html>" % (opening, b"".join(blocks))


def _in_utf8(data: bytes) -> bytes:
    """The document without its declaration, in UTF-8."""
    declared = _ENCODING.match(data[:400])
    encoding = declared[1].decode("ascii") if declared else "utf-8"
    return data.decode(encoding).encode()
