"""A store from a backup, where none is: whole, or not at all.

Everything is unpacked beside its place and compared with its hash; then the contents get their names, and at the very
end the database does. So a restore that is killed leaves no store, and can be begun again.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update

from apps.settings import Settings
from apps.store import audit, blobs, disk, inputs, migrations, verification
from apps.store.audit import Head
from apps.store.backups import archive, snapshot
from apps.store.engine import make_engine, sqlite_file
from apps.store.folders import ownership
from apps.store.folders.privacy import keep_private
from apps.store.steps import remove_steps
from apps.store.store import Store
from apps.store.tables import BlobReferenceRow, InputRow, JobRow, WorkerRow
from core_model.errors import InputRejected, NotAllowed, TandemError, Unavailable, system_reason

INBOX = "inbox"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has put back.

    Attributes:
        head: Head of the audit chain as it was backed up; the restore itself is the act after it.
        num_blobs: How many contents.
    """

    head: Head
    num_blobs: int


def restore(settings: Settings, file: Path) -> Restored:
    """Make a store of a backup, at the places that the settings name.

    Args:
        settings: No database is there, and the folder of the contents is empty or this store's own.
        file: What ``backup`` has written.

    Raises:
        InputRejected: The file is no whole backup (code ``not_a_backup``), or one of the other kind of database.
        NotAllowed: There is a store already (code ``restore_over_store``), or contents of another one.
        Unavailable: The disk or the database cannot be used, or what was restored does not verify.
    """
    with _source_errors(), archive.opened(file) as (opened, manifest):
        _refuse_what_is_there(settings, manifest)
        keep_private(settings)
        with disk.data_dir_errors():
            disk.make_private(settings.data_dir)
            folder = Path(tempfile.mkdtemp(dir=settings.data_dir, prefix=".restore-"))
        try:
            with disk.data_dir_errors():
                for name, sha256, member in archive.members(opened, manifest):
                    _unpack(folder, name, archive.chunks_of(archive.content_of(opened, member)), sha256)
            return _put_in_place(settings, folder, manifest)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _refuse_what_is_there(settings: Settings, manifest: dict[str, Any]) -> None:
    database = sqlite_file(settings.database_url)
    kind = snapshot.POSTGRESQL if database is None else snapshot.SQLITE
    if manifest["database"]["kind"] != kind:
        raise InputRejected(
            "the backup is of another kind of database ({kind})",
            allowed="the kind that TANDEM_DATABASE_URL names",
            action="set TANDEM_DATABASE_URL to a new database of that kind",
            code="backup_of_other_kind",
            values={"kind": str(manifest["database"]["kind"])[:20]},
        )
    if database is None:
        engine = make_engine(settings.database_url)
        try:
            there = snapshot.holds_tables(engine)
        finally:
            engine.dispose()
    else:
        with disk.data_dir_errors():
            there = database.exists() or any(log.exists() and log.stat().st_size for log in _logs_of(database))
    if there:
        raise NotAllowed(
            "there is a database already where the backup is to be restored",
            action="move it away with its files, or set TANDEM_DATA_DIR or TANDEM_DATABASE_URL to a new place",
            code="restore_over_store",
        )
    with disk.blob_errors():
        owner = ownership.mark_of(settings.blobs)
        holds = any(len(path.name) == 64 for path in settings.blobs.glob("??/*"))
    if owner != manifest["store"] and (owner is not None or holds):
        raise NotAllowed(
            "the blob folder holds the contents of another database",
            action="set TANDEM_BLOBS_DIR, or TANDEM_DATA_DIR, to a new folder",
            code="restore_over_blobs",
        )


def _logs_of(database: Path) -> tuple[Path, Path]:
    """What SQLite has written and not yet put into the database file. Where that was moved away alone, SQLite would put
    it into whatever gets its name."""
    return Path(f"{database}-wal"), Path(f"{database}-journal")


def _unpack(folder: Path, name: str, chunks: Iterator[bytes], sha256: str) -> None:
    """Write a member to the disk; its name in the folder is its hash, since nothing of a file decides a path."""
    kind = name.partition("/")[0]
    written = disk.write(folder, chunks)
    if disk.digest(disk.FileChunks(written)) != sha256:
        raise archive.not_a_backup()
    os.replace(written, disk_name(folder, kind, sha256))


