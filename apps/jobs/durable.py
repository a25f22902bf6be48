"""DBOS underneath: one durable workflow for all kinds of jobs, its queue, and what a dead worker left.

DBOS keeps the recorded end of each step and hands each job to one worker; where it keeps that, ``records`` says. Its
database and ours are not written in one transaction: a job is a row of ours first, and a worker hands over whatever
DBOS was not given, under an id that makes a second time harmless.

DBOS gives each attempt of a job to one worker, once, and is never asked to give it to another: a worker that was taken
to be dead may live. Take-over is the next attempt of ours, with the recorded steps of the one before it; what the first
worker goes on to do is then refused (``jobs.held_by``).

That needs: a unique executor id a process, an application version raised only when steps change, the JSON serializer
(the usual one unpickles), queues listened to by name before the launch and registered after it.
"""

import logging
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from itertools import takewhile
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos import error as dbos_error
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from apps.jobs import json_only, records
from apps.jobs.registry import kind
from apps.jobs.run import JobCancelled, JobFailed, RecordsAway, Run, WorkerStopping, failure, patiently
from apps.store import blobs, jobs, workers
from apps.store.engine import IDLE_TIMEOUT_S, PASSING, state_error
from apps.store.store import Store
from apps.store.tables import JobRow

QUEUE = "tandem-jobs"
STEPS_VERSION = "3"  # raise it when the steps of a kind change: a job begun under another version starts anew
POLL_S = 0.3
BEGUN, NEW = 1, 2  # priorities; a fork has 0, the highest: what was begun before does not wait behind all that is new
TAKEN_WITHIN_S = 10.0  # what a slow database may take between giving a job and telling so
OPEN = ("ENQUEUED", "PENDING", "DELAYED")


