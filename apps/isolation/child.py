"""The process that parses: one function, one answer, and what it says on the way."""

import contextlib
import importlib
import os
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from apps.isolation.budget import Budget, folder_unusable, keep, too_much_memory
from apps.isolation.wire import Channel, error_to_json
from core_model.errors import TandemError

TICK_EVERY_S = 0.1
_BALLAST = bytearray(1 << 20)
"""Let go of when memory runs out, so that there is some to say so."""


class Port:
    """The way from a parse to whoever waits for it.

    Attributes:
        folder: A folder of this call alone, for what is too large for an answer; it goes when the call has ended.
    """

    def __init__(self, channel: Channel, folder: Path) -> None:
        self.folder = folder
        self._channel = channel
        self._ticked = 0.0

    def tick(self, fraction: float) -> None:
        """Say which share is done; hand it on as ``tick=``. Nothing depends on its being called."""
        if time.monotonic() - self._ticked >= TICK_EVERY_S:
            self._ticked = time.monotonic()
            self._channel.send({"tick": float(fraction)})

    def say(self, name: str, value: Any = None) -> None:
        """Tell something on the way: ``run_isolated`` hands it to the function of this name."""
        self._channel.send({"say": name, "value": value})

    def ask(self, name: str, value: Any) -> Any:
        """Let the other process work something out: what its function of this name returns. Small JSON both ways."""
        self._channel.send({"ask": name, "value": value})
        answer = self._channel.receive()
        if answer is None:
            raise BrokenPipeError
        return answer["answer"]


def function_at(place: str) -> Callable[[dict[str, Any], Port], Any]:
    """The function ``package.module:name``."""
    module, _, name = place.partition(":")
    function: Callable[[dict[str, Any], Port], Any] = getattr(importlib.import_module(module), name)
    return function


def answer(channel: Channel, place: str, given: dict[str, Any], folder: str, budget: Budget) -> None:
    """Keep to a budget, call a function, and send what it returns or why it did not."""
    global _BALLAST
    function = function_at(place)
    keep(budget)
    try:
        frame = {"answer": function(given, Port(channel, Path(folder)))}
    except TandemError as error:
        frame = {"error": error_to_json(error)}
    except MemoryError:
        _BALLAST = bytearray()
        frame = {"error": error_to_json(too_much_memory(budget))}
    except BrokenPipeError:  # nobody waits any more
        return
    except OSError as error:
        frame = {"error": error_to_json(folder_unusable(error))}
    except Exception as error:  # noqa: BLE001  # its text may quote what is read; its kind and place may be said
        frame = {"defect": defect_of(error)}
    with contextlib.suppress(OSError):
        channel.send(frame)


def defect_of(error: BaseException) -> dict[str, Any]:
    """What may be said of an error that is nobody's refusal: its kind and its place in our own code."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or list(frames)
    place = ours[-1]
    return {"kind": type(error).__name__, "module": Path(place.filename).stem, "line": place.lineno or 0}


def leave() -> None:
    """End this process at once, without freeing what it holds piece by piece."""
    os._exit(0)
