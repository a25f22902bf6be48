"""Wrong input at the command line: one sentence with the path in front on stderr, exit status 1, clean stdout."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from apps.demo import faults
from apps.demo.report import make_example_report
from apps.finance.filings.files import MAX_BYTES
from apps.medical.cli import _named_files
from core_model.errors import Refusal, numbered_file
from tests.apps.commands import Ended, Tandem, tandem
from tests.conftest import put_empty_database

__all__ = ["tandem"]

REPOSITORY = Path(__file__).resolve().parents[2]


def tandem_process(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, with its data in the folder."""
    environment = {**os.environ, "TANDEM_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(REPOSITORY)}
    environment.pop("TANDEM_DATABASE_URL", None)
    command = [sys.executable, "-m", "apps.cli", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder, with an empty store; work goes on beside it."""
    put_empty_database(tmp_path / "data")
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def assert_refused(done: Ended | subprocess.CompletedProcess[str], path: Path | str, sentence: str) -> None:
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"tandem: {path}: {sentence}")
    assert line.endswith(".")


def test_a_report_that_is_not_there_is_refused_with_its_path(tandem: Tandem, tmp_path: Path) -> None:
    path = tmp_path / "none.html"
    assert_refused(tandem("finance", "read", str(path), "--json"), path, "there is no such file or folder")


def test_a_report_in_the_home_folder_is_found_and_nothing_is_started_for_one_that_is_refused(
    tandem: Tandem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with (tmp_path / "large.html").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    done = tandem("finance", "read", "~/large.html", "--json")
    assert_refused(done, tmp_path / "large.html", "the file is too large to be a report")
    with sqlite3.connect(tmp_path / "data" / "tandem.db") as database:
        assert database.execute("SELECT count(*) FROM worker").fetchone() == (0,)


def test_a_file_of_a_study_in_the_home_folder_is_named_to_who_gave_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ct").mkdir()
    for name in ("a.dcm", "b.dcm"):
        (tmp_path / "ct" / name).write_bytes(b"DICM")
    place = numbered_file(2, 2).message
    named = _named_files(Path("~/ct"), Refusal("dicom_truncated", {}, place))
    assert named == [f"file 2 is {tmp_path / 'ct' / 'b.dcm'}"]


def test_an_address_is_refused_as_it_was_typed(tandem: Tandem) -> None:
    address = "https://www.example.com/report.htm"
    assert_refused(tandem("finance", "read", address), address, "this is an address on the web; Tandem fetches")


def test_a_folder_without_reports_is_refused_with_its_path(tandem: Tandem, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = tandem("finance", "read", "empty", "--json")
    assert_refused(done, "empty", "the folder holds no report")


def test_a_study_that_is_not_there_is_refused_with_its_path(tandem: Tandem) -> None:
    assert_refused(tandem("medical", "read", "no.zip", "--json"), "no.zip", "there is no such file or folder")


@pytest.mark.slow
def test_a_page_without_facts_and_an_archive_without_images_are_refused_by_the_worker(tmp_path: Path) -> None:
    page, archive = tmp_path / "page.html", tmp_path / "scan.zip"
    make_example_report(page, 1)
    faults.plain_html(page)
    faults.nothing_dicom_zip(archive)
    done = tandem_process(tmp_path, "finance", "read", str(page), "--json")
    assert_refused(done, page, "the document holds no inline XBRL")
    done = tandem_process(tmp_path, "medical", "read", str(archive), "--json")
    assert_refused(done, archive, "")


@pytest.mark.slow
def test_of_a_folder_the_good_reports_are_read_and_each_bad_one_has_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    for name in ("a", "b", "c"):
        make_example_report(folder / f"{name}.html", 1)
    faults.plain_html(folder / "b.html")
    (folder / "c.html").write_bytes(b"\x00\x01")
    done = tandem_process(tmp_path, "finance", "read", "reports", "--json")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert document["schema"] == "tandem.finance.batch/2"
    assert [reading["document"]["form"] for reading in document["readings"]] == ["10-K"]
    places = [failure["source"] for failure in document["failures"]]
    assert places == [{"code": "file_of", "values": {"number": number, "count": 3}} for number in (2, 3)]
    assert [line.partition(": ")[2].partition(":")[0] for line in done.stderr.splitlines()] == [
        str(Path("reports", "b.html")), str(Path("reports", "c.html"))
    ]  # fmt: skip


@pytest.mark.slow
def test_a_zip_by_its_name_alone_and_a_file_of_another_kind_are_refused_by_what_they_are(tmp_path: Path) -> None:
    fake, notes = tmp_path / "scan.zip", tmp_path / "notes.txt"
    for path in (fake, notes):
        path.write_text("Dear colleague, the images are on the other disc.")
    done = tandem_process(tmp_path, "medical", "read", str(fake), "--json")
    assert_refused(done, fake, "the zip archive cannot be opened: the file is of another kind, or its beginning is dam")
    done = tandem_process(tmp_path, "medical", "read", str(notes), "--json")
    assert_refused(done, notes, "the file is not a DICOM image (allowed: a folder or zip of CT images in DICOM)")
    done = tandem_process(tmp_path, "medical", "read", "~nobody-of-that-name/ct", "--json")
    assert_refused(done, "~nobody-of-that-name/ct", "the path cannot be looked up (there is no such user)")
    done = tandem_process(tmp_path, "finance", "read", "x" * 300, "--json")
    assert_refused(done, "x" * 300, "the path cannot be looked up (File name too long)")
