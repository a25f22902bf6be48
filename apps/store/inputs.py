"""Inputs: the row that alone knows the path of what a job reads; and the inbox, where uploads lie."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select, update

from apps.store import audit
from apps.store.engine import lock
from apps.store.folders import ownership
from apps.store.ids import new_id, now
from apps.store.store import Store
from apps.store.tables import InputRow
from core_model.errors import InputRejected, NotFound, Unavailable, system_reason

SWEEP_AFTER_S = 3600.0


def looked_up(path: str | Path) -> Path:
    """The absolute path of a file or folder that is there; ``~`` is the home folder.

    Raises:
        NotFound: There is no such file or folder.
        InputRejected: The path cannot be looked up, or is no text that can be kept.
    """
    try:
        path = Path(path).expanduser().absolute()
        there = path.exists()
        str(path).encode()
    except UnicodeEncodeError:
        raise InputRejected(
            "the path is not valid text in this system's encoding", action="rename the file or folder", code="bad_path"
        ) from None
    except OSError as error:
        raise InputRejected(
            "the path cannot be looked up ({why})",
            action="check it and its permissions",
            code="unreadable_path",
            values={"why": system_reason(error)},
        ) from None
    except RuntimeError:
        raise InputRejected(
            "the path cannot be looked up (there is no such user)",
            action="check it and its permissions",
            code="no_such_user",
        ) from None
    if not there:
        raise NotFound("there is no such file or folder", action="check the path", code="no_such_path")
    return path


def add(store: Store, path: str | Path) -> str:
    """The id of the input at ``path``; the same id when the same path is given again.

    Raises:
        NotFound: There is no such file or folder.
        InputRejected: The path cannot be looked up, or is no text that can be kept.
    """
    path = looked_up(path)
    with store.write() as session:
        lock(session, path.name)
        row = session.execute(select(InputRow).where(InputRow.path == str(path))).scalar_one_or_none()
        if row is None:
            kind = "folder" if path.is_dir() else "file"
            row = InputRow(id=new_id("input"), kind=kind, path=str(path), sha256=None, added_at=now())
            session.add(row)
            audit.record(session, "input.add", row.id)
        return row.id


def get(store: Store, input_id: str) -> InputRow:
    """The input with its path.

    Raises:
        NotFound: It was deleted, or never was.
    """
    with store.read() as session:
        row = session.get(InputRow, input_id)
    if row is None:
        raise gone()
    return row


def gone() -> NotFound:
    """What to say of an input that was deleted."""
    return NotFound(
        "the input of this job is no longer in the store", action="give the file or folder again", code="input_gone"
    )


def path_of(store: Store, input_id: str) -> Path:
    """The path of an input, for the step that opens it. It may not be stored, logged or returned from a step.

    Raises:
        NotFound: The row is gone, or what stood at its path.
        InputRejected: The path can no longer be looked up.
    """
    path = Path(get(store, input_id).path)
    try:
        there = path.exists()
    except OSError as error:
        raise InputRejected(
            "the file or folder can no longer be looked up ({why})",
            action="check its permissions",
            code="path_unreadable_now",
            values={"why": system_reason(error)},
        ) from None
    if not there:
        raise NotFound(
            "the file or folder is no longer where it was",
            action="put it back, or give its new place",
            code="path_gone",
        )
    return path


def set_hash(store: Store, input_id: str, sha256: str) -> None:
    """Keep the content hash that a reading found at the input's path."""
    with store.write() as session:
        session.execute(update(InputRow).where(InputRow.id == input_id).values(sha256=sha256))


def inbox(store: Store) -> Path:
    """Folder of uploaded files, which are the store's own: each goes with the last thing that needs it. Each store has
    its own one, so that none removes what it does not know of."""
    return inboxes(store) / ownership.id_of(store)[:16]


def inboxes(store: Store) -> Path:
    """The folder of the inboxes of all stores that have had this data folder."""
    return store.settings.data_dir / "inbox"


def uploads_among(store: Store, paths: Iterable[str | Path]) -> list[str]:
    """Those of the paths that are uploaded files, as they stand below the inboxes, however the data folder is spelled.
    (A file that lies there directly was uploaded before each store had a folder of its own.)"""
    below = Path(os.path.realpath(inboxes(store)))
    real = {Path(os.path.realpath(path.parent)) / path.name for path in map(Path, paths)}
    return sorted(str(path.relative_to(below)) for path in real if path.is_relative_to(below) and not path.is_dir())


def uploaded(store: Store, name: str) -> Path:
    """Where an uploaded file lies, by its name as ``uploads_among`` gives it."""
    return inboxes(store) / name


def remove_uploads(store: Store, names: Iterable[str]) -> None:
    """Remove uploaded files that no input names any more; one that came back in between stays.

    Args:
        store: The open store.
        names: As ``uploads_among`` gives them.

    Raises:
        Unavailable: A file cannot be removed.
    """
    for name in names:
        path = inboxes(store) / name
        with store.write() as session:
            lock(session, path.name)
            query = select(InputRow.path).where(InputRow.path.endswith(path.name, autoescape=True))
            if name in uploads_among(store, session.execute(query).scalars()):
                continue
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise Unavailable(
                    "an uploaded file cannot be removed ({why})",
                    action="make the inbox in the data folder writable, and remove it by hand",
                    code="upload_not_removed",
                    values={"why": system_reason(error)},
                ) from None


def sweep(store: Store) -> int:
    """Remove uploads that no input names: those of a process that was killed before it queued their job. What was
    written to in the last hour stays. Returns how many files went.

    Raises:
        Unavailable: The inbox cannot be looked through, or a file cannot be removed.
    """
    before = time.time() - SWEEP_AFTER_S
    if ownership.known_id(store) is None:
        return 0
    with store.read() as session:
        named = set(uploads_among(store, session.execute(select(InputRow.path)).scalars()))
    try:
        files = [path for path in inbox(store).glob("*") if path.is_file() and path.lstat().st_mtime < before]
    except OSError as error:
        raise Unavailable(
            "the inbox in the data folder cannot be looked through ({why})",
            action="make it readable",
            code="inbox_unusable",
            values={"why": system_reason(error)},
        ) from None
    strays = sorted(set(uploads_among(store, files)) - named)
    remove_uploads(store, strays)
    return len(strays)
