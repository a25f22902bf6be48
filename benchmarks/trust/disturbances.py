"""Workers killed and suspended, databases locked and restarted, clocks set: what became of all jobs.

On each database two workers are kept alive and jobs kept waiting, as in ``job_takeover``, while one thing after the
other is done to them. A job is lost where it does not end as done, or where one of its steps left no effect. A worker
that ends although nobody killed it is an exit. On PostgreSQL each worker takes itself to be on a machine of its own.
"""

import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

from apps.settings import load_settings
from benchmarks.figures import Figure
from benchmarks.job_takeover import postgres
from benchmarks.trust.trial import Plan, Trial


def disturbances(plan: Plan | None = None) -> dict[str, Figure]:
    """The figures over both databases, which are disturbed at the same time."""
    plan = plan or Plan()
    with tempfile.TemporaryDirectory(prefix="tandem-trust-") as folder, ExitStack() as stack:
        file = Path(folder) / "sqlite" / "tandem.db"
        url, server = stack.enter_context(postgres(Path(folder)))
        trials = [
            Trial("SQLite", load_settings(data_dir=file.parent, database_url=f"sqlite:///{file}"), plan),
            Trial("PostgreSQL", load_settings(data_dir=Path(folder) / "pg", database_url=url), plan, server),
        ]
        threads = [threading.Thread(target=trial.run, name=trial.database) for trial in trials]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for trial in trials:
            if trial.failed is not None:
                raise trial.failed
        return figures(trials)


def figures(trials: list["Trial"]) -> dict[str, Figure]:
    """What was done to all, and what became of it."""
    done = [trial.done for trial in trials]
    num_jobs = sum(trial.outcome.jobs for trial in trials)
    effects = sum(trial.outcome.effects for trial in trials)
    lost = [fate for trial in trials for fate in trial.outcome.lost]
    each = "; ".join(
        f"{trial.database}: {trial.outcome.jobs} jobs, {trial.outcome.begun_again} steps begun again, "
        f"longest until a job ended after a disturbance {max(trial.pauses_s):.0f} s"
        for trial in trials
    )

    def made(*kinds: str) -> Figure:
        number = sum(each.get(kind, 0) for each in done for kind in kinds)
        return Figure(number, "count", number)

    return {
        "kills": made("kill"),
        "suspensions": made("suspension"),
        "lockouts_and_restarts": made("lockout", "restart"),
        "clock_shifts": made("shift"),
        "jobs_lost_or_unrecoverable": Figure(len(lost), "count", num_jobs, note="; ".join([each, *lost])),
        "effects_twice": Figure(sum(trial.outcome.effects_twice for trial in trials), "count", effects),
        "worker_exits": Figure(
            sum(trial.exits for trial in trials),
            "count",
            sum(trial.started for trial in trials),
            note="; ".join(said for trial in trials for said in trial.said),
        ),
        "longest_standstill_s": Figure(
            max(max(trial.pauses_s) for trial in trials),
            "s",
            sum(len(trial.pauses_s) for trial in trials),
            note="from the end of a disturbance, of a kill from its beginning, to the next job that ends",
        ),
    }
