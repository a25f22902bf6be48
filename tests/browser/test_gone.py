"""What was deleted in another tab, a server that is gone, an error inside a part of a page: our sentence, in the page's
language."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import expect

from apps.jobs import delete
from apps.store.store import Store
from tests.browser.conftest import ACCESS_TOKEN, EN_ZH, Screen, Served, free_port, serving, watched
from tests.ui import made

pytestmark = pytest.mark.browser

SENTENCES = {"en": "there is no reading", "zh": "没有结果"}


@pytest.mark.parametrize("lang", SENTENCES)
def test_a_report_that_was_deleted_in_another_tab_says_so(screen: Screen, lang: str) -> None:
    with Store(screen.served.settings) as store:
        screen.open(f"/reports?reading={screen.served.report}&view=income&lang={lang}")
        expect(screen.page.locator("td", has_text="1,100")).to_be_visible()
        delete(store, screen.served.report)
        try:
            screen.page.locator("td", has_text="1,100").click()
            error = screen.page.locator('[data-testid="stAlertContentError"]').first
            expect(error).to_contain_text(SENTENCES[lang])
            expect(screen.page.get_by_text("internal error")).to_have_count(0)
            expect(screen.page.get_by_text("内部错误")).to_have_count(0)
        finally:
            made.report(store)


@pytest.mark.parametrize("lang", EN_ZH)
def test_a_study_that_was_deleted_in_another_tab_says_so_over_the_slice(screen: Screen, lang: str) -> None:
    with Store(screen.served.settings) as store:
        study = made.study(store, "GONE^SOON", patient_id="G-1")
        assert study != ""
        screen.open(f"/studies?reading={study}&slice=0&lang={lang}")
        image = screen.page.locator("img.slice")
        expect(image).to_have_attribute("data-shown", "lung/0.png")
        delete(store, study)
        try:
            screen.page.locator(".stage").click()
            screen.page.keyboard.press("End")
            expect(screen.page.locator(".note")).to_contain_text(SENTENCES[lang])
            expect(image).to_have_attribute("data-shown", "lung/0.png")
            expect(screen.page.locator(".where")).to_contain_text("1 / 6")
        finally:
            made.study(store)


@pytest.mark.parametrize("lang", EN_ZH)
def test_a_job_that_was_deleted_in_another_tab_says_so(screen: Screen, lang: str) -> None:
    from apps.store import jobs
    from apps.store.deletion import delete_everything_of

    with Store(screen.served.settings) as store:
        job = jobs.create_done(store, "medical.read", None, {}, screen.served.study)
        screen.open(f"/jobs?lang={lang}")
        row = screen.page.locator("tr[data-r]").first
        expect(row).to_be_visible()
        delete_everything_of(store, job.id)
        row.click()
        expect(screen.page.locator('[data-testid="stAlertContentError"]')).to_contain_text(
            {"en": "there is no job", "zh": "没有任务"}[lang]
        )


@pytest.mark.parametrize(("lang", "document"), [("en", "en"), pytest.param("zh", "zh-CN", marks=pytest.mark.slow)])
def test_the_document_has_the_language_of_the_screen(screen: Screen, lang: str, document: str) -> None:
    screen.open(f"/?lang={lang}")
    expect(screen.page.locator("html")).to_have_attribute("lang", document)
    screen.page.get_by_role("radio", name="中文" if lang == "en" else "English").or_(
        screen.page.get_by_role("button", name="中文" if lang == "en" else "English")
    ).first.click()
    expect(screen.page.locator("html")).to_have_attribute("lang", "zh-CN" if lang == "en" else "en")


SECRET = "/home/jane-doe/scan"
FAILING = f"""
from ui.server import main
from ui.widgets import report_view, study_view

def fail(*_):
    raise RuntimeError({SECRET!r})

report_view.show_checks = study_view._details = fail
main()
"""


PARTS = {
    "en": ("failed with an internal error", "Checks", "Income"),
    "zh": ("页面发生内部错误", "核对", "利润表"),
}


def test_an_error_inside_a_part_of_a_page_is_our_sentence_and_its_message_is_kept_nowhere(
    served: Served, browser: Any, tmp_path: Path
) -> None:
    errors = {}
    with (tmp_path / "log").open("w+b") as log, serving(served.settings, "-c", FAILING, log=log.fileno()) as url:
        for lang, (sentence, checks, income) in PARTS.items():
            for screen in watched(replace(served, url=url), browser):
                error = screen.page.locator('[data-testid="stAlertContentError"]')
                screen.open(f"/reports?reading={served.report}&view=income&lang={lang}")
                expect(screen.page.locator("td", has_text="1,100")).to_be_visible()
                screen.page.get_by_role("radio", name=checks).click()
                expect(error).to_contain_text(sentence)
                errors[f"report {lang}"] = screen.page.locator("body").inner_text()
                screen.page.get_by_role("radio", name=income).click()
                expect(screen.page.locator("td", has_text="1,100")).to_be_visible()
                expect(error).to_have_count(0)
                screen.show(f"/studies?reading={served.study}&lang={lang}")
                screen.page.locator("tr", has_text="0.91").click()
                expect(error).to_contain_text(sentence)
                errors[f"study {lang}"] = screen.page.locator("body").inner_text()
        log.seek(0)
        logged = re.sub(r"\x1b\[[\d;]*m", "", log.read().decode())  # without colours
    assert logged.count("a page failed: RuntimeError in <string>, line 6") >= 4
    assert not [place for place, text in {**errors, "log": logged}.items() if SECRET in text or "Traceback" in text]


class Another(BaseHTTPRequestHandler):
    """A dashboard of another start: to the cookie of this one it answers as ``ui.guard`` does."""

    def do_GET(self) -> None:
        self.send_response(403)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def another_start(port: int) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", port), Another) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def test_a_server_that_is_gone_is_said_and_the_page_goes_on_when_it_was_started_again(
    served: Served, browser: Any
) -> None:
    port = free_port()
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    banner = page.locator("#tandem-connection")
    screen = Screen(page, replace(served, url=f"http://127.0.0.1:{port}"))
    with serving(served.settings, port=port) as url:
        page.goto(f"{url}/?token={ACCESS_TOKEN}&lang=zh&reading={served.report}&view=income")
        assert "token" not in page.url
        screen.settle()
        expect(page.locator("td", has_text="1,100")).to_be_visible()
    expect(banner).to_contain_text("服务无响应")
    expect(page.get_by_role("dialog")).to_have_count(0)
    with serving(served.settings, port=port):
        expect(banner).to_be_hidden(timeout=90_000)
        screen.settle()
        page.locator("td", has_text="1,100").click()
        expect(page.frame_locator("iframe[sandbox='']").locator("span:target")).to_have_text("1,100")
    expect(banner).to_contain_text("服务无响应")
    with another_start(port):
        expect(banner).to_contain_text("新地址", timeout=90_000)
    context.close()
