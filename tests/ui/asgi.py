"""One request to an ASGI app, without a server."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp

TOKEN = "the-token-of-these-tests"


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    messages: list[Any] = field(default_factory=list)


def ask(app: ASGIApp, path: str, *, kind: str = "http", method: str = "GET", **headers: str) -> Answer:
    """Send one request; header names with ``_`` for ``-``. Host is 127.0.0.1:8501, and
    the token is sent, where nothing else is given; ``authorization=""`` sends none."""
    path, _, query = path.partition("?")
    usual = {"host": "127.0.0.1:8501", "authorization": f"Bearer {TOKEN}"}
    given = {**usual, **{name.replace("_", "-"): value for name, value in headers.items()}}
    if not given["authorization"]:
        del given["authorization"]
    scope = {
        "type": kind, "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8501),
        "headers": [(n.encode(), v.encode()) for n, v in given.items()],
    }  # fmt: skip
    answer = Answer()
    waiting = [{"type": "websocket.connect"} if kind == "websocket" else {"type": "http.request", "body": b""}]

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answer.messages.append(message)
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")

    # In a thread of its own: a browser of another test may have left a running loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, app(scope, receive, send)).result()
    return answer
