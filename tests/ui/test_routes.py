"""The server answers its own pages on this machine, by id, with safe headers, and nobody else."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware

from apps.finance.reading import FinanceReading
from apps.medical.reading import MedicalReading
from apps.medical.records.entries import study_of
from apps.medical.records.studies import Identity, SeriesEntry, add_study
from apps.medical.records.tables import StudyReadingRow
from apps.provenance import Provenance
from apps.store import blobs, readings
from apps.store.store import Store
from core_model.errors import NotFound
from tests.ui import made
from tests.ui.asgi import TOKEN, ask
from tests.ui.screens import components, opened
from ui import library, slices
from ui.guard import Guard
from ui.labels import text
from ui.routes import ROUTES
from ui.widgets.study_view import viewer_data

APP = Starlette(routes=ROUTES, middleware=[Middleware(Guard, token=TOKEN)])


def pixels(body: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(body)))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/source/reading-0", "there is no reading 'reading-0'; see the list of readings."),
        ("/source/reading-0?lang=zh", "没有结果“reading-0”；请查看结果列表。"),
        ("/ct/reading-0/lung/x.png?lang=zh", "没有此层面。"),
        ("/source/reading-0?lang=xx", "there is no reading 'reading-0'; see the list of readings."),
    ],
)
def test_what_goes_wrong_is_said_in_the_language_of_the_address(store: Store, address: str, said: str) -> None:
    assert ask(APP, address).body.decode() == said


def test_the_screens_ask_for_a_source_in_their_language(store: Store) -> None:
    reading = made.report(store)
    for lang in ("en", "zh"):
        app = opened("reports", lang=lang, reading=reading)
        (frame,) = [data for name, data in components(app).items() if name.startswith("tandem_frame")]
        assert frame["src"] == f"/source/{reading}?lang={lang}"


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "LOCALHOST", "[::1]:8501"])
def test_this_machines_own_names_are_answered(host: str) -> None:
    assert ask(APP, "/health", host=host).body == b"ok"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", "localhost.evil.example", "", "[", "0.0.0.0"],
)
def test_another_host_name_is_refused(host: str) -> None:
    answer = ask(APP, "/health", host=host)
    assert answer.status == 403
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "http://127.0.0.1"])
def test_another_origin_is_refused_for_requests_and_sockets(origin: str) -> None:
    assert ask(APP, "/health", origin=origin).status == 403
    refused = ask(APP, "/_stcore/stream", kind="websocket", origin=origin)
    assert refused.messages[0]["type"] == "websocket.close"


def test_the_own_origin_is_answered() -> None:
    assert ask(APP, "/health", origin="http://127.0.0.1:8501").status == 200


def test_documents_and_images_are_not_given_to_pages_of_other_sites(store: Store) -> None:
    reading = made.report(store)
    assert ask(APP, f"/source/{reading}").status == 200
    assert ask(APP, f"/source/{reading}", sec_fetch_site="same-origin").status == 200
    for site in ("cross-site", "same-site"):
        assert ask(APP, f"/source/{reading}", sec_fetch_site=site).status == 403
        assert ask(APP, f"/ct/{reading}/lung/0.png", sec_fetch_site=site).status == 403


def test_a_source_is_served_sandboxed_without_script_and_is_not_kept_by_the_browser(store: Store) -> None:
    answer = ask(APP, f"/source/{made.report(store)}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("; sandbox")
    assert "script-src" not in policy
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert b"<script" not in answer.body
    assert b"onerror" not in answer.body
    assert b"tracker.example" not in answer.body
    assert b'id="f1"' in answer.body


@pytest.mark.parametrize("path", ["/health", "/ct/reading-0/lung/0.png", "/nothing"])
def test_every_answer_has_the_safe_headers(store: Store, path: str) -> None:
    headers = ask(APP, path).headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_what_is_said_in_place_of_a_source_stands_in_its_frame(store: Store) -> None:
    shown, refused = (ask(APP, f"/source/{reading}") for reading in (made.report(store), "reading-0"))
    assert refused.headers["content-security-policy"] == shown.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in refused.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/source/", "/source", "/ct/", "/ct", "/source/reading-0000000000000000", "/source/..",
        "/source/../../etc/passwd",
        "/source/..%2f..%2fetc%2fpasswd", "/source/%00", "/source/a/b", "/source/" + "a" * 65, "/source/reading'--",
        "/ct/reading-0/lung/0.png", "/ct/../lung/0.png", "/ct/reading-0/lung/../../0.png", "/ct/x/heat/../0.png",
    ],
)  # fmt: skip
def test_what_is_no_id_of_a_reading_is_not_found_and_nothing_is_listed(store: Store, path: str) -> None:
    made.report(store)
    answer = ask(APP, path)
    assert answer.status == 404
    assert made.report(store).encode() not in answer.body


def test_a_slice_shows_the_ball_at_its_place_through_the_window(store: Store) -> None:
    reading = made.study(store)
    image = pixels(ask(APP, f"/ct/{reading}/mediastinum/3.png").body)
    assert image.shape == made.SIZE[1:]
    assert image[10, 20] == round((40 - (50 - 175)) / 350 * 255)
    assert image[0, 0] == 0
    lung = pixels(ask(APP, f"/ct/{reading}/lung/3.png").body)
    assert lung[0, 0] == 77  # (-900 + 1350) of 1500 HU, of 255


@pytest.mark.parametrize("tail", ["lung/6.png", "lung/-1.png", "lung/x.png", "lung/999999.png", "ultrasound/0.png"])
def test_a_slice_or_window_that_does_not_exist_is_not_found(store: Store, tail: str) -> None:
    assert ask(APP, f"/ct/{made.study(store)}/{tail}").status == 404


def test_a_heatmap_lies_where_the_finding_is_and_is_clear_elsewhere(store: Store) -> None:
    reading = made.study(store)
    rgba = pixels(ask(APP, f"/ct/{reading}/heat/finding-1/3.png").body)
    assert rgba.shape == (*made.SIZE[1:], 4)
    assert (rgba[8:13, 18:23, 3] == 128).all()
    assert rgba[..., 3].astype(int).sum() == 128 * 25
    outside = pixels(ask(APP, f"/ct/{reading}/heat/finding-1/0.png").body)
    assert not outside.any()
    assert ask(APP, f"/ct/{reading}/heat/finding-2/1.png").status == 404


def test_a_volume_that_is_stored_the_other_way_round_is_shown_in_the_radiological_convention(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = replace(made.GEOMETRY, direction=((0.0, 0.0, 1.0), (0.0, -1.0, 0.0), (-1.0, 0.0, 0.0)))
    monkeypatch.setattr(made, "GEOMETRY", turned)
    reading = made.study(store)
    image = pixels(ask(APP, f"/ct/{reading}/mediastinum/3.png").body)
    rows, columns = made.SIZE[1:]
    assert image[rows - 1 - 10, columns - 1 - 20] > 100
    assert image[10, 20] == 0
    heat = pixels(ask(APP, f"/ct/{reading}/heat/finding-1/3.png").body)
    assert heat[rows - 1 - 10, columns - 1 - 20, 3] == 128
    data = _viewer_data(reading)
    assert (data["findings"][0]["row"], data["findings"][0]["column"]) == (rows - 1 - 10, columns - 1 - 20)
    assert data["edges"] == {"left": "R", "right": "L", "top": "A", "bottom": "P"}


def _viewer_data(reading_id: str) -> dict:
    reading = library.reading(reading_id, MedicalReading)
    return viewer_data(reading, reading.findings)


def test_a_sagittal_series_is_shown_with_the_head_at_the_top(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sagittal = replace(made.GEOMETRY, direction=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
    monkeypatch.setattr(made, "GEOMETRY", sagittal)
    reading = made.study(store)
    assert pixels(ask(APP, f"/ct/{reading}/lung/0.png").body).shape == (made.SIZE[2], made.SIZE[1])
    data = _viewer_data(reading)
    assert data["size"] == [made.SIZE[0], made.SIZE[2], made.SIZE[1]]
    assert (data["edges"]["top"], data["edges"]["left"], data["axis"]) == ("H", "A", "x")


def test_a_reading_shows_the_volume_that_it_read_when_the_series_was_imported_again_with_more_slices(
    store: Store,
) -> None:
    first = made.study(store)
    own = readings.document(store, first)
    volume = blobs.put_array(store, "job-made", "volume", made.hounsfield())
    provenance = Provenance("3" * 64, {"document": "1"}, {}, {}, {})
    row = StudyReadingRow(
        reading_id=readings.id_of("medical.read", provenance), study_id=study_of(store, first).study.id, num_shown=1
    )
    second = readings.save(store, "medical.read", own, provenance, rows=[row], files={"volume": volume})
    longer = blobs.put_array(store, "job-made", "longer", np.concatenate([made.hounsfield()[:2], made.hounsfield()]))
    entry = SeriesEntry("1.2.3", longer)
    add_study(store, Identity("P-17", "DOE^JANE"), "1.2", [entry])
    assert np.array_equal(library.volume(second), made.hounsfield())


def test_slice_positions_are_patient_coordinates() -> None:
    assert slices.positions_mm(made.GEOMETRY) == [-50.0, -47.5, -45.0, -42.5, -40.0, -37.5]


def test_after_deletion_neither_source_nor_slices_are_served(store: Store) -> None:
    report, study = made.report(store), made.study(store)
    assert ask(APP, f"/source/{report}").status == 200
    assert ask(APP, f"/ct/{study}/lung/0.png").status == 200
    library.delete(report)
    library.delete(study)
    assert ask(APP, f"/source/{report}").status == 404
    assert ask(APP, f"/ct/{study}/lung/0.png").status == 404
    with pytest.raises(NotFound):
        library.reading(report, FinanceReading)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_error_of_ours_in_a_route_is_said_and_logged_without_what_it_holds(
    lang: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_reading: str) -> None:
        raise ValueError("/home/jane/DOE^JANE")

    monkeypatch.setattr("ui.routes.safe_source", fail)
    answer = ask(APP, f"/source/reading-1?lang={lang}")
    assert (answer.status, answer.body.decode()) == (500, text("page_failed", lang))
    assert "a route failed: ValueError in test_routes.py" in caplog.text
    assert "JANE" not in caplog.text
