"""The commands and the Python of the how-to pages, run as they are written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from apps.demo.phantom import make_phantom_ct
from apps.demo.report import make_example_report
from apps.finance.filings.packages.archive import packed
from tests.docs.own_sentences import sentences

PAGES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
REPOSITORY = PAGES.parents[1]


def written(page: Path) -> list[str]:
    """The lines of console blocks that begin with a prompt."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf8"), re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("docs")
    make_example_report(made / "report.html", 2)
    report = (made / "report.html").read_bytes()
    (made / "submission.txt").write_bytes(
        b"<SEC-DOCUMENT>\n<DOCUMENT>\n<TEXT>\n<XBRL>\n" + report + b"</XBRL>\n</TEXT>"
    )
    (made / "package.zip").write_bytes(packed({"reports/report.xhtml": report}))
    (made / "reports").mkdir()
    make_example_report(made / "reports" / "a.html", 3)
    make_phantom_ct(made / "ct", 2, size="small")
    sentences(made / "sentences.csv")
    (settings, *_) = re.findall(
        r"```python\n(.*?)```", (PAGES / "train-an-adapter.md").read_text(encoding="utf8"), re.DOTALL
    )
    (made / "my_settings.py").write_text(settings, encoding="utf8")
    return made


@pytest.mark.slow
@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_the_commands_of_a_page_run(page: Path, folder: Path):
    failed = []
    environment = {**os.environ, "TANDEM_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(REPOSITORY)}
    for line in written(page):
        program, *words = line.split()
        assert program == "tandem"
        command = [sys.executable, "-m", "apps.cli", *words]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240)
        if done.returncode:
            failed.append(f"{line}: {done.returncode}: {done.stderr[-300:]}")
    assert not failed


@pytest.fixture
def shell(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell in the folder, in which ``tandem`` is the command of these sources."""
    program = folder / "bin" / "tandem"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m apps.cli "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.setenv("TANDEM_DATA_DIR", str(folder / "data"))
    monkeypatch.chdir(folder)


def ran(page: str, num_blocks: int) -> dict[str, object]:
    """The names that are left when the Python of a page was run as it is written."""
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", (PAGES / page).read_text(encoding="utf8"), re.DOTALL)
    assert len(blocks) == num_blocks
    for block in blocks:
        exec(compile(block, page, "exec"), names)  # noqa: S102 - our own page
    return names


@pytest.mark.slow
def test_the_python_of_the_page_on_scans_runs(shell: None) -> None:
    assert isinstance(ran("read-a-scan.md", 1).get("heat"), np.ndarray), "no finding was shown"


@pytest.mark.slow
def test_the_python_of_the_page_on_reports_runs(
    folder: Path, tmp_path: Path, shell: None, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = make_example_report(tmp_path / "report.html", 2)
    assert (tmp_path / "report.html").read_bytes() == (folder / "report.html").read_bytes()
    ran("read-a-report.md", 3)
    year = max(truth.lines["revenue"])
    assert capsys.readouterr().out.splitlines()[-1] == f"{truth.company} {truth.lines['revenue'][year]}"
