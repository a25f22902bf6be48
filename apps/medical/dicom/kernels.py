"""Reconstruction kernels by the names that makers of scanners give them.

ConvolutionKernel is free text: whoever runs a scanner may write anything into it. A name out of the makers'
vocabularies is kept and shown as written; any other text counts as personal until somebody has looked at it.
"""

import re

_VOCABULARIES = (
    # Siemens: B30f, H31s, I31f\3, Br40d\3, Bl57d, Qr40^2, B70h_VB40, Br64d_3
    r"[A-Z][a-z]?\d{2}[a-z]{0,2}([\\^_/ -]?[1-5])?(_VB?\d{2})?",
    # GE: words (below); their older files name the filter of the body part: BODY FILTER/STANDARD
    # Philips: A to L, with a letter in front (YA, XC, UB, EB, CB), and IMR1
    r"[A-HL]|[CEUXY][A-E]|IMR\d?",
    # Toshiba and Canon: FC13, FC08-H, FL04
    r"F[CLS]\d{2}(-[A-Z]\d?)?",
    # United Imaging: B_SOFT_B, H_VSHARP_C
    r"[A-Z]_V?(SOFT|SHARP|BONE|LUNG|SMOOTH|STD|NORM)_[A-F]{1,2}",
    # Hitachi and Neusoft: 31, F20
    r"F?\d{2}",
)
_WORD = re.compile(
    "soft|softer|tissue|softtissue|smooth|smoother|medium|normal|standard|std|stnd|routine|general|default|lite|mild|"
    "detail|detl|bone|boneplus|plus|lung|lng|edge|ultra|sharp|sharper|sharpplus|strong|very|extra|super|enhanced?|hd|hr|"
    "high|resolution|res|body|head|chest|chst|abdomen|brain|neuro|cardiac|heart|vascular|cta|angio|inner|ear|spine|"
    "extremity|bodysoft|bodysofttissue|bodyroutine|bodysharp|bodysharpplus|cardiacroutine|filter|kernel|recon|imr|aice|"
    "first"
)
_APART = re.compile(r"[\s_/\\+,.()-]+")
MOST_SIGNS = 32


def known_kernel(written: str) -> str:
    """The kernel as written, where a maker's vocabulary has it; "" where it is any other text.

    Args:
        written: The value of ConvolutionKernel.

    Examples:
        >>> known_kernel("B30f"), known_kernel("BODY FILTER/STANDARD"), known_kernel("MISS SOFT")
        ('B30f', 'BODY FILTER/STANDARD', '')
    """
    if any(re.fullmatch(vocabulary, written) for vocabulary in _VOCABULARIES):
        return written
    words = [word for word in _APART.split(written.lower()) if word]
    known = [word for word in words if _WORD.fullmatch(word)]
    named = bool(known) and all(word in known or re.fullmatch(r"[1-9]", word) for word in words)
    return written if named and len(written) <= MOST_SIGNS else ""