def disk_name(folder: Path, kind: str, sha256: str) -> Path:
    """Where a member lies while the store is put together."""
    return folder / f"{kind}-{disk.blob_file(folder, sha256).name}"


def _put_in_place(settings: Settings, folder: Path, manifest: dict[str, Any]) -> Restored:
    database = sqlite_file(settings.database_url)
    copy = disk_name(folder, archive.DATABASE, manifest["database"]["sha256"])
    with disk.blob_errors():
        if manifest["store"] is not None and ownership.mark_of(settings.blobs) is None:
            ownership.mark(settings.blobs, str(disk.blob_file(settings.blobs, manifest["store"]).name))
        for sha256 in manifest["blobs"]:
            _name(disk_name(folder, "blobs", sha256), disk.blob_file(settings.blobs, sha256))
    with disk.data_dir_errors():
        for name, sha256 in manifest["inbox"].items():
            path = _within(settings.data_dir / INBOX, name)
            _name(disk.write(folder, disk.FileChunks(disk_name(folder, "inbox", sha256))), path)
    remove_steps(settings.database_url)
    if database is None:
        snapshot.put_back(settings.database_url, copy)
        return _begin(settings, manifest, lambda: _call_filled(settings))
    # The copy becomes a store where it lies, and gets the database's name when it is right.
    placed = settings.model_copy(update={"database_url": snapshot.url_of(copy)})

    def name_it() -> None:
        with disk.data_dir_errors():
            _name(copy, database)

    return _begin(placed, manifest, name_it)


def _call_filled(settings: Settings) -> None:
    engine = make_engine(settings.database_url)
    try:
        snapshot.is_filled(engine)
    finally:
        engine.dispose()


def _name(made: Path, path: Path) -> None:
    """Give a file its place, whole or not at all, for those who can look into the folder there."""
    disk.make_private(path.parent)
    if made.stat().st_dev != path.parent.stat().st_dev:
        made = disk.write(path.parent, disk.FileChunks(made))
    made.chmod(disk.file_mode(path.parent))
    os.replace(made, path)
    disk.sync_names(path)


def _begin(settings: Settings, manifest: dict[str, Any], name_it: Callable[[], None]) -> Restored:
    """Bring the restored database to the newest schema, let its jobs begin anew, verify it, and give it its name."""
    engine = make_engine(settings.database_url)
    try:
        migrations.upgrade(engine, settings)
    finally:
        engine.dispose()
    head = Head(**manifest["head"])
    with Store(settings) as store:
        with store.write() as session:
            between = BlobReferenceRow.owner.startswith(archive.BETWEEN_STEPS)
            blobs.release_rows(session, session.execute(select(BlobReferenceRow.owner).where(between)).scalars())
            for name in manifest["inbox"]:
                was, here = str(Path(manifest["inboxes"]) / name), str(inputs.uploaded(store, name))
                session.execute(update(InputRow).where(InputRow.path == was).values(path=here))
            session.execute(delete(WorkerRow))
            begin_anew = {"state": "queued", "worker": None, "eta_s": None, "starts": 0, "step": "", "fraction": 0.0}
            session.execute(update(JobRow).where(JobRow.state.in_(("queued", "running"))).values(**begin_anew))
            audit.record(session, "store.restore", str(manifest["store"])[:40] or "store", head.hash)
        with disk.blob_errors():
            ownership.holds(store, settings.blobs, lambda: True)
        found = verification.verify(store, head)
        if any(problem.code not in verification.OF_A_READING for problem in found.problems):
            raise Unavailable(
                "what was restored does not verify",
                action="run 'tandem restore FILE' with another backup, to a new place",
                code="restore_not_verified",
            )
    name_it()
    return Restored(head, len(manifest["blobs"]))


def _within(folder: Path, name: str) -> Path:
    """The place of an uploaded file, which lies below its folder whatever its name says."""
    path = Path(os.path.normpath(folder / name))
    if not path.is_relative_to(folder) or path == folder:
        raise archive.not_a_backup()
    return path


@contextmanager
def _source_errors() -> Iterator[None]:
    """Raise what the disk says of the backup's file as ``InputRejected``; our own errors pass unchanged."""
    try:
        yield
    except TandemError:
        raise  # some are OSErrors too
    except OSError as error:
        raise InputRejected(
            "the backup cannot be read ({why})",
            action="check the file and its permissions",
            code="backup_unreadable",
            values={"why": system_reason(error)},
        ) from None
