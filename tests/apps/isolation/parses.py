"""Functions that the tests run in processes of their own."""

import ctypes
import os
import re
import signal
import time
from pathlib import Path

from apps.isolation import Port
from core_model.errors import InputRejected, Phrase, numbered_file

MIB = 1 << 20
_warmed: list[int] = []


def warm_up() -> None:
    _warmed.append(os.getpid())


def twice(given: dict, port: Port) -> dict:
    (port.folder / "file").write_text(given["text"] * 2)
    return {"process": os.getpid(), "warmed_by": _warmed, "folder": str(port.folder)}


def slowly(given: dict, port: Port) -> str:
    for step in range(4):
        time.sleep(0.15)
        port.tick(step / 4)
    port.say("half", {"of": 4})
    return port.ask("double", "ab")


def refused(_given: dict, _port: Port) -> None:
    raise InputRejected(
        "this is {kind} of {count} kinds",
        allowed="{others}",
        action="give another",
        source=numbered_file(17, 133),
        code="kind_of_a_test",
        values={"kind": Phrase("a_phrase", "a {what}", {"what": "test"}), "count": 2, "others": [Phrase("one", "one")]},
    )


def defective(_given: dict, _port: Port) -> None:
    raise KeyError("PATIENT^NAME")


def endless_pattern(_given: dict, _port: Port) -> None:
    re.match(r"(\s*\*+)+$", "*" * 200 + "!")  # holds the interpreter's lock for ever


def endless(_given: dict, _port: Port) -> None:
    while True:
        pass


def sleeping(_given: dict, _port: Port) -> None:
    time.sleep(600)


def greedy(_given: dict, port: Port) -> int:
    held = []
    for step in range(4096):
        held.append(bytearray(MIB))
        port.tick(step / 4096)
    return len(held)


def large_file(_given: dict, port: Port) -> None:
    with open(port.folder / "file", "wb") as file:
        for _ in range(64):
            file.write(bytes(MIB))


def crashing(_given: dict, _port: Port) -> None:
    ctypes.string_at(0)


def killed(_given: dict, _port: Port) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leaving(_given: dict, _port: Port) -> None:
    os._exit(0)


def babbling(_given: dict, port: Port) -> None:
    os.write(port._channel._writes, b"\xff" * 64)
    time.sleep(600)


def linking(given: dict, port: Port) -> None:
    (port.folder / "file").symlink_to(Path(given["path"]))
