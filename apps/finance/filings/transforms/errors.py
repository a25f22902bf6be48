"""What a transformation raises."""


class NotInDomain(ValueError):
    """The text is not one that the transformation accepts; the message says so in words that follow "because"."""

    def __init__(self, text: str, wanted: str) -> None:
        shown = text if len(text) <= 60 else text[:60] + "..."
        super().__init__(f"{shown!r} is not {wanted}")
