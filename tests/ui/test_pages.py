"""Each page, empty and with a reading: what it says, what it leads to, what it keeps in the address."""

import ast
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from apps.finance.reading import FinanceReading
from apps.store import blobs, inputs, jobs, readings, workers
from apps.store.store import Store
from core_model.errors import NotFound, Refusal
from tests.ui import made
from tests.ui.screens import components, opened, said
from ui import labels, library
from ui.server import SCRIPT


@pytest.mark.parametrize(("page", "key"), [("reports", "no_reports"), ("studies", "no_studies"), ("jobs", "no_jobs")])
def test_an_empty_page_says_what_to_do_first(store: Store, page: str, key: str) -> None:
    assert labels.text(key, "en") in said(opened(page))
    assert labels.text(key, "zh") in said(opened(page, lang="zh"))


@pytest.mark.parametrize("page", ["reports", "studies", "jobs"])
def test_every_page_carries_the_notice(store: Store, page: str) -> None:
    assert labels.text("notice", "en") in said(opened(page))


def test_a_report_opens_with_its_header_and_its_anomalies_ranked(store: Store) -> None:
    app = opened("reports", reading=made.report(store))
    assert app.subheader[0].value == "Example Works"
    assert "10-K" in said(app)
    assert app.session_state["view"] == "anomalies"
    grid = next(data for name, data in components(app).items() if name.startswith("tandem_grid"))
    assert [row["cells"][1]["text"] for row in grid["rows"]] == ["high", "low"]


def test_a_cell_in_the_address_shows_its_fact_concept_confidence_and_checks(store: Store) -> None:
    app = opened("reports", reading=made.report(store), view="income", pick="net_income.2")
    text = said(app)
    assert "Net income (parent): (35,000,000) USD" in text
    assert "us-gaap:NetIncomeLoss" in text
    assert "confidence 97% · The usual concept." in text
    assert "fails: The loss is printed as a profit." in text
    frame = next(data for name, data in components(app).items() if name.startswith("tandem_frame"))
    assert frame["element"] == made.UNNAMED


def test_the_second_place_of_an_anomaly_can_be_shown(store: Store) -> None:
    reading = made.report(store)
    app = opened("reports", reading=reading, view="anomalies", pick="anomaly-1", n="2")
    frame = next(data for name, data in components(app).items() if name.startswith("tandem_frame"))
    assert frame["element"] == "f4"
    assert "2 of 2" in said(app)


def test_a_hidden_fact_says_that_it_is_not_visible(store: Store) -> None:
    app = opened("reports", reading=made.report(store), view="anomalies", pick="anomaly-2")
    assert labels.text("not_visible", "en") in said(app)
    frame = next(data for name, data in components(app).items() if name.startswith("tandem_frame"))
    assert frame["element"] == ""


def test_a_statement_that_was_not_found_says_why(store: Store) -> None:
    reading = made.report(store)
    assert "the statement has no lines" in said(opened("reports", reading=reading, view="balance"))
    assert "the report does not say" in said(opened("reports", reading=reading, view="balance", as_reported="true"))
    assert "未找到此报表的任何项目：报告未说明" in said(
        opened("reports", reading=reading, view="balance", as_reported="true", lang="zh")
    )


def test_the_checks_stand_under_their_titles_those_that_fail_first(store: Store) -> None:
    app = opened("reports", reading=made.report(store), view="checks")
    grid = next(data for name, data in components(app).items() if name.startswith("tandem_grid"))
    assert [[cell["text"] for cell in row["cells"]] for row in grid["rows"]] == [
        ["Tags have the sign that the page prints", "", "", ""],
        ["The loss is printed as a profit.", "2024-12-31", "fails", "70,000,000 USD"],
        ["All facts in a printed column have the column's period", "", "", ""],
        ["Both years are there.", "", "holds", "n/a"],
    ]
    assert "Tolerance: 500,000 USD" in said(app)


def test_a_warning_stays_on_the_result_and_leads_to_its_fact(store: Store) -> None:
    app = opened("reports", reading=made.report(store), view="warnings")
    grid = next(data for name, data in components(app).items() if name.startswith("tandem_grid"))
    assert [cell["text"] for cell in grid["rows"][0]["cells"]] == ["A format is not known.", "fact f2", "× 2"]
    frame = next(data for name, data in components(app).items() if name.startswith("tandem_frame"))
    assert frame["element"] == "f2"


def test_a_reading_that_does_not_exist_is_one_sentence(store: Store) -> None:
    for page in ("reports", "studies"):
        app = opened(page, reading="reading-0123456789abcdef")
        assert "there is no reading" in app.error[0].value.replace("\\", "")


