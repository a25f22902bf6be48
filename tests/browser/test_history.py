"""Back and forward bring back exactly what was there, and each choice is one step of the way, scrolling none."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from apps.store import jobs
from apps.store.deletion import delete_everything_of
from apps.store.store import Store
from tests.browser.conftest import EN_ZH, Screen

pytestmark = pytest.mark.browser


def length(screen: Screen) -> int:
    return int(screen.page.evaluate("history.length"))


def pick(screen: Screen, text: str, pattern: str) -> None:
    screen.page.locator("td", has_text=text).first.click()
    expect(screen.page).to_have_url(re.compile(pattern))
    screen.settle()


def marked(screen: Screen) -> Any:
    return screen.page.frame_locator("iframe[sandbox='']").locator("span:target")


def test_scrolling_adds_no_entry_and_the_way_back_brings_back_slice_window_and_finding(screen: Screen) -> None:
    screen.open("/studies?below=true")
    row = screen.page.locator("tr", has_text="DOE JANE")
    row.click()
    image = screen.page.locator("img.slice")
    expect(image).to_have_attribute("data-shown", "lung/3.png")
    screen.settle()
    screen.page.locator(".stage").click()
    before = length(screen)
    for k in (4, 5):
        screen.page.keyboard.press("ArrowUp")
        expect(image).to_have_attribute("data-shown", f"lung/{k}.png")
        screen.page.wait_for_url(re.compile(f"slice={k}"))
    screen.page.keyboard.press("3")
    screen.page.wait_for_url(re.compile("window=bone"))
    screen.settle()
    assert length(screen) == before
    first = screen.page.url
    screen.page.locator("tr", has_text="0.91").click()
    screen.page.wait_for_url(re.compile("finding=finding-1"))
    expect(image).to_have_attribute("data-shown", "bone/3.png")
    screen.settle()
    assert length(screen) == before + 1
    second = screen.page.url
    screen.back()
    assert screen.page.url == first
    expect(image).to_have_attribute("data-shown", "bone/5.png")
    expect(screen.page.locator("tr.selected")).to_have_count(0)
    screen.forward()
    assert screen.page.url == second
    expect(image).to_have_attribute("data-shown", "bone/3.png")
    expect(screen.page.locator("tr.selected")).to_contain_text("0.91")
    screen.back()
    screen.back()
    expect(row).to_be_visible()


def test_the_way_back_to_a_study_brings_back_heatmap_and_markers(screen: Screen) -> None:
    screen.open("/studies")
    screen.page.locator("tr", has_text="DOE JANE").click()
    screen.page.locator("tr", has_text="0.91").click()
    screen.page.wait_for_url(re.compile("finding=finding-1"))
    screen.settle()
    before = length(screen)
    screen.page.locator(".stage").click()
    screen.page.keyboard.press("h")
    screen.page.wait_for_url(re.compile("heat=true"))
    screen.page.keyboard.press("m")
    screen.page.wait_for_url(re.compile("markers=false"))
    expect(screen.page.locator("img.heat")).to_have_attribute("data-shown", "heat/finding-1/3.png")
    expect(screen.page.locator("circle.ring")).to_have_count(0)
    screen.settle()
    assert length(screen) == before
    screen.page.get_by_role("button", name="All studies").click()
    expect(screen.page.locator("tr", has_text="DOE JANE")).to_be_visible()
    screen.settle()
    screen.back()
    expect(screen.page.locator("img.heat")).to_have_attribute("data-shown", "heat/finding-1/3.png")
    expect(screen.page.locator("tr.selected")).to_contain_text("0.91")
    expect(screen.page.locator("circle.ring")).to_have_count(0)


def test_findings_reached_by_arrow_keys_are_no_entries_and_by_n_one_each(screen: Screen) -> None:
    screen.open(f"/studies?reading={screen.served.study}&below=true&finding=finding-1")
    rows = screen.page.locator("tr[data-r]", has_text="mm³")
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "lung/3.png")
    before, first = length(screen), screen.page.url
    rows.nth(0).focus()
    for key, finding, k in (("ArrowDown", 2, 1), ("ArrowUp", 1, 3), ("ArrowDown", 2, 1)):
        screen.page.keyboard.press(key)
        screen.page.wait_for_url(re.compile(f"finding=finding-{finding}"))
        expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", f"lung/{k}.png")
        screen.settle()
    assert length(screen) == before
    screen.page.locator(".stage").click()
    screen.page.keyboard.press("n")
    screen.page.wait_for_url(re.compile("finding=finding-1"))
    screen.settle()
    assert length(screen) == before + 1
    screen.back()
    assert screen.page.url != first
    expect(screen.page.locator("tr.selected")).to_contain_text("0.11")


def test_what_was_chosen_in_one_study_is_not_chosen_in_the_next(screen: Screen) -> None:
    screen.open(f"/studies?reading={screen.served.study}&finding=finding-1&slice=5&window=bone&heat=true&markers=false")
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "bone/5.png")
    screen.page.get_by_role("button", name="All studies").click()
    screen.page.locator("tr", has_text="DOE JANE").click()
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "lung/3.png")
    expect(screen.page.locator("tr.selected")).to_have_count(0)
    assert screen.page.url.endswith(f"/studies?reading={screen.served.study}")


def test_a_pick_is_one_entry_the_frame_none_and_arrow_keys_none(screen: Screen) -> None:
    screen.open(f"/reports?reading={screen.served.report}&view=income&pick=revenue.2")
    expect(marked(screen)).to_have_text("1,200")
    before = length(screen)
    pick(screen, "1,100", r"pick=revenue\.1")
    expect(marked(screen)).to_have_text("1,100")
    assert length(screen) == before + 1
    pick(screen, "60", r"pick=net_income\.1")
    expect(marked(screen)).to_have_text("60")
    assert length(screen) == before + 2
    screen.page.locator("td.selected").focus()
    screen.page.keyboard.press("ArrowRight")
    expect(marked(screen)).to_have_text("35")
    expect(screen.page).to_have_url(re.compile(r"pick=net_income\.2"))
    screen.settle()
    assert length(screen) == before + 2
    screen.back()
    expect(marked(screen)).to_have_text("1,100")
    expect(screen.page.locator("td.selected")).to_contain_text("1,100")
    screen.back()
    expect(marked(screen)).to_have_text("1,200")
    screen.forward()
    screen.forward()
    expect(marked(screen)).to_have_text("35")
    assert length(screen) == before + 2


def test_the_way_back_brings_back_the_view_and_how_it_is_shown(screen: Screen) -> None:
    screen.open(f"/reports?reading={screen.served.report}")
    rows = screen.page.locator("tr")
    expect(screen.page.locator("tr.selected")).to_contain_text("The net loss has the wrong sign.")
    before = length(screen)
    screen.page.get_by_role("radio", name="Income").or_(screen.page.get_by_role("button", name="Income")).first.click()
    screen.page.wait_for_url(re.compile("view=income"))
    screen.settle()
    pick(screen, "60", r"pick=net_income\.1")
    screen.page.get_by_text("As reported").click()
    screen.page.wait_for_url(re.compile("as_reported=true"))
    expect(rows.filter(has_text="Operations")).to_have_count(1)
    screen.settle()
    assert length(screen) == before + 3
    screen.back()
    expect(rows.filter(has_text="Operations")).to_have_count(0)
    expect(screen.page.locator("td.selected")).to_contain_text("60")
    screen.back()
    screen.back()
    expect(screen.page.locator("tr.selected")).to_contain_text("The net loss has the wrong sign.")
    for _ in range(3):
        screen.forward()
    expect(rows.filter(has_text="Operations")).to_have_count(1)


def test_pages_are_one_entry_each_in_any_language(screen: Screen) -> None:
    screen.open("/?lang=zh")
    expect(screen.page.locator("tr", has_text="Example Works")).to_be_visible()
    before = length(screen)
    screen.page.get_by_role("link", name="影像检查").click()
    expect(screen.page.locator("tr", has_text="DOE JANE")).to_be_visible()
    screen.page.wait_for_url(re.compile("lang=zh"))
    screen.settle()
    assert length(screen) == before + 1
    screen.back()
    expect(screen.page.locator("tr", has_text="Example Works")).to_be_visible()
    expect(screen.page.get_by_text("仅供研究使用", exact=False)).to_be_visible()


@pytest.mark.parametrize(
    ("lang", "studies"), [("en", "Studies"), pytest.param("zh", "影像检查", marks=pytest.mark.slow)]
)
def test_leaving_what_is_open_for_another_page_is_one_entry(screen: Screen, lang: str, studies: str) -> None:
    screen.open(f"/reports?reading={screen.served.report}&view=income&pick=net_income.1&lang={lang}")
    expect(marked(screen)).to_have_text("60")
    screen.settle()
    before, there = length(screen), screen.page.url
    screen.page.get_by_role("link", name=studies).click()
    expect(screen.page.locator("tr", has_text="DOE JANE")).to_be_visible()
    screen.settle()
    assert length(screen) == before + 1
    screen.back()
    assert screen.page.url == there
    expect(marked(screen)).to_have_text("60")


@pytest.mark.parametrize("lang", EN_ZH)
def test_opening_the_result_of_a_job_is_one_entry(screen: Screen, lang: str) -> None:
    with Store(screen.served.settings) as store:
        job = jobs.create_done(store, "medical.read", None, {}, screen.served.study)
        try:
            screen.open(f"/jobs?lang={lang}")
            row = screen.page.locator("tr[data-r]").first
            expect(row).to_be_visible()
            screen.settle()
            before, there = length(screen), screen.page.url
            row.click()
            expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "lung/3.png")
            screen.settle()
            assert length(screen) == before + 1
            screen.back()
            expect(row).to_be_visible()
            assert screen.page.url == there
        finally:
            delete_everything_of(store, job.id)
