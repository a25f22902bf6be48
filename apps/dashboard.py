"""Starts the dashboard as a process of its own, and again where it ends: nothing below ``ui`` imports it."""

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from apps import console
from apps.processes import start_module
from core_model.errors import Unavailable

TRIED_PORTS = 20
BACKLOG = 128
HANDED_OVER = os.name == "posix"
"""Whether a process can be given a socket that listens."""
TOKEN = "TANDEM_UI_TOKEN"  # noqa: S105 - the name of a variable
"""Variable that hands the access token to the server: other users can read a command line, and no environment."""
QUICK_S = 10.0  # a server that ends sooner never served
MAX_QUICK_ENDS = 3
PAUSE_S = 1.0


def new_token() -> str:
    """A random access token, made anew at each start."""
    return secrets.token_urlsafe(32)


def address(port: int, token: str) -> str:
    """What to open in the browser, which exchanges the token for a cookie."""
    return f"http://127.0.0.1:{port}/?token={token}"


@dataclass(frozen=True, slots=True)
class Port:
    """A TCP port of this machine that nobody else can have.

    Attributes:
        number: Its number.
        listening: The socket that listens there; None where a socket cannot be handed over (Windows), and the server
            binds its own.
    """

    number: int
    listening: socket.socket | None


@contextmanager
def free_port(wanted: int) -> Iterator[Port]:
    """The wanted TCP port of this machine, or the next one that is free; nobody else gets it while the block runs.

    The server takes seconds to start, and may be started again. Another user of the machine who listened on the port
    meanwhile would be sent the token by the browser; so it is held from here on, and whoever asks waits for the server.

    Raises:
        Unavailable: Neither it nor the ones after it are free.
    """
    for number in range(wanted, min(wanted + TRIED_PORTS, 65536)):
        with socket.socket() as listening:
            try:
                if HANDED_OVER:
                    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind(("127.0.0.1", number))
                listening.listen(BACKLOG)
            except OSError:
                continue
            if not HANDED_OVER:
                listening.close()
            yield Port(number, listening if HANDED_OVER else None)
            return
    raise Unavailable(
        "the ports from {wanted} on are taken",
        action="give a free one with --port",
        code="no_port",
        values={"wanted": wanted},
    )


def serve(port: int | None = None) -> int:
    """Serve the dashboard until Ctrl-C, with a worker where none runs. Returns the exit status."""
    from apps.jobs import ensure_worker
    from apps.settings import load_settings
    from apps.store.store import open_store

    settings = load_settings()
    token = new_token()

    def start() -> subprocess.Popen[bytes]:
        arguments, streams = ["--port", str(chosen.number), "--with-parent"], {}
        if chosen.listening is not None:
            arguments += ["--socket", str(chosen.listening.fileno())]
            streams["pass_fds"] = (chosen.listening.fileno(),)
        return start_module("ui.server", *arguments, settings={TOKEN: token}, stdin=subprocess.PIPE, **streams)

    with open_store(settings) as store, free_port(port or settings.port) as chosen, ensure_worker(store):
        here = address(chosen.number, token)
        with opening_page(settings.data_dir / f"tandem.ui-{chosen.number}.html", here) as page:
            console.say(f"the dashboard is at {here} (Ctrl-C ends it)")
            console.say("the address lets in whoever has it: keep it to yourself")
            if page is not None:
                console.say(f"others can read what a browser is started with; open this page instead: {page.as_uri()}")
            return keep_running(start)


@contextmanager
def opening_page(file: Path, here: str) -> Iterator[Path | None]:
    """A page that leads to the dashboard, for this user alone, while the block runs: the command line of a browser that
    is given the address shows the token to every user of the machine. None where it cannot be written."""
    try:
        file.unlink(missing_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf8") as page:
            page.write(
                '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
                f'<meta http-equiv="refresh" content="0; url={here}"><title>Tandem</title><a href="{here}">Tandem</a>\n'
            )
    except OSError:
        yield None
        return
    try:
        yield file
    finally:
        with suppress(OSError):
            file.unlink()


def keep_running(start: Callable[[], subprocess.Popen[bytes]]) -> int:
    """Run the server until Ctrl-C; one that ends by itself is started again.

    Args:
        start: Starts it. The same token and port each time, so that open pages go on.

    Returns:
        0 after Ctrl-C; the server's own exit status where it ends at once several times in a row.
    """
    quick_ends = 0
    process = None
    try:
        while True:
            started = time.monotonic()
            process = start()
            status = process.wait()
            quick_ends = quick_ends + 1 if time.monotonic() - started < QUICK_S else 0
            if quick_ends >= MAX_QUICK_ENDS:
                console.say(f"the dashboard ends as soon as it is started (status {status})")
                return status or 1
            console.say(f"the dashboard ended (status {status}) and is started again")
            time.sleep(PAUSE_S)
    except KeyboardInterrupt:
        if process is not None:
            process.terminate()
            process.wait()
        return 0
