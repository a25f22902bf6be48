"""The command line in this process: what it prints and how it ends, without the start of a Python."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from apps import cli, console

Tandem = Callable[..., "Ended"]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def tandem(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tandem:
    """``tandem("jobs", "list")``."""
    monkeypatch.setattr(console.err, "width", 400)

    def run(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["tandem", *map(str, words)])
        capsys.readouterr()
        try:
            cli.main()
        except SystemExit as ended:
            status = ended.code
        else:
            status = 0
        assert isinstance(status, int)
        return Ended(status, *capsys.readouterr())

    return run
