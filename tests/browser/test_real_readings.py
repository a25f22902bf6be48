"""A real annual report (Coca-Cola, a training company) and a real chest CT (C3N-00247), read by their jobs and shown.

What must stand on the screen is typed from the printed report (``tests/gold``), or read from the DICOM files here.
"""

import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from playwright.sync_api import expect

from apps.finance.jobs import submit as submit_report
from apps.jobs import ensure_worker, watch
from apps.medical.jobs import submit as submit_study
from apps.settings import load_settings
from apps.store import readings
from apps.store.store import Store
from benchmarks import shared_data
from core_model.training.splits import split_of_ticker
from tests import needs
from tests.browser.conftest import Screen, Served, serving, watched

pytestmark = [pytest.mark.browser, pytest.mark.shared_data, pytest.mark.slow, pytest.mark.timeout(600)]

GOLD = Path(__file__).resolve().parents[1] / "gold" / "statements.json"
SOON_MS = 60_000  # on a machine that does other work, too
K = 31  # the slice through the mass and the nodule


def images() -> dict[float, pydicom.Dataset]:
    """The images of C3N-00247 by their position along z, in mm."""
    files = sorted(shared_data.folder("medical/ct_C3N-00247").rglob("*.dcm"))
    read = [pydicom.dcmread(file) for file in files]
    return {round(float(image.ImagePositionPatient[2]), 3): image for image in read}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard with both readings in its store."""
    needs.chromium()
    needs.shared_data()
    assert split_of_ticker("KO") == "train"
    (filing,) = [file for file in shared_data.filings(split="train", form="10-K") if file.ticker == "KO"]
    settings = load_settings(data_dir=tmp_path_factory.mktemp("real"), database_url="")
    # A worker in a process of its own: the browser keeps an event loop running in this one.
    with Store(settings) as store, ensure_worker(store) as supervisor:
        jobs = submit_report(store, filing.path), submit_study(store, shared_data.folder("medical/ct_C3N-00247"))
        ended = [list(watch(store, job, supervisor))[-1] for job in jobs]
    assert [end.state for end in ended] == ["done", "done"], ended
    with serving(settings) as url:
        report, study = (str(end.reading_id) for end in ended)
        yield Served(url, report, study, settings)


@pytest.fixture
def screen(real: Served, browser: Any) -> Iterator[Screen]:
    expect.set_options(timeout=SOON_MS)
    for shown in watched(real, browser):
        shown.page.set_default_timeout(SOON_MS)
        yield shown
    expect.set_options(timeout=20_000)


def printed(line: str) -> str:
    """A gold value in millions, as the report prints it."""
    about = json.loads(GOLD.read_text(encoding="utf8"))["KO-10-K"]["lines"][line]
    millions, rest = divmod(int(about["value"]), 1_000_000)
    assert rest == 0
    return f"{millions:,}"


@pytest.mark.parametrize(
    ("view", "line", "name"),
    [
        ("income", "revenue", "Revenue"),
        ("income", "net_income", "Net income (parent)"),
        ("balance", "total_assets", "Total assets"),
        ("cash_flow", "operating_cash_flow", "Operating cash flow"),
    ],
)
def test_a_number_of_the_real_report_stands_on_the_screen_and_leads_to_itself_in_the_source(
    screen: Screen, view: str, line: str, name: str
) -> None:
    screen.open(f"/reports?reading={screen.served.report}&view={view}")
    expect(screen.page.get_by_text("COCA COLA CO", exact=True).first).to_be_visible()
    row = screen.page.locator("tr", has_text=name).first
    cell = row.locator("td", has_text=printed(line)).last
    expect(cell).to_contain_text(printed(line))
    cell.click()
    target = screen.page.frame_locator("iframe[sandbox='']").locator(":target")
    expect(target).to_have_text(printed(line))
    expect(target).to_be_in_viewport()


def test_the_real_study_is_listed_with_its_patient_size_and_findings(screen: Screen) -> None:
    first = next(iter(images().values()))
    with Store(screen.served.settings) as store:
        document = json.loads(readings.document(store, screen.served.study))
    screen.open("/studies")
    row = screen.page.locator("tr", has_text=str(first.PatientID))
    expect(row).to_contain_text(f"{len(images())} × {first.Rows} × {first.Columns}, 3 × 0.564 × 0.564 mm")
    expect(row.locator("td").nth(2)).to_have_text(str(sum(each["shown"] for each in document["findings"])))
    row.click()
    expect(screen.page).to_have_url(re.compile(f"reading={screen.served.study}"))
    assert str(first.PatientID) not in " ".join(screen.requests)


def test_a_slice_on_the_screen_is_the_image_of_that_place_in_the_files(screen: Screen) -> None:
    from PIL import Image

    positions = sorted(images())
    screen.open(f"/studies?reading={screen.served.study}&slice={K}&window=lung")
    expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", f"lung/{K}.png")
    expect(screen.page.locator(".where")).to_contain_text(f"Slice {K + 1} / {len(positions)}   z {positions[K]:.1f} mm")
    answer = screen.page.request.get(f"{screen.served.url}/ct/{screen.served.study}/lung/{K}.png")
    grey = np.asarray(Image.open(io.BytesIO(answer.body())).convert("L")).astype(float)
    image = images()[positions[K]]
    hu = image.pixel_array.astype(float) * float(image.RescaleSlope) + float(image.RescaleIntercept)
    assert grey.shape == hu.shape
    inside = (grey > 5) & (grey < 250)
    slope, level = np.polyfit(hu[inside], grey[inside], 1)
    assert np.abs(grey[inside] - (slope * hu[inside] + level)).max() < 2
    width, centre = 255 / slope, (127.5 - level) / slope
    assert (width, centre) == (pytest.approx(1500, rel=0.02), pytest.approx(-600, abs=20))


def test_the_findings_of_the_real_study_lead_to_their_slices_and_their_heatmaps(screen: Screen) -> None:
    with Store(screen.served.settings) as store:
        document = json.loads(readings.document(store, screen.served.study))
    shown = sorted((each for each in document["findings"] if each["shown"]), key=lambda each: each["rank"])
    assert shown, "the mass of this scan is found"
    screen.open(f"/studies?reading={screen.served.study}&slice=0")
    for finding in shown[:3]:
        k = round(finding["centre_voxel"][0])
        screen.page.locator("tr", has_text=f"{finding['long_axis_mm']:.1f} × {finding['short_axis_mm']:.1f} mm").click()
        expect(screen.page.locator("img.slice")).to_have_attribute("data-shown", f"lung/{k}.png")
        expect(screen.page.locator("circle.ring.on")).to_have_count(1)
    screen.page.locator(".stage").click()
    screen.page.keyboard.press("h")
    expect(screen.page.locator("img.heat")).to_be_visible()
    until = time.monotonic() + 10
    while not any("/heat/" in url for url in screen.requests):
        assert time.monotonic() < until
        screen.page.wait_for_timeout(50)
