"""Names of reconstruction kernels, as the makers of scanners give them.

The element is free text, and people have written names into it. So a text is kept only where each of its words is of a
maker's list or has the form of a maker's code; any other is taken to be personal.
"""

import re

WORDS = frozenset({
    "abdomen", "aice", "angio", "asir", "axial", "body", "bodyroutine", "bodysharp", "bodysharpplus", "bodysoft",
    "bodysofttissue", "bone", "boneplus", "brain", "cardiac", "cardiacroutine", "chest", "chst", "cta", "default",
    "detail", "detl", "ear", "edge", "enhanced", "extra", "extremity", "filter", "fine", "general", "hd", "head",
    "heart", "high", "hr", "hres", "idose", "imr", "inner", "kernel", "lite", "lng", "low", "lung", "med",
    "mediastinum", "medium", "mild", "neuro", "neutral", "normal", "parenchyma", "plus", "quant", "recon", "res",
    "resolution", "routine", "sharp", "sharper", "sharpplus", "smooth", "smoother", "soft", "softer", "softtissue",
    "spine", "standard", "std", "stnd", "strong", "super", "tissue", "uhr", "ultra", "vascular", "very", "vsharp",
    "vsoft"
})  # fmt: skip
CODE = re.compile(
    r"[A-Z][a-z]?\d{2}[a-z]{0,2}|V[A-E]\d{2}[A-Z]?"  # Siemens: B30f, Br40d, Qr36; the program of the scanner, VB40
    r"|F[CLMS]\d{2}(-?[A-Z])?"  # Canon, Toshiba: FC08, FC18-H
    r"|[A-HL]|[CEIUXY][A-FL]|IMR\d"  # Philips: B, YA, YC; United Imaging: B_SOFT_B
    r"|\d{1,2}"  # a strength, or a number of the list
)
MOST_WORDS = 4


def known(text: str) -> str:
    """The text where it can only be a kernel's name; "" for any other."""
    words = [word for word in re.split(r"[\s\\/_^+]+", text) if word]
    fits = 0 < len(words) <= MOST_WORDS and len(text) <= 24
    return text if fits and all(CODE.fullmatch(word) or word.lower() in WORDS for word in words) else ""
