"""What a transformation raises, what it says the text should have been, and how much text it looks at."""

from apps.finance.quoted import in_quotes
from core_model.errors import Message

LONGEST = 120
"""Characters of the longest date, name or amount in words that is looked at: patterns that skip over words between
figures would take a hostile text of millions of characters hours."""


class NotInDomain(ValueError):
    """The text is not one that the transformation accepts.

    Args:
        text: As displayed.
        wanted: What it should be.

    Attributes:
        reason: That it is not, in words that follow "because".
    """

    def __init__(self, text: str, wanted: Message) -> None:
        shown = text if len(text) <= 60 else text[:60] + "..."
        self.reason = Message("text_not_in_domain", {"text": in_quotes(shown), "wanted": wanted.as_dict()})
        super().__init__(self.reason.code)


def bounded(text: str, wanted: Message) -> str:
    """The text, unless it is too long to be what is wanted.

    Raises:
        NotInDomain: It has more than ``LONGEST`` characters.
    """
    if len(text) > LONGEST:
        raise NotInDomain(text, wanted)
    return text


def date_like(example: str) -> Message:
    """A full date is wanted: ``a date like 31 January 2010``."""
    return Message("wanted_date_like", {"example": example})


def day_like(example: str) -> Message:
    """A day of a year is wanted: ``a day like 31 January``."""
    return Message("wanted_day_like", {"example": example})


def month_like(example: str) -> Message:
    """A month of a year is wanted: ``a month like January 2010``."""
    return Message("wanted_month_like", {"example": example})


def number_like(example: str) -> Message:
    """A number written in one way is wanted: ``a number like 1,234.5``."""
    return Message("wanted_number_like", {"example": example})
