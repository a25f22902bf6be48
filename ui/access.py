"""Who may see the dashboard: whoever has the token of this start, from the printed address or as the cookie for it.

A port of 127.0.0.1 is open to every user of the machine. As with Jupyter, the address that is printed at the start
holds a random token; opening it sets a cookie, and nothing is answered without one of the two.
"""

import hmac
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers

PARAMETER = "token"
_BEARER = "bearer "


class Access:
    """Tells whether a request has the token.

    Args:
        token: Of this start; not empty.
    """

    def __init__(self, token: str) -> None:
        assert token, "an empty token would let everyone in"
        self._token = token
        self._cookie = hmac.new(token.encode(), b"cookie", sha256).hexdigest()

    def by_header_or_cookie(self, headers: Headers) -> bool:
        """Whether the request has the cookie, or ``Authorization: Bearer TOKEN``."""
        given = headers.get("authorization", "")
        if given.lower().startswith(_BEARER) and _same(given[len(_BEARER) :].strip(), self._token):
            return True
        name = cookie_name(headers)
        return any(_same(value, self._cookie) for value in _cookies(headers, name))

    def in_address(self, query: bytes) -> bool:
        """Whether the address has the token."""
        return any(name == PARAMETER and _same(value, self._token) for name, value in _pairs(query))

    def cookie_for(self, headers: Headers) -> str:
        """``Set-Cookie`` of the session: kept until the browser closes, not for scripts, not for other sites' pages."""
        return f"{cookie_name(headers)}={self._cookie}; Path=/; HttpOnly; SameSite=Lax"


def cookie_name(headers: Headers) -> str:
    """The name has the port in it, since browsers share cookies between all ports of a machine."""
    port = headers.get("host", "").rpartition(":")[2]
    return f"tandem-{port}" if port.isdecimal() else "tandem"


def has_token(query: bytes) -> bool:
    """Whether the address names a token, be it the right one or not."""
    return any(name == PARAMETER for name, _ in _pairs(query))


def without_token(path: str, query: bytes) -> str:
    """The address as it is to stand in the browser, and in its history."""
    kept = urlencode([pair for pair in _pairs(query) if pair[0] != PARAMETER])
    local = "/" + path.lstrip("/\\")  # never the address of another server
    return f"{local}?{kept}" if kept else local


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return []


def _cookies(headers: Headers, name: str) -> list[str]:
    """The values of a cookie as they stand there. Ours is never in quotes, and unquoting takes time without bound."""
    pairs = (part.partition("=") for header in headers.getlist("cookie") for part in header.split(";"))
    return [value.strip() for given, _, value in pairs if given.strip() == name]
