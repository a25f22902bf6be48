"""Carrying the documents of readings from one form to the next, within a migration.

A document is a blob by its hash, so another form is another blob: it is on the disk, file and name, before the row that
names it is changed. Where the migration is undone, the new file belongs to nobody, and where it is done the old one
does: a worker sweeps either up. What was carried stands in the audit chain.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from apps.store import audit, disk
from apps.store.folders import ownership
from apps.store.ids import canonical, hash_of, now
from apps.store.tables import AuditRow, UtcDateTime
from apps.store.tables.base import NullJson
from core_model.errors import Unavailable

READING = sa.table(
    "reading",
    *map(sa.column, ("id", "kind", "document_sha256", "provenance_hash")),
    sa.column("provenance", NullJson),
)
BLOB = sa.table("blob", sa.column("sha256"), sa.column("size"), sa.column("added_at", UtcDateTime))
REFERENCE = sa.table("blob_reference", *map(sa.column, ("owner", "name", "sha256")))


def carry_documents(kind: str, schema: str, carried: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Put the documents of all readings of a kind that have a schema into the form of the next one.

    A document that is lost or damaged stays what it is: opening it says so.

    Args:
        kind: Kind of the readings, ``"finance.read"``.
        schema: Of the documents that are carried, ``"tandem.finance.reading/1"``.
        carried: The new document of an old one. Its ``provenance`` goes into the reading's row.

    Raises:
        Unavailable: The folder of the blobs is not the one of this database, or cannot be written.
    """
    connection, folder = op.get_bind(), op.get_context().opts["blobs_dir"]
    session = Session(connection)
    with disk.blob_errors():
        for reading_id, before, document in stored_documents(kind):
            if document.get("schema") != schema:
                continue
            new = carried(document)
            sha256 = _put(connection, folder, canonical(new))
            _exchange(connection, reading_id, before, sha256, new["provenance"])
            audit.record(session, "reading.carry", reading_id, sha256)
    session.flush()


def stored_documents(kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The readings of a kind: their ids, hashes and documents, but for those that are lost or damaged.

    Raises:
        Unavailable: The folder of the blobs is not the one of this database, or cannot be read.
    """
    connection, folder = op.get_bind(), op.get_context().opts["blobs_dir"]
    query = sa.select(READING.c.id, READING.c.document_sha256).where(READING.c.kind == kind)
    readings = connection.execute(query.order_by(READING.c.id)).all()
    if readings:
        _refuse_other_folder(connection, folder)
    for reading_id, sha256 in readings:
        with disk.blob_errors():
            document = _document(folder, sha256)
        if document is not None:
            yield reading_id, sha256, document


def _refuse_other_folder(connection: sa.Connection, folder: Path) -> None:
    first = connection.execute(sa.select(AuditRow.hash).where(AuditRow.seq == 1)).scalar_one_or_none()
    if ownership.mark_of(folder) != first:
        raise Unavailable(
            "the blob folder does not hold the contents of this database",
            action="set TANDEM_BLOBS_DIR to the folder that does, then upgrade",
            code="blobs_elsewhere",
        )


def _document(folder: Path, sha256: str) -> dict[str, Any] | None:
    """The document of a hash; None where it is lost or damaged."""
    try:
        data = disk.blob_file(folder, sha256).read_bytes()
    except FileNotFoundError:
        return None
    return json.loads(data) if disk.digest([data]) == sha256 else None


def _put(connection: sa.Connection, folder: Path, data: bytes) -> str:
    """Write a blob to the disk, then its row."""
    sha256 = disk.digest([data])
    path = disk.blob_file(folder, sha256)
    os.replace(disk.write(path.parent, [data]), path)
    disk.sync_names(path)
    if connection.execute(sa.select(BLOB.c.sha256).where(BLOB.c.sha256 == sha256)).first() is None:
        connection.execute(sa.insert(BLOB).values(sha256=sha256, size=len(data), added_at=now()))
    return sha256


def _exchange(connection: sa.Connection, reading_id: str, before: str, sha256: str, provenance: dict[str, Any]) -> None:
    """Let a reading name its new document, and nobody the old one, unless somebody else does."""
    values = {"document_sha256": sha256, "provenance": provenance, "provenance_hash": hash_of(provenance)}
    connection.execute(sa.update(READING).where(READING.c.id == reading_id).values(values))
    own = sa.and_(REFERENCE.c.owner == reading_id, REFERENCE.c.name == "document")
    connection.execute(sa.update(REFERENCE).where(own).values(sha256=sha256))
    named = sa.or_(
        sa.exists().where(REFERENCE.c.sha256 == before), sa.exists().where(READING.c.document_sha256 == before)
    )
    connection.execute(sa.delete(BLOB).where(BLOB.c.sha256 == before, ~named))
