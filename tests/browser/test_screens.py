"""The three screens in a real browser: what an analyst and a radiologist do with the mouse and the keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Screen
from tests.ui import made

pytestmark = pytest.mark.browser


def frame_of(screen: Screen):
    return screen.page.frame_locator("iframe[sandbox='']")


def test_a_click_on_a_number_marks_it_in_the_source(screen: Screen) -> None:
    screen.open(f"/reports?reading={screen.served.report}&view=income")
    screen.page.get_by_role("gridcell", name="1,200").or_(screen.page.locator("td", has_text="1,200")).first.click()
    target = frame_of(screen).locator("span:target")
    expect(target).to_have_text("1,200")
    assert target.get_attribute("id") == "f1"
    expect(target).to_be_in_viewport()
    expect(screen.page).to_have_url(re.compile(r"pick=revenue\.2"))


def test_arrow_keys_move_through_the_statement_and_the_source_follows(screen: Screen) -> None:
    screen.open(f"/reports?reading={screen.served.report}&view=income&pick=revenue.2")
    expect(frame_of(screen).locator("span:target")).to_have_text("1,200")
    screen.page.locator("td.selected").focus()
    screen.page.keyboard.press("ArrowLeft")
    expect(frame_of(screen).locator("span:target")).to_have_text("1,100")
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("ArrowDown")
    expect(frame_of(screen).locator("span:target")).to_have_text("60")


def test_the_address_alone_brings_the_view_back(screen: Screen) -> None:
    screen.open(f"/reports?reading={screen.served.report}&view=anomalies")
    screen.page.locator("tr", has_text="The net loss has the wrong sign.").click()
    target = frame_of(screen).locator("span:target")
    expect(target).to_have_text("35")
    assert target.get_attribute("id") == made.UNNAMED
    screen.page.reload()
    screen.settle()
    expect(frame_of(screen).locator("span:target")).to_have_text("35")
    expect(screen.page.locator("tr.selected")).to_contain_text("The net loss has the wrong sign.")


def test_a_report_with_script_and_onerror_runs_nothing_and_asks_for_nothing(screen: Screen) -> None:
    assert b"<script" in made.REPORT
    assert b"onerror" in made.REPORT
    screen.open(f"/reports?reading={screen.served.report}&view=income&pick=revenue.2")
    expect(frame_of(screen).locator("span:target")).to_have_text("1,200")
    assert screen.page.title() != "ran"
    screen.page.goto(f"{screen.served.url}/source/{screen.served.report}")
    screen.page.wait_for_timeout(300)
    assert screen.page.title() == "Source"
    assert screen.page.evaluate("() => window.origin") == "null"
    assert not [url for url in screen.requests if "tracker" in url]


def test_a_script_that_got_past_the_sanitiser_would_still_not_run(screen: Screen) -> None:
    from ui.sources import CONTENT_SECURITY_POLICY

    def hostile(route) -> None:
        body = "<title>still</title><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"
        headers = {"content-type": "text/html", "content-security-policy": CONTENT_SECURITY_POLICY}
        route.fulfill(body=body, headers=headers)

    screen.page.route("**/source/**", hostile)
    screen.page.goto(f"{screen.served.url}/source/{screen.served.report}")
    screen.page.wait_for_timeout(300)
    assert screen.page.title() == "still"


def test_the_viewer_moves_with_the_keyboard_and_the_findings_jump_to_their_slices(screen: Screen) -> None:
    screen.open(f"/studies?reading={screen.served.study}&slice=0&below=true")
    image = screen.page.locator("img.slice")
    expect(image).to_have_attribute("data-shown", "lung/0.png")
    screen.page.locator(".stage").click()
    screen.page.keyboard.press("ArrowRight")
    expect(image).to_have_attribute("data-shown", "lung/1.png")
    expect(screen.page.locator(".where")).to_contain_text("Slice 2 / 6   z -47.5 mm")
    screen.page.keyboard.press("End")
    expect(image).to_have_attribute("data-shown", "lung/5.png")
    screen.page.keyboard.press("2")
    expect(image).to_have_attribute("data-shown", "mediastinum/5.png")
    screen.page.locator("tr", has_text="0.91").click()
    expect(image).to_have_attribute("data-shown", "mediastinum/3.png")
    expect(screen.page.locator("circle.ring.on")).to_have_count(1)
    screen.page.locator(".stage").click()
    screen.page.keyboard.press("n")
    expect(image).to_have_attribute("data-shown", "mediastinum/1.png")
    expect(screen.page.locator("tr.selected")).to_contain_text("0.11")
    screen.page.wait_for_url(re.compile(r"finding=finding-2"))


def test_the_heatmap_is_off_until_it_is_asked_for(screen: Screen) -> None:
    screen.open(f"/studies?reading={screen.served.study}&finding=finding-1")
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "lung/3.png")
    expect(screen.page.locator("img.heat")).to_be_hidden()
    screen.page.locator(".stage").click()
    screen.page.keyboard.press("h")
    expect(screen.page.locator("img.heat")).to_have_attribute("data-shown", "heat/finding-1/3.png")
    expect(screen.page.locator("img.heat")).to_be_visible()
    assert screen.page.locator(".letter.left").inner_text() == "R"


def test_pages_change_by_the_navigation_and_each_says_what_to_do(screen: Screen) -> None:
    screen.open("/")
    expect(screen.page.locator("tr", has_text="Example Works")).to_be_visible()
    screen.page.get_by_role("link", name="Studies").click()
    expect(screen.page.locator("tr", has_text="DOE JANE")).to_be_visible()
    screen.page.get_by_role("link", name="Jobs").click()
    expect(screen.page.get_by_text("No job yet.", exact=False)).to_be_visible()
    assert "DOE" not in " ".join(screen.requests)


def test_a_reading_is_deleted_only_after_the_question(screen: Screen) -> None:
    from apps.store import readings
    from apps.store.store import Store
    from core_model.errors import NotFound

    with Store(screen.served.settings) as store:
        extra = made.study(store, "ROE^RICHARD")
        other = made.report(store)
        screen.open(f"/studies?reading={extra}")
        screen.page.get_by_role("button", name="Delete", exact=True).click()
        screen.page.get_by_role("button", name="Keep it").click()
        screen.settle()
        readings.get(store, extra)
        screen.page.get_by_role("button", name="Delete", exact=True).click()
        screen.page.get_by_role("button", name="Delete it").click()
        expect(screen.page.get_by_text("Folder or zip on this machine")).to_be_visible()
        with pytest.raises(NotFound):
            readings.get(store, extra)
        readings.get(store, other)
        made.study(store)


def test_one_click_leads_from_a_finished_job_to_its_result(screen: Screen) -> None:
    from apps.store import jobs
    from apps.store.deletion import delete_everything_of
    from apps.store.store import Store

    with Store(screen.served.settings) as store:
        job = jobs.create_done(store, "medical.read", None, {}, screen.served.study)
        screen.open("/jobs")
        screen.page.locator("tr", has_text="Open the result").click()
        expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "lung/3.png")
        assert screen.page.url.endswith(f"/studies?reading={screen.served.study}")
        delete_everything_of(store, job.id)


def test_the_pictures_of_the_screens_are_made_from_the_store(
    screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    from ui import library, screenshots

    for name, value in screen.served.settings.environment().items():
        monkeypatch.setenv(name, value)
    pictures = screenshots.addresses(screen.served.report, screen.served.study)
    library.close()
    made_files = screenshots.take(screen.page, screen.served.url, tmp_path / "images", pictures)
    assert [path.name for path in made_files] == ["reports.png", "statements.png", "studies.png", "jobs.png"]
    for path in made_files:
        with Image.open(path) as image:
            assert image.size == (screenshots.WIDTH, screenshots.HEIGHT)
            assert image.convert("L").getextrema() != (255, 255)
