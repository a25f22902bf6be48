"""The commands of the how-to pages, run as they are written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from apps.demo.phantom import make_phantom_ct
from apps.demo.report import make_example_report

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
    (made / "reports").mkdir()
    make_example_report(made / "reports" / "a.html", 3)
    make_phantom_ct(made / "ct", 2, size="small")
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


@pytest.mark.slow
def test_the_python_of_the_page_on_scans_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = PAGES / "read-a-scan.md"
    (block,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf8"), re.DOTALL)
    program = folder / "bin" / "tandem"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m apps.cli "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.setenv("TANDEM_DATA_DIR", str(folder / "data"))
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    exec(compile(block, str(page), "exec"), names)  # noqa: S102 - our own page
    assert isinstance(names.get("heat"), np.ndarray), "no finding was shown"
