"""Routes beside the screens: source documents, CT slices, heatmaps, health. Ids only; nothing lists anything."""

import logging
import re
import secrets
import traceback
from collections.abc import Mapping
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from apps import messages
from core_model.errors import NotFound, TandemError
from ui import slices
from ui.labels import text
from ui.sources import CONTENT_SECURITY_POLICY
from ui.sources.cached import safe_source

log = logging.getLogger(__name__)
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PRIVATE = {"cache-control": "private, no-store"}
_IN_FRAME = {**_PRIVATE, "content-security-policy": CONTENT_SECURITY_POLICY}
"""Of a source, and of what is said in its place: that stands in its frame, too."""


START = secrets.token_hex(8)
"""Tells this start of the server from another: pages of an earlier one know nothing of it and load themselves again."""


async def health(_: Request) -> Response:
    """``ok`` as soon as the server answers, and which start of it does."""
    return PlainTextResponse("ok", headers={"cache-control": "no-store", "x-tandem-start": START})


async def home(request: Request) -> Response:
    """Reports are the first page and stand at the root; their name leads there too."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{query}", status_code=307)


async def source(request: Request) -> Response:
    """The sanitised source of a finance reading, to be shown in a sandboxed frame."""
    reading = _id(request, "reading")
    document = await run_in_threadpool(safe_source, reading)
    return Response(document.html, media_type="text/html; charset=utf-8", headers=_IN_FRAME)


async def ct_slice(request: Request) -> Response:
    """One slice of a medical reading's volume as PNG, through one of the window presets."""
    reading, window = _id(request, "reading"), _id(request, "window")
    png = await run_in_threadpool(slices.slice_png, reading, window, _number(request))
    return Response(png, media_type="image/png", headers=_PRIVATE)


async def heat_slice(request: Request) -> Response:
    """One slice of a finding's heatmap as PNG with transparency, on the grid of the volume's slices."""
    reading, finding = _id(request, "reading"), _id(request, "finding")
    png = await run_in_threadpool(slices.heat_png, reading, finding, _number(request))
    return Response(png, media_type="image/png", headers=_PRIVATE)


def _guarded(endpoint, headers: Mapping[str, str] = _PRIVATE):
    """What goes wrong becomes a plain sentence in the screen's language and a status, never a traceback or a path.

    Args:
        endpoint: The route.
        headers: Of these sentences.
    """

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except NotFound as error:
            return PlainTextResponse(_said(error, request), status_code=404, headers=headers)
        except TandemError as error:
            return PlainTextResponse(_said(error, request), status_code=409, headers=headers)
        except Exception as error:  # noqa: BLE001  # what it says may hold a path or a name, and the server would log it
            frame = traceback.extract_tb(error.__traceback__)[-1]
            log.error(
                "a route failed: %s in %s, line %s", type(error).__name__, Path(frame.filename).name, frame.lineno
            )
            return PlainTextResponse(text("page_failed", _language(request)), status_code=500, headers=headers)

    return answer


def _said(error: TandemError, request: Request) -> str:
    return messages.refused(error.refusal, _language(request))


def _language(request: Request) -> str:
    """The language that the address asks for with ``?lang=``, English where it is none of ours."""
    asked = request.query_params.get("lang", "en")
    return asked if asked in messages.LANGUAGES else "en"


def _id(request: Request, name: str) -> str:
    value = request.path_params[name]
    if _ID.fullmatch(value) is None:
        raise NotFound("there is no such {name}", code="no_such_id", values={"name": name})
    return value


def _number(request: Request) -> int:
    text = request.path_params["k"]
    if re.fullmatch(r"\d{1,5}", text) is None:
        raise NotFound("there is no such slice", code="no_such_slice_number")
    return int(text)


ROUTES = [
    Route("/health", health, methods=["GET"]),
    Route("/reports", home, methods=["GET"]),
    Route("/source/{reading}", _guarded(source, _IN_FRAME), methods=["GET"]),
    Route("/ct/{reading}/{window}/{k}.png", _guarded(ct_slice), methods=["GET"]),
    Route("/ct/{reading}/heat/{finding}/{k}.png", _guarded(heat_slice), methods=["GET"]),
]
