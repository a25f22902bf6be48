"""The file of a backup: a tar with a manifest, the database, the contents, and the uploads.

    manifest.json     what there is, with the hash of each member, the head of the audit chain and the store's id
    database          an SQLite file, or what ``pg_dump`` writes
    blobs/HASH        a content
    inbox/NAME        an uploaded file

It is written beside its place, brought to the disk, read back and compared, and only then gets its name.
"""

import io
import json
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.store import audit, blobs, disk, inputs, migrations, verification
from apps.store.audit import Head
from apps.store.backups import snapshot
from apps.store.ids import canonical
from apps.store.store import Store
from apps.store.tables import AuditRow, BlobReferenceRow, InputRow
from core_model.errors import InputRejected, NotFound, TandemError, Unavailable, system_reason

SCHEMA = "tandem.backup/1"
MANIFEST, DATABASE, BLOBS, INBOX = "manifest.json", "database", "blobs/", "inbox/"
BETWEEN_STEPS = "job-"  # ids of owners whose contents are left out
TRIES = 5
MOST_MANIFEST_BYTES = 1 << 30
_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds.

    Attributes:
        head: Head of the audit chain in it.
        num_blobs: How many contents.
        size: Bytes of the file.
    """

    head: Head
    num_blobs: int
    size: int


def backup(store: Store, file: Path) -> BackedUp:
    """Write the whole store into a new file, while others use it.

    Args:
        store: The open store.
        file: Not there yet.

    Raises:
        InputRejected: There is something at its place (code ``backup_exists``).
        Unavailable: It cannot be written; the audit chain, or a content, is damaged; the contents are another
            database's, as where this one took the place of one that was lost (code ``database_not_of_blobs``); or
            contents were deleted faster than they could be copied.
    """
    if file.exists():
        raise InputRejected(
            "there is a file already where the backup is to be",
            action="give the name of a new file",
            code="backup_exists",
        )
    for fault in verification.foreign_blobs(store):
        raise fault
    audit.verify(store)
    with _target_errors(), tempfile.TemporaryDirectory(dir=file.parent, prefix=".tandem-backup-") as folder:
        written = Path(folder) / "backup"
        for left in range(TRIES - 1, -1, -1):
            try:
                _write(store, Path(folder), written)
                break
            except NotFound:  # deleted since the database was copied
                if not left:
                    raise changed() from None
        with opened(written) as (archive, manifest):
            _verify_members(archive, manifest)
        size = written.stat().st_size
        os.rename(written, file)
        disk.sync_folder(file.parent)
    return BackedUp(Head(**manifest["head"]), len(manifest["blobs"]), size)


def _write(store: Store, folder: Path, written: Path) -> None:
    copy = folder / DATABASE
    copy.unlink(missing_ok=True)
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with (
        os.fdopen(descriptor, "wb") as raw,
        snapshot.taken(store.engine, store.settings.database_url, copy) as session,
    ):
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as archive:
            _fill(archive, store, session, copy)
        raw.flush()
        os.fsync(raw.fileno())


def _fill(archive: tarfile.TarFile, store: Store, session: Session, copy: Path) -> None:
    lasting = ~BlobReferenceRow.owner.startswith(BETWEEN_STEPS)
    contents = select(BlobReferenceRow.sha256).where(lasting).distinct().order_by(BlobReferenceRow.sha256)
    hashes = list(session.execute(contents).scalars())
    uploads = inputs.uploads_among(store, session.execute(select(InputRow.path)).scalars())
    files = {name: inputs.uploaded(store, name) for name in uploads}
    there = {name: path for name, path in files.items() if path.is_file()}
    last = session.execute(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).scalar_one_or_none()
    manifest = {
        "schema": SCHEMA,
        "store": session.execute(select(AuditRow.hash).where(AuditRow.seq == 1)).scalar_one_or_none(),
        "database": {
            "kind": store.engine.dialect.name,
            "revisions": sorted(migrations.current(session.connection())),
            "sha256": disk.digest(disk.FileChunks(copy)),
        },
        "head": asdict(Head(0, audit.START) if last is None else Head(last.seq, last.hash)),
        "blobs": hashes,
        "inboxes": str(inputs.inboxes(store)),
        "inbox": {name: disk.digest(disk.FileChunks(path)) for name, path in there.items()},
    }
    text = canonical(manifest)
    about = tarfile.TarInfo(MANIFEST)
    about.size, about.mode = len(text), 0o600
    archive.addfile(about, io.BytesIO(text))
    _add(archive, DATABASE, copy)
    for sha256 in hashes:
        _add(archive, BLOBS + sha256, blobs.path_of(store, sha256, trust=False))
    for name, path in there.items():
        _add(archive, INBOX + name, path)


def _add(archive: tarfile.TarFile, name: str, path: Path) -> None:
    about = tarfile.TarInfo(name)
    try:
        with path.open("rb") as file:
            about.size, about.mode = os.fstat(file.fileno()).st_size, 0o600
            archive.addfile(about, file)
    except FileNotFoundError:
        raise changed() from None


def changed() -> NotFound:
    """What to say where a content went while it was to be copied."""
    return NotFound("the store changed while it was copied", action="try again", code="store_changed")


@contextmanager
def opened(file: Path) -> Iterator[tuple[tarfile.TarFile, dict[str, Any]]]:
    """A backup and its manifest.

    Raises:
        InputRejected: The file is no backup of Tandem, is cut off, or is of a newer form.
    """
    try:
        with tarfile.open(file, mode="r:") as archive:
            first = archive.next()
            if first is None or first.name != MANIFEST or first.size > MOST_MANIFEST_BYTES:
                raise not_a_backup()
            manifest = json.loads(content_of(archive, first).read())
            if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
                raise not_a_backup()
            _refuse_other_forms(manifest)
            yield archive, manifest
    except TandemError:
        raise  # some are ValueErrors too
    except (tarfile.TarError, ValueError, KeyError, TypeError, AttributeError, EOFError):
        raise not_a_backup() from None


def _refuse_other_forms(manifest: dict[str, Any]) -> None:
    """Refuse a manifest whose names of contents are no hashes, before anything is written."""
    hashes = [manifest["database"]["sha256"], *manifest["blobs"], *manifest["inbox"].values()]
    hashes += [] if manifest["store"] is None else [manifest["store"]]
    hashes.append(Head(**manifest["head"]).hash)
    if not isinstance(manifest["head"]["count"], int) or not all(
        isinstance(each, str) and _HASH.fullmatch(each) for each in hashes
    ):
        raise not_a_backup()


def not_a_backup() -> InputRejected:
    """What to say of a file that ``tandem backup`` did not write, or not to its end."""
    return InputRejected(
        "the file is no whole backup of Tandem",
        allowed="what 'tandem backup FILE' writes",
        action="give another backup",
        code="not_a_backup",
    )


def content_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """What a member holds; only plain files do, and none with holes, which hold more than the file does."""
    found = archive.extractfile(member) if member.isfile() and not member.issparse() else None
    if found is None:
        raise not_a_backup()
    return found


def members(archive: tarfile.TarFile, manifest: dict[str, Any]) -> Iterator[tuple[str, str, tarfile.TarInfo]]:
    """Name, hash and member of everything that the manifest promises.

    Raises:
        InputRejected: Something is missing, or there is something else.
    """
    promised = {DATABASE: manifest["database"]["sha256"]}
    promised |= {BLOBS + sha256: sha256 for sha256 in manifest["blobs"]}
    promised |= {INBOX + name: sha256 for name, sha256 in manifest["inbox"].items()}
    while (member := archive.next()) is not None:
        sha256 = promised.pop(member.name, None)
        if sha256 is None:
            raise not_a_backup()
        yield member.name, sha256, member
    if promised:
        raise not_a_backup()


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """A file in pieces."""
    while chunk := file.read(disk.CHUNK):
        yield chunk


def _verify_members(archive: tarfile.TarFile, manifest: dict[str, Any]) -> None:
    """Compare everything in a backup with its hash."""
    for _, sha256, member in members(archive, manifest):
        if disk.digest(chunks_of(content_of(archive, member))) != sha256:
            raise not_a_backup()


@contextmanager
def _target_errors() -> Iterator[None]:
    """Raise what the disk says of the place of the backup as ``Unavailable``; our own errors pass unchanged."""
    try:
        yield
    except TandemError:
        raise  # some are OSErrors too
    except OSError as error:
        raise Unavailable(
            "the backup cannot be written ({why})",
            action="give a place with enough room that can be written",
            code="backup_not_written",
            values={"why": system_reason(error)},
        ) from None
