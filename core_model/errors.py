"""The error tree: one root, four branches, each also a matching builtin. Standard library only.

A message says what was given, what is allowed and what to do. It never holds a path or a patient's name: texts of
errors are stored and logged. ``source`` names the input in a way that may be stored ("file 17 of 133"); whoever gave
the path, and nobody else, gets it back from the command line, which knows it.
"""

from dataclasses import asdict, dataclass


class TandemError(Exception):
    """Root of everything that Tandem raises on purpose.

    Args:
        what: What was given or found, as a clause without a full stop. No paths, no names of people.
        allowed: What would have been right.
        action: What the user can do, in the imperative.
        source: The input in words that may be stored, for example ``"file 17 of 133"``.
        code: A stable, machine-readable name of the kind of failure, for example ``"slice_missing"``.
    """

    default_code = "error"

    def __init__(self, what: str, *, allowed: str = "", action: str = "", source: str = "", code: str = "") -> None:
        self.what = what
        self.allowed = allowed
        self.action = action
        self.source = source
        self.code = code or self.default_code
        super().__init__(what)

    def __str__(self) -> str:
        return self.sentence(self.source)

    def sentence(self, name: str = "") -> str:
        """The message in one sentence, with ``name`` (a path, for the person who gave it) in front."""
        text = f"{name}: {self.what}" if name else self.what
        if self.allowed:
            text += f" (allowed: {self.allowed})"
        if self.action:
            text += f"; {self.action}"
        return text + "."

    def __reduce__(self) -> tuple:
        return _rebuild, (type(self), self.what, self.allowed, self.action, self.source, self.code)


def _rebuild(kind: type[TandemError], what: str, allowed: str, action: str, source: str, code: str) -> TandemError:
    return kind(what, allowed=allowed, action=action, source=source, code=code)


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
class Caution:
    """Something that was skipped or degraded and stays on the result.

    Attributes:
        code: Stable, machine-readable name, for example ``"unknown_format"``.
        text: One sentence for people, without paths and names of people.
        source: The place it concerns, in words that may be stored ("fact f-123", "file 17 of 133").
        count: How many times it was met.
    """

    code: str
    text: str
    source: str = ""
    count: int = 1

    def as_dict(self) -> dict:
        return asdict(self)
