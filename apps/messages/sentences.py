"""Stored sentences into words.

Values are JSON: text stands as it is, whole numbers and fractions without grouping, a nested message (``{"code": ...,
"values": ...}``) as its own words, a list as its parts in a row ("a, b and c").
"""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.messages.catalogue import LANGUAGES, pattern
from core_model.errors import Caution, Message, Refusal

__all__ = ["LANGUAGES", "cautioned", "refused", "said"]


def said(message: Message, language: str = "en") -> str:
    """A stored sentence in words.

    Args:
        message: It. A code that no catalogue has (a newer program stored it) is shown with its values.
        language: ``en`` or ``zh``.
    """
    text = words(message.code, message.values, language)
    if text is not None:
        return text
    values = ", ".join(f"{name} {value}" for name, value in message.values.items())
    return f"{message.code} ({values})" if values else message.code


def words(code: str, values: Mapping[str, Any], language: str, attribute: str = "") -> str | None:
    """The words of a code, or of one of its attributes; None where no catalogue has it."""
    found = pattern(language, code, attribute) or pattern("en", code, attribute)
    if found is None:
        return None
    bundle, sentence = found
    if isinstance(sentence, str):
        return sentence
    text, errors = bundle.format_pattern(sentence, {name: _shown(value, language) for name, value in values.items()})
    assert not errors, f"{code}: {errors}"
    return text


def refused(refusal: Refusal, language: str = "en", name: str = "") -> str:
    """Why something was refused, in one sentence: what was given, what is allowed, what to do.

    Args:
        refusal: What was stored of the error.
        language: ``en`` or ``zh``.
        name: The input's name for the person who gave it, in place of the stored one.
    """
    where = name or (said(refusal.source, language) if refusal.source else "")
    what = words(refusal.code, refusal.values, language)
    if what is None:
        what = said(Message(refusal.code, refusal.values), language)
    text = _framed("refusal_of", language, where=where, what=what) if where else what
    for part in ("allowed", "action"):
        held = words(refusal.code, refusal.values, language, part)
        if held:
            text = _framed(f"refusal_{part}", language, text=text, **{part: held})
    return _framed("refusal_end", language, text=text)


def cautioned(caution: Caution, language: str = "en") -> str:
    """What was skipped or degraded, without its place and count."""
    return said(Message(caution.code, caution.values), language)


def _framed(code: str, language: str, **parts: str) -> str:
    text = words(code, parts, language)
    assert text is not None, code
    return text


def _shown(value: Any, language: str) -> Any:
    from fluent.runtime.types import fluent_number

    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return fluent_number(value, useGrouping=False, maximumFractionDigits=6)
    if isinstance(value, Message):
        return said(value, language)
    if isinstance(value, Mapping):
        return said(Message.from_dict(value), language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return in_a_row([str(_shown(part, language)) for part in value], language)
    return value


def in_a_row(parts: Sequence[str], language: str) -> str:
    """Parts in a row as a language lists them: ``a, b and c``; ``a、b 和 c``."""
    if not parts:
        return ""
    *most, last = parts
    if not most:
        return last
    before, between = (", ", " and ") if language == "en" else ("、", "和")
    return f"{before.join(most)}{between}{last}"
