"""What became of a job that was lost: all that its rows, DBOS, the audit chain and its steps tell of it."""

from collections.abc import Sequence

from sqlalchemy import text

from apps.jobs.records import file_engine, jobs_file
from apps.store import audit
from apps.store.steps import SCHEMA
from apps.store.store import Store
from apps.store.tables import JobRow, WorkerRow

LAST = 6


def fate(store: Store, database: str, job_id: str, noted: Sequence[str]) -> str:
    """A line about a job.

    Args:
        store: The open store.
        database: Its name.
        job_id: The job.
        noted: What its steps noted, in order.
    """
    with store.read() as session:
        row = session.get(JobRow, job_id)
        holder = None if row is None or row.worker is None else session.get(WorkerRow, row.worker)
    if row is None:
        stands = "it has no row"
    else:
        held = "nobody" if row.worker is None else row.worker if holder else f"{row.worker}, whom nobody knows"
        stands = (
            f"{row.state} at '{row.step}', attempt {row.attempt}, handed {row.handed}, starts {row.starts}, "
            f"held by {held}, error {row.error}"
        )
    acts = [f"{act.action} {act.outcome}" for act in audit.listing(store, job_id)[:LAST]][::-1]
    return (
        f"{database}: {job_id}: {stands}; DBOS: {', '.join(_attempts(store, job_id)) or 'nothing'}; "
        f"audit: {', '.join(acts)}; steps: {', '.join(noted[-LAST:]) or 'none'}"
    )


def _attempts(store: Store, job_id: str) -> list[str]:
    """What DBOS holds of a job."""
    file = jobs_file(store)
    table = f"{SCHEMA}.workflow_status" if file is None else "workflow_status"
    engine = store.engine if file is None else file_engine(file)
    query = f"SELECT workflow_uuid, status, executor_id FROM {table} WHERE workflow_uuid LIKE :like ORDER BY created_at"  # noqa: S608
    try:
        with engine.connect() as connection:
            found = connection.execute(text(query), {"like": f"{job_id}.%"}).all()
    finally:
        if file is not None:
            engine.dispose()
    return [f"{name.removeprefix(job_id)} {status} by {executor}" for name, status, executor in found]
