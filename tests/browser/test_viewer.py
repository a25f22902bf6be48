"""What the slice viewer shows is round where the patient is, and one frame: no number over another slice's pixels."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from apps.medical.ct.volume import Geometry
from apps.store.store import Store
from tests.apps.medical.readings import make_finding
from tests.browser.conftest import Screen, Served
from tests.thinned import first_of
from tests.ui import made

pytestmark = pytest.mark.browser

SPACINGS = {"square": (3.0, 0.5, 0.5), "tall": (3.0, 1.0, 0.5), "wide": (3.0, 0.4, 1.1)}
RADIUS_MM = 24.0
FIELD_MM = 120.0
RING_MM = RADIUS_MM + 3.0
WIDTHS = (390, 480, 640, 768, 900, 1024, 1280, 1440, 1920)
USUAL = (390, 1280, 1920)


@dataclass
class Round:
    """Where the ball and its ring stand on the screen, in pixels: left, top, right, bottom."""

    ball: tuple[float, float, float, float]
    ring: tuple[float, float, float, float]


def ball(spacing: tuple[float, float, float]) -> tuple[Geometry, np.ndarray]:
    """A ball in air, off the middle of the slices, in voxels of this size."""
    size = (5, round(FIELD_MM / spacing[1]), round(FIELD_MM / spacing[2]))
    z, y, x = np.ogrid[: size[0], : size[1], : size[2]]
    away = ((z - 2) * spacing[0]) ** 2 + ((y + 0.5) * spacing[1] - 50) ** 2 + ((x + 0.5) * spacing[2] - 70) ** 2
    hu = np.where(away < RADIUS_MM**2, 300, -1000).astype(np.int16)
    return Geometry(size, spacing, made.GEOMETRY.origin_mm, made.GEOMETRY.direction), hu


@pytest.fixture(scope="module")
def balls(served: Served) -> Iterator[dict[str, str]]:
    """Readings of studies with one ball each, by the shape of their pixels."""
    found = {}
    with Store(served.settings) as store:
        for name, spacing in SPACINGS.items():
            geometry, hu = ball(spacing)
            centre = (2.0, 50 / spacing[1] - 0.5, 70 / spacing[2] - 0.5)
            finding = make_finding(
                1, probability=0.9, centre_voxel=centre, centre_mm=(0.0, 0.0, 0.0), side="left",
                long_axis_mm=2 * RADIUS_MM, short_axis_mm=2 * RADIUS_MM, volume_mm3=1.0,
            )  # fmt: skip
            found[name] = made.study(
                store, f"BALL^{name}", patient_id=f"B-{name}", geometry=geometry, hu=hu, finding=finding
            )
        yield found
        from apps.jobs import delete

        for reading in found.values():
            delete(store, reading)


AT_REST = """stage => new Promise(resolve => {
  let last = '', frames = 0;
  const look = () => {
    const now = JSON.stringify(stage.getBoundingClientRect());
    frames = now === last ? frames + 1 : 0; last = now;
    if (frames >= 6) resolve(); else requestAnimationFrame(look);
  };
  look();
})"""
"""Waits until the stage has not moved for some frames."""


def measured(screen: Screen) -> Round:
    """The ball from the picture of the screen, and its ring from the page."""
    stage = screen.page.locator(".stage")
    stage.scroll_into_view_if_needed()
    ring = screen.page.locator("circle.ring").evaluate(
        "e => { const r = e.getBoundingClientRect(), s = e.closest('.stage').getBoundingClientRect();"
        " return [r.left - s.left, r.top - s.top, r.right - s.left, r.bottom - s.top]; }"
    )
    screen.page.locator(".stage").evaluate("e => e.querySelector('.overlay').style.visibility = 'hidden'")
    picture = np.asarray(Image.open(io.BytesIO(stage.screenshot())).convert("L"))
    screen.page.locator(".stage").evaluate("e => e.querySelector('.overlay').style.visibility = ''")
    rows, columns = largest(picture > 200)
    return Round((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1), tuple(ring))


def largest(bright: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from scipy import ndimage

    labels, _ = ndimage.label(bright)
    counts = np.bincount(labels.ravel())
    counts[0] = 0
    rows, columns = np.nonzero(labels == counts.argmax())
    return rows, columns


@pytest.mark.parametrize("widths", first_of(USUAL, WIDTHS), ids=["usual", "all"])
@pytest.mark.timeout(300)
def test_a_ball_and_its_ring_are_round_at_every_width(
    screen: Screen, balls: dict[str, str], widths: tuple[int, ...]
) -> None:
    for shape, reading in balls.items():
        if shape == next(iter(balls)):
            screen.open(f"/studies?reading={reading}&slice=2")
        else:
            screen.show(f"/studies?reading={reading}&slice=2")
        for width in widths:
            screen.page.set_viewport_size({"width": width, "height": 900})
            expect(screen.page.locator("circle.ring")).to_have_count(1)
            expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "lung/2.png")
            screen.page.locator(".stage").evaluate(AT_REST)
            is_round(screen, shape, width)


def is_round(screen: Screen, shape: str, width: int) -> None:
    """The ball on the screen is as wide as it is high, and its ring lies around it."""
    found = measured(screen)
    left, top, right, bottom = found.ball
    across, down = right - left, bottom - top
    assert across > 60, width
    voxel = max(SPACINGS[shape][1:]) * across / (2 * RADIUS_MM)  # the ball's own edge is so coarse
    assert abs(across - down) <= voxel + 1.5, (width, across, down)
    x0, y0, x1, y1 = found.ring
    assert abs((x1 - x0) - (y1 - y0)) <= 0.5, (width, found)
    assert (x1 - x0) / across == pytest.approx(RING_MM / RADIUS_MM, rel=0.03 + voxel / across), width
    assert (x0 + x1) / 2 == pytest.approx((left + right) / 2, abs=1.5 + voxel / 2), width
    assert (y0 + y1) / 2 == pytest.approx((top + bottom) / 2, abs=1.5 + voxel / 2), width
    size = screen.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert size[0] <= size[1], f"the page is wider than the window of {width}"


class Held:
    """Answers for slices that are kept back until they are released. Made before the page is opened: a page that runs
    hears late that its requests are to be held."""

    def __init__(self, page: Any, pattern: str) -> None:
        self.routes: list[Route] = []
        self.page, self.pattern = page, pattern
        page.route(pattern, lambda route: self.routes.append(route))

    def wait(self, number: int = 1) -> None:
        for _ in range(200):
            if len(self.routes) >= number:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{len(self.routes)} of {number} were asked for")

    def release(self) -> None:
        for route in self.routes:
            route.continue_()
        self.page.unroute(self.pattern)


def shown(screen: Screen) -> dict[str, Any]:
    """What stands on the stage at one moment."""
    return screen.page.locator(".stage").evaluate(
        "e => ({picture: e.querySelector('.slice').dataset.shown, heat: e.querySelector('.heat').dataset.shown || '',"
        " where: e.querySelector('.where').textContent, info: e.querySelector('.info').textContent,"
        " rings: e.querySelectorAll('.ring').length, note: e.querySelector('.note').textContent})"
    )


def test_while_a_slice_is_missing_the_shown_one_keeps_its_number_rings_and_heatmap(screen: Screen) -> None:
    held = Held(screen.page, "**/ct/*/bone/3.png*")
    screen.open(f"/studies?reading={screen.served.study}&slice=3&finding=finding-1")
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "lung/3.png")
    screen.page.locator(".stage").click()
    screen.page.keyboard.press("h")
    expect(screen.page.locator("img.heat")).to_have_attribute("data-shown", "heat/finding-1/3.png")
    before = shown(screen)
    assert before["where"].startswith("Slice 4 / 6")
    assert before["rings"] == 1
    screen.page.keyboard.press("3")
    held.wait()
    expect(screen.page.locator(".note")).to_have_text("loading …")
    assert {**shown(screen), "note": ""} == before
    held.release()
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "bone/3.png")
    after = shown(screen)
    assert after["info"] != before["info"]
    assert after["note"] == ""


def test_the_heatmap_of_another_slice_is_never_over_this_one(screen: Screen) -> None:
    held = Held(screen.page, "**/ct/*/heat/finding-1/4.png*")
    screen.open(f"/studies?reading={screen.served.study}&slice=3&finding=finding-1")
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "lung/3.png")
    screen.page.locator(".stage").click()
    screen.page.keyboard.press("h")
    expect(screen.page.locator("img.heat")).to_have_attribute("data-shown", "heat/finding-1/3.png")
    before = shown(screen)
    screen.page.keyboard.press("ArrowUp")
    held.wait()
    expect(screen.page.locator(".note")).to_have_text("loading …")
    assert {**shown(screen), "note": ""} == before  # the pixels of slice 5 are there, and wait for their heatmap
    held.release()
    expect(screen.page.locator("img.heat")).to_have_attribute("data-shown", "heat/finding-1/4.png")
    after = shown(screen)
    assert (after["picture"], after["where"][:11]) == ("lung/4.png", "Slice 5 / 6")


def test_an_overtaken_answer_is_not_shown_after_a_newer_one(screen: Screen) -> None:
    held = Held(screen.page, "**/ct/*/bone/0.png*")
    screen.open(f"/studies?reading={screen.served.study}&slice=0")
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "lung/0.png")
    screen.page.locator(".stage").click()
    screen.page.keyboard.press("3")
    held.wait()
    screen.page.keyboard.press("2")
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "mediastinum/0.png")
    held.release()
    screen.page.wait_for_timeout(400)
    assert (shown(screen)["picture"], shown(screen)["note"]) == ("mediastinum/0.png", "")


def test_a_key_that_is_pressed_right_after_a_finding_was_chosen_is_not_lost(screen: Screen) -> None:
    screen.open(f"/studies?reading={screen.served.study}&slice=0")
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "lung/0.png")
    row = screen.page.locator("tr", has_text="0.91").element_handle()
    viewer = screen.page.locator(".viewer").element_handle()
    screen.page.evaluate(
        "([row, viewer]) => { row.click(); for (const key of ['3', 'm']) "
        "viewer.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })); }",
        [row, viewer],
    )
    screen.page.wait_for_url(re.compile("slice=3.*finding=finding-1.*window=bone.*markers=false"))
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "bone/3.png")
    expect(screen.page.locator("circle.ring")).to_have_count(0)
    screen.settle()
    assert shown(screen)["picture"] == "bone/3.png"


def test_a_slice_that_cannot_be_loaded_is_said_and_the_shown_one_stays(screen: Screen) -> None:
    screen.open(f"/studies?reading={screen.served.study}&slice=0&lang=zh")
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", "lung/0.png")
    before = shown(screen)
    screen.page.route("**/ct/*/bone/0.png*", lambda route: route.abort())
    screen.page.locator(".stage").click()
    screen.page.keyboard.press("3")
    expect(screen.page.locator(".note")).to_contain_text("无法加载此层面")
    assert {**shown(screen), "note": ""} == before
    said = {"status": 500, "body": "页面发生内部错误。", "content_type": "text/plain; charset=utf-8"}
    screen.page.route("**/ct/*/mediastinum/0.png*", lambda route: route.fulfill(**said))
    screen.page.keyboard.press("2")
    expect(screen.page.locator(".note")).to_have_text(said["body"])
    assert {**shown(screen), "note": ""} == before
