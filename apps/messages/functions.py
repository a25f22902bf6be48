"""What catalogues can do with values besides showing them.

- ``{ GROUPED($amount) }``: an exact decimal number with its thousands separated and no idle zeros; ``per: 1000`` shows
  it in thousands, ``places: 2`` with two decimals at least.
- ``{ CURRENCY($unit) }``: a currency by the entry ``currency_usd``, else as it is written.
- ``{ CONCEPT($name) }``, ``{ MEMBER($name) }``, ``{ AXIS($name) }``: what a qualified name of a taxonomy is called, by
  the entry ``concept_assets_current``, else in its own words.
- ``{ UP($name) }``: with a capital at its start. ``{ LOWER($name) }``: without capitals. ``{ IS($name) }``: ``is`` or
  ``are``, as the name is in the singular or in the plural. For English alone.
"""

import re
from collections.abc import Callable, Mapping

from apps.messages.names import spoken, spoken_axis, spoken_member

Entry = Callable[[str, Mapping[str, str]], str | None]
"""The words of a code with values; None where the catalogues of the language do not have it."""
_HEAD = re.compile(
    r"\s(?:of|for|from|in|on|to|by|before|after|per|attributable|available|used|provided|with|outstanding|issued|authori.ed)\b"
    r"|\s[—–-]|[,(:;—–]"
)
"""Where the first words of a name end, which say whether it is in the plural."""


def functions_of(entry: Entry) -> dict[str, Callable[..., str]]:
    """The functions that the catalogues of a language call.

    Args:
        entry: Looks up a code in that language.
    """

    def named(code: str, words: str) -> str:
        held = entry(code, {})
        return held if held is not None else entry("name_in_words", {"words": words}) or words

    def concept(name: str) -> str:
        words = spoken(name)
        return named(f"concept_{_joined(words)}", words)

    def member(name: str) -> str:
        words = spoken_member(name)
        return named(f"member_{_joined(words)}", words)

    def axis(name: str) -> str:
        words = spoken_axis(name)
        return named(f"axis_{_joined(words)}", words)

    def currency(unit: str) -> str:
        return entry(f"currency_{unit.lower()}", {}) or unit

    return {
        "GROUPED": grouped,
        "UP": first_up,
        "LOWER": without_capitals,
        "IS": is_or_are,
        "CURRENCY": currency,
        "CONCEPT": concept,
        "MEMBER": member,
        "AXIS": axis,
    }


def _joined(words: str) -> str:
    return "_".join(words.lower().split())


def grouped(amount: str, *, per: int = 1, places: int = 0) -> str:
    """An exact decimal number as people read it.

    Args:
        amount: Decimal text without exponent. Other text is shown as it is.
        per: What one unit of the shown number stands for, a power of ten.
        places: Decimals that it has at least.
    """
    sign, digits = ("-", amount[1:]) if amount.startswith("-") else ("", amount)
    whole, _, fraction = digits.partition(".")
    if not (whole + fraction).isdecimal():
        return amount
    shift = len(str(int(per))) - 1
    whole = whole.rjust(shift + 1, "0")
    at = len(whole) - shift
    fraction = (whole[at:] + fraction).rstrip("0").ljust(int(places), "0")
    number = f"{int(whole[:at]):,}"
    return f"{sign}{number}.{fraction}" if fraction else f"{sign}{number}"


def first_up(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


def without_capitals(text: str) -> str:
    """The text without capitals: a name from a table inside a sentence."""
    return text.lower()


def is_or_are(name: str) -> str:
    """``are`` where a name is in the plural, as far as its first words show."""
    head = _HEAD.split(name.strip().lower(), maxsplit=1)[0].strip()
    plural = head.endswith("s") and not head.endswith(("ss", "us", "less", "(loss", "is"))
    return "are" if plural else "is"
