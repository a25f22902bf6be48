"""The walk from a CSV of sentences to an adapter in use, as its page has it, on the tiny preset."""

import json
import re
from pathlib import Path

import pytest

from tests.apps.commands import Tandem, tandem
from tests.core_model.test_core import small_core
from tests.docs.own_sentences import sentences
from tests.docs.test_how_to import PAGES, written

__all__ = ["tandem"]

PAGE = PAGES / "train-an-adapter.md"
MOST_COMMANDS = 5


def python_of_the_page() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf8"), re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small_core(tmp_path / "core")
    sentences(tmp_path / "sentences.csv")
    (tmp_path / "my_settings.py").write_text(python_of_the_page()[0], encoding="utf8")
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TANDEM_CORE_DIR", str(tmp_path / "core"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_walk_leads_to_an_adapter_in_use(folder: Path, tandem: Tandem, capsys: pytest.CaptureFixture[str]) -> None:
    lines = written(PAGE)
    assert 1 < len(lines) <= MOST_COMMANDS
    for line in lines:
        program, *words = line.split()
        assert program == "tandem"
        ended = tandem(*words)
        assert ended.returncode == 0, f"{line}: {ended.stderr}"
    shown = json.loads(tandem("adapters", "show", "sentiment", "--json").stdout)
    assert (shown["version"], shown["in_use"]) == (1, True)
    card = shown["card"]
    assert card["data"]["licence"] == "our own"
    assert card["metrics"]["macro_f1"]["value"] > 0.8
    assert {"label=bullish", "label=bearish"} <= set(card["metrics"]["accuracy"]["by"])
    run = folder / "data" / "runs" / card["run"]
    named = re.findall(r"^\| `([a-z.*]+)` \|", PAGE.read_text(encoding="utf8").partition("What a run leaves")[2], re.M)
    assert len(named) == 6
    assert all(list(run.glob(name)) for name in named)
    exec(compile(python_of_the_page()[1], "page", "exec"), {})
    assert capsys.readouterr().out.strip() == "1 bullish"


def test_the_example_of_the_page_is_in_the_format_that_it_describes(tmp_path: Path) -> None:
    from core_model.training.tuning.samples import read_labelled

    (example,) = re.findall(r"```csv\n(.*?)```", PAGE.read_text(encoding="utf8"), re.DOTALL)
    (tmp_path / "a.csv").write_text(example, encoding="utf8")
    found = read_labelled(tmp_path / "a.csv")
    assert found.problems == []
    assert sum(found.counts().values()) == 2
