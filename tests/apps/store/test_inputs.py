"""Inputs: one row a path, and its path nowhere else."""

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from apps.store import inputs, jobs
from apps.store.store import Store
from core_model.errors import InputRejected, NotFound


def test_the_same_path_is_the_same_input(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "report.htm"
    file.write_text("x")
    monkeypatch.chdir(tmp_path)
    assert inputs.add(store, file) == inputs.add(store, "report.htm")
    assert inputs.get(store, inputs.add(store, file)).kind == "file"
    assert inputs.get(store, inputs.add(store, tmp_path)).kind == "folder"


def test_what_is_not_there_is_refused_without_its_path(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotFound) as refused:
        inputs.add(store, tmp_path / "JANE_DOE")
    assert "JANE" not in str(refused.value)
    input_id = inputs.add(store, tmp_path)
    (tmp_path / "gone").mkdir()
    gone = inputs.add(store, tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert inputs.path_of(store, input_id) == tmp_path
    with pytest.raises(NotFound, match="no longer where it was") as refused:
        inputs.path_of(store, gone)
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize("name", ["Jos\udce9.zip", "x" * 300 + ".zip", "~nobody-of-that-name/scan.zip"])
def test_a_path_that_cannot_be_kept_or_looked_up_is_refused_without_it(store: Store, tmp_path: Path, name: str) -> None:
    path = Path(name) if name.startswith("~") else tmp_path / name
    if "\udce9" in name:
        path.write_bytes(b"images")
    with pytest.raises(InputRejected) as refused:
        inputs.add(store, path)
    assert str(refused.value).endswith(".")
    assert not any(part in str(refused.value) for part in ("Jos", "xxx", "nobody", str(tmp_path)))


def test_a_path_stands_in_no_other_table(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "CANARY-7Q"
    folder.mkdir()
    job = jobs.create(store, "finance.read", inputs.add(store, folder), {})
    jobs.end(store, job.id, 1, "failed", error_code="defect", error_text="It failed.")
    holding = []
    with store.read() as session:
        for table in inspect(store.engine).get_table_names():
            if any("CANARY-7Q" in str(row) for row in session.execute(text(f'SELECT * FROM "{table}"'))):
                holding.append(table)
    assert holding == ["input"]


def test_sweeping_removes_old_uploads_that_no_input_names_and_nothing_else(store: Store, tmp_path: Path) -> None:
    inbox = inputs.inbox(store)
    inbox.mkdir(parents=True)
    uploads = {name: inbox / f"{name}.zip" for name in ("stray", "young", "named")}
    given = tmp_path / "given.zip"
    for path in (*uploads.values(), given):
        path.write_bytes(b"images of a patient")
        if path != uploads["young"]:
            os.utime(path, (time.time() - 2 * inputs.SWEEP_AFTER_S,) * 2)
    inputs.add(store, uploads["named"])
    assert inputs.sweep(store) == 1
    assert sorted(path.stem for path in inbox.iterdir()) == ["named", "young"]
    assert given.read_bytes() == b"images of a patient"
    assert inputs.sweep(store) == 0
