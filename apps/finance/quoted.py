"""What a report prints, quoted in a sentence, with whatever cannot be printed written out."""

from typing import Any

from core_model.errors import Phrase


def quoted(text: str) -> Phrase:
    """The text between quotation marks, ``'Total assets'``; between double ones where it holds an apostrophe."""
    written = repr(text)
    inside = {"text": written[1:-1]}
    if written[0] == '"':
        return Phrase("quoted_with_apostrophe", '"{text}"', inside)
    return Phrase("quoted", "'{text}'", inside)


def in_quotes(text: str) -> dict[str, Any]:
    """The same to stand among the values of a message."""
    return quoted(text).message.as_dict()
