"""The page for whoever has no token: what to open instead, in the browser's language."""

from html import escape

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse

from ui.labels import LANGUAGES, text

_PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><title>Tandem</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ font: 16px/1.5 system-ui, sans-serif; color: #1a2129; background: #fff;
margin: 15vh auto; max-width: 34rem; padding: 0 1.5rem }} h1 {{ font-size: 1.25rem }}</style></head>
<body><main><h1>{title}</h1><p>{what}</p></main></body></html>
"""


def refusal_page(headers: Headers) -> HTMLResponse:
    """403, with the sentence in the first of our languages that the browser asks for."""
    asked = [part.strip()[:2].lower() for part in headers.get("accept-language", "").split(",")]
    language = next((each for each in asked if each in LANGUAGES), "en")
    page = _PAGE.format(
        lang=language, title=escape(text("no_access_title", language)), what=escape(text("no_access", language))
    )
    return HTMLResponse(page, status_code=403, headers={"cache-control": "no-store"})
