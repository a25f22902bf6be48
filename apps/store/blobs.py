"""Blobs by content hash on disk: volumes, fact files, heatmaps, documents.

A blob is written to a temporary file and fsynced; under the write lock its row is written, the file renamed to its
hash, and its folder fsynced; then the row is committed and ``put`` returns. So no row is without its file, whatever
fails. A file goes under the same lock, when no row names it, so whoever puts the same content meanwhile does not lose
it. What is read is verified against its hash. The folder belongs to one database (see ``ownership``): another one
neither writes to it nor takes anything away.

Every blob has owners (a job, a reading, or what an application keeps, by id). ``release`` takes one owner away and
removes what nobody else needs.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from apps.store import disk
from apps.store.engine import lock
from apps.store.folders import ownership
from apps.store.ids import now
from apps.store.store import Store
from apps.store.tables import BlobReferenceRow, BlobRow, JobRow, ReadingRow
from core_model.errors import NotFound, Unavailable

SWEEP_AFTER_S = 3600.0
_verified: set[tuple[str, int, int, int]] = set()  # (path, inode, mtime, size) of files whose hash was found right


def put(store: Store, owner: str, name: str, data: bytes) -> str:
    """Store bytes for an owner.

    Args:
        store: The store.
        owner: Id of the job, of the reading, or of what an application keeps, that needs them.
        name: What they are to the owner; a second ``put`` under the same name replaces the first.
        data: The bytes.

    Returns:
        Their SHA-256 in hex.

    Raises:
        Unavailable: The disk is full or cannot be written, or the folder is another database's (code
            ``blobs_foreign``); the store is as it was.
    """
    return _put(store, owner, name, [data])


def put_file(store: Store, owner: str, name: str, path: Path) -> str:
    """Store what a file holds, in pieces; see ``put``."""
    return _put(store, owner, name, disk.FileChunks(path))


def hash_of_bytes(data: bytes) -> str:
    """The hash that ``put`` gives back for these bytes."""
    return disk.digest([data])


def put_array(store: Store, owner: str, name: str, array: np.ndarray) -> str:
    """Store an array as ``.npy`` (C order, its own dtype and shape); see ``put``."""
    array = np.asarray(array, order="C")
    assert not array.dtype.hasobject, "arrays of Python objects are not stored"
    header = BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    return _put(store, owner, name, [header.getvalue(), array.reshape(-1).view(np.uint8).data])


def get(store: Store, sha256: str) -> bytes:
    """The bytes of a blob, verified.

    Raises:
        NotFound: There is no such blob.
        Unavailable: Its content is damaged (code ``blob_damaged``).
    """
    return path_of(store, sha256).read_bytes()


def get_array(store: Store, sha256: str) -> np.ndarray:
    """An array stored by ``put_array``, verified, as a read-only map of its file: slices cost only what they touch."""
    return np.load(path_of(store, sha256), mmap_mode="r", allow_pickle=False)


def path_of(store: Store, sha256: str, *, trust: bool = True) -> Path:
    """The verified file of a blob, for libraries that want a file. To be read only.

    Args:
        store: The open store.
        sha256: Hash of the content.
        trust: Whether a file that this process has verified, and that has not been touched since, passes unread.

    Raises:
        NotFound: There is no such blob.
        Unavailable: Its content is damaged (code ``blob_damaged``), or the folder cannot be read.
    """
    path = _file(store, sha256)
    with disk.blob_errors():
        try:
            stat = path.stat()
            seen = (str(path), stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if not trust or seen not in _verified:
                if disk.digest(disk.FileChunks(path)) != sha256:
                    raise Unavailable(
                        "the stored content {content} is damaged",
                        action="delete the reading that needs it and read the input again",
                        code="blob_damaged",
                        values={"content": sha256[:12]},
                    )
                _verified.add(seen)
        except FileNotFoundError:
            raise NotFound(
                "there is no stored content {content}",
                action="read the input again",
                code="no_such_content",
                values={"content": sha256[:12]},
            ) from None
    return path


def owned(store: Store, owner: str) -> dict[str, str]:
    """Names and hashes of what an owner needs."""
    with store.read() as session:
        rows = session.execute(select(BlobReferenceRow).where(BlobReferenceRow.owner == owner)).scalars()
        return {row.name: row.sha256 for row in rows}


def held(store: Store, owners: Iterable[str]) -> dict[str, tuple[int, int]]:
    """How many contents each of the owners needs, and their bytes together; owners of nothing are left out."""
    counted = select(BlobReferenceRow.owner, func.count(), func.sum(BlobRow.size))
    counted = counted.join(BlobRow, BlobRow.sha256 == BlobReferenceRow.sha256)
    query = counted.where(BlobReferenceRow.owner.in_(list(owners))).group_by(BlobReferenceRow.owner)
    with store.read() as session:
        return {owner: (count, int(size)) for owner, count, size in session.execute(query)}


def refer(session: Session, owner: str, name: str, sha256: str) -> None:
    """Let ``owner`` need a blob that is already stored, under ``name``."""
    row = session.get(BlobReferenceRow, (owner, name), with_for_update=True)
    if row is None:
        session.add(BlobReferenceRow(owner=owner, name=name, sha256=sha256))
    else:
        row.sha256 = sha256


def release(store: Store, owner: str) -> list[str]:
    """Take an owner's references away and remove what nobody else needs.

    Returns:
        Hashes of the blobs that were removed.
    """
    with store.write() as session:
        orphans = release_rows(session, [owner])
    remove_files(store, orphans)
    return orphans


def drop(store: Store, owner: str, name: str) -> None:
    """Take one reference away, and the blob with it where nobody else needs it."""
    with store.write() as session:
        row = session.get(BlobReferenceRow, (owner, name))
        if row is None:
            return
        session.delete(row)
        session.flush()
        _drop_if_unneeded(session, row.sha256)
    remove_files(store, [row.sha256])


def release_rows(session: Session, owners: Iterable[str]) -> list[str]:
    """The database's half of ``release``: the rows. ``remove_files`` follows when the transaction is through."""
    owners = list(owners)
    mine = select(BlobReferenceRow.sha256).where(BlobReferenceRow.owner.in_(owners))
    candidates = set(session.execute(mine).scalars())
    for sha256 in sorted(candidates):
        lock(session, sha256)
    session.execute(delete(BlobReferenceRow).where(BlobReferenceRow.owner.in_(owners)))
    needed = select(BlobReferenceRow.sha256).where(BlobReferenceRow.sha256.in_(candidates))
    orphans = sorted(candidates - set(session.execute(needed).scalars()))
    session.execute(delete(BlobRow).where(BlobRow.sha256.in_(orphans)))
    return orphans


