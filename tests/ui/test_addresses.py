"""Addresses stay in histories, bookmarks and logs: no name, patient's id, path or UID stands in one that we make."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from streamlit.testing.v1 import AppTest

from apps.medical.jobs import submit
from apps.store import inputs, jobs
from apps.store.store import Store
from tests.ui import made
from tests.ui.asgi import TOKEN, ask
from tests.ui.screens import components, opened
from ui.guard import Guard
from ui.routes import ROUTES

APP = Starlette(routes=ROUTES, middleware=[Middleware(Guard, token=TOKEN)])
CANARIES = ("CANARY01", "CANARY02", "CANARY20", "CANARY21", "1.2.3", "1.2.4")  # name, id, paths, UIDs of series
WINDOWS = ("lung", "mediastinum", "bone")


@pytest.fixture
def planted(store: Store, tmp_path: Path) -> dict[str, str]:
    """A study and a report whose every personal part is a canary; ids of their readings, and of a job."""
    scan, page = tmp_path / "CANARY20 Jane Roe", tmp_path / "CANARY21 Jane Roe.html"
    scan.mkdir()
    page.write_bytes(made.REPORT)
    input_id = inputs.add(store, scan)
    return {
        "study": made.study(store, "CANARY01^JANE", input_id, "CANARY02"),
        "report": made.report(store),
        "job": submit(store, scan),
        "path": str(page),
    }


def texts(value: Any) -> Iterator[str]:
    """All texts in the data of a component."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for part in value.values() for text in texts(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in texts(part))


def addresses(app: AppTest) -> list[str]:
    """What a run left in the address, and every address that it gave to the browser."""
    found = [f"?{name}={value}" for name, value in app.query_params.items()]
    for data in components(app).values():
        found += [text for text in texts(data) if text.startswith(("/", "http", "data:", "blob:"))]
        found += [str(row["id"]) for row in data.get("rows", [])]  # a row that is clicked puts its id there
    found += [str(node.proto.url) for kind in ("download_button", "image", "imgs") for node in app.get(kind)
              if hasattr(node.proto, "url")]  # fmt: skip
    return found


def clean(found: list[str], allowed: str = "") -> None:
    assert found
    held = [(canary, one) for one in found for canary in CANARIES if canary in one and one != allowed]
    assert held == []


def test_the_address_of_a_study_and_of_all_that_its_page_loads_is_made_of_ids(planted: dict[str, str]) -> None:
    reading = planted["study"]
    listed = opened("studies")
    assert any("CANARY01" in text for data in components(listed).values() for text in texts(data)), "it is not listed"
    clean(addresses(listed))
    app = opened("studies", reading=reading, slice="3", window="bone", finding="finding-1")
    found = addresses(app)
    assert f"/ct/{reading}/" in found
    assert {f"?reading={reading}", "?slice=3", "?window=bone", "?finding=finding-1"} <= set(found)
    clean(found, allowed="1.2.4")  # the row of a series that can be read instead is kept in the session, see below


def test_choosing_another_series_keeps_its_uid_out_of_the_address(planted: dict[str, str]) -> None:
    app = opened("studies", reading=planted["study"])
    app.session_state["chosen_series"] = "1.2.4"
    app.run()
    app.button(key="read_series").click().run()
    assert "job" in app.query_params
    clean([f"?{name}={value}" for name, value in app.query_params.items()])


def test_a_path_that_is_given_and_a_job_s_page_leave_the_job_s_id_in_the_address(
    store: Store, planted: dict[str, str]
) -> None:
    app = opened("reports")
    app.text_input(key="report_path").set_value(planted["path"])
    next(button for button in app.button if button.label == "Read").click().run()
    (job,) = jobs.listing(store, limit=1)
    assert app.query_params["job"] == job.id
    clean(addresses(app))
    clean([*addresses(opened("jobs", job=planted["job"])), planted["job"]])
    clean([*addresses(opened("reports", reading=planted["report"])), planted["report"]])


def test_the_routes_of_a_study_answer_by_ids_with_nothing_personal_in_headers_or_refusals(
    planted: dict[str, str],
) -> None:
    reading = planted["study"]
    paths = [f"/ct/{reading}/{window}/3.png" for window in WINDOWS]
    paths += [f"/ct/{reading}/heat/finding-1/3.png", f"/source/{planted['report']}"]
    for path in paths:
        answer = ask(APP, path)
        assert answer.status == 200, (path, answer.body[:200])
        clean([json.dumps(answer.headers)])
    for path in (f"/ct/{reading}/lung/99.png", f"/ct/{reading}/nowhere/3.png", f"/source/{reading}"):
        answer = ask(APP, path)
        assert answer.status in (404, 409), path
        clean([json.dumps(answer.headers), answer.body.decode()])
