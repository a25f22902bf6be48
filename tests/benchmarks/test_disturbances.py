"""Workers killed and suspended, databases locked and restarted, clocks set, on both databases: a short trial."""

from pathlib import Path

import pytest
from sqlalchemy import text

from apps.jobs.records import file_engine, jobs_file
from apps.settings import load_settings
from apps.store import jobs
from apps.store.store import Store
from benchmarks.trust.disturbances import disturbances
from benchmarks.trust.lost import fate
from benchmarks.trust.trial import SHIFTS_S, Plan
from tests import needs


def test_a_lost_job_is_told_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    with Store(load_settings(data_dir=tmp_path, database_url="")) as store:
        job = jobs.create(store, "benchmark.takeover", None, {})
        with file_engine(jobs_file(store)).begin() as connection:
            connection.execute(text("CREATE TABLE workflow_status (workflow_uuid, status, executor_id, created_at)"))
            connection.execute(text(f"INSERT INTO workflow_status VALUES ('{job.id}.1', 'PENDING', 'worker-1', 0)"))
        jobs.start(store, job.id, 1, "worker-1")
        told = fate(store, "SQLite", job.id, ["1.0 one begin", "2.0 one effect:reading-1"])
    assert told == (
        f"SQLite: {job.id}: running at '', attempt 1, handed 0, starts 1, "
        "held by worker-1, whom nobody knows, error None; DBOS: .1 PENDING by worker-1; "
        "audit: job.create done; steps: 1.0 one begin, 2.0 one effect:reading-1"
    )


SHORT = Plan(kills=3, suspensions=1, suspended_s=20, lockouts=1, locked_s=20, restarts=2, shifted_s=5)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_job_is_lost_doubled_or_stuck_and_no_worker_ends() -> None:
    needs.postgres()
    found = disturbances(SHORT)
    assert found["kills"].value == 6
    assert found["clock_shifts"].value == 2 * len(SHIFTS_S)
    assert found["lockouts_and_restarts"].value == 4
    for name in ("jobs_lost_or_unrecoverable", "effects_twice", "worker_exits"):
        assert found[name].value == 0, (name, found[name].note)
    assert found["jobs_lost_or_unrecoverable"].n > 20
