"""What a transformation raises, and how much text it looks at."""

LONGEST = 120
"""Characters of the longest date, name or amount in words that is looked at: patterns that skip over words between
figures would take a hostile text of millions of characters hours."""


class NotInDomain(ValueError):
    """The text is not one that the transformation accepts; the message says so in words that follow "because"."""

    def __init__(self, text: str, wanted: str) -> None:
        shown = text if len(text) <= 60 else text[:60] + "..."
        super().__init__(f"{shown!r} is not {wanted}")


def bounded(text: str, wanted: str) -> str:
    """The text, unless it is too long to be what is wanted.

    Raises:
        NotInDomain: It has more than ``LONGEST`` characters.
    """
    if len(text) > LONGEST:
        raise NotInDomain(text, wanted)
    return text