def remove_files(store: Store, hashes: Iterable[str]) -> None:
    """Remove the files of blobs that have no row (any more), from a folder that is this store's.

    Raises:
        Unavailable: A file cannot be removed.
    """
    hashes = sorted(hashes)
    if not hashes or not _is_ours(store):
        return
    with disk.blob_errors(), store.write() as session:
        for sha256 in hashes:
            lock(session, sha256)
        kept = set(session.execute(select(BlobRow.sha256).where(BlobRow.sha256.in_(hashes))).scalars())
        for sha256 in hashes:
            if sha256 not in kept:
                _file(store, sha256).unlink(missing_ok=True)


def sweep(store: Store) -> int:
    """Remove what killed processes left behind: claims of jobs that are done and of readings that were never saved,
    files that no row names, unfinished files. What is younger than an hour stays. Returns how many files went."""
    before = now() - timedelta(seconds=SWEEP_AFTER_S)
    with store.write() as session:
        query = select(BlobReferenceRow.owner).join(BlobRow, BlobRow.sha256 == BlobReferenceRow.sha256)
        owners = set(session.execute(query.where(BlobRow.added_at < before)).scalars())
        open_jobs = set(session.execute(select(JobRow.id).where(JobRow.state != "done")).scalars())
        saved = set(session.execute(select(ReadingRow.id)).scalars())
        idle = {owner for owner in owners if owner.startswith("job-") and owner not in open_jobs}
        idle |= {owner for owner in owners if owner.startswith("reading-") and owner not in saved}
        orphans = release_rows(session, sorted(idle))
        known = set(session.execute(select(BlobRow.sha256)).scalars())
    old = [path for path in store.blobs_dir.glob("??/*") if disk.modified_at(path) < before.timestamp()]
    strays = {path.name for path in old if len(path.name) == 64 and path.name not in known}.union(orphans)
    unfinished = [path for path in old if path.name.startswith(".new-")]
    if not (strays or unfinished) or not _is_ours(store):
        return 0
    remove_files(store, strays)
    for path in unfinished:
        path.unlink(missing_ok=True)
    return len(strays) + len(unfinished)


