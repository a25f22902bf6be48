"""The page of trainings in a real browser: what is drawn, what a click opens."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Screen
from tests.ui.trained import trainings

pytestmark = pytest.mark.browser


def test_curves_and_loads_are_drawn_and_a_click_opens_a_card(screen: Screen) -> None:
    trainings(screen.served.settings.data_dir)
    screen.open("/training")
    charts = screen.page.locator("[data-testid='stVegaLiteChart'] canvas, [data-testid='stVegaLiteChart'] svg")
    expect(charts).to_have_count(2)
    expect(screen.page.get_by_text("retrieval-4e5f6a7b").first).to_be_visible()
    screen.page.locator("tr", has_text="sentiment-0a1b2c3d").click()
    expect(screen.page).to_have_url(re.compile("runs=sentiment-0a1b2c3d"))
    screen.page.get_by_text("Adapters", exact=True).click()
    expect(screen.page.get_by_role("heading", name="Card")).to_be_visible()
    screen.page.locator("tr", has_text="mine.csv").nth(2).click()
    expect(screen.page).to_have_url(re.compile(r"adapters=sentiment\.1"))
    expect(screen.page.get_by_text("tandem adapters promote sentiment 1")).to_be_visible()
