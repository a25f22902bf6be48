"""Rows of jobs: what pages and the command line show, and what workers report. Small transactions, one act each."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from apps.store import audit, inputs, workers
from apps.store.engine import lock
from apps.store.ids import new_id, now
from apps.store.store import Store
from apps.store.tables import InputRow, JobRow, ReadingRow
from core_model.errors import NotAllowed, NotFound, Phrase, Refusal, Unavailable

ACTIVE = ("queued", "running")
ENDED = ("done", "failed", "cancelled")
STATE_WORDS = {
    "queued": Phrase("job_queued", "queued"),
    "running": Phrase("job_running", "running"),
    "done": Phrase("job_done", "done"),
    "failed": Phrase("job_failed", "failed"),
    "cancelled": Phrase("job_cancelled", "cancelled"),
}
"""The states as they are said."""
MAX_STARTS = 5  # workers that may die in one step before the job is called the cause


def create(
    store: Store, kind: str, input_id: str | None, settings: dict[str, Any], *, key: str | None = None
) -> JobRow:
    """A queued job; the one that is queued or running with the same ``key`` where there is one.

    Args:
        store: The store.
        kind: Name under which the job is registered.
        input_id: Row of the input that it reads.
        settings: Small JSON without names, paths or results.
        key: Hash of what makes two jobs the same.

    Raises:
        NotFound: The input was deleted meanwhile.
    """
    with store.write() as session:
        if input_id is not None and not _there(session, InputRow, input_id):
            raise inputs.gone()
        if key is not None:
            lock(session, key)
            same = select(JobRow).where(JobRow.key == key, JobRow.state.in_(ACTIVE), ~JobRow.cancel_requested)
            row = session.execute(same.limit(1)).scalar_one_or_none()
            if row is not None:
                return row
        row = _new(kind, input_id, settings, key)
        session.add(row)
        audit.record(session, "job.create", row.id)
        return row


def _new(kind: str, input_id: str | None, settings: dict[str, Any], key: str | None) -> JobRow:
    return JobRow(
        id=new_id("job"),
        kind=kind,
        input_id=input_id,
        settings=settings,
        key=key,
        state="queued",
        attempt=1,
        handed=0,
        starts=0,
        cancel_requested=False,
        step="",
        fraction=0.0,
        created_at=now(),
    )


def get(store: Store, job_id: str) -> JobRow:
    """The job as it stands now.

    Raises:
        NotFound: There is no such job.
    """
    with store.read() as session:
        row = session.get(JobRow, job_id)
    return _known(row, job_id)


def _known(row: JobRow | None, job_id: str) -> JobRow:
    if row is None:
        raise NotFound(
            "there is no job '{id}'", action="see 'tandem jobs list'", code="no_such_job", values={"id": job_id[:40]}
        )
    return row


def listing(store: Store, states: tuple[str, ...] = (), limit: int = 100) -> list[JobRow]:
    """The newest jobs first, those in ``states`` where given."""
    query = select(JobRow).order_by(JobRow.created_at.desc(), JobRow.id).limit(limit)
    with store.read() as session:
        return list(session.execute(query.where(JobRow.state.in_(states)) if states else query).scalars())


def all_ids(store: Store) -> set[str]:
    """Ids of all jobs."""
    with store.read() as session:
        return set(session.execute(select(JobRow.id)).scalars())


def ended_before(store: Store, moment: datetime, limit: int) -> list[str]:
    """Ids of the jobs that ended before a moment, the oldest first; not where a job on the same input is younger, since
    the input, and all jobs that ended on it, go with the one that is deleted."""
    younger = aliased(JobRow)
    on_it = exists().where(
        younger.input_id == JobRow.input_id, or_(younger.ended_at.is_(None), younger.ended_at >= moment)
    )
    with store.read() as session:
        query = select(JobRow.id).where(JobRow.state.in_(ENDED), JobRow.ended_at < moment, ~on_it)
        return list(session.execute(query.order_by(JobRow.ended_at).limit(limit)).scalars())


def waiting(store: Store) -> list[JobRow]:
    """Queued jobs that DBOS has not been given yet, oldest first."""
    with store.read() as session:
        query = select(JobRow).where(JobRow.state == "queued", JobRow.handed < JobRow.attempt)
        return list(session.execute(query.order_by(JobRow.created_at).limit(100)).scalars())


def handed(store: Store, worker: str) -> list[JobRow]:
    """Jobs that DBOS was given and that have not ended: those that wait, and those that ``worker`` does."""
    with store.read() as session:
        query = select(JobRow).where(JobRow.handed == JobRow.attempt)
        open_here = or_(JobRow.state == "queued", and_(JobRow.state == "running", JobRow.worker == worker))
        return list(session.execute(query.where(open_here).order_by(JobRow.created_at).limit(100)).scalars())


def begin_again(store: Store, seen: JobRow) -> None:
    """Queue the next attempt of a job that nobody does, unless it has gone on since it was ``seen``."""
    with store.write() as session:
        holder = JobRow.worker.is_(None) if seen.worker is None else JobRow.worker == seen.worker
        still = and_(JobRow.id == seen.id, JobRow.attempt == seen.attempt, JobRow.state == seen.state, holder)
        values = {"state": "queued", "attempt": seen.attempt + 1, "worker": None, "eta_s": None}
        session.execute(update(JobRow).where(still).values(**values))


def mark_handed(store: Store, job_id: str, attempt: int) -> None:
    """DBOS has this attempt now."""
    with store.write() as session:
        session.execute(update(JobRow).where(JobRow.id == job_id, JobRow.handed < attempt).values(handed=attempt))


def start(store: Store, job_id: str, attempt: int, worker: str) -> JobRow | None:
    """A worker begins an attempt; asking again changes nothing.

    Returns:
        The job; None where there is nothing to do: cancelled, ended, deleted, or in other hands. Each attempt is begun
        by one worker alone, so one that stood still between taking a job and beginning it takes it from nobody.
    """
    with store.write() as session:
        row = session.get(JobRow, job_id, with_for_update=True)
        if row is None or row.attempt != attempt or row.state not in ACTIVE:
            return None
        if row.state == "running":
            return row if row.worker == worker else None
        if row.cancel_requested:
            row.state, row.ended_at, row.worker = "cancelled", now(), None
            audit.record(session, "job.cancelled", job_id)
            return None
        row.starts += 1
        if row.starts > MAX_STARTS:
            died = Unavailable(
                "{count} workers died in the step '{step}'",
                action="it may need more memory than there is",
                code="worker_died",
                values={"count": MAX_STARTS, "step": row.step},
            )
            row.state, row.ended_at, row.worker = "failed", now(), None
            row.error = died.refusal.as_dict()
            audit.record(session, "job.failed", job_id, outcome=died.code)
            return None
        row.state, row.worker, row.eta_s = "running", worker, None
        row.started_at = row.started_at or now()
        return row


def report(
    store: Store,
    job_id: str,
    attempt: int,
    worker: str,
    *,
    step: str,
    fraction: float,
    eta_s: float | None,
    ended: bool,
) -> str:
    """Keep progress and learn whether to go on.

    Args:
        store: The store.
        job_id: The job.
        attempt: Which attempt of it this is.
        worker: Who reports.
        step: Name of the step.
        fraction: Share of the whole job that is done, 0 to 1.
        eta_s: Seconds left, where known.
        ended: Whether the step has just ended.

    Returns:
        ``"go"``, ``"cancel"``, or ``"lost"`` where another worker has taken the job over.
    """
    mine = and_(JobRow.id == job_id, JobRow.attempt == attempt, JobRow.worker == worker, JobRow.state == "running")
    values: dict[str, Any] = {"step": step, "fraction": fraction, "eta_s": eta_s}
    if ended:
        values["starts"] = 1
    with store.write() as session:
        change = update(JobRow).where(mine).values(**values).returning(JobRow.cancel_requested)
        cancel = session.execute(change).scalar_one_or_none()
    return "lost" if cancel is None else "cancel" if cancel else "go"


def held_by(session: Session, job_id: str, attempt: int, worker: str) -> bool:
    """Whether a worker still does an attempt of a job; what is found stays so until the transaction ends."""
    mine = and_(JobRow.id == job_id, JobRow.attempt == attempt, JobRow.worker == worker, JobRow.state == "running")
    held = select(JobRow.id).where(mine).with_for_update(read=True)  # SQLite: the write lock is held anyway
    return session.execute(held).first() is not None


def end(
    store: Store,
    job_id: str,
    attempt: int,
    state: str,
    *,
    worker: str | None = None,
    reading_id: str | None = None,
    error: Refusal | None = None,
) -> bool:
    """Whoever holds an attempt ends it. Ending it again, after another attempt began, or after another worker has taken
    it over, changes nothing.

    Args:
        store: The store.
        job_id: The job.
        attempt: Which attempt of it this is.
        state: ``done``, ``failed`` or ``cancelled``.
        worker: Who ends it; None where no worker has it.
        reading_id: What it made, where done. Where it was deleted meanwhile, the job has failed.
        error: Why it failed.

    Returns:
        Whether this has ended it.
    """
    assert state in ENDED
    with store.write() as session:
        if reading_id is not None and not _there(session, ReadingRow, reading_id):
            state, reading_id, error = "failed", None, _reading_gone().refusal
        values: dict[str, Any] = {
            "state": state,
            "worker": None,
            "eta_s": None,
            "ended_at": now(),
            "reading_id": reading_id,
            "error": error.as_dict() if error else None,
        }
        if state == "done":
            values["fraction"] = 1.0
        holder = JobRow.worker.is_(None) if worker is None else JobRow.worker == worker
        mine = and_(JobRow.id == job_id, JobRow.attempt == attempt, JobRow.state.in_(ACTIVE), holder)
        ended = session.execute(update(JobRow).where(mine).values(**values).returning(JobRow.id)).first() is not None
        if ended:
            audit.record(session, f"job.{state}", job_id, outcome=error.code if error else "done")
        return ended


def _there(session: Session, table: type[InputRow] | type[ReadingRow], identifier: str) -> bool:
    """Whether a row is there, and stays until the transaction ends."""
    found = select(table.id).where(table.id == identifier).with_for_update(read=True, key_share=True)
    return session.execute(found).first() is not None


def create_done(store: Store, kind: str, input_id: str | None, settings: dict[str, Any], reading_id: str) -> JobRow:
    """A job that has nothing to do, since its reading is stored. It is never there for a worker to take.

    Args:
        store: The store.
        kind: Name under which the job is registered.
        input_id: Row of the input that it would have read.
        settings: As for ``create``.
        reading_id: The reading that is stored.

    Returns:
        The job, done; or failed, where the reading was deleted meanwhile.

    Raises:
        NotFound: The input was deleted meanwhile.
    """
    with store.write() as session:
        if input_id is not None and not _there(session, InputRow, input_id):
            raise inputs.gone()
        row = _new(kind, input_id, settings, None)
        if _there(session, ReadingRow, reading_id):
            row.state, row.fraction, row.reading_id, outcome = "done", 1.0, reading_id, "done"
        else:
            gone = _reading_gone()
            row.state, row.error, outcome = "failed", gone.refusal.as_dict(), gone.code
        row.ended_at = now()
        session.add(row)
        audit.record(session, "job.create", row.id)
        audit.record(session, f"job.{row.state}", row.id, outcome=outcome)
        return row


def _reading_gone() -> NotFound:
    return NotFound("the reading was deleted while the job ended", action="read it again", code="reading_gone")


def cancel(store: Store, job_id: str) -> JobRow:
    """Ask a job to stop. It is cancelled at once where no live worker holds it, else within seconds.

    Raises:
        NotFound: There is no such job.
        NotAllowed: It has ended.
    """
    live = {row.id for row in workers.live(store)}
    with store.write() as session:
        row = _known(session.get(JobRow, job_id, with_for_update=True), job_id)
        if row.state not in ACTIVE:
            raise NotAllowed("the job has ended ({state})", code="job_ended", values={"state": STATE_WORDS[row.state]})
        row.cancel_requested = True
        if row.state == "queued" or row.worker not in live:
            row.state, row.ended_at, row.worker, row.eta_s = "cancelled", now(), None, None
        audit.record(session, "job.cancel", job_id)
        return row


def retry(store: Store, job_id: str) -> JobRow:
    """Queue a failed or cancelled job again; it goes on after the last step whose end was recorded.

    Raises:
        NotFound: There is no such job.
        NotAllowed: It is queued, running or done.
    """
    with store.write() as session:
        row = _known(session.get(JobRow, job_id, with_for_update=True), job_id)
        if row.state not in ("failed", "cancelled"):
            raise NotAllowed(
                "the job is {state}",
                allowed="a job that failed or was cancelled",
                code="job_not_retryable",
                values={"state": STATE_WORDS[row.state]},
            )
        row.state, row.attempt, row.starts, row.cancel_requested = "queued", row.attempt + 1, 0, False
        row.error = row.ended_at = None
        audit.record(session, "job.retry", job_id)
        return row


def requeue(store: Store, worker: str, *, died: bool) -> list[str]:
    """Jobs of a worker that is gone wait again, for their next attempt: it may live after all, and go on with this one.
    Returns their ids.

    Args:
        store: The store.
        worker: Id of the worker.
        died: Whether it died; where it stopped of its own accord its jobs are not to blame.
    """
    with store.write() as session:
        held = and_(JobRow.worker == worker, JobRow.state == "running")
        asked = (
            update(JobRow).where(held, JobRow.cancel_requested).values(state="cancelled", worker=None, ended_at=now())
        )
        cancelled = sorted(session.execute(asked.returning(JobRow.id)).scalars())
        values: dict[str, Any] = {"state": "queued", "worker": None, "eta_s": None, "attempt": JobRow.attempt + 1}
        if not died:
            values["starts"] = 0
        again = list(session.execute(update(JobRow).where(held).values(**values).returning(JobRow.id)).scalars())
        for job_id in cancelled:
            audit.record(session, "job.cancelled", job_id)
        return again
