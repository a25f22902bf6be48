"""What a page or a command does with jobs: enqueue, watch, cancel, retry, delete. All but the last need no DBOS."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.jobs.supervisor import WorkerSupervisor
from apps.provenance import Provenance
from apps.store import jobs, readings
from apps.store.deletion import Deleted, delete_everything_of
from apps.store.ids import hash_of
from apps.store.store import Store
from apps.store.tables import JobRow
from core_model.errors import Refusal, Unavailable

LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Progress:
    """A job at one moment.

    Attributes:
        job_id: Its id.
        state: ``queued``, ``running``, ``done``, ``failed`` or ``cancelled``.
        step: Name of the step it stands at; empty before the first.
        fraction: Share of the whole that is done, 0 to 1.
        eta_s: Seconds left, None where not known yet.
        reading_id: What it made, where done.
        error: Why it failed; ``apps.messages.refused`` puts it into words.
        cancelling: Whether it was asked to stop and has not yet.
    """

    job_id: str
    state: str
    step: str
    fraction: float
    eta_s: float | None
    reading_id: str | None
    error: Refusal | None
    cancelling: bool

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in jobs.ENDED

    @property
    def refusal(self) -> Refusal:
        """Why there is no reading: the error, or else that the job did not come to its end."""
        if self.error is not None:
            return self.error
        state = jobs.STATE_WORDS[self.state]
        return Unavailable("the job was {state}", code="job_not_done", values={"state": state}).refusal


def enqueue(
    store: Store,
    kind: str,
    input_id: str | None,
    settings: dict[str, Any] | None = None,
    *,
    provenance: Provenance | None = None,
    again: bool = False,
) -> str:
    """Queue a job and return its id at once.

    Args:
        store: The open store.
        kind: A registered kind; the worker knows it, this process need not.
        input_id: Row of the input.
        settings: Small JSON without names or paths.
        provenance: What the reading will follow from, where it is known beforehand: a stored reading with an equal one
            is then the job's result, without a second run.
        again: Run even so.

    Returns:
        The job's id: a new one, or that of an equal job which is queued or running.
    """
    settings = {**(settings or {}), **({"again": True} if again else {})}
    key = hash_of([kind, input_id, settings])
    if provenance is not None and not again:
        stored = readings.find(store, kind, provenance)
        if stored is not None:
            return jobs.create_done(store, kind, input_id, settings, stored.id).id
    return jobs.create(store, kind, input_id, settings, key=key).id


def show(store: Store, job_id: str) -> Progress:
    """The job as it stands now.

    Raises:
        NotFound: There is no such job.
    """
    return _progress(jobs.get(store, job_id))


def watch(store: Store, job_id: str, supervisor: WorkerSupervisor | None = None) -> Iterator[Progress]:
    """The job's progress: at once, at each change, and at its end, which is the last.

    Args:
        store: The open store.
        job_id: The job.
        supervisor: From ``ensure_worker``: where no worker can be started, waiting ends with its error.

    Raises:
        NotFound: There is no such job.
        Unavailable: No worker can be started.
    """
    last = None
    while True:
        progress = show(store, job_id)
        if progress != last:
            yield progress
            last = progress
        if progress.ended:
            return
        if supervisor is not None:
            supervisor.check()
        time.sleep(LOOK_EVERY_S)


def cancel(store: Store, job_id: str) -> Progress:
    """Ask a job to stop; it does at its next tick, within seconds.

    Raises:
        NotFound: There is no such job.
        NotAllowed: It has ended.
    """
    return _progress(jobs.cancel(store, job_id))


def retry(store: Store, job_id: str) -> Progress:
    """Queue a failed or cancelled job again; it goes on after the last step whose end was recorded.

    Raises:
        NotFound: There is no such job.
        NotAllowed: It is queued, running or done.
    """
    return _progress(jobs.retry(store, job_id))


def delete(store: Store, identifier: str) -> Deleted:
    """Delete a reading, an ended job, or what an application keeps (a study, a patient): its rows, its recorded steps,
    and what nothing else needs.

    Args:
        store: The open store.
        identifier: Its id.

    Returns:
        What was removed. The audit chain keeps ids and content hashes.

    Raises:
        NotFound: There is nothing with this id.
        NotAllowed: A job is queued or running on it.
    """
    from apps.jobs.records import forget  # takes DBOS in, which nothing else here needs

    deleted = delete_everything_of(store, identifier)
    forget(store, deleted.rows.get("job", []))
    return deleted


def refusal_of(row: JobRow) -> Refusal | None:
    """Why a job failed; None where it did not."""
    return Refusal.from_dict(row.error) if row.error else None


def _progress(row: JobRow) -> Progress:
    return Progress(
        row.id,
        row.state,
        row.step,
        row.fraction,
        row.eta_s,
        row.reading_id,
        refusal_of(row),
        row.cancel_requested and row.state not in jobs.ENDED,
    )
