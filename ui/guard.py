"""What every request passes before anything answers it: this machine's own pages only, with the token of this start,
and safe headers on all."""

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from importlib import resources
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.access import Access, has_token, without_token
from ui.refusal import refusal_page

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
GUARDED = ("/source/", "/ct/", "/media/")
"""Routes that carry documents and images of people: never answered to another site, whatever it sends."""

CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
"""Streamlit's routes that nobody here needs: counts of sessions and of what they hold, a way to drive the pages."""


def app_policy() -> str:
    """The content security policy of the screens: scripts of this server alone, no evaluation of strings.

    Components come as ``blob:`` modules that Streamlit makes of our own files; its one inline script is allowed by its
    hash, taken from the installed page.
    """
    page = (resources.files("streamlit") / "static" / "index.html").read_bytes()
    inline = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    hashes = " ".join(f"'sha256-{b64encode(sha256(script).digest()).decode()}'" for script in inline)
    return (
        f"default-src 'self'; script-src 'self' blob: {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; "
        "connect-src 'self' blob: data:; frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), usb=(), payment=()",
    "x-dns-prefetch-control": "off",
}


class Guard:
    """ASGI middleware that refuses what did not come from this machine's own pages, or has not the token.

    A name that a foreign site has pointed at 127.0.0.1 shows in ``Host``; a foreign page's request or socket shows in
    ``Origin`` or ``Sec-Fetch-Site``. All three are refused with 403 before a route sees them. So is another user of
    this machine, who has no token: see ``ui.access``.

    Args:
        app: What is guarded.
        token: Of this start.
        hosts: Names under which the server may be asked, without port.
    """

    def __init__(self, app: ASGIApp, token: str, hosts: Iterable[str] = LOCAL_HOSTS) -> None:
        self._app = app
        self._access = Access(token)
        self._hosts = frozenset(hosts)
        self._policy = app_policy()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        answer = self._instead(scope)
        if answer is not None and scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("content-security-policy", self._policy)
                if "server" in headers:
                    del headers["server"]
            await send(message)

        await (answer or self._app)(scope, receive, send_safely)

    def _instead(self, scope: Scope) -> Response | None:
        """What is answered in place of what was asked for; None where it may be answered."""
        headers, query = Headers(scope=scope), scope.get("query_string", b"")
        if refusal := self._foreign(scope, headers):
            return PlainTextResponse(refusal, status_code=403)
        known = self._access.by_header_or_cookie(headers)
        if not known and not (scope["type"] == "http" and self._access.in_address(query)):
            return refusal_page(headers)
        if _below(scope["path"], CLOSED):
            return PlainTextResponse("Not found.", status_code=404)
        if has_token(query) and scope["type"] == "http":
            moved = RedirectResponse(without_token(scope["path"], query), status_code=303)
            moved.headers["cache-control"] = "no-store"
            if self._access.in_address(query):
                moved.headers["set-cookie"] = self._access.cookie_for(headers)
            return moved
        return None

    def _foreign(self, scope: Scope, headers: Headers) -> str:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _name(f"//{hosts[0]}") not in self._hosts:
            return "This server answers to its own name on this machine only."
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != hosts[0].lower():
            return "This server answers to its own pages only."
        site = headers.get("sec-fetch-site", "none")
        if scope["path"].startswith(GUARDED) and site not in ("same-origin", "none"):
            return "This server answers to its own pages only."
        return ""


def _below(path: str, closed: Iterable[str]) -> bool:
    plain = "/" + "/".join(part for part in path.split("/") if part)
    return any(plain == each or plain.startswith(f"{each}/") for each in closed)


def _name(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
