"""Follow queued jobs to their end at a terminal: a worker, a bar on stderr, and how to go on after Ctrl-C."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps import console
from apps.jobs.client import Progress, watch
from apps.jobs.supervisor import ensure_worker
from apps.store.store import Store


@dataclass(frozen=True, slots=True)
class Submitted:
    """A queued job and the name by which the person who gave the input knows it (printed to them, never stored)."""

    job_id: str
    name: str


def wait_for(store: Store, submitted: Sequence[Submitted]) -> list[Progress]:
    """Wait until all jobs have ended, with a bar on stderr, and return how each one ended. Without any job, no worker
    is started.

    Raises:
        KeyboardInterrupt: After saying how the jobs go on; they stay in the queue.
        Unavailable: No worker can be started.
    """
    ended: list[Progress] = []
    if not submitted:
        return ended
    try:
        with ensure_worker(store) as supervisor, console.progress_bar("reading") as bar:
            for number, each in enumerate(submitted):
                for progress in watch(store, each.job_id, supervisor):
                    title = (
                        f"{each.name}: {progress.step or 'waiting'}"
                        if len(submitted) == 1
                        else (f"{number + 1} of {len(submitted)}, {each.name}: {progress.step or 'waiting'}")
                    )
                    done = (number + progress.fraction) / len(submitted)
                    bar.update(bar.task_ids[0], completed=done, description=console.visible(title)[:70])
                ended.append(progress)
    except KeyboardInterrupt:
        waiting = " ".join(each.job_id for each in submitted[len(ended) :])
        console.say(f"stopped; nothing is lost. To go on: tandem jobs watch {waiting}")
        raise
    return ended
