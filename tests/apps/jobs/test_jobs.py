"""Jobs run in a worker, report progress, stop when cancelled, and go on where they stopped."""

from pathlib import Path

from apps.jobs import Worker, enqueue, watch
from apps.settings import load_settings
from apps.store.store import Store

SAMPLES = ["tests.apps.jobs.sample_jobs"]


def test_a_job_runs_its_steps_in_order_and_ends_done(tmp_path: Path) -> None:
    with Store(load_settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/tandem.db")) as store:
        job_id = enqueue(store, "test.steps", None, {"folder": str(tmp_path), "number": 3})
        with Worker(store, SAMPLES):
            last = list(watch(store, job_id))[-1]
    assert (last.state, last.fraction) == ("done", 1.0)
    log = [line.split()[:2] for line in (tmp_path / "log").read_text().splitlines()]
    assert log == [["first", "begin"], ["first", "end"], ["second", "begin"], ["second", "end"]]
