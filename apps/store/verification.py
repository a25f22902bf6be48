"""``tandem db verify``: the audit chain, the database file, every blob against its hash, every document against the
chain, every row against its document, and whether the blobs are this database's."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import DeclarativeBase, Session

from apps.store import audit, blobs, disk
from apps.store.audit import Head
from apps.store.folders import ownership
from apps.store.ids import hash_of
from apps.store.store import Store
from apps.store.tables import BlobRow, ReadingRow
from core_model.errors import NotFound, Refusal, TandemError, Unavailable

ID = "id"
OF_A_READING = ("row_differs", "document_not_read", "document_replaced")
"""Codes of what is wrong with one reading alone, and mended by reading its input again."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked and what is wrong with it.

    Attributes:
        head: Head of the audit chain: keep it elsewhere, a later check can be given it.
        num_blobs: How many contents were compared with their hashes.
        num_readings: How many readings were compared with their documents.
        problems: What is wrong, with what to do; empty where all is well.
    """

    head: Head
    num_blobs: int
    num_readings: int = 0
    problems: list[Refusal] = field(default_factory=list)


def verify(store: Store, known: Head | None = None) -> Verified:
    """Check everything that can be checked; what is wrong is listed, nothing is changed.

    Args:
        store: The open store.
        known: A head of the audit chain from before, kept elsewhere: a chain cut off at its end shows only so.
    """
    problems: list[Refusal] = []
    head = Head(0, audit.START)
    try:
        head = audit.verify(store, known)
    except TandemError as error:
        problems.append(error.refusal)
    problems += [error.refusal for error in foreign_blobs(store)]
    with store.read() as session:
        if session.get_bind().dialect.name == "sqlite":
            for (said,) in session.execute(text("PRAGMA integrity_check")):
                if said != "ok":
                    damaged = Unavailable(
                        "the database file is damaged: {found}",
                        action="move it away and run 'tandem restore FILE' with a backup",
                        code="database_file_damaged",
                        values={"found": str(said)},
                    )
                    problems.append(damaged.refusal)
        hashes = list(session.execute(select(BlobRow.sha256).order_by(BlobRow.sha256)).scalars())
        readings = session.execute(select(ReadingRow.id, ReadingRow.document_sha256).order_by(ReadingRow.id)).all()
        kept = audit.newest_hashes(session, ("reading.save", "reading.carry"))
    num_blobs = 0
    for sha256 in hashes:
        try:
            blobs.path_of(store, sha256, trust=False)
        except TandemError as error:
            if isinstance(error, NotFound) and not _named(store, sha256):
                continue  # let go of since the hashes were listed, as by a job that has ended
            problems.append(error.refusal)
        num_blobs += 1
    for identifier, document in readings:
        if kept.get(identifier) != document:
            problems.append(_replaced(identifier).refusal)
        problems += [error.refusal for error in _differences(store, identifier)]
    return Verified(head, num_blobs, len(readings), problems)


def _named(store: Store, sha256: str) -> bool:
    with store.read() as session:
        return session.get(BlobRow, sha256) is not None


def foreign_blobs(store: Store) -> Iterator[TandemError]:
    """Whether the contents on the disk are another database's: as where a new, empty one took the place of one that
    was lost."""
    try:
        with disk.blob_errors():
            owner = ownership.mark_of(store.blobs_dir)
    except TandemError as error:
        yield error
        return
    if owner is not None and owner != ownership.known_id(store):
        yield Unavailable(
            "the blob folder holds the contents of a store that this database is not",
            action="put its database back, or move both away and run 'tandem restore FILE' with a backup",
            code="database_not_of_blobs",
        )


def _differences(store: Store, identifier: str) -> Iterator[TandemError]:
    """What of a reading's rows is not as its document says. A document that is lost or damaged was told of before."""
    with store.read() as session:
        row = session.get(ReadingRow, identifier)
        if row is None:
            return  # deleted since
        makers = {kind: make for each in store.applications for kind, make in each.rows_of.items()}
        try:
            document = blobs.get(store, row.document_sha256)
        except TandemError:
            return
        if row.kind not in makers:  # of an application that keeps no rows, where it is none of theirs
            if any(_is_read(make, document) for make in makers.values()):
                yield _differs(ReadingRow.__tablename__, identifier)
            return
        if not _is_as_said(row, document):
            yield _differs(ReadingRow.__tablename__, identifier)
        try:
            rows = makers[row.kind](document)
        except (TandemError, ValueError, KeyError, TypeError):
            yield Unavailable(
                "the document of the reading {id} cannot be read",
                action="delete the reading and read its input again",
                code="document_not_read",
                values={"id": identifier},
            )
            return
        for made in rows:
            if not _stands(session, made):
                yield _differs(str(inspect(type(made)).local_table), identifier)


def _is_read(make: Callable[[bytes], Any], document: bytes) -> bool:
    """Whether an application can read a document as one of its own."""
    try:
        make(document)
    except (TandemError, ValueError, KeyError, TypeError):
        return False
    return True


def _is_as_said(row: ReadingRow, document: bytes) -> bool:
    """Whether the row of a reading holds what its document says of itself."""
    try:
        said = json.loads(document)
        return bool(said[ID] == row.id and said["provenance"] == row.provenance) and (
            row.provenance_hash == hash_of(row.provenance)
        )
    except (ValueError, KeyError, TypeError):
        return False


def _stands(session: Session, made: DeclarativeBase) -> bool:
    """Whether the database holds a row as it was made."""
    mapper = inspect(type(made))
    key: Sequence[Any] = [getattr(made, str(column.key)) for column in mapper.primary_key]
    kept = session.get(type(made), tuple(key))
    return kept is not None and all(
        getattr(kept, column.key) == getattr(made, column.key) for column in mapper.column_attrs
    )


def _replaced(identifier: str) -> Unavailable:
    return Unavailable(
        "the document of the reading {id} is not the one that was kept when it was read",
        action="delete the reading and read its input again, or run 'tandem restore FILE' with a backup",
        code="document_replaced",
        values={"id": identifier},
    )


def _differs(table: str, identifier: str) -> Unavailable:
    return Unavailable(
        "the row of the reading {id} in the table {table} differs from its document",
        action="delete the reading and read its input again, or run 'tandem restore FILE' with a backup",
        code="row_differs",
        values={"id": identifier, "table": table},
    )
