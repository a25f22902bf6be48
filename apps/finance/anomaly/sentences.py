"""The sentences of verdicts and anomalies: codes with values, put into words where they are shown."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from core_model.errors import Message

Part: TypeAlias = "Message | str | int | Sequence[Message] | Sequence[str]"
"""A value of a sentence: another message, a text as it stands in the report, a count, or several in a row."""


def sentence(code: str, **parts: Part) -> Message:
    """A sentence of some parts, as it is stored.

    Args:
        code: Its name in the catalogues ``finance/checks.ftl``, ``finance/anomalies.ftl``.
        parts: Its values by name.
    """
    return Message(code, {name: _stored(part) for name, part in parts.items()})


def followed(first: Message, then: Message) -> Message:
    """Two sentences, one after the other."""
    return sentence("sentences", first=first, then=then)


def _stored(part: Part) -> Any:
    if isinstance(part, Message):
        return part.as_dict()
    if isinstance(part, str | int):
        return part
    return [_stored(each) for each in part]