class Durable:
    """DBOS in this process; at most one at a time.

    Args:
        store: The open store.
        worker: Unique id of this process.
        stopping: Tells whether the worker ends.
        concurrency: Jobs at a time in this process.
    """

    def __init__(self, store: Store, worker: str, stopping: Callable[[], bool], concurrency: int = 1) -> None:
        self.store, self.worker, self._stopping, self._concurrency = store, worker, stopping, concurrency
        self._engine: Engine | None = None
        self._file: tuple[int, int] | None = None
        self._running: set[str] = set()  # names of the attempts
        self._taken: dict[str, float] = {}  # those that DBOS gave to this worker and that do not run, since when

    @property
    def running(self) -> int:
        """How many jobs run here."""
        return len(self._running)

    def launch(self) -> None:
        """Start the threads that take jobs from the queue. Where DBOS's own file is damaged it begins a new one."""
        records.replace_rotten(self.store)
        config: DBOSConfig = {
            "name": "tandem",
            "executor_id": self.worker,
            "application_version": STEPS_VERSION,
            "serializer": json_only.JSON,
            "sys_db_idle_transaction_timeout_sec": IDLE_TIMEOUT_S,
            "run_admin_server": False,  # type: ignore[typeddict-unknown-key]
            "log_level": "CRITICAL",  # its messages repeat what errors say
            "notification_listener_polling_interval_sec": POLL_S,
        }
        file = records.jobs_file(self.store)
        if file is None:
            config["system_database_url"] = records.server_url(self.store)
        else:
            self._engine = records.file_engine(file)
            config["system_database_engine"] = self._engine
        logger = logging.getLogger("dbos")
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())  # else it adds one of its own, on the stderr of this moment
            logger.propagate = False
        DBOS(config=config)

        @DBOS.workflow(name=records.WORKFLOW, max_recovery_attempts=None)  # jobs.start counts them, step by step
        def run_job(job_id: str) -> str:
            name = str(DBOS.workflow_id)
            self._running.add(name)
            try:
                return self._run(job_id, int(name.rpartition(".")[2]))
            finally:
                self._running.discard(name)

        DBOS.listen_queues([QUEUE])
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=self._concurrency, polling_interval_sec=POLL_S)
        self._file = records.identity(self.store)
        records.refuse_other_than_json(self.store)
        records.forget_orphans(self.store)

    def reconcile(self) -> None:
        """Begin the next attempt of each job that is open for us and that nobody does.

        That happens where the end of a job could not be written (a full disk, a lock held too long); where DBOS's own
        file was lost; where a version of Tandem with other steps began the job; where its worker took it and died when
        nobody knew that worker any more; and where this worker took it, and did not learn so from a database that went
        away.
        """
        taken, now = {}, time.monotonic()
        for row in jobs.handed(self.store, self.worker):
            name = workflow_id(row.id, row.attempt)
            status = DBOS.get_workflow_status(name)
            if status is None or status.app_version != STEPS_VERSION or status.status not in OPEN:
                astray = True
            elif status.status != "PENDING" or name in self._running:
                astray = False
            elif status.executor_id == self.worker:
                taken[name] = self._taken.get(name, now)
                astray = now - taken[name] >= TAKEN_WITHIN_S  # no longer on its way to the thread that runs it
            else:
                astray = status.executor_id not in workers.known(self.store)
            if astray:
                jobs.begin_again(self.store, row)
        self._taken = taken

    def file_lost(self, *, suspected: bool) -> bool:
        """Whether DBOS's own file was replaced by another process, and DBOS here goes on with one that nobody else
        sees; or, where that is suspected, whether it is damaged."""
        return records.identity(self.store) != self._file or (suspected and records.is_rotten(self.store))

    def drain(self, seconds: float) -> None:
        """Wait until no job runs here any more, at most so long."""
        until = time.monotonic() + seconds
        while self.running and time.monotonic() < until:
            time.sleep(0.05)

    def destroy(self) -> None:
        """Stop the threads."""
        DBOS.destroy(destroy_registry=True)
        if self._engine is not None:
            self._engine.dispose()

    def hand_over(self) -> None:
        """Give DBOS the jobs that wait: a first attempt whole, a later one from its first unrecorded step."""
        waiting = jobs.waiting(self.store)
        if any(row.attempt > 1 for row in waiting):  # what was recorded of the one before is read
            records.refuse_other_than_json(self.store)
        for row in waiting:
            name = workflow_id(row.id, row.attempt)
            if DBOS.get_workflow_status(name) is None and not self._fork(row.id, row.attempt):
                DBOS.enqueue_workflow_with_options(
                    {
                        "workflow_name": records.WORKFLOW,
                        "queue_name": QUEUE,
                        "workflow_id": name,
                        "app_version": STEPS_VERSION,
                        "priority": BEGUN if row.attempt > 1 else NEW,
                    },
                    row.id,
                )
            jobs.mark_handed(self.store, row.id, row.attempt)

    def _fork(self, job_id: str, attempt: int) -> bool:
        """Begin an attempt with the recorded steps of the newest one before it; False where DBOS knows none, or none of
        their steps."""
        for before in range(attempt - 1, 0, -1):
            source = workflow_id(job_id, before)
            status = DBOS.get_workflow_status(source)
            if status is None or status.app_version != STEPS_VERSION:
                continue
            steps = DBOS.list_workflow_steps(source)
            good = takewhile(lambda step: step["error"] is None, steps)  # an error is no result to go on with
            num_good, name = sum(1 for _ in good), workflow_id(job_id, attempt)
            if not num_good:
                return False
            try:
                with SetWorkflowID(name):
                    DBOS.fork_workflow(source, 1 + num_good, application_version=STEPS_VERSION, queue_name=QUEUE)
            except IntegrityError:  # another worker was quicker
                if DBOS.get_workflow_status(name) is None:
                    raise
            except dbos_error.DBOSNonExistentWorkflowError:  # deleted meanwhile: with its job, or since it was not JSON
                continue
            return True
        return False

    def _run(self, job_id: str, attempt: int) -> str:
        """The body of the workflow: everything that happens once stands in a step, or in ``jobs.end``."""
        if self._stopping():
            raise WorkerStopping
        row = patiently(partial(jobs.start, self.store, job_id, attempt, self.worker), self._stopping)
        if row is None:
            return "nothing to do"
        try:
            reading_id = self._call(row)
        except JobCancelled:
            self._end(row, "cancelled")
        except JobFailed as failed:
            self._end(row, "failed", error=failed.refusal)
        else:
            if self._end(row, "done", reading_id=reading_id):
                patiently(partial(blobs.release, self.store, job_id), self._stopping)
        return "ended"

    def _end(self, row: JobRow, state: str, **told: Any) -> bool:
        ended = partial(jobs.end, self.store, row.id, row.attempt, state, worker=self.worker, **told)
        return bool(patiently(ended, self._stopping))

    def _call(self, row: JobRow) -> str | None:
        try:
            known = kind(row.kind)
            return known.function(Run(row, known, self.store, self.worker, _step, self._stopping))
        except Exception as error:  # noqa: BLE001  # raised again as what may be stored
            if not isinstance(error, DBAPIError | sqlite3.Error):
                raise failure(error, "between the steps") from None
            state = state_error(error)
            if self.file_lost(suspected=True) or (state is not None and state.code in PASSING):
                raise RecordsAway from None  # no fault of the job: it begins again, see ``reconcile``
            raise failure(state or error, "between the steps") from None


def workflow_id(job_id: str, attempt: int) -> str:
    """The name of an attempt in DBOS."""
    return f"{job_id}.{attempt}"


def _step(name: str, function: Callable[..., Any], *args: Any) -> Any:
    return DBOS.run_step({"name": name}, function, *args)
