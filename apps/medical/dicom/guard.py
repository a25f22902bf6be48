"""The one place where exceptions of other people's parsers and decoders become ours."""

from collections.abc import Callable
from types import TracebackType

from core_model.errors import TandemError


class Unreadable(Exception):
    """An attribute, or a whole file, cannot be read as what it should be. Holds a keyword at most."""


class becoming:  # noqa: N801 - reads as a clause: `with becoming(lambda: damaged(...))`
    """Context in which whatever goes wrong becomes the exception that ``make`` returns.

    The original is dropped, not chained: its text may quote the header, and so a patient's name. Our own exceptions,
    and what is no error (a keyboard interrupt), pass. Panics of decoders written in Rust are no `Exception` and count.
    """

    PASS = (TandemError, Unreadable, MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit)

    def __init__(self, make: Callable[[], Exception]) -> None:
        self._make = make

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None and not issubclass(kind, self.PASS):
            raise self._make() from None
