"""The command line: data on stdout, the rest on stderr, exit status 0, 1 and 2, one document with ``--json``."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from apps.demo import faults
from apps.demo.phantom import make_phantom_ct
from apps.demo.report import make_example_report
from tests.apps.commands import Tandem, tandem
from tests.apps.test_documents import validator
from tests.conftest import put_empty_database

__all__ = ["tandem"]

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an empty store, which the commands use."""
    folder = tmp_path / "data here"
    put_empty_database(folder, worked=True)
    monkeypatch.setenv("TANDEM_DATA_DIR", str(folder))
    monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)
    return folder


def tandem_process(data: Path, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "apps.cli", *map(str, words)],
        cwd=REPOSITORY,
        env={**os.environ, "TANDEM_DATA_DIR": str(data), **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_help_loads_nothing_heavy():
    code = (
        "import sys, runpy; sys.argv = ['tandem', '--help']\n"
        "try: runpy.run_module('apps.cli', run_name='__main__')\n"
        "except SystemExit as ended: assert not ended.code\n"
        "heavy = {'torch', 'pandas', 'numpy', 'sqlalchemy', 'pydantic', 'lxml', 'pydicom', 'dbos', 'streamlit', 'ui'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"
    assert "medical" in done.stdout


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["finance", "read"], 2),
        (["ui", "--port", "70000"], 2),
        (["jobs", "list", "--state", "sleeping"], 2),
        (["jobs", "show", "job-none"], 1),
        (["delete", "reading-none", "--yes"], 1),
        (["finance", "read", "/no/such/report.html"], 1),
        (["medical", "read", "/no/such/folder"], 1),
        (["jobs", "list"], 0),
    ],
)
def test_wrong_usage_is_2_what_fails_is_1_and_both_leave_stdout_alone(
    tandem: Tandem, data: Path, words: list[str], status: int
):
    done = tandem(*words)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    if status:
        assert done.stdout == ""
        assert done.stderr.strip()
    if status == 1:
        assert done.stderr.startswith("tandem: ")
        assert done.stderr.strip().count("\n") == 0


def test_a_refused_study_names_the_file_to_the_person_who_gave_the_folder(tandem: Tandem, data: Path, tmp_path: Path):
    folder = tmp_path / "ct"
    make_phantom_ct(folder, 6, size="small")
    faults.truncate_file(folder)
    done = tandem("medical", "read", folder, "--json")
    assert (done.returncode, done.stdout) == (1, "")
    sentence, named = done.stderr.strip().splitlines()
    number = re.search(r"file (\d+) of \d+", sentence)
    assert number is not None
    assert named.startswith(f"file {number[1]} is {folder}/")
    assert Path(named.partition(" is ")[2]).is_file()
    with sqlite3.connect(data / "tandem.db") as database:
        (text,) = database.execute("SELECT error FROM job").fetchone()
    assert str(folder) not in text


def test_a_folder_gives_one_document_which_names_its_files_beside_readings_and_failures_alone(
    data: Path, tmp_path: Path
):
    folder = tmp_path / "reports of Jane Roe"
    folder.mkdir()
    make_example_report(folder / "a.html", 4)
    shutil.copy(folder / "a.html", folder / "b [secret].html")
    faults.truncate_report(folder / "b [secret].html")
    (folder / "c.html").write_bytes(b"")
    done = tandem_process(data, "finance", "read", folder, "--json", PYTHONIOENCODING="latin-1")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    validator("tandem.finance.batch-2.json").validate(document)
    (reading,) = document["readings"]
    assert Path(reading["facts"]["file"]).is_file()
    places = [failure["source"] for failure in document["failures"]]
    assert places == [{"code": "file_of", "values": {"number": number, "count": 3}} for number in (2, 3)]
    assert "secret" not in json.dumps([document["failures"], reading])
    assert (document["sources"], document["failed_sources"]) == (["a.html"], ["b [secret].html", "c.html"])
    assert "Jane Roe" not in done.stdout
    assert str(folder / "b [secret].html") in done.stderr
