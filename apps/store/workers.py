"""Heartbeats: which workers are alive, and whose jobs must be taken over."""

import hashlib
import os
import platform
from functools import cache
from pathlib import Path

from sqlalchemy import delete, select, update

from apps.store.engine import database_time
from apps.store.store import Store
from apps.store.tables import JobRow, WorkerRow

BEAT_S = 2.0
DEAD_AFTER_S = 12.0


def beat(store: Store, worker: str) -> None:
    """This process is alive."""
    with store.write() as session:
        at = database_time(session)
        mine = update(WorkerRow).where(WorkerRow.id == worker).values(beat=at)
        if session.execute(mine.returning(WorkerRow.id)).first() is None:  # the first, or another took it to be dead
            session.add(WorkerRow(id=worker, machine=machine(), pid=os.getpid(), beat=at))


def rest(store: Store, worker: str) -> None:
    """This worker ends in good order: the next one takes over what it leaves at once."""
    with store.write() as session:
        session.execute(update(WorkerRow).where(WorkerRow.id == worker).values(beat=0.0))


def live(store: Store) -> list[WorkerRow]:
    """Workers that are alive."""
    return _split(store)[0]


def dead(store: Store) -> list[WorkerRow]:
    """Workers whose heart has stopped, or whose process on this machine is gone."""
    return _split(store)[1]


def known(store: Store) -> set[str]:
    """Ids of all workers that have a row, alive or dead."""
    with store.read() as session:
        return set(session.execute(select(WorkerRow.id)).scalars())


def unknown_holders(store: Store) -> list[str]:
    """Workers that hold a job and have no row: taken to be dead while they stood still, they went on, took a job, and
    died before they could show life again."""
    with store.read() as session:
        held = select(JobRow.worker).where(JobRow.state == "running", JobRow.worker.is_not(None)).distinct()
        without = held.where(JobRow.worker.not_in(select(WorkerRow.id)))
        return [worker for worker in session.execute(without).scalars() if worker is not None]


def forget(store: Store, worker: str) -> None:
    """Remove a worker's row, when its jobs have been handed over."""
    with store.write() as session:
        session.execute(delete(WorkerRow).where(WorkerRow.id == worker))


def _split(store: Store) -> tuple[list[WorkerRow], list[WorkerRow]]:
    with store.read() as session:
        rows = list(session.execute(select(WorkerRow)).scalars())
        at = database_time(session)
    # A beat in the future is of a clock that was set back since: whoever lives beats again by the new time.
    alive = [row for row in rows if abs(at - row.beat) < DEAD_AFTER_S and not _process_gone(row)]
    return alive, [row for row in rows if row not in alive]


def _process_gone(row: WorkerRow) -> bool:
    """Whether the row's process ran on this machine and does so no longer. A reused number only costs time."""
    if row.machine != machine() or os.name != "posix":
        return False
    try:
        os.kill(row.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _is_zombie(row.pid)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


@cache
def machine() -> str:
    """A hash of what process numbers are unique within: this machine since its start, or this container."""
    parts = [platform.node()]
    for source in ("/proc/sys/kernel/random/boot_id",):
        try:
            parts.append(Path(source).read_text().strip())
        except OSError:
            continue
    try:
        parts.append(os.readlink("/proc/self/ns/pid"))
    except OSError:
        parts.append("")
    return hashlib.sha256("|".join(parts).encode()).hexdigest()
