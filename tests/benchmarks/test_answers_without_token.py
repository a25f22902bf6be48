"""A stranger on the same machine, who has no token, gets no answer from the dashboard; one that gives any is found."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.trust import answers
from benchmarks.trust.answers import answers_without_token

TOKEN = "the-token"


class Careless(BaseHTTPRequestHandler):
    """Asks for the token, but for the requests of which ``open`` is true; sockets open for whoever has it."""

    open = staticmethod(lambda request: False)
    known = f"Bearer {TOKEN}"

    def do_GET(self) -> None:
        known = self.headers.get("authorization") == self.known
        socket = "upgrade" in self.headers
        self.send_response((101 if socket else 200) if known or self.open(self) else 403)
        self.end_headers()

    do_POST = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_GET

    def log_message(self, *_: object) -> None:
        pass


def served_by(handler: type[Careless], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the measure ask this server, and of it a few addresses alone."""

    @contextmanager
    def served() -> Iterator[tuple[int, str]]:
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            yield server.server_port, TOKEN
            server.shutdown()

    monkeypatch.setattr(answers, "_served", served)
    monkeypatch.setattr(answers, "addresses", lambda: ["/", "/health"])


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nothing_is_answered_without_the_token() -> None:
    figure = answers_without_token()["answers_without_token"]
    assert figure.value == 0, figure.note
    assert figure.n > 2000


def test_a_server_that_refuses_all_others_gives_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    served_by(Careless, monkeypatch)
    figure = answers_without_token()["answers_without_token"]
    assert (figure.value, figure.n) == (0, (2 * 6 + 4) * 11)


@pytest.mark.parametrize(
    ("opened", "number"),
    [
        (lambda request: request.path.startswith("/health"), 6 * 11),
        (lambda request: request.command == "OPTIONS", 2 * 11),
        (lambda request: "upgrade" in request.headers and "stream" in request.path, 2 * 11),
        (lambda request: "token=wrong" in request.path, 2 * 6 + 4),
        (lambda request: "x-forwarded-for" in request.headers, 2 * 6 + 4),
        (lambda request: request.headers.get("sec-fetch-site") == "same-origin", 2 * 6 + 4),
    ],
)
def test_each_way_in_is_counted(monkeypatch: pytest.MonkeyPatch, opened: object, number: int) -> None:
    served_by(type("Handler", (Careless,), {"open": staticmethod(opened)}), monkeypatch)
    figure = answers_without_token()["answers_without_token"]
    assert figure.value == number
    assert "first: " in figure.note


def test_a_server_that_refuses_everybody_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    served_by(type("Handler", (Careless,), {"known": "Bearer another"}), monkeypatch)
    with pytest.raises(AssertionError, match="refused with the token too"):
        answers_without_token()
