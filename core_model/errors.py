"""The error tree: one root, four branches, each also a matching builtin. Standard library only.

A message says what was given, what is allowed and what to do. It never holds a path or a patient's name: texts of
errors are stored and logged. ``source`` names the input in a way that may be stored ("file 17 of 133"); whoever gave
the path, and nobody else, gets it back from the command line, which knows it.

A sentence for people is stored as a ``Message``, a code and its values, and put into words where it is shown. Errors
bring their English words with them, as templates with the values' names in braces, so that this package needs no
catalogue; ``apps.messages`` has them in other languages, by their codes.
"""

import errno
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_DECIMALS = 6


def filled(template: str, values: Mapping[str, Any]) -> str:
    """A template with its values: ``"{count} files"``. Without values it is taken as it stands."""
    return template.format_map({name: as_read(value) for name, value in values.items()}) if values else template


def as_read(value: Any) -> str:
    """A value as the English sentences show it: numbers without grouping and without idle zeros, lists as ``a, b and
    c``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    if isinstance(value, Sequence) and not isinstance(value, str):
        *most, last = map(as_read, value) if value else ("",)
        return f"{', '.join(most)} and {last}" if most else last
    return str(value)


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence, or a part of one, as it is stored: what it says and of what, in no language.

    Attributes:
        code: Stable name of the sentence, ``"slices_missing"``; the catalogues have the words by it.
        values: JSON values by name: numbers, names, nested messages as ``as_dict`` gives them. No paths, no names of
            people.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "values": dict(self.values)}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Message":
        """The inverse of ``as_dict``."""
        return cls(given["code"], dict(given["values"]))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of an error's sentence that is a sentence of its own, with its English words.

    Attributes:
        code: Stable name of it; the catalogues have the words by it.
        template: The English words, with the values' names in braces.
        values: JSON values by name.
    """

    code: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return filled(self.template, self.values)

    @property
    def message(self) -> Message:
        """The phrase as it is stored."""
        return Message(self.code, self.values)


@dataclass(frozen=True, slots=True)
class Place(Phrase):
    """Where in the input something stands, in words that may be stored: ``file 17 of 133``, ``fact f-12``."""


def numbered_file(number: int, count: int) -> Place:
    """One of several files: ``file 17 of 133``."""
    return Place("file_of", "file {number} of {count}", {"number": number, "count": count})


SYSTEM_REASONS = frozenset({
    "EACCES", "EADDRINUSE", "EAGAIN", "EBUSY", "EDQUOT", "EEXIST", "EFBIG", "EINVAL", "EIO", "EISDIR", "ELOOP",
    "EMFILE", "ENAMETOOLONG", "ENFILE", "ENOENT", "ENOMEM", "ENOSPC", "ENOTDIR", "ENOTEMPTY", "ENXIO", "EPERM", "EROFS",
    "ESTALE", "ETIMEDOUT", "ETXTBSY",
})  # fmt: skip
"""Errors of the system that the catalogues have words for, as ``system_eacces``."""


def system_reason(error: OSError) -> Phrase:
    """Why the system refused, in its words: ``Permission denied``. To be put among the values of an error."""
    name = errno.errorcode.get(error.errno or 0, "")
    if name in SYSTEM_REASONS:
        return Phrase(f"system_{name.lower()}", error.strerror or os.strerror(error.errno or 0))
    return Phrase("system_other", "{text}", {"text": error.strerror or "input/output error"})


def _stored(value: Any) -> Any:
    """A value of a sentence as it is stored: phrases as messages, also in a list."""
    if isinstance(value, Phrase):
        return value.message.as_dict()
    return [_stored(part) for part in value] if isinstance(value, list) else value


class TandemError(Exception):
    """Root of everything that Tandem raises on purpose.

    Args:
        what: What was given or found, as a clause without a full stop. No paths, no names of people. With ``values``
            it is a template, like ``allowed`` and ``action``: ``"the folder holds {count} files"``.
        allowed: What would have been right.
        action: What the user can do, in the imperative.
        source: The input's place, for example ``numbered_file(17, 133)``.
        code: A stable, machine-readable name of this sentence, for example ``"slice_missing"``.
        values: What stands in the templates by name: JSON values, numbers rounded as they are to be read, phrases.

    Attributes:
        what: The filled template, like ``allowed`` and ``action``.
        values: As they are stored.
    """

    default_code = "error"

    def __init__(
        self,
        what: str,
        *,
        allowed: str = "",
        action: str = "",
        source: Place | None = None,
        code: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> None:
        self._templates, self._given = (what, allowed, action), dict(values or {})
        self.what, self.allowed, self.action = (filled(text, self._given) for text in self._templates)
        self.values = {name: _stored(value) for name, value in self._given.items()}
        self.source = source
        self.code = code or self.default_code
        super().__init__(self.what)

    def __str__(self) -> str:
        return self.sentence(str(self.source) if self.source else "")

    @property
    def refusal(self) -> "Refusal":
        """What of the error is stored."""
        return Refusal(self.code, self.values, self.source.message if self.source else None)

    def sentence(self, name: str = "") -> str:
        """The message in one sentence, with ``name`` (a path, for the person who gave it) in front."""
        text = f"{name}: {self.what}" if name else self.what
        if self.allowed:
            text += f" (allowed: {self.allowed})"
        if self.action:
            text += f"; {self.action}"
        return text + "."

    def __reduce__(self) -> tuple:
        return _rebuild, (type(self), *self._templates, self.source, self.code, self._given)


def _rebuild(
    kind: type[TandemError],
    what: str,
    allowed: str,
    action: str,
    source: Place | None,
    code: str,
    values: Mapping[str, Any],
) -> TandemError:
    return kind(what, allowed=allowed, action=action, source=source, code=code, values=values)


class InputRejected(TandemError, ValueError):
    """What was given cannot be read, or must not be read; nothing of it was stored."""

    default_code = "input_rejected"


class NotFound(TandemError, LookupError):
    """What was asked for does not exist."""

    default_code = "not_found"


class NotAllowed(TandemError, PermissionError):
    """It exists, and may not be done or seen."""

    default_code = "not_allowed"

    __str__ = TandemError.__str__


class Unavailable(TandemError, RuntimeError):
    """A resource is missing, locked, full or of the wrong version; trying again later may help."""

    default_code = "unavailable"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as it is stored: see ``TandemError.refusal``.

    Attributes:
        code: Of the sentence.
        values: What stands in it.
        source: The input's place, where one was named.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    source: Message | None = None

    def as_dict(self) -> dict[str, Any]:
        source = self.source.as_dict() if self.source else None
        return {"code": self.code, "values": dict(self.values), "source": source}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Refusal":
        """The inverse of ``as_dict``."""
        source = given.get("source")
        return cls(given["code"], dict(given["values"]), Message.from_dict(source) if source else None)


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that was skipped or degraded and stays on the result; the catalogues have its sentence by its code.

    Attributes:
        code: Stable, machine-readable name, for example ``"unknown_format"``.
        values: What stands in the sentence, JSON values by name, without paths and names of people.
        source: The place that it concerns (the fact ``f-123``, file 17 of 133); None for the whole input.
        count: How many times it was met.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    source: Message | None = None
    count: int = 1

    def as_dict(self) -> dict[str, Any]:
        source = self.source.as_dict() if self.source else None
        return {"code": self.code, "values": dict(self.values), "source": source, "count": self.count}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Caution":
        """The inverse of ``as_dict``."""
        source = given.get("source")
        place = Message.from_dict(source) if source else None
        return cls(given["code"], dict(given["values"]), place, given["count"])
