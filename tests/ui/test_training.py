"""The page of trainings: runs in their states, adapters with cards and gates, in both languages."""

from pathlib import Path

import pytest

from tests.ui.screens import components, opened, said
from tests.ui.trained import DONE, GOING, trainings
from ui import training


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    return tmp_path


def test_runs_and_versions_are_read_as_they_were_left(data: Path) -> None:
    assert training.runs() == []
    trainings(data)
    assert {run.name: run.state for run in training.runs()} == {
        GOING: "running",
        DONE: "done",
        "captions-99999999": "stopped",
    }
    done = next(run for run in training.runs() if run.name == DONE)
    points = training.curves(done)
    assert [point["step"] for point in points if point["curve"] == "loss"] == list(range(20, 201, 20))
    cells = training.loads(done)
    assert sum(cell["load"] for cell in cells if cell["layer"] == 1 and cell["modality"] == "text") == pytest.approx(
        8, abs=0.01
    )
    assert {(each.number, each.in_use) for each in training.versions()} == {(1, False), (2, True), (3, False)}
    (data / "runs" / DONE / "metrics.jsonl").write_text('{"step": 1, "loss": 0.5}\n{"step": 2, "lo')
    assert training.curves(done) == [{"step": 1, "loss": 0.5, "curve": "loss"}]
    (data / "runs" / DONE / "status.json").write_text("{")
    assert DONE not in {run.name for run in training.runs()}


@pytest.mark.parametrize(("lang", "first"), [("en", "No training yet"), ("zh", "尚无训练记录")])
def test_an_empty_page_says_what_to_do(data: Path, lang: str, first: str) -> None:
    assert first in said(opened("training", lang=lang))


@pytest.mark.parametrize(("lang", "stopped", "gates"), [("en", "stopped", "Better by"), ("zh", "已停止", "提升")])
def test_the_page_shows_runs_and_adapters(data: Path, lang: str, stopped: str, gates: str) -> None:
    trainings(data)
    page = opened("training", lang=lang, runs=DONE)
    (rows,) = [held["rows"] for held in components(page).values() if held.get("rows")]
    assert {row["id"] for row in rows} == {DONE, GOING, "captions-99999999"}
    assert stopped in {row["cells"][0]["text"] for row in rows}
    page = opened("training", lang=lang, view="adapters", adapters="sentiment.3")
    text = said(page)
    assert gates in text
    assert "label=bullish" in text
    assert page.code[0].value == "tandem adapters promote sentiment 3"
