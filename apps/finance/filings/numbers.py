"""Exact decimal texts: canonical form, scale and sign, without floats and without rounding."""

import re

from apps.finance.quoted import in_quotes
from core_model.errors import Message

LIMIT = 128
"""Digits before or after the point that a value may have. Reports stay under 30; a fact of 1e400 is a mistake."""

_PLAIN = re.compile(r"(-?)([0-9]*)(?:\.([0-9]*))?")
_SPACE = " \t\r\n"


class NotANumber(ValueError):
    """The text is not a decimal number, or one of absurd size.

    Attributes:
        reason: Why, in words that follow "because".
    """

    def __init__(self, reason: Message) -> None:
        self.reason = reason
        super().__init__(reason.code)


def canonical(text: str, scale: int = 0, negative: bool = False) -> str:
    """The number in ``text`` times ten to ``scale``, as decimal text in its one canonical form.

    Args:
        text: Digits with at most one point and an optional leading minus; no exponent, no grouping, no plus.
        scale: Power of ten, any size; the result must have at most ``LIMIT`` digits on either side of the point.
        negative: Whether to change the sign.

    Returns:
        No leading zeros but the one before the point, no trailing zeros after it, no ``-0``.

    Raises:
        NotANumber: The text is no decimal number, or the result is too long.
    """
    text = text.strip(_SPACE)
    if text.isdigit() and text.isascii():
        minus, whole, fraction = "", text, ""
    else:
        match = _PLAIN.fullmatch(text)
        if match is None or not (match[2] or match[3]):
            shown = text if len(text) <= 40 else text[:40] + "..."
            raise NotANumber(Message("no_decimal_number", {"text": in_quotes(shown)}))
        minus, whole, fraction = match[1], match[2], match[3] or ""
    if len(whole) > LIMIT or len(fraction) > LIMIT:
        whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
        if len(whole) > LIMIT or len(fraction) > LIMIT:
            raise NotANumber(Message("too_many_digits", {"most": LIMIT}))
    if scale:
        if not whole.strip("0") and not fraction.strip("0"):
            return "0"
        if not -2 * LIMIT <= scale <= 2 * LIMIT:
            raise NotANumber(Message("scale_gives_too_many_digits", {"scale": scale, "most": LIMIT}))
        if scale > 0:
            if fraction:
                whole, fraction = whole + fraction[:scale].ljust(scale, "0"), fraction[scale:]
            else:
                whole += "0" * scale
        else:
            whole = whole.rjust(-scale, "0")
            whole, fraction = whole[:scale], whole[scale:] + fraction
    if fraction:
        fraction = fraction.rstrip("0")
    whole = whole.lstrip("0")
    if len(whole) > LIMIT or len(fraction) > LIMIT:
        raise NotANumber(Message("scale_gives_too_many_digits", {"scale": scale, "most": LIMIT}))
    if not fraction:
        if not whole:
            return "0"
        return f"-{whole}" if negative != bool(minus) else whole
    number = f"{whole or '0'}.{fraction}"
    return f"-{number}" if negative != bool(minus) else number