def _is_ours(store: Store) -> bool:
    """Whether the blob folder is this store's. A folder without a mark becomes it where that harms no other database:
    where it holds nothing, or something that this database names."""

    def may_be_taken() -> bool:
        held = {path.name for path in store.blobs_dir.glob("??/*") if len(path.name) == 64}
        with store.read() as session:
            return not held or not held.isdisjoint(session.execute(select(BlobRow.sha256)).scalars())

    with disk.blob_errors():
        return ownership.holds(store, store.blobs_dir, may_be_taken)


def _file(store: Store, sha256: str) -> Path:
    return disk.blob_file(store.blobs_dir, sha256)


def _put(store: Store, owner: str, name: str, chunks: Sequence[Any] | disk.FileChunks) -> str:
    sha256 = disk.digest(chunks)
    size = sum(memoryview(chunk).nbytes for chunk in chunks)
    path, unnamed = _file(store, sha256), None
    if not _is_ours(store):
        raise Unavailable(
            "the blob folder holds the contents of another database",
            action="set TANDEM_BLOBS_DIR to a folder for this database alone",
            code="blobs_foreign",
        )
    try:
        with disk.blob_errors():
            if not _is_whole(store, sha256):
                unnamed = disk.write(path.parent, chunks)
            with store.write() as session:
                lock(session, sha256)
                before = session.get(BlobReferenceRow, (owner, name), with_for_update=True)
                replaced = before.sha256 if before is not None and before.sha256 != sha256 else None
                if session.get(BlobRow, sha256) is None:
                    session.add(BlobRow(sha256=sha256, size=size, added_at=now()))
                    session.flush()
                refer(session, owner, name, sha256)
                session.flush()
                if replaced is not None:
                    _drop_if_unneeded(session, replaced)
                if unnamed is not None and not unnamed.exists():
                    unnamed = disk.write(path.parent, chunks)  # swept up by one whose clock is an hour ahead
                if unnamed is not None or not path.exists():
                    os.replace(unnamed or disk.write(path.parent, chunks), path)
                disk.sync_names(path)
    finally:
        if unnamed is not None:
            unnamed.unlink(missing_ok=True)
    if replaced is not None:
        remove_files(store, [replaced])
    return sha256


def _is_whole(store: Store, sha256: str) -> bool:
    try:
        path_of(store, sha256)
    except NotFound:
        return False
    except Unavailable as state:
        if state.code != "blob_damaged":
            raise
        return False
    return True


def _drop_if_unneeded(session: Session, sha256: str) -> None:
    lock(session, sha256)
    if session.execute(select(BlobReferenceRow.owner).where(BlobReferenceRow.sha256 == sha256)).first() is None:
        session.execute(delete(BlobRow).where(BlobRow.sha256 == sha256))
