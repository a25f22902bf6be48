"""A message among the values of another one."""

from collections.abc import Sequence
from typing import Any

from apps.messages.sentences import said
from core_model.errors import Message


class Nested(dict[str, Any]):
    """A message inside another's values: plain JSON, as ``Message.as_dict`` gives it.

    Where an error puts its own English text together it stands in its English words; in every other language, and once
    it has been through JSON, the catalogues say it with the sentence around it.
    """

    def __str__(self) -> str:
        return said(Message.from_dict(self))


def nested(code: str, **values: Any) -> Nested:
    """A message to stand among the values of another one.

    Args:
        code: Its code.
        values: Its values.
    """
    return Nested(code=code, values=values)


def joined(code: str, parts: Sequence[Nested]) -> Nested:
    """Parts as one, side by side.

    Args:
        code: Of the sentence that joins two, ``$first`` and ``$rest``.
        parts: At least one. However many there are, they lie few levels deep.
    """
    if len(parts) == 1:
        return parts[0]
    middle = (len(parts) + 1) // 2
    return nested(code, first=joined(code, parts[:middle]), rest=joined(code, parts[middle:]))
