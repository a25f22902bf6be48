"""Whose files are whose: a store is known by its audit chain, and a folder of files belongs to one store.

A database may be put aside, restored from a backup, or changed for another by ``TANDEM_DATABASE_URL``, while the
folders stay. What one database does not name may be all that another one has: so files are removed from a folder only
by the store whose mark lies in it. The id of a store is the hash of the first act in its chain, which never changes:
all backups of a database are the same store.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from apps.store import audit
from apps.store.disk import WITH_GROUP, is_shared, make_private
from apps.store.engine import lock
from apps.store.ids import new_id
from apps.store.store import Store
from apps.store.tables import AuditRow

MARK = ".store"


def known_id(store: Store) -> str | None:
    """The id of the store; None where nothing has been done in it yet."""
    with store.read() as session:
        return session.execute(select(AuditRow.hash).where(AuditRow.seq == 1)).scalar_one_or_none()


def id_of(store: Store) -> str:
    """The id of the store; where nothing has been done in it yet, its beginning is the first act."""
    identifier = known_id(store)
    if identifier is not None:
        return identifier
    with store.write() as session:
        lock(session, audit.CHAIN)
        if session.get(AuditRow, 1) is None:
            audit.record(session, "store.begin", new_id("store"))
        return session.get_one(AuditRow, 1).hash


def holds(store: Store, folder: Path, may_be_taken: Callable[[], bool]) -> bool:
    """Whether the folder is this store's.

    Args:
        store: The open store.
        folder: It need not be there yet.
        may_be_taken: Asked of a folder without a mark: whether it can become this store's. Where it can, it is made
            and marked.

    Raises:
        OSError: The folder cannot be used.
    """
    marked = mark_of(folder)
    if marked is None and may_be_taken():
        marked = mark(folder, id_of(store))
    return marked is not None and marked == known_id(store)


def mark_of(folder: Path) -> str | None:
    """The id of the store that a folder belongs to; None where it bears no mark."""
    try:
        return next((entry.name for entry in (folder / MARK).iterdir()), None)
    except FileNotFoundError:
        return None


def mark(folder: Path, identifier: str) -> str | None:
    """Mark a folder as a store's, unless another process is quicker. Returns whose it is."""
    make_private(folder)  # images of patients
    made = Path(tempfile.mkdtemp(dir=folder, prefix=".mark-"))
    if is_shared(folder):
        made.chmod(WITH_GROUP)
    (made / identifier).mkdir()
    try:
        made.rename(folder / MARK)  # a folder that holds something is never replaced: one alone succeeds
    except OSError:
        (made / identifier).rmdir()
        made.rmdir()
        if mark_of(folder) is None:
            raise
    return mark_of(folder)