def test_markup_in_a_documents_own_texts_is_shown_as_text(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = b"![x](http://tracker.example/x.png) [y](http://tracker.example) :red[z] $a$ &lt;b&gt;"
    monkeypatch.setattr(made, "COMPANY", hostile.decode())
    app = opened("reports", reading=made.report(store))
    title = app.subheader[0].value
    assert not re.search(r"(?<!\\)[\[\]()!:$<>&]", title)
    assert re.sub(r"\\(\W)", r"\1", title) == hostile.decode()


def test_a_study_does_not_open_as_a_report(store: Store) -> None:
    assert "of another kind" in opened("reports", reading=made.study(store)).error[0].value.replace("\\", "")


def test_a_study_shows_its_findings_above_the_operating_point_and_hides_the_others(store: Store) -> None:
    reading = made.study(store)
    app = opened("studies", reading=reading)
    viewer = next(data for name, data in components(app).items() if name.startswith("tandem_viewer"))
    assert [finding["id"] for finding in viewer["findings"]] == ["finding-1"]
    assert viewer["slice"] == 3
    assert viewer["findings"][0]["heat"] == [2, 5]
    app.toggle(key="below").set_value(True).run()
    viewer = next(data for name, data in components(app).items() if name.startswith("tandem_viewer"))
    assert [finding["id"] for finding in viewer["findings"]] == ["finding-1", "finding-2"]
    assert "Slice thickness or spacing is 5.0 mm; nodules smaller than 10 mm may be missed." in said(app)


def test_a_chinese_study_is_chinese_throughout(store: Store) -> None:
    app = opened("studies", lang="zh", reading=made.study(store), finding="finding-1")
    assert "层厚或层间距为 5.0 mm，小于 10 mm 的结节可能漏检。" in said(app)
    assert "肺叶：无数据，原因：未作肺叶分割" in said(app).replace("\\", "")
    series = next(data for data in components(app).values() if "1.2.4" in json.dumps(data))
    assert [row["cells"][3]["text"] for row in series["rows"]] == ["6 × 24 × 32", "定位像"]


def test_the_list_of_studies_comes_from_rows_and_loads_no_document(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = made.study(store)

    def fail(*_: object) -> None:
        raise AssertionError("a document was loaded for the list")

    monkeypatch.setattr(library, "reading", fail)
    grid = next(data for name, data in components(opened("studies")).items() if name.startswith("tandem_grid"))
    (row,) = grid["rows"]
    assert row["id"] == reading
    texts = [cell["text"] for cell in row["cells"]]
    assert texts[:5] == ["DOE JANE · P-17", "2024-05-06", "6 × 24 × 32, 2.5 × 0.8 × 0.8 mm", "1", "degraded"]


def test_the_address_keeps_slice_window_and_finding(store: Store) -> None:
    app = opened("studies", reading=made.study(store), slice="1", window="bone", finding="finding-1")
    viewer = next(data for name, data in components(app).items() if name.startswith("tandem_viewer"))
    assert (viewer["slice"], viewer["window"], viewer["finding"]) == (1, "bone", "finding-1")


def test_what_was_open_leaves_nothing_in_the_address_but_the_language(store: Store) -> None:
    chosen = {
        "finding": "finding-1",
        "slice": "5",
        "window": "bone",
        "heat": "true",
        "markers": "false",
        "below": "true",
    }
    app = opened("studies", reading=made.study(store), lang="zh", **chosen)
    next(button for button in app.button if button.label == labels.text("all_studies", "zh")).click().run()
    assert dict(app.query_params) == {"lang": "zh"}
    app = opened("reports", reading=made.report(store), view="income", as_reported="true", pick="row-1.2", n="1")
    next(button for button in app.button if button.label == labels.text("all_reports", "en")).click().run()
    assert not dict(app.query_params)


def test_the_series_list_gives_the_reason_of_those_skipped(store: Store) -> None:
    app = opened("studies", reading=made.study(store))
    series = [data for data in components(app).values() if "a localizer" in json.dumps(data)]
    assert len(series) == 1


def test_a_skipped_series_can_be_read_instead_and_its_uid_stays_out_of_the_address(
    store: Store, tmp_path: Path
) -> None:
    reading = made.study(store, input_id=inputs.add(store, tmp_path))
    app = opened("studies", reading=reading)
    app.session_state["chosen_series"] = "1.2.4"
    app.run()
    app.button(key="read_series").click().run()
    assert not app.exception
    (job,) = jobs.listing(store)
    assert (job.kind, job.settings) == ("medical.read", {"series_uid": "1.2.4"})
    assert app.query_params["job"] == job.id
    assert "1.2.4" not in str(app.query_params)


def test_a_reading_is_deleted_after_a_question(store: Store) -> None:
    reading = made.report(store)
    app = opened("reports", reading=reading)
    app.button(key="delete").click().run()
    assert labels.text("delete_ask", "en") in said(app)
    assert library.reading(reading, FinanceReading)
    library.delete(reading)
    with pytest.raises(NotFound):
        readings.get(store, reading)


@pytest.mark.parametrize(
    ("lang", "birth_date", "sex", "shown"),
    [
        ("en", "19500102", "F", (":gray[Birth date] 1950-01-02", ":gray[Sex] female")),
        ("zh", "19500102", "M", (":gray[出生日期] 1950-01-02", ":gray[性别] 男")),
        ("en", "about 1950", "**", (":gray[Birth date] about 1950", ":gray[Sex] **")),
    ],
)
def test_birth_date_and_sex_stand_beside_the_name(
    store: Store, lang: str, birth_date: str, sex: str, shown: tuple[str, ...]
) -> None:
    page = said(opened("studies", lang=lang, reading=made.study(store, birth_date=birth_date, sex=sex)))
    assert all(part in page for part in shown)


def test_what_the_headers_leave_out_has_no_caption(store: Store) -> None:
    page = said(opened("studies", reading=made.study(store, birth_date="", sex="")))
    assert "Birth date" not in page
    assert "Sex" not in page


def test_the_question_before_a_study_is_deleted_says_what_goes_with_it(store: Store) -> None:
    app = opened("studies", reading=made.study(store))
    app.button(key="delete").click().run()
    assert labels.text("delete_study_ask", "en") in said(app)
    assert labels.text("delete_ask", "en") not in said(app)


@pytest.mark.parametrize("page", ["reports", "studies", "jobs"])
def test_a_job_that_waits_without_any_worker_is_said_to(store: Store, tmp_path: Path, page: str) -> None:
    job = jobs.create(store, "finance.read", inputs.add(store, tmp_path), {})
    assert labels.text("no_worker", "en") in said(opened(page, job=job.id))
    workers.beat(store, "worker-1")
    assert labels.text("no_worker", "en") not in said(opened(page, job=job.id))


def test_jobs_show_why_they_failed_and_can_be_tried_again(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "scan"
    path.mkdir()
    job = jobs.create(store, "medical.read", inputs.add(store, path), {})
    jobs.start(store, job.id, 1, "worker-1")
    text = "nothing in it is a DICOM image."
    blobs.put(store, job.id, "volume", bytes(1_250_000))
    jobs.end(
        store, job.id, 1, "failed", worker="worker-1", error=Refusal("as_written", {"text": text.removesuffix(".")})
    )
    app = opened("jobs", job=job.id)
    assert text in said(app)
    assert "Keeps 1.2 MB, so that a retry goes on where it stopped; deleting the job removes it." in said(app)
    app.button(key="retry").click().run()
    assert jobs.get(store, job.id).state == "queued"


def test_a_queued_job_shows_its_progress_and_can_be_cancelled(store: Store, tmp_path: Path) -> None:
    job = jobs.create(store, "finance.read", inputs.add(store, tmp_path), {})
    app = opened("jobs")
    assert app.progress[0].value == 0
    app.button(key=f"cancel-{job.id}").click().run()
    assert jobs.get(store, job.id).state == "cancelled"


def test_a_running_study_shows_its_first_image_at_once(store: Store, tmp_path: Path) -> None:
    import io

    from PIL import Image

    from apps.medical.jobs import FIRST_IMAGE

    job = jobs.create(store, "medical.read", inputs.add(store, tmp_path), {})
    jobs.start(store, job.id, 1, "worker-1")
    assert not opened("studies", job=job.id).get("image")
    png = io.BytesIO()
    Image.new("L", (8, 8), 128).save(png, "PNG")
    blobs.put(store, job.id, FIRST_IMAGE, png.getvalue())
    assert opened("studies", job=job.id).get("image")


def test_the_language_stays_in_the_address(store: Store) -> None:
    app = opened("jobs")
    assert "lang" not in app.query_params
    app.segmented_control(key="lang").set_value("zh").run()
    assert app.query_params["lang"] == "zh"
    assert labels.text("notice", "zh") in said(app)


def test_no_value_stands_alone_in_the_code_of_a_page() -> None:
    """Streamlit would show it to the user."""
    pages = [SCRIPT, *sorted(SCRIPT.with_name("app_pages").glob("*.py"))]
    assert len(pages) > 3
    alone = [
        f"{page.name}:{statement.lineno}"
        for page in pages
        for statement in ast.parse(page.read_text(encoding="utf8")).body[1:]
        if isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Call)
    ]
    assert alone == []


@pytest.mark.parametrize(
    ("lang", "note", "about"),
    [
        (
            "en",
            "One number has the opposite sign in its tag",
            "the tag has the opposite sign: 12,000,000",
        ),
        ("zh", "其中 1 个数字的标记符号相反", "标记的符号相反：12,000,000"),
    ],
)
def test_that_the_page_has_another_sign_than_the_tag_is_noted_under_the_statement_and_of_the_number(
    store: Store, lang: str, note: str, about: str
) -> None:
    revenue, *others = made.finance_reading().statements["income"]
    turned = replace(made.value(made.Y24, "12000000", "f1"), printed="(12)")
    statement = (replace(revenue, values=(turned, revenue.values[1])), *others)
    changed = {"statements": {"income": statement, "balance": (), "cash_flow": ()}}
    page = {"reading": made.report(store, **changed), "view": "income", "lang": lang}
    app = opened("reports", **page, pick="revenue.2")
    text = said(app).replace("\\", "")
    assert note in text
    assert about in text
    grid = next(data for name, data in components(app).items() if name.startswith("tandem_grid"))
    assert grid["rows"][0]["cells"][2]["text"] == "(12)"
    without = said(opened("reports", **{**page, "reading": made.report(store)})).replace("\\", "")
    assert note not in without
