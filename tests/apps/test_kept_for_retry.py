"""What a failed or cancelled job keeps for a retry: said by the commands and the doctor, gone with the job."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apps.cli import app
from apps.doctor import examine
from apps.notices import NOTICE
from apps.settings import Settings, load_settings
from apps.store import blobs, inputs, jobs
from apps.store.store import Store
from core_model.errors import Refusal
from tests.apps.test_documents import validator
from tests.conftest import put_empty_database

VOLUME = b"\0" * 2_500_000


@pytest.fixture
def failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Id of a failed job that had stored a volume of 2.5 MB, in the store that the commands open."""
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)
    put_empty_database(tmp_path / "data")
    with Store(load_settings()) as store:
        job = jobs.create(store, "medical.read", inputs.add(store, tmp_path), {})
        blobs.put(store, job.id, "volume", VOLUME)
        blobs.put(store, job.id, "notes", b"{}")
        jobs.end(store, job.id, 1, "failed", error=Refusal("as_written", {"text": "No lungs"}))
        waiting = jobs.create(store, "medical.read", None, {})
        blobs.put(store, waiting.id, "volume", b"of a job that waits")
    return job.id


def tandem(*words: str) -> tuple[str, str]:
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.stdout, done.stderr


def test_the_commands_say_how_much_a_failed_job_keeps_and_how_to_remove_it(failed: str) -> None:
    shown = json.loads(tandem("jobs", "show", failed, "--json")[0])
    validator("tandem.job-2.json").validate(shown)
    assert (shown["state"], shown["error"]) == (
        "failed",
        {"code": "as_written", "values": {"text": "No lungs"}, "source": None, "text": "No lungs."},
    )
    listed = json.loads(tandem("jobs", "list", "--json")[0])
    validator("tandem.jobs-2.json").validate(listed)
    assert [entry["state"] for entry in listed["jobs"]] == ["queued", "failed"]
    assert [entry for entry in listed["jobs"] if entry["id"] == failed] == [
        {name: value for name, value in shown.items() if name not in ("schema", "notice")}
    ]
    assert {listed["notice"], shown["notice"]} == {NOTICE}
    assert shown["kept"] == {"files": 2, "bytes": 2_500_002}
    assert "2 contents, 2.5 MB, until it is done or deleted" in tandem("jobs", "show", failed)[0]
    _, told = tandem("jobs", "list")
    assert "1 failed or cancelled job keeps 2.5 MB for a retry" in " ".join(told.split())
    assert "tandem delete JOB" in told


def test_the_doctor_says_what_is_kept_and_deleting_the_job_removes_it(failed: str) -> None:
    store = examine()["store"]
    assert store["jobs failed or cancelled that keep contents for a retry"] == 1
    assert store["MB that they keep"] == 2.5
    tandem("delete", failed, "--yes")
    store = examine()["store"]
    assert store["jobs failed or cancelled that keep contents for a retry"] == 0
    assert store["MB that they keep"] == 0.0
    with Store(load_settings()) as opened:
        sizes = [path.stat().st_size for path in opened.blobs_dir.glob("??/*")]
    assert sizes == [len(b"of a job that waits")]


def test_deleting_says_what_postgresql_keeps_in_its_files(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    with Store(settings) as store:
        job = jobs.create(store, "medical.read", None, {})
        jobs.end(store, job.id, 1, "failed", error=Refusal("as_written", {"text": "No lungs"}))
        on_a_server = store.engine.dialect.name == "postgresql"
    _, said = tandem("delete", job.id, "--yes")
    assert f"removed {job.id}: 1 rows, 0 files" in said
    assert ("VACUUM FULL" in said) == on_a_server
