"""Names of reconstruction kernels, as the makers of scanners give them.

The element is free text, and people have written names into it. So a text is kept only where each of its words is of a
maker's list or has the form of a maker's code; any other is taken to be personal.
"""

import re

WORDS = frozenset({
    "abdomen", "axial", "body", "bone", "boneplus", "brain", "cardiac", "chest", "chst", "detail", "ear",
    "edge", "fine", "head", "hd", "hr", "hres", "high", "low", "lung", "med", "mediastinum", "medium",
    "neutral", "normal", "parenchyma", "plus", "quant", "res", "resolution", "routine", "sharp", "sharper",
    "smooth", "smoother", "soft", "softer", "spine", "std", "stnd", "standard", "ultra", "uhr", "vascular",
    "very", "vsharp", "vsoft", "idose", "imr", "asir"
})  # fmt: skip
CODE = re.compile(
    r"[A-Z][a-z]?\d{2}[a-z]{0,2}"  # Siemens: B30f, Br40d, Qr36
    r"|F[CLM]\d{2}(-?[A-Z])?"  # Canon, Toshiba: FC08, FC18-H
    r"|[ABCDEFL]|[EIUY][A-FL]"  # Philips: B, YA, YC
    r"|\d{1,2}"  # a strength, or a number of the list
)
MOST_WORDS = 4


def known(text: str) -> str:
    """The text where it can only be a kernel's name; "" for any other."""
    words = [word for word in re.split(r"[\s\\/_^+]+", text) if word]
    fits = 0 < len(words) <= MOST_WORDS and len(text) <= 24
    return text if fits and all(CODE.fullmatch(word) or word.lower() in WORDS for word in words) else ""
