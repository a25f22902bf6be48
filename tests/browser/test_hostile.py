"""Hostile reports in a browser without any policy or sandbox: the sanitiser alone must hold."""

from typing import Any

import pytest

from tests.ui.hostile import HOSTILE
from ui.sources import sanitise

pytestmark = pytest.mark.browser


def test_nothing_hostile_runs_or_asks_for_anything_once_sanitised(browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    ran: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: ran.append(str(error)))
    for piece in HOSTILE:
        document = sanitise(f"<html><body><p>before</p>{piece}<p>after</p></body></html>".encode("utf-8", "replace"))
        page.set_content(document.html.decode(), wait_until="load")
        assert page.evaluate("document.querySelectorAll('script, iframe, object, embed, form, svg, math').length") == 0
        assert page.evaluate(
            "[...document.body.querySelectorAll('*')].every(e => [...e.attributes].every(a => !/^on/i.test(a.name)))"
        )
    context.close()
    assert [url for url in asked if not url.startswith(("data:", "about:"))] == []
    assert ran == []


def test_the_same_pieces_do_run_where_nobody_sanitises_them(browser: Any) -> None:
    page = browser.new_context().new_page()
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    for piece in ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)></svg>"):
        page.set_content(f"<html><body>{piece}</body></html>", wait_until="load")
    page.wait_for_timeout(200)
    page.context.close()
    assert len(ran) == 3
