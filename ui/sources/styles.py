"""Inline styles of untrusted documents: known properties with plain values, everything else left out."""

import re
from functools import lru_cache

_PROPERTIES = """
background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse
border-color border-left border-left-color border-left-style border-left-width border-radius border-right
border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color
border-top-style border-top-width border-width box-sizing break-after break-before break-inside caption-side clear
color column-count column-gap direction display empty-cells flex flex-direction flex-wrap float font font-family
font-size font-stretch font-style font-variant font-weight height justify-content letter-spacing line-height
list-style-type margin margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width
orphans overflow overflow-wrap padding padding-bottom padding-left padding-right padding-top page-break-after
page-break-before page-break-inside table-layout text-align text-align-last text-decoration text-indent
text-transform unicode-bidi vertical-align visibility white-space widows width word-break word-spacing word-wrap
"""
PROPERTIES = frozenset(_PROPERTIES.split())
"""Properties that lay text out. None of them can load anything as long as the value is plain."""

_PLAIN_VALUE = re.compile(r"(?:[\w\s.,%#'\"+!-]|\b(?:rgb|rgba|hsl|hsla)\([\d\s.,%/-]*\))*")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def safe_style(text: str) -> str:
    """The declarations of ``text`` that may stay, as ``name:value`` joined by semicolons; empty where none may.

    A style with an escape, a comment, a brace or an at-rule is dropped whole: no honest report needs one inline.
    """
    if len(text) > 4000 or any(sign in text for sign in ("\\", "/*", "{", "}", "@", "<", "&")):
        return ""
    kept = []
    for declaration in text.split(";"):
        name, colon, value = declaration.partition(":")
        name = name.strip().lower()
        if colon and name in PROPERTIES and _PLAIN_VALUE.fullmatch(value):
            kept.append(f"{name}:{value.strip()}")
    return ";".join(kept)


def hides(text: str) -> bool:
    """Whether an inline style keeps its element out of sight."""
    return _HIDING.search(text) is not None
