"""What a reading of a report follows from: the libraries that compute a part of it, the weights that lie there now."""

import ast
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import apps.finance
import core_model
from apps.finance import jobs
from apps.finance.jobs import LIBRARIES, provenance_of, stored
from apps.finance.statements.captions import OTHER, STANDARD
from apps.finance.statements.lines import LINES
from tests.apps.finance.statements.reports import annual
from tests.apps.finance.statements.test_mapping import WITH_OWN, toy_embedding
from tests.apps.reading import reader

DECIDES_NOTHING = {"alembic", "pandas", "rich", "sqlalchemy", "typer"}
"""They print and keep what was read, and list the reports of the benchmarks."""
OURS = {"apps", "benchmarks", "core_model"}


def imported(folder: Path) -> set[str]:
    """The top modules that the files of a folder import, but for those of Python itself."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names


def test_every_library_that_computes_is_in_the_provenance():
    computing = imported(Path(str(apps.finance.__file__)).parent) - OURS - DECIDES_NOTHING
    assert computing | {"torch", "tokenizers"} == set(LIBRARIES), "the core itself computes with the last two"
    assert set(provenance_of("a" * 64).libraries) == set(LIBRARIES)


def test_the_kind_of_device_decides_and_its_number_does_not() -> None:
    assert provenance_of("a" * 64, "cuda") != provenance_of("a" * 64)
    assert provenance_of("a" * 64, "cuda:1") == provenance_of("a" * 64, "cuda:0")


def core_of(turned: int, asked: list[int]) -> SimpleNamespace:
    """A core whose vectors are those of the toy embedding, with their directions moved on; it notes that it is
    asked."""

    def embed_texts(texts: list[str]) -> torch.Tensor:
        asked.append(turned)
        return torch.tensor(np.roll(toy_embedding(texts), turned, axis=1))

    return SimpleNamespace(embed_texts=embed_texts)


def test_a_living_worker_compares_no_captions_with_those_of_weights_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.html").write_bytes(annual(cash_flow=WITH_OWN))
    weights = {"core": "a" * 64}
    asked: list[int] = []
    held = {"core": core_of(0, asked)}
    monkeypatch.setattr(jobs, "weights_in", lambda *_: dict(weights))
    monkeypatch.setattr(core_model, "load_core", lambda device: held["core"])
    lines = []
    with reader(tmp_path / "data") as reads:
        for name, turned in (("a" * 64, 0), ("b" * 64, 7)):
            weights["core"], held["core"] = name, core_of(turned, asked)
            asked.clear()
            end = reads.report(tmp_path / "report.html")
            assert end.state == "done", end.error
            reading = stored(reads.store, str(end.reading_id))
            assert reading.provenance.weights == {"core": name}
            assert set(asked) == {turned}, "the core of the weights that the reading names"
            lines.append(reading.line("capital_expenditure"))
    assert lines[0].concept == "acme:PlantAndSoftware"
    assert lines[1] == lines[0]


def test_a_living_worker_loads_the_core_and_embeds_the_standard_captions_for_its_first_report_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    loaded: list[str] = []

    def embed_texts(texts: list[str]) -> torch.Tensor:
        asked.append(len(texts))
        return torch.tensor(toy_embedding(texts))

    def load_core(device: str) -> SimpleNamespace:
        loaded.append(device)
        return SimpleNamespace(embed_texts=embed_texts)

    monkeypatch.setattr(jobs, "weights_in", lambda *_: {"core": "c" * 64})
    monkeypatch.setattr(core_model, "load_core", load_core)
    with reader(tmp_path / "data") as reads:
        for number in range(3):
            path = tmp_path / f"report-{number}.html"
            path.write_bytes(annual(cash_flow=WITH_OWN) + b"<!-- %d -->" % number)
            end = reads.report(path)
            assert end.state == "done", end.error
    of_cash_flow = [line.name for line in LINES if line.statement == "cash_flow"]
    standard = sum(len(STANDARD[name]) for name in of_cash_flow) + len(OTHER["cash_flow"])
    assert asked == [standard, 1, 1, 1], "then the one caption of each report"
    assert loaded == ["cpu"]
