"""Pictures of the screens, as the README shows them: from the newest report and study in the store.

    tandem demo --no-ui
    python -m ui.screenshots docs/images

It serves the dashboard on a port of its own and needs a Chromium and the extra ``dev`` (playwright).
"""

import argparse
import os
import shutil
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apps.dashboard import TOKEN, address, new_token
from apps.finance.reading import FinanceReading
from apps.medical.reading import MedicalReading
from apps.processes import start_module
from core_model.errors import NotFound, Unavailable
from ui import library

WIDTH, HEIGHT = 1440, 900
FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
STARTS_WITHIN_S = 60.0
_DRAWN = """() => [...document.querySelectorAll('*')].every(
    e => [...(e.shadowRoot || e).querySelectorAll('img.slice')].every(i => i.dataset.shown && i.complete))"""
"""Whether every slice that was asked for is there."""


def addresses(report: str = "", study: str = "") -> dict[str, str]:
    """Name of the picture and address of each screen.

    Args:
        report: Id of the reading to show; the newest that has an anomaly where not given, else the newest.
        study: Id of the reading to show; the newest where not given.

    Raises:
        NotFound: The store holds none.
    """
    entries = library.reports()
    if not report:
        with_anomalies = [entry for entry in entries if entry.filing.num_anomalies]
        report = next((entry.reading.id for entry in [*with_anomalies, *entries]), "")
    studies = [entry.reading.id for entry in library.studies()]
    study = study or next(iter(studies), "")
    if not report or not study:
        raise NotFound(
            "the store holds no report or no study", action="run 'tandem demo --no-ui' first", code="nothing_to_show"
        )
    anomalies = library.reading(report, FinanceReading).anomalies
    findings = library.reading(study, MedicalReading).findings
    anomaly = f"&view=anomalies&pick={anomalies[0].anomaly_id}" if anomalies else "&view=income"
    finding = f"&finding={findings[0].id}" if findings else ""
    return {
        "reports": f"/?reading={report}{anomaly}",
        "statements": f"/?reading={report}&view=income&pick=revenue.{_last_column(report)}",
        "studies": f"/studies?reading={study}{finding}",
        "jobs": "/jobs",
    }


def take(page: Any, url: str, folder: Path, pictures: dict[str, str]) -> list[Path]:
    """Open each address and keep its picture as ``folder/NAME.png``; the page has the cookie."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, path in pictures.items():
        page.goto(url + path)
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
        page.wait_for_function("() => document.querySelectorAll('[data-testid=stSkeleton]').length === 0")
        page.wait_for_function(_DRAWN, timeout=60_000)
        if page.locator("iframe[sandbox='']").count():
            page.frame_locator("iframe[sandbox='']").locator("body").wait_for(timeout=60_000)
        page.wait_for_timeout(1_000)
        made.append(folder / f"{name}.png")
        page.screenshot(path=made[-1])
    return made


@contextmanager
def served() -> Iterator[tuple[str, str]]:
    """The dashboard on a free port while the block runs; its address without and with the token.

    Raises:
        Unavailable: It does not start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = new_token()
    process = start_module("ui.server", "--port", str(port), settings={TOKEN: token})
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + STARTS_WITHIN_S
        while not _answers(url, token):
            if process.poll() is not None or time.monotonic() > until:
                raise Unavailable(
                    "the dashboard does not start", action="run 'tandem ui' to see why", code="dashboard_not_started"
                )
            time.sleep(0.2)
        yield url, address(port, token)
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Take the pictures into the folder that was given."""
    parser = argparse.ArgumentParser(prog="python -m ui.screenshots", description="Take pictures of the screens.")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--report", default="", help="id of the reading of a report")
    parser.add_argument("--study", default="", help="id of the reading of a study")
    given = parser.parse_args()
    chromium = os.environ.get("TANDEM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        raise Unavailable(
            "there is no Chromium", action="install it, or set TANDEM_CHROMIUM to its path", code="no_chromium"
        )
    from playwright.sync_api import sync_playwright

    pictures = addresses(given.report, given.study)
    with served() as (url, with_token), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}).new_page()
        page.goto(with_token)
        for path in take(page, url, given.folder, pictures):
            print(path)
        browser.close()


def _last_column(report: str) -> int:
    from ui.widgets.statements import Table, table_of

    table = table_of(library.reading(report, FinanceReading), "income", False, "en")
    return len(table.columns) - 1 if isinstance(table, Table) else 1


def _answers(url: str, token: str) -> bool:
    asked = urllib.request.Request(f"{url}/health", headers={"authorization": f"Bearer {token}"})  # noqa: S310 - ours
    try:
        with urllib.request.urlopen(asked, timeout=1) as answer:  # noqa: S310 - our own address
            return answer.status == 200
    except OSError:
        return False


if __name__ == "__main__":
    main()
