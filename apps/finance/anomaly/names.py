"""What the amounts of a verdict are called: by the captions of the page, cut to what they name, else by their concepts.

A name is a message like every other part of a sentence; what concepts, members and axes are called in words stands in
the catalogues.
"""

import re

from core_model.errors import Message

LONG = 60
"""Characters beyond which a caption is cut."""
LOOKED_AT = 4 * LONG
"""Characters of a caption that are looked at at all."""
_BESIDE = re.compile(
    r"(?:\s*;|,\s*(?:less|net of|(?:par value|\$?[\d.,]+\s*par)|\$[\d.,]+)\b|,?\s*\$[\d.,]+\s*par\b"
    r"|\s[-–—(]\s*(?=authori|par\b|\$|\d)).*",
    re.IGNORECASE | re.DOTALL,
)
"""What a long caption says beside what it names: allowances, par value, numbers of shares."""
_OPENING = re.compile(
    r"[,:]?\s*\(?(?:during|for|(?:at\s+)?(?:the\s+)?(?:beginning|start|end)\s+of)\s+(?:the\s+)?(?:fiscal\s+)?"
    r"(?:year|period|quarter)\)?\s*$",
    re.IGNORECASE,
)
_OPENING_FIRST = re.compile(
    r"^(?:at\s+)?(?:the\s+)?(?:beginning|start|end)\s+of\s+(?:the\s+)?(?:fiscal\s+)?(?:year|period|quarter)\s*[,:-]?\s*",
    re.IGNORECASE,
)
_ALONE = re.compile(r"basic|diluted|basic and diluted|assuming dilution|total|balances?|amount", re.IGNORECASE)
"""Captions that name nothing without the heading above them."""
_OF_SHARES = re.compile(r"(?:share|stock)(?![\s-]?(?:holder|owner))|basic|dilut|\bEPS\b|股(?!股?东)", re.IGNORECASE)
"""Words of captions that name shares, not the people who hold them."""


def concept_name(concept: str) -> Message:
    """What to call a concept that no statement prints: ``assets current``."""
    return Message("name_concept", {"name": concept})


def axis_name(axis: str) -> Message:
    """What the members of an axis are, in the singular: ``segment``."""
    return Message("name_axis", {"name": axis})


def member_name(member: str) -> Message:
    """What to call a member: ``us-gaap:RetainedEarningsMember`` is ``retained earnings``."""
    return Message("name_member", {"name": member})


def short(caption: str) -> str:
    """A caption without when a balance is of ("at beginning of year"), and a long one without what it says beside.

    Empty where nothing is left that names an amount.
    """
    plain = _OPENING_FIRST.sub("", _OPENING.sub("", caption[:LOOKED_AT])).strip()
    if not plain or _ALONE.fullmatch(plain):
        return ""
    cut = _BESIDE.sub("", plain, count=1).strip(" ,:;—–-") if len(plain) > LONG else plain
    return cut if len(cut) > 3 else plain


def name_of(concept: str, caption: str) -> Message:
    """What to call an amount: the caption of its row as printed, else its concept.

    Args:
        concept: Its concept.
        caption: As printed, empty where no statement prints it. Where it says nothing of shares although the concept
            is of shares, it belongs to a heading that it needs.
    """
    per_share = "Share" in concept and "Shareholder" not in concept
    fits = not per_share or _OF_SHARES.search(caption) is not None
    held = short(caption) if fits else ""
    return Message("name_caption", {"text": held}) if held else concept_name(concept)


def on_day(name: Message, day: str) -> Message:
    """The name of an amount with the day that it is of."""
    return Message("name_on_day", {"name": name.as_dict(), "day": day})


def tells_day(name: Message, day: str) -> bool:
    """Whether a name says the day itself, so that its sentence need not."""
    return day == name.values.get("day") or day in name.values.get("text", "")
