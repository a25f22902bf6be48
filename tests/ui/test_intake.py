"""What is given to read becomes a job, or is refused in one sentence and leaves nothing behind."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from apps.finance.filings import files
from apps.store import inputs, jobs
from apps.store.store import Store
from core_model.errors import Unavailable
from tests.ui import made
from tests.ui.screens import components, opened
from ui import library
from ui.widgets import intake


def typed(app: AppTest, kind: str, path: Path | str) -> AppTest:
    """The page after a path was given."""
    app.text_input(key=f"{kind}_path").set_value(str(path))
    return next(button for button in app.button if button.label == "Read").click().run()


def grids(app: AppTest) -> list[str]:
    """Ids of the rows of the page's tables."""
    tables = [data for name, data in components(app).items() if name.startswith("tandem_grid")]
    return [row["id"] for data in tables for row in data["rows"]]


def test_an_empty_path_is_asked_for(store: Store) -> None:
    app = opened("reports")
    next(button for button in app.button if button.label == "Read").click().run()
    assert app.error[0].value.replace("\\", "") == "no path was given; give the path of a file or folder."
    app = opened("reports", lang="zh")
    next(button for button in app.button if button.label == "读取").click().run()
    assert app.error[0].value.replace("\\", "") == "未填写路径；请填写文件或文件夹的路径。"


def test_a_path_that_does_not_exist_is_refused_without_repeating_it(store: Store, tmp_path: Path) -> None:
    app = opened("reports")
    app.text_input(key="report_path").set_value(str(tmp_path / "JANE_DOE.html"))
    next(button for button in app.button if button.label == "Read").click().run()
    assert "there is no such file" in app.error[0].value.replace("\\", "")
    assert "JANE_DOE" not in app.error[0].value.replace("\\", "")
    assert jobs.listing(store) == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("~nobody-of-that-name/report.html", "there is no such user"),
        ("/" + "x" * 300 + ".html", "File name too long"),
    ],
)
@pytest.mark.parametrize("page", ["reports", "studies"])
def test_a_path_that_cannot_be_looked_up_is_one_sentence(store: Store, page: str, typed: str, sentence: str) -> None:
    app = opened(page)
    app.text_input(key="report_path" if page == "reports" else "study_path").set_value(typed)
    next(button for button in app.button if button.label == "Read").click().run()
    assert not app.exception
    (error,) = app.error
    assert f"the path cannot be looked up ({sentence})" in error.value.replace("\\", "")
    assert jobs.listing(store) == []


def test_a_folder_that_may_not_be_opened_is_one_sentence(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exists = Path.exists

    def refuse(path: Path, **options: bool) -> bool:
        if path.name == "JANE_DOE":  # what stat says of a folder in one that may not be entered
            raise PermissionError(13, "Permission denied", str(path))
        return exists(path, **options)

    monkeypatch.setattr(Path, "exists", refuse)
    app = opened("reports")
    app.text_input(key="report_path").set_value("/root-of-another/JANE_DOE")
    next(button for button in app.button if button.label == "Read").click().run()
    assert not app.exception
    assert "cannot be looked up (Permission denied)" in app.error[0].value.replace("\\", "")
    assert "JANE" not in app.error[0].value


def test_a_report_by_its_path_becomes_a_job_in_the_address(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(made.REPORT)
    app = opened("reports")
    app.text_input(key="report_path").set_value(str(path))
    next(button for button in app.button if button.label == "Read").click().run()
    assert not app.exception
    (job,) = jobs.listing(store)
    assert app.query_params["job"] == job.id
    assert inputs.path_of(store, str(job.input_id)) == path


def test_an_upload_goes_to_the_inbox_under_a_random_name_and_the_widget_is_emptied(store: Store) -> None:
    app = opened("reports")
    app.file_uploader(key="report_upload_0").upload("JANE_DOE.html", made.REPORT).run()
    assert not app.exception
    (job,) = jobs.listing(store)
    path = inputs.path_of(store, str(job.input_id))
    assert path.parent == library.inbox()
    assert path.read_bytes() == made.REPORT
    assert "JANE" not in str(path)
    assert path.stat().st_mode & 0o077 == 0
    app.run()
    assert app.session_state["report_uploads"] == 1
    assert len(jobs.listing(store)) == 1


@pytest.mark.parametrize("name", ["0000-24-1-xbrl.ZIP", "0000-24-1.txt"])
def test_a_package_of_a_report_can_be_dropped_as_well_as_named(store: Store, name: str) -> None:
    app = opened("reports")
    app.file_uploader(key="report_upload_0").upload(name, made.REPORT).run()
    assert not app.exception
    (job,) = jobs.listing(store)
    assert inputs.path_of(store, str(job.input_id)).suffix == Path(name).suffix.lower()


@pytest.mark.parametrize("kind", ["report", "study"])
def test_the_list_stays_beside_what_went_wrong(store: Store, kind: str) -> None:
    reading = made.report(store) if kind == "report" else made.study(store)
    page = "reports" if kind == "report" else "studies"
    app = opened(page, job="job-deleted")
    assert "there is no job" in app.error[0].value.replace("\\", "")
    assert grids(app) == [reading]
    app = typed(opened(page), kind, "/no/such/file")
    assert "there is no such file" in app.error[0].value.replace("\\", "")
    assert grids(app) == [reading]


def test_an_upload_that_is_refused_does_not_stay_in_the_inbox(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", len(made.REPORT) - 1)
    app = opened("reports")
    app.file_uploader(key="report_upload_0").upload("large.html", made.REPORT).run()
    assert not app.exception
    assert "too large to be a report" in app.error[0].value.replace("\\", "")
    assert jobs.listing(store) == []
    assert list(library.inbox().iterdir()) == []


def test_of_several_uploads_only_what_has_a_job_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", len(made.REPORT) + 1)
    contents = [made.REPORT, made.REPORT + bytes(2), made.REPORT + b"\n"]
    app = opened("reports")
    app.file_uploader(key="report_upload_0").set_value([("a.html", each, "text/html") for each in contents]).run()
    assert "file 2 of 3: the file is too large" in app.error[0].value.replace("\\", "")
    kept = [inputs.path_of(store, str(job.input_id)) for job in jobs.listing(store)]
    assert sorted(path.read_bytes() for path in kept) == sorted([contents[0], contents[2]])
    assert set(library.inbox().iterdir()) == set(kept)


def test_where_one_upload_cannot_be_written_none_of_them_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []

    def full(upload: Any) -> Path:
        if written:
            raise Unavailable("the upload cannot be written (No space left on device)", code="upload_not_written")
        written.append(receive(upload))
        return written[0]

    receive = intake.receive
    monkeypatch.setattr(intake, "receive", full)
    app = opened("studies")
    app.file_uploader(key="study_upload_0").set_value(
        [(name, b"PK", "application/zip") for name in ("a.zip", "b.zip")]
    ).run()
    assert "cannot be written" in app.error[0].value.replace("\\", "")
    assert written
    assert not written[0].exists()
    assert jobs.listing(store) == []
