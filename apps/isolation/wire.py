"""What crosses between a parse and whoever waits for it: JSON in frames, and errors with their sentences.

Nothing is unpickled: the process that parses may be under the control of what it parses. Volumes and documents cross
as files of the call's own folder.
"""

import contextlib
import json
import os
import re
import socket
import threading
from typing import Any

from core_model.errors import InputRejected, NotAllowed, NotFound, Phrase, Place, TandemError, Unavailable

MAX_FRAME = 8 << 20
MAX_LINE = 1 << 16  # bytes of a call of the fork server
_PLAIN = re.compile(r"(?:[^{}]|\{\w+\})*+", re.ASCII)
"""A template with nothing but names in braces: no attributes, and no widths that fill the memory."""
_KINDS: dict[str, type[TandemError]] = {
    kind.__name__: kind for kind in (InputRejected, NotFound, NotAllowed, Unavailable)
}


class Broken(Exception):
    """What came is no frame."""


class Channel:
    """Frames over two file descriptors. Several threads may send; one receives."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes, self._lock = reads, writes, threading.Lock()

    def send(self, frame: dict[str, Any]) -> None:
        """Send a frame.

        Raises:
            OSError: Nobody is there any more.
        """
        data = json.dumps(frame, allow_nan=False).encode()
        assert len(data) <= MAX_FRAME, "what is large crosses as a file"
        with self._lock:
            rest = memoryview(len(data).to_bytes(4, "big") + data)
            while rest:
                rest = rest[os.write(self._writes, rest) :]

    def receive(self) -> dict[str, Any] | None:
        """The next frame; None at the end, also in the middle of a frame.

        Raises:
            Broken: It is no frame.
        """
        head = self._exactly(4)
        if head is None:
            return None
        size = int.from_bytes(head, "big")
        if size > MAX_FRAME:
            raise Broken
        data = self._exactly(size)
        if data is None:
            return None
        try:
            frame = json.loads(data)
        except (ValueError, RecursionError):
            raise Broken from None
        if not isinstance(frame, dict):
            raise Broken
        return frame

    def _exactly(self, size: int) -> bytes | None:
        parts = bytearray()
        while len(parts) < size:
            try:
                part = os.read(self._reads, min(size - len(parts), 1 << 16))
            except OSError:
                return None
            if not part:
                return None
            parts += part
        return bytes(parts)

    def shut(self) -> None:
        """End a conversation over a socket: whoever waits for a frame gets none, here and there."""
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self._reads)) as ours:
            ours.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of both ends."""
        for descriptor in {self._reads, self._writes}:
            try:
                os.close(descriptor)
            except OSError:
                continue


def error_to_json(error: TandemError) -> dict[str, Any]:
    """An error with its English words, as ``error_from_json`` takes it."""
    kind, what, allowed, action, source, code, values = error.__reduce__()[1]
    return {
        "kind": kind.__name__,
        "words": [what, allowed, action],
        "source": _value(source),
        "code": code,
        "values": {name: _value(value) for name, value in values.items()},
    }


def error_from_json(given: dict[str, Any]) -> TandemError:
    """The inverse of ``error_to_json``.

    Raises:
        KeyError: It is no such error; so ``TypeError`` and ``ValueError``.
    """
    what, allowed, action = map(_plain, given["words"])
    return _KINDS[given["kind"]](
        what,
        allowed=allowed,
        action=action,
        source=_back(given["source"]),
        code=given["code"],
        values={name: _back(value) for name, value in given["values"].items()},
    )


def _value(value: Any) -> Any:
    if isinstance(value, Phrase):
        held = {name: _value(each) for name, each in value.values.items()}
        return {"phrase": [type(value) is Place, value.code, value.template, held]}
    if isinstance(value, list | tuple):
        return [_value(each) for each in value]
    return value


def _plain(template: str) -> str:
    """A template that may be filled.

    Raises:
        ValueError: It asks for more than values by their names.
    """
    if _PLAIN.fullmatch(template) is None:
        raise ValueError(template[:20])
    return template


def _back(value: Any) -> Any:
    if isinstance(value, dict) and "phrase" in value:
        place, code, template, held = value["phrase"]
        return (Place if place else Phrase)(code, _plain(template), {name: _back(each) for name, each in held.items()})
    if isinstance(value, list):
        return [_back(each) for each in value]
    return value
