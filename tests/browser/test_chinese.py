"""A Chinese screen is Chinese throughout: reports with anomalies, a study, refused input, failed jobs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from apps.demo.phantom import make_phantom_ct
from apps.demo.report import make_example_report
from apps.finance.jobs import submit as submit_report
from apps.jobs import ensure_worker, watch
from apps.medical.jobs import submit as submit_study
from apps.settings import load_settings
from apps.store.store import Store
from tests import needs
from tests.browser.conftest import Screen, Served, serving, watched
from tests.browser.visible import Source, latin, texts
from tests.ui import made

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

KINDS = ("balance_off", "sign_flipped")
"""Inconsistencies of the reports: of a check that a sum breaks, and of one that the page breaks."""
VIEWS = ("income", "balance", "cash_flow", "anomalies", "checks", "warnings")
SOON_MS = 60_000
ROWS = 2
"""Of a view that are looked at in detail."""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports with an inconsistency, a scan, and two inputs that cannot be read."""
    folder = tmp_path_factory.mktemp("sources")
    found = {}
    for seed, kind in enumerate(KINDS):
        found[kind] = folder / f"{kind}.html"
        make_example_report(found[kind], seed, kind=kind)
    found["made"] = folder / "made.html"
    found["made"].write_bytes(made.REPORT)
    found["empty"] = folder / "empty.html"
    found["empty"].write_text("<html><body>no facts</body></html>", encoding="utf8")
    found["scan"] = folder / "scan"
    make_phantom_ct(found["scan"], 1, size="small")
    found["text"] = folder / "text"
    found["text"].mkdir()
    (found["text"] / "note.txt").write_text("no image", encoding="utf8")
    return found


@pytest.fixture(scope="module")
def ended(sources: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The settings of a store in which all of them were given to a worker, and how each job ended."""
    settings = load_settings(data_dir=tmp_path_factory.mktemp("chinese"), database_url="")
    with Store(settings) as store, ensure_worker(store) as supervisor:
        jobs = {name: (submit_report if path.suffix else submit_study)(store, path) for name, path in sources.items()}
        found = {name: list(watch(store, job, supervisor))[-1] for name, job in jobs.items()}
    return {"settings": settings, **found}


@pytest.fixture(scope="module")
def served(ended: dict[str, Any]) -> Iterator[Served]:
    needs.chromium()
    with serving(ended["settings"]) as url:
        yield Served(url, str(ended["made"].reading_id), str(ended["scan"].reading_id), ended["settings"])


@pytest.fixture
def screen(served: Served, browser: Any) -> Iterator[Screen]:
    expect.set_options(timeout=SOON_MS)
    for shown in watched(served, browser):
        shown.page.set_default_timeout(SOON_MS)
        yield shown
    expect.set_options(timeout=20_000)


def assert_nothing(left: dict[str, list[str]]) -> None:
    assert not left, "\n".join(f"{text[:200]}: {runs}" for text, runs in left.items())


def open_chinese(screen: Screen, path: str) -> None:
    screen.open(f"{path}{'&' if '?' in path else '?'}lang=zh")
    expect(screen.page.get_by_text("仅供研究使用", exact=False)).to_be_visible()
    screen.settle()


def source_of(path: Path) -> Source:
    return Source.of(path.read_text(encoding="utf8"))


@pytest.mark.parametrize("kind", [*KINDS, "made"])
def test_a_report_is_shown_in_chinese(
    screen: Screen, sources: dict[str, Path], ended: dict[str, Any], kind: str
) -> None:
    assert ended[kind].state == "done", ended[kind]
    source = source_of(sources[kind])
    left: dict[str, list[str]] = {}
    for view in VIEWS if kind == KINDS[0] else ("anomalies", "checks", "warnings"):
        open_chinese(screen, f"/reports?reading={ended[kind].reading_id}&view={view}")
        rows = screen.page.locator("tr[data-r]")
        for number in range(min(rows.count(), ROWS)):
            rows.nth(number).click()
            screen.settle()
            left |= latin(texts(screen.page), [kind], source)
        left |= latin(texts(screen.page), [kind], source)
    assert_nothing(left)


def test_the_lists_and_the_study_are_shown_in_chinese(
    screen: Screen, sources: dict[str, Path], ended: dict[str, Any]
) -> None:
    assert ended["scan"].state == "done", ended["scan"]
    reports = [source_of(sources[kind]) for kind in KINDS]
    left: dict[str, list[str]] = {}
    open_chinese(screen, "/reports")
    left |= latin(texts(screen.page), [made.COMPANY], *reports)
    open_chinese(screen, "/studies")
    row = screen.page.locator("tr[data-r]").first
    patient = row.locator("th").inner_text()
    left |= latin(texts(screen.page), patient.split(" · "))
    row.click()
    screen.settle()
    expect(screen.page.locator("img.slice")).to_be_visible()
    screen.page.locator("tr[data-r]").first.click()
    screen.page.locator('[data-testid="stExpander"] summary').click()
    screen.settle()
    left |= latin(texts(screen.page), patient.split(" · "))
    assert_nothing(left)


def test_what_is_refused_is_said_in_chinese(screen: Screen, tmp_path: Path) -> None:
    left: dict[str, list[str]] = {}
    for page, typed in (
        ("/reports", ""),
        ("/reports", str(tmp_path / "absent.html")),
        ("/reports", str(tmp_path)),
        ("/reports", "~nobody-of-that-name/report.html"),
        ("/studies", str(tmp_path / "absent")),
        ("/studies", "/" + "x" * 300),
    ):
        open_chinese(screen, page)
        screen.page.locator("input[type=text]").fill(typed)
        screen.page.get_by_role("button", name="读取").click()
        error = screen.page.locator('[data-testid="stAlertContentError"]')
        expect(error).to_be_visible()
        screen.settle()
        left |= latin(texts(screen.page), [typed] if typed else [])
    open_chinese(screen, "/reports?reading=reading-0123456789abcdef")
    left |= latin(texts(screen.page), [])
    assert_nothing(left)


def test_failed_jobs_say_why_in_chinese(screen: Screen, ended: dict[str, Any]) -> None:
    assert [ended[name].state for name in ("empty", "text")] == ["failed", "failed"]
    left: dict[str, list[str]] = {}
    for name in ("empty", "text"):
        open_chinese(screen, f"/jobs?job={ended[name].job_id}")
        expect(screen.page.locator('[data-testid="stAlertContentError"]')).to_be_visible()
        left |= latin(texts(screen.page), [f"{kind}.html" for kind in (*KINDS, "made", "empty")] + ["scan", "text"])
    assert_nothing(left)


def test_the_check_finds_a_sentence_that_is_left_in_english() -> None:
    source = Source.of('<td>Net\nrevenues</td><ix:nonFraction name="us-gaap:AssetsCurrent">1</ix:nonFraction>')
    shown = ["异常 2", "us-gaap:Revenues = 1,200 USD", "“Net revenues”与 assets, current 不符"]
    assert latin(shown, [], source) == {}
    assert latin(["The loss is wrong.", "n/a", "net", "Net loss"], [], source) == {
        "The loss is wrong.": ["The loss is wrong"],
        "n/a": ["n/a"],
        "Net loss": ["Net loss"],
    }
