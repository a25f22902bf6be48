"""Inputs: one row a path, and its path nowhere else."""

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from apps.settings import Settings
from apps.store import inputs, jobs
from apps.store.deletion import delete_everything_of
from apps.store.store import Store
from core_model.errors import InputRejected, NotFound, Refusal


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
    jobs.end(store, job.id, 1, "failed", error=Refusal("as_written", {"text": "It failed"}))
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


def test_an_upload_stays_while_an_input_names_it_under_another_spelling_of_the_data_folder(
    settings: Settings, tmp_path: Path
) -> None:
    settings.data_dir.mkdir(exist_ok=True)
    (tmp_path / "link").symlink_to(settings.data_dir)
    spelled = Settings(data_dir=tmp_path / "link", database_url=settings.database_url)
    with Store(spelled) as store:
        upload = inputs.inbox(store) / ("0a" * 16 + ".zip")
        upload.parent.mkdir(parents=True)
        upload.write_bytes(b"images of a patient")
        os.utime(upload, (time.time() - 2 * inputs.SWEEP_AFTER_S,) * 2)
        job = jobs.create(store, "medical.read", inputs.add(store, upload), {})
        jobs.end(store, job.id, 1, "failed")
    with Store(settings) as store:
        names = inputs.uploads_among(store, [upload])
        assert names == [f"{upload.parent.name}/{upload.name}"]
        assert inputs.sweep(store) == 0
        inputs.remove_uploads(store, names)
        assert upload.read_bytes() == b"images of a patient"
        assert delete_everything_of(store, job.id).uploads == names
        assert not upload.exists()


def test_an_upload_from_before_the_inboxes_had_owners_is_never_swept_and_goes_with_its_job(store: Store) -> None:
    named, unknown = (store.settings.data_dir / "inbox" / name for name in ("0a1b.zip", "2c3d.zip"))
    for path in (named, unknown):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"images of a patient")
        os.utime(path, (time.time() - 2 * inputs.SWEEP_AFTER_S,) * 2)
    job = jobs.create(store, "medical.read", inputs.add(store, named), {})
    jobs.end(store, job.id, 1, "failed")
    assert inputs.sweep(store) == 0
    assert delete_everything_of(store, job.id).uploads == ["0a1b.zip"]
    assert [path.name for path in named.parent.glob("*.zip")] == ["2c3d.zip"]
