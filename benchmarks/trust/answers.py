"""What another user of the machine gets from the dashboard: every page, route and socket, asked without the token.

An answer is anything but a refusal with 403. Each address is asked with no token, with wrong ones in all places where
a token may stand, and with the token of an earlier start. With the right token the same addresses must be answered, or
the trial would show nothing.
"""

import http.client
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from starlette.datastructures import Headers

from apps.dashboard import TOKEN, new_token
from apps.processes import start_module
from apps.settings import load_settings
from benchmarks.figures import Figure
from ui.access import Access
from ui.guard import CLOSED
from ui.routes import ROUTES

STARTS_WITHIN_S = 120.0
HOST = "127.0.0.1"
REFUSED = 403
UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip
PAGES = (
    "/", "/?lang=zh", "/?reading=reading-0123456789abcdef", "/studies", "/studies?reading=reading-0123456789abcdef",
    "/jobs", "/jobs?job=job-1", "/index.html", "/favicon.png", "/manifest.json", "/static/js/index.js", "/nothing",
    "//", "/%2e%2e/etc/passwd",
)  # fmt: skip
STREAMLIT = (
    "/_stcore/health", "/_stcore/host-config", "/_stcore/stream", "/_stcore/upload_file/session/file",
    "/_stcore/bidi-components/tandem_grid/index.js", "/media/0123456789abcdef.png", "/component/a/index.html",
    "/auth/login", "/auth/logout", "/oauth2callback", "/app/static/icon.png",
    *(f"{closed}{rest}" for closed in CLOSED for rest in ("", "/", "/interact")),
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
SOCKETS = ("/_stcore/stream", "/stream", "/", "/source/x")


def addresses() -> list[str]:
    """All that is asked: pages, our routes with made-up ids, Streamlit's routes."""
    ours = [route.path.replace("{k}", "0").replace("{window}", "lung") for route in ROUTES]
    filled = [path.replace("{reading}", "reading-0123456789abcdef").replace("{finding}", "finding-1") for path in ours]
    assert not [path for path in filled if "{" in path]
    return [*PAGES, *filled, *STREAMLIT]


def attempts(port: int, earlier: str) -> list[tuple[str, Mapping[str, str]]]:
    """What a stranger may add to an address, and which headers they may send."""
    old = Access(earlier).cookie_for(Headers({"host": f"{HOST}:{port}"})).partition(";")[0]
    wrong: list[tuple[str, Mapping[str, str]]] = [
        ("", {}),
        ("token=", {}),
        ("token=wrong", {}),
        (f"token={earlier}", {}),
        ("", {"Authorization": "Bearer wrong"}),
        ("", {"Authorization": f"Bearer {earlier}"}),
        ("", {"Authorization": "Basic dGFuZGVtOg=="}),
        ("", {"Cookie": f"tandem-{port}=wrong"}),
        ("", {"Cookie": f"{old}; tandem-{port}="}),
        ("", {"X-Forwarded-For": HOST, "X-Forwarded-User": "root", "X-Original-URL": "/health"}),
        ("", {"Origin": f"http://{HOST}:{port}", "Sec-Fetch-Site": "same-origin"}),
    ]
    return wrong


def answers_without_token() -> dict[str, Figure]:
    """Ask everything of a server of our own; the figure ``answers_without_token``.

    Raises:
        AssertionError: The server refuses the right token too, so that nothing was shown.
    """
    asked: list[str] = []
    answered: list[str] = []
    earlier = new_token()
    with _served() as (port, token):
        known = {"Authorization": f"Bearer {token}"}
        for path in addresses():
            assert _status(port, "GET", path, known) != REFUSED, f"{path} is refused with the token too"
        assert _status(port, "GET", SOCKETS[0], {**known, **UPGRADE}) == 101, "the socket does not open"
        trials = [("", method, path) for path in addresses() for method in METHODS]
        trials += [("socket", "GET", path) for path in SOCKETS]
        for kind, method, path in trials:
            for added, headers in attempts(port, earlier):
                joined = f"{path}{'&' if '?' in path else '?'}{added}" if added else path
                sent = {**headers, **UPGRADE} if kind else headers
                name = f"{kind or method} {joined} {dict(headers)}"
                asked.append(name)
                if _status(port, method, joined, sent) != REFUSED:
                    answered.append(name)
    note = f"{len(addresses())} pages and routes, {len(SOCKETS)} sockets, {len(attempts(0, earlier))} ways each"
    if answered:
        note += f"; first: {answered[0]}"
    return {"answers_without_token": Figure(len(answered), "count", len(asked), note=note)}


def _status(port: int, method: str, path: str, headers: Mapping[str, str]) -> int:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request(method, path, headers=dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


@contextmanager
def _served() -> Iterator[tuple[int, str]]:
    """The dashboard on a free port with an empty data folder; the port and the token."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    token = new_token()
    with tempfile.TemporaryDirectory() as folder:
        settings = {**load_settings(data_dir=Path(folder) / "data", database_url="").environment(), TOKEN: token}
        process = start_module("ui.server", "--port", str(port), settings=settings, stderr=subprocess.DEVNULL)
        try:
            _wait_for(port, process)
            yield port, token
        finally:
            process.terminate()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            _status(port, "GET", "/health", {})
            return
        except OSError:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.2)
