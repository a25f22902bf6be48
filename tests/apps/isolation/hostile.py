"""What a process that a file has taken over could do to the one that waits for it."""

import os
import signal
import time

from apps.isolation import Port


def leaves_another_behind(given: dict, port: Port) -> int:
    """A process of its own that keeps the conversation open."""
    process = os.fork()
    if process == 0:
        if given["session"]:
            os.setsid()
        time.sleep(120)
        os._exit(0)
    if given["answers"]:
        return process
    port.say("left", process)
    time.sleep(120)
    return 0


def dies_while_it_waits(_given: dict, port: Port) -> None:
    port._channel.send({"ask": "double", "value": 1})
    os.kill(os.getpid(), signal.SIGKILL)


def asks_and_does_not_listen(_given: dict, port: Port) -> None:
    for _ in range(40):
        port._channel.send({"ask": "double", "value": "x" * 60_000})
    time.sleep(120)


def sends_what_is_too_deep(_given: dict, port: Port) -> None:
    data = b"[" * 200_000
    os.write(port._channel._writes, len(data).to_bytes(4, "big") + data)
    time.sleep(120)


def sends_a_template_that_asks_for_more(given: dict, port: Port) -> None:
    words = [given["template"], "", ""]
    error = {"kind": "Unavailable", "words": words, "source": None, "code": "x", "values": {"a": "1"}}
    port._channel.send({"error": error})
    time.sleep(120)
