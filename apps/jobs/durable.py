"""DBOS underneath: one durable workflow for all kinds of jobs, its queue, and what a dead worker left.

DBOS keeps the recorded end of each step and hands each job to one worker; where it keeps that, ``records`` says. Its
database and ours are not written in one transaction: a job is a row of ours first, and a worker hands over whatever
DBOS was not given, under an id that makes a second time harmless.

Take-over needs: a unique executor id a process, an application version raised only when steps change, the JSON
serializer (the usual one unpickles), queues listened to by name before the launch and registered after it.
"""

import logging
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from itertools import takewhile
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from apps.jobs import json_only, records
from apps.jobs.registry import kind
from apps.jobs.run import JobCancelled, JobFailed, Run, WorkerStopping, failure, patiently
from apps.store import blobs, jobs, workers
from apps.store.engine import IDLE_TIMEOUT_S
from apps.store.store import Store
from apps.store.tables import JobRow

QUEUE = "tandem-jobs"
WORKFLOW = "tandem.job"
STEPS_VERSION = "3"  # raise it when the steps of a kind change: a job begun under another version starts anew
POLL_S = 0.3
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
        self.running = 0

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

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)  # jobs.start counts them, step by step
        def run_job(job_id: str) -> str:
            self.running += 1
            try:
                return self._run(job_id)
            finally:
                self.running -= 1

        DBOS.listen_queues([QUEUE])
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=self._concurrency, polling_interval_sec=POLL_S)
        records.refuse_other_than_json(self.store)

    def reconcile(self) -> None:
        """Queue again what is open for us and over for DBOS, or unknown to it.

        That happens where the end of a job could not be written (a full disk, a lock held too long), where DBOS's own
        file was lost, and where a job was begun by a version of Tandem with other steps: that one starts anew.
        """
        known = workers.known(self.store)
        for row in jobs.handed(self.store, self.worker):
            status = DBOS.get_workflow_status(workflow_id(row.id, row.attempt))
            if status is None or status.app_version != STEPS_VERSION or status.status not in OPEN:
                jobs.begin_again(self.store, row.id, row.attempt)
            elif status.status == "PENDING" and status.executor_id not in known:
                self.recover(str(status.executor_id))  # it took the job when nobody knew it any more, and died

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
        for row in jobs.waiting(self.store):
            name = workflow_id(row.id, row.attempt)
            if DBOS.get_workflow_status(name) is None and not self._fork(row.id, row.attempt):
                DBOS.enqueue_workflow_with_options(
                    {
                        "workflow_name": WORKFLOW,
                        "queue_name": QUEUE,
                        "workflow_id": name,
                        "app_version": STEPS_VERSION,
                    },
                    row.id,
                )
            jobs.mark_handed(self.store, row.id, row.attempt)

    def recover(self, worker: str) -> None:
        """Queue again what a worker that is gone was doing. Safe to ask twice: one worker alone takes each up."""
        DBOS._recover_pending_workflows([worker])

    def _fork(self, job_id: str, attempt: int) -> bool:
        """Begin an attempt with the recorded steps of the newest one before it; False where DBOS knows none."""
        if attempt > 1:
            records.refuse_other_than_json(self.store)
        for before in range(attempt - 1, 0, -1):
            source = workflow_id(job_id, before)
            status = DBOS.get_workflow_status(source)
            if status is None or status.app_version != STEPS_VERSION:
                continue
            steps = DBOS.list_workflow_steps(source)
            good = takewhile(lambda step: step["error"] is None, steps)  # an error is no result to go on with
            begin_at, name = 1 + sum(1 for _ in good), workflow_id(job_id, attempt)
            try:
                with SetWorkflowID(name):
                    DBOS.fork_workflow(source, begin_at, application_version=STEPS_VERSION, queue_name=QUEUE)
            except IntegrityError:  # another worker was quicker
                if DBOS.get_workflow_status(name) is None:
                    raise
            return True
        return False

    def _run(self, job_id: str) -> str:
        """The body of the workflow: everything that happens once stands in a step, or in ``jobs.end``."""
        if self._stopping():
            raise WorkerStopping
        attempt = int(str(DBOS.workflow_id).rpartition(".")[2])
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
            if isinstance(error, DBAPIError | sqlite3.Error) and records.is_rotten(self.store):
                raise WorkerStopping from None  # no fault of the job: the worker sees it too, and begins a new file
            raise failure(error, "between the steps") from None


def workflow_id(job_id: str, attempt: int) -> str:
    """The name of an attempt in DBOS."""
    return f"{job_id}.{attempt}"


def _step(name: str, function: Callable[..., Any], *args: Any) -> Any:
    return DBOS.run_step({"name": name}, function, *args)
