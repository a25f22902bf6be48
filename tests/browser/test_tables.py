"""Tables at every width: a row's unit is in sight, and no number is, of which an edge hides some digits."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from apps.finance.periods import Period
from apps.finance.statements.model import ReportedLine
from apps.jobs import delete
from apps.store.store import Store
from tests.browser.conftest import EN_ZH, Screen, Served
from tests.thinned import first_of
from tests.ui import made

pytestmark = pytest.mark.browser

WIDTHS = (390, 480, 768, 1024, 1280, 1920)
USUAL = (390, 768, 1920)
FRAMES = (
    "() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 20))))"
)
LINES = (
    ("Net operating revenues of all segments and of discontinued operations", "USD", "12345000000"),
    ("Basic net income per share attributable to shareowners of the company", "USD/shares", "-2.48"),
    ("Average shares outstanding, assuming dilution, of all classes of stock", "shares", "4339000000"),
    ("In francs", "CHF", "7000000"),
)
UNITS = {"en": ["USD/shares", "shares", "CHF, millions"], "zh": ["美元/股", "股", "CHF，百万"]}
SEEN = """grid => {
  const view = grid.getBoundingClientRect(), table = grid.querySelector('table');
  const kept = table.className === 'cell' ? table.tHead.rows[0].cells[0].getBoundingClientRect().right : view.left;
  const range = document.createRange();
  const box = node => { range.selectNodeContents(node); return range.getBoundingClientRect(); };
  const seen = node => [...node.children].some(child => getComputedStyle(child).opacity !== '0' && child.textContent);
  const cut = [], units = [], numbers = [];
  for (const cell of grid.querySelectorAll('thead th:not(:first-child), td')) {
    if (!seen(cell)) continue;
    const { left, right } = box(cell);
    if (right <= kept || left >= view.right) continue; // wholly out of sight
    if (left < kept - 0.5 || right > view.right + 0.5) cut.push(cell.textContent);
    else if (cell.tagName === 'TD') numbers.push(cell.textContent);
  }
  for (const unit of grid.querySelectorAll('.tag')) {
    const { left, right } = unit.getBoundingClientRect(), caption = unit.closest('th').getBoundingClientRect();
    const text = unit.closest('th').querySelector('.text').getBoundingClientRect();
    const whole = unit.scrollWidth <= unit.clientWidth && left >= view.left && right <= caption.right;
    units.push(whole && text.width > 25 ? unit.textContent : `cut: ${unit.textContent}`);
  }
  return { cut, units, numbers };
}"""


@pytest.fixture(scope="module")
def wide(served: Served) -> Iterator[str]:
    """The reading of a report whose statement has long captions, four years, and rows of other units."""
    years = [Period(f"{year}-12-31", f"{year}-01-01") for year in range(2021, 2025)]
    rows = tuple(
        ReportedLine(label, f"c:{number}", "", 0, False, False,
                     tuple(made.value(year, amount, "f1", unit=unit) for year in years))
        for number, (label, unit, amount) in enumerate(LINES)
    )  # fmt: skip
    with Store(served.settings) as store:
        reading = made.report(
            store, reported={"income": rows, "balance": made.NOT_SAID, "cash_flow": made.NOT_SAID}, anomalies=()
        )
        yield reading
        delete(store, reading)


def grids(screen: Screen) -> Any:
    return screen.page.locator(".grid").first


@pytest.mark.timeout(300)
@pytest.mark.parametrize("widths", first_of(USUAL, WIDTHS), ids=["usual", "all"])
@pytest.mark.parametrize("lang", UNITS)
def test_each_rows_unit_is_in_sight_and_no_number_is_cut(
    screen: Screen, wide: str, lang: str, widths: tuple[int, ...]
) -> None:
    screen.open(f"/reports?reading={wide}&view=income&as_reported=true&lang={lang}")
    expect(screen.page.locator(".tag")).to_have_count(3)
    for width in widths:
        screen.page.set_viewport_size({"width": width, "height": 900})
        for scrolled in (0, 37, 100, 10_000):
            grids(screen).evaluate("(grid, left) => { grid.scrollLeft = left; }", scrolled)
            screen.page.evaluate(FRAMES)
            seen = grids(screen).evaluate(SEEN)
            assert seen["cut"] == [], (width, scrolled)
            assert seen["units"] == UNITS[lang], (width, scrolled)
            assert seen["numbers"], (width, scrolled)
    screen.page.set_viewport_size({"width": 390, "height": 900})
    screen.page.locator("td.selected").focus()
    for _ in range(3):  # the chosen number comes into view from under the captions
        screen.page.keyboard.press("ArrowLeft")
        screen.page.evaluate(FRAMES)
        focused = screen.page.locator("td:focus")
        assert "cut" not in (focused.get_attribute("class") or "")
        assert focused.inner_text() in grids(screen).evaluate(SEEN)["numbers"]


@pytest.mark.parametrize("lang", EN_ZH)
def test_lists_tabs_and_sentences_can_be_read_on_a_narrow_screen(screen: Screen, wide: str, lang: str) -> None:
    assert wide
    screen.page.set_viewport_size({"width": 390, "height": 900})
    screen.open(f"/?lang={lang}")
    expect(screen.page.locator("tbody th").first).to_be_visible()
    assert grids(screen).evaluate(SEEN)["cut"] == []
    name = screen.page.locator("tbody th", has_text=made.COMPANY).first
    assert name.evaluate("cell => cell.scrollWidth <= cell.clientWidth")
    screen.show(f"/reports?reading={screen.served.report}&view=checks&lang={lang}")
    sentence = screen.page.locator("tbody th", has_text="The loss is printed as a profit.")
    assert sentence.evaluate("cell => cell.scrollWidth <= cell.clientWidth")
    for tab in screen.page.get_by_role("radiogroup").last.get_by_role("radio").all():
        box = tab.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
