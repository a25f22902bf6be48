"""Starts the dashboard as a process of its own: nothing below ``ui`` imports it."""

import socket
import subprocess

from apps import console
from apps.processes import start_module
from core_model.errors import Unavailable

TRIED_PORTS = 20


def free_port(wanted: int) -> int:
    """The wanted TCP port of this machine, or the next one that is free.

    Raises:
        Unavailable: Neither it nor the ones after it are free.
    """
    for port in range(wanted, min(wanted + TRIED_PORTS, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
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
    chosen = free_port(port or settings.port)
    with open_store(settings) as store, ensure_worker(store):
        console.say(f"the dashboard is at http://127.0.0.1:{chosen} (Ctrl-C ends it)")
        process = start_module("ui.server", "--port", str(chosen), "--with-parent", stdin=subprocess.PIPE)
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            return 0
