"""The real server in a process of its own, and a real browser whose every request is written down."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from apps.dashboard import TOKEN
from apps.settings import Settings, load_settings
from apps.store.store import Store
from tests import needs
from tests.thinned import first_of
from tests.ui import made

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ACCESS_TOKEN = "the-token-of-these-tests"
EN_ZH = first_of("en", "zh")
"""Languages of tests whose Chinese sentences another test reads."""
RERUN = """argument => new Promise(resolve => {
  const app = document.querySelector('[data-testid=stApp]');
  let began = false;
  const look = new MutationObserver(() => {
    if (app.dataset.testScriptState !== 'notRunning') began = true;
    else if (began) { look.disconnect(); resolve(); }
  });
  look.observe(app, { attributes: true, attributeFilter: ['data-test-script-state'] });
  setTimeout(resolve, 5000); // a run that is over within one drawing of the page is not seen
  %s;
})"""


def with_cookie(context: Any, url: str) -> None:
    """Give a browser's context the cookie, as opening the printed address does."""
    answer = context.request.get(f"{url}/health?token={ACCESS_TOKEN}")
    assert answer.status == 200, answer.status


@dataclass(frozen=True)
class Served:
    """A running dashboard with a report and a study in its store.

    Attributes:
        url: Its address, to which every browser of these tests brings the cookie.
        report: Id of the reading of a report.
        study: Id of the reading of a study.
        settings: Of its store.
    """

    url: str
    report: str
    study: str
    settings: Any


@dataclass
class Screen:
    """A page of the browser and what it asked for."""

    page: Any
    served: Served
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a path and wait until the script has ended and no skeleton is left."""
        self.page.goto(self.served.url + path)
        self.settle()

    def show(self, path: str) -> None:
        """Go to a path as the way back does: the page stays loaded, which takes a fraction of the time."""
        self.rerun(
            "history.replaceState(null, '', argument); dispatchEvent(new PopStateEvent('popstate'))",
            self.served.url + path,
        )

    def back(self) -> None:
        self.rerun("history.back()")

    def forward(self) -> None:
        self.rerun("history.forward()")

    def rerun(self, script: str, argument: str = "") -> None:
        """Do what lets the page run again, and wait until it has."""
        self.settle()
        self.page.evaluate(RERUN % script, argument)
        self.settle()

    def settle(self) -> None:
        self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
        self.page.wait_for_function("() => document.querySelectorAll('[data-testid=stSkeleton]').length === 0")

    def foreign(self) -> list[str]:
        """Requests that left this server."""
        own = (self.served.url, self.served.url.replace("http", "ws"), "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(own)]


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard on a free port with a data folder of its own."""
    needs.chromium()
    from playwright.sync_api import expect

    expect.set_options(timeout=20_000)  # a busy machine draws a page in more than the usual five seconds
    settings = load_settings(data_dir=tmp_path_factory.mktemp("dashboard"))
    with Store(settings) as store:
        report, study = made.report(store), made.study(store)
    with serving(settings) as url:
        yield Served(url, report, study, settings)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(settings: Settings, *program: str, log: int | None = None, port: int | None = None) -> Iterator[str]:
    """The dashboard on the store of these settings, in a process of its own; its address.

    Args:
        settings: Of the store.
        program: What Python runs to serve it, where that is not ``ui.server`` itself.
        log: The file that takes what it writes, where that does not go where ours goes.
        port: Where it answers; a free one if not given.
    """
    port = port or free_port()
    environment = {**os.environ, **settings.environment(), TOKEN: ACCESS_TOKEN}
    command = [sys.executable, *(program or ("-m", "ui.server")), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url + "/health", process)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str, process: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    asked = urllib.request.Request(url, headers={"authorization": f"Bearer {ACCESS_TOKEN}"})
    while True:
        try:
            with urllib.request.urlopen(asked, timeout=1):
                return
        except OSError:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.2)


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Chromium, until the last test here: while Playwright is there DBOS takes its event loop for one that runs."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=needs.chromium(), args=FLAGS)
        yield opened
        opened.close()


def _note_refusals(shown: Screen, text: str) -> None:
    if "Content Security Policy" in text and "sandbox" not in text and "/source/" not in shown.page.url:
        shown.problems.append(text)


@pytest.fixture
def screen(served: Served, browser: Any) -> Iterator[Screen]:
    """A fresh page of 1440 x 900; at the end of the test nothing may have left this machine, and no script failed."""
    yield from watched(served, browser)


def watched(served: Served, browser: Any) -> Iterator[Screen]:
    """The body of ``screen``, for any dashboard."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    with_cookie(context, served.url)
    shown = Screen(context.new_page(), served)
    context.on("request", lambda request: shown.requests.append(request.url))
    shown.page.on("websocket", lambda socket: shown.requests.append(socket.url))
    shown.page.on("console", lambda message: _note_refusals(shown, message.text))
    shown.page.on("pageerror", lambda error: shown.problems.append(str(error)))
    shown.page.on("dialog", lambda dialog: shown.problems.append(f"dialog: {dialog.message}"))
    yield shown
    context.close()
    assert shown.foreign() == []
    assert shown.problems == []
