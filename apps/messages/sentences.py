"""Stored sentences into words.

Values are JSON: text stands as it is, whole numbers and fractions without grouping, a nested message (``{"code": ...,
"values": ...}``) as its own words, a list as its parts in a row ("a, b and c"). Catalogues can ask for more:
``{ NUMBER($share, minimumFractionDigits: 1) }``, for the right plural, for what stands in ``functions.py``; and where a
list is to be joined otherwise, the sentence says so in an attribute of the value's name: ``.reasons = { $list };
{ $part }``.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from apps.messages.catalogue import LANGUAGES, Pattern, pattern
from core_model.errors import Caution, Message, Refusal, as_read

__all__ = ["LANGUAGES", "cautioned", "in_a_row", "refused", "said"]

log = logging.getLogger(__name__)


def said(message: Message, language: str = "en") -> str:
    """A stored sentence in words.

    Args:
        message: It. A code that no catalogue has (a newer program stored it) is shown with its values.
        language: ``en`` or ``zh``.
    """
    text = words(message.code, message.values, language)
    if text is not None:
        return text
    values = ", ".join(f"{name} {_as_text(value, language)}" for name, value in message.values.items())
    return f"{message.code} ({values})" if values else message.code


def words(code: str, values: Mapping[str, Any], language: str, attribute: str = "") -> str | None:
    """The words of a code, or of one of its attributes; None where no catalogue has it, or has other values in it."""
    if not values:
        return _fixed(code, language, attribute)
    found = pattern(language, code, attribute) or pattern("en", code, attribute)
    return None if found is None else _formatted(code, found, values, language)


@cache
def _fixed(code: str, language: str, attribute: str) -> str | None:
    """The words of a code without values: labels of the screens, a hundred a run."""
    found = pattern(language, code, attribute) or pattern("en", code, attribute)
    return None if found is None else _formatted(code, found, {}, language)


def _formatted(code: str, found: Pattern, values: Mapping[str, Any], language: str) -> str | None:
    bundle, sentence = found
    shown = {name: _shown(_joined(code, name, value, language) or value, language) for name, value in values.items()}
    text, errors = bundle.format_pattern(sentence, shown)
    if errors:  # stored with other values than the catalogue's: say what is known rather than half a sentence
        log.error("the sentence %s does not take the values %s", code, ", ".join(values) or "none")
        return None
    return str(text)


def refused(refusal: Refusal, language: str = "en", name: str = "") -> str:
    """Why something was refused, in one sentence: what was given, what is allowed, what to do.

    Args:
        refusal: What was stored of the error.
        language: ``en`` or ``zh``.
        name: The input's name for the person who gave it, in place of the stored one.
    """
    where = name or (said(refusal.source, language) if refusal.source else "")
    text = said(Message(refusal.code, refusal.values), language)
    if where:
        text = _framed("refusal_of", language, where=where, what=text)
    for part in ("allowed", "action"):
        held = words(refusal.code, refusal.values, language, part)
        if held:
            text = _framed(f"refusal_{part}", language, text=text, **{part: held})
    return _framed("refusal_end", language, text=text)


def cautioned(caution: Caution, language: str = "en") -> str:
    """What was skipped or degraded, without its place and count."""
    return said(Message(caution.code, caution.values), language)


def in_a_row(parts: Sequence[str], language: str) -> str:
    """Parts in a row as a language lists them: ``a, b and c``; ``a、b和c``."""
    if not parts:
        return ""
    text, *rest = parts
    for part in rest[:-1]:
        text = _framed("list_more", language, list=text, part=part)
    return _framed("list_end", language, list=text, part=rest[-1]) if rest else text


def _joined(code: str, name: str, value: Any, language: str) -> str:
    """A list joined as the sentence asks for; empty where it does not ask, or there is nothing to join."""
    if not value or not isinstance(value, Sequence) or isinstance(value, str) or pattern("en", code, name) is None:
        return ""
    text, *rest = [_as_text(part, language) for part in value]
    for part in rest:
        text = words(code, {"list": text, "part": part}, language, name) or text
    return text


def _framed(code: str, language: str, **parts: str) -> str:
    text = words(code, parts, language)
    assert text is not None, code
    return text


def _shown(value: Any, language: str) -> Any:
    """A value as Fluent takes it: numbers stay numbers, so that a sentence can choose by them."""
    from fluent.runtime.types import fluent_number

    if isinstance(value, int | float) and not isinstance(value, bool):
        return fluent_number(value, useGrouping=False, maximumFractionDigits=6)
    return _as_text(value, language)


def _as_text(value: Any, language: str) -> str:
    """A value as text."""
    if isinstance(value, Message):
        return said(value, language)
    if isinstance(value, Mapping):
        return said(Message.from_dict(value), language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return in_a_row([_as_text(part, language) for part in value], language)
    return as_read(value)
