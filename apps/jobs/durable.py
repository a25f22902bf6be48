"""DBOS underneath: one durable workflow for all kinds of jobs, its queue, and what a dead worker left.

DBOS keeps the recorded end of each step and hands each job to one worker. On SQLite it has a file of its own beside
ours (``tandem.jobs.db``): it makes and migrates its tables by itself, takes the write lock at every poll, and what it
holds can be thrown away without losing a reading, so our schema, our backups and our commits stay apart from it. On
PostgreSQL it has its own schema (``dbos``) in the same database. The two are not written in one transaction: a job is
a row of ours first, and a worker hands over whatever DBOS was not given, under an id that makes a second time harmless.

Take-over needs: a unique executor id a process, an application version raised
only when steps change, the JSON serializer (the usual one unpickles), queues listened to by name before the launch and
registered after it.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, SetWorkflowID
from dbos._serialization import DBOSPortableJSONSerializer
from sqlalchemy import URL, Engine, create_engine, event, inspect

from apps.jobs.registry import kind
from apps.jobs.run import JobCancelled, JobFailed, Run, WorkerStopping, failure
from apps.store import blobs, jobs
from apps.store.disk import private_file
from apps.store.engine import forget_deleted, keep_promises, sqlite_file
from apps.store.store import Store
from apps.store.tables import JobRow

QUEUE = "tandem-jobs"
WORKFLOW = "tandem.job"
STEPS_VERSION = "3"  # raise it when the steps of a kind change: a job begun under another version starts anew
POLL_S = 0.3
BUSY_TIMEOUT_S = 30.0  # its threads write at every poll, and wait for each other
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
        """Start the threads that take jobs from the queue."""
        config: DBOSConfig = {
            "name": "tandem",
            "executor_id": self.worker,
            "application_version": STEPS_VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "run_admin_server": False,  # type: ignore[typeddict-unknown-key]
            "log_level": "CRITICAL",  # its messages repeat what errors say
            "notification_listener_polling_interval_sec": POLL_S,
        }
        file = jobs_file(self.store)
        if file is None:
            config["system_database_url"] = _server_url(self.store)
        else:
            self._engine = _file_engine(file)
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

    def reconcile(self) -> None:
        """Queue again what is open for us and over for DBOS, or unknown to it.

        That happens where the end of a job could not be written (a full disk, a lock held too long), where DBOS's own
        file was lost, and where a job was begun by a version of Tandem with other steps: that one starts anew.
        """
        for row in jobs.handed(self.store, self.worker):
            status = DBOS.get_workflow_status(workflow_id(row.id, row.attempt))
            if status is None or status.app_version != STEPS_VERSION or status.status not in OPEN:
                jobs.begin_again(self.store, row.id, row.attempt)

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
        for before in range(attempt - 1, 0, -1):
            source = workflow_id(job_id, before)
            status = DBOS.get_workflow_status(source)
            if status is None or status.app_version != STEPS_VERSION:
                continue
            recorded = len(DBOS.list_workflow_steps(source))
            with SetWorkflowID(workflow_id(job_id, attempt)):
                DBOS.fork_workflow(source, recorded + 1, application_version=STEPS_VERSION, queue_name=QUEUE)
            return True
        return False

    def _run(self, job_id: str) -> str:
        """The body of the workflow: everything that happens once stands in a step, or in ``jobs.end``."""
        if self._stopping():
            raise WorkerStopping
        attempt = int(str(DBOS.workflow_id).rpartition(".")[2])
        row = jobs.start(self.store, job_id, attempt, self.worker)
        if row is None:
            return "nothing to do"
        try:
            reading_id = self._call(row)
        except JobCancelled:
            jobs.end(self.store, job_id, attempt, "cancelled")
        except JobFailed as failed:
            jobs.end(self.store, job_id, attempt, "failed", error=failed.refusal)
        else:
            jobs.end(self.store, job_id, attempt, "done", reading_id=reading_id)
            blobs.release(self.store, job_id)
        return "ended"

    def _call(self, row: JobRow) -> str | None:
        try:
            known = kind(row.kind)
            return known.function(Run(row, known, self.store, self.worker, _step, self._stopping))
        except Exception as error:  # noqa: BLE001  # raised again as what may be stored
            raise failure(error, "between the steps") from None


def workflow_id(job_id: str, attempt: int) -> str:
    """The name of an attempt in DBOS."""
    return f"{job_id}.{attempt}"


def _step(name: str, function: Callable[..., Any], *args: Any) -> Any:
    return DBOS.run_step({"name": name}, function, *args)


def jobs_file(store: Store) -> Path | None:
    """DBOS's own SQLite file; None where it has a schema of the PostgreSQL database."""
    file = sqlite_file(store.settings.database_url)
    return None if file is None else file.with_suffix(".jobs.db")


def _server_url(store: Store) -> str:
    return store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def forget(store: Store, job_ids: Iterable[str]) -> None:
    """Remove what DBOS recorded of jobs: the results of their steps."""
    file = jobs_file(store)
    if file is None:
        with store.engine.connect() as connection:
            if not inspect(connection).has_table("workflow_status", schema="dbos"):
                return
    elif not file.exists():
        return
    engine = None if file is None else _file_engine(file)
    client = DBOSClient(
        system_database_url=_server_url(store) if engine is None else None,
        system_database_engine=engine,
        serializer=DBOSPortableJSONSerializer(),
    )
    for job_id in job_ids:
        attempts = client.list_workflows(workflow_id_prefix=f"{job_id}.", load_input=False, load_output=False)
        client.delete_workflows([attempt.workflow_id for attempt in attempts])
    client.destroy()
    if engine is not None:
        forget_deleted(engine)
        engine.dispose()


def _file_engine(path: Path) -> Engine:
    """DBOS's own SQLite file, with the promises of ours: for this user alone, too."""
    private_file(path)
    engine = create_engine(
        URL.create("sqlite", database=str(path)),  # put together, not written: a path may hold ? and #
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"  # as DBOS sets it on an engine that it makes itself
        keep_promises(connection, BUSY_TIMEOUT_S)

    return engine
