"""Without the token of this start nothing is answered: no page, no route, no socket, not even that there is a page."""

import time

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from apps.messages import LANGUAGES
from tests.ui.asgi import TOKEN, Answer, ask
from ui.guard import Guard
from ui.labels import text


async def page(_: object) -> PlainTextResponse:
    return PlainTextResponse("a page")


async def socket(connection) -> None:
    await connection.accept()


APP = Starlette(
    routes=[WebSocketRoute("/_stcore/stream", socket), Route("/{path:path}", page, methods=["GET", "PUT", "OPTIONS"])],
    middleware=[Middleware(Guard, token=TOKEN)],
)


def cookie() -> str:
    return ask(APP, f"/?token={TOKEN}", authorization="").headers["set-cookie"].partition(";")[0]


def accepted(answer: Answer) -> bool:
    return answer.messages[0]["type"] == "websocket.accept"


@pytest.mark.parametrize(
    "path", ["/", "/studies?reading=x", "/health", "/_stcore/health", "/source/x", "/ct/x/lung/0.png", "/static/x.js"]
)
@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer wrong", "Basic dXNlcjpwYXNz", TOKEN])
def test_without_the_token_nothing_is_answered(path: str, sent: str) -> None:
    for method in ("GET", "PUT", "OPTIONS"):
        answer = ask(APP, path, method=method, authorization=sent)
        assert (answer.status, b"a page" in answer.body) == (403, False)
        assert "set-cookie" not in answer.headers
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_token_of_the_address_becomes_a_cookie_and_leaves_the_address() -> None:
    answer = ask(APP, f"/studies?reading=x&token={TOKEN}&slice=3", authorization="")
    assert (answer.status, answer.headers["location"]) == (303, "/studies?reading=x&slice=3")
    kept, *rest = answer.headers["set-cookie"].split("; ")
    assert kept.startswith("tandem-8501=")
    assert TOKEN not in kept
    assert rest == ["Path=/", "HttpOnly", "SameSite=Lax"]
    assert answer.headers["cache-control"] == "no-store"
    assert ask(APP, "/studies", authorization="", cookie=kept).body == b"a page"
    assert ask(APP, "/studies", authorization="", cookie=f"other=1; {kept}; more=2").body == b"a page"


def test_the_token_of_another_start_lets_nobody_in() -> None:
    assert ask(APP, "/?token=another", authorization="").status == 403
    others = ask(Guard(page, token="another"), "/?token=another", authorization="").headers["set-cookie"]
    assert ask(APP, "/", authorization="", cookie=others.partition(";")[0]).status == 403


@pytest.mark.parametrize("name", ["tandem-8502", "tandem", "Tandem-8501", "tandem-8501x"])
def test_a_cookie_of_another_port_is_none_of_this_server(name: str) -> None:
    value = cookie().partition("=")[2]
    assert ask(APP, "/", authorization="", cookie=f"{name}={value}").status == 403


@pytest.mark.parametrize("value", ['"' + "\\\\" * 30_000 + '"', '"' + "\\1" * 30_000 + '"', "1; a=" * 12_000])
def test_a_long_cookie_of_somebody_who_has_no_token_takes_no_time(value: str) -> None:
    """Half a minute of a server that answers nobody else, with the library's own reading of cookies."""
    began = time.process_time()
    assert ask(APP, "/", authorization="", cookie=f"tandem-8501={value}").status == 403
    assert time.process_time() - began < 1.0


def test_the_cookie_of_the_port_that_a_tunnel_ends_at_is_taken() -> None:
    answer = ask(APP, f"/?token={TOKEN}", authorization="", host="localhost:9000")
    kept = answer.headers["set-cookie"].partition(";")[0]
    assert kept.startswith("tandem-9000=")
    assert ask(APP, "/", authorization="", host="localhost:9000", cookie=kept).status == 200


def test_a_wrong_token_in_the_address_of_somebody_who_is_known_is_taken_out() -> None:
    answer = ask(APP, "/?token=old&view=income", authorization="", cookie=cookie())
    assert (answer.status, answer.headers["location"]) == (303, "/?view=income")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example", "///evil.example"])
def test_the_way_back_never_leads_to_another_server(path: str) -> None:
    location = ask(APP, f"{path}?token={TOKEN}", authorization="").headers["location"]
    assert location.startswith("/")
    assert location[1:2] not in ("/", "\\")


def test_a_socket_needs_the_cookie_and_takes_no_token_from_its_address() -> None:
    for sent in ({}, {"cookie": "tandem-8501=wrong"}):
        assert not accepted(ask(APP, "/_stcore/stream", kind="websocket", authorization="", **sent))
    assert not accepted(ask(APP, f"/_stcore/stream?token={TOKEN}", kind="websocket", authorization=""))
    assert accepted(ask(APP, "/_stcore/stream", kind="websocket", authorization="", cookie=cookie()))


@pytest.mark.parametrize(
    "path",
    ["/_stcore/metrics", "/_stcore/metrics/", "//_stcore//metrics", "/_stcore/agent/interact", "/_stcore/agent"],
)
def test_what_nobody_here_needs_is_closed_to_everybody(path: str) -> None:
    assert ask(APP, path).status == 404


@pytest.mark.parametrize(
    ("asked", "language"), [("", "en"), ("de,fr", "en"), ("zh-CN,en;q=0.5", "zh"), ("en,zh", "en")]
)
def test_who_has_no_token_is_told_in_the_browsers_language_what_to_open(asked: str, language: str) -> None:
    assert language in LANGUAGES
    body = ask(APP, "/", authorization="", accept_language=asked).body.decode()
    assert f'<html lang="{language}">' in body
    assert text("no_access", language) in body
