"""Readings: the documents that jobs make, with what they follow from. What is in them only their applications know."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session

from apps.provenance import Provenance
from apps.store import audit, blobs
from apps.store.engine import lock
from apps.store.ids import derived_id, hash_of, now
from apps.store.store import Store
from apps.store.tables import BlobRow, ReadingRow
from core_model.errors import NotFound


def id_of(kind: str, provenance: Provenance, *, again: str = "") -> str:
    """The id that ``save`` gives a reading with these arguments, stored yet or not."""
    return derived_id("reading", _key(kind, provenance, again))


def _key(kind: str, provenance: Provenance, again: str) -> str:
    return hash_of([kind, provenance.hash, again])


def find(store: Store, kind: str, provenance: Provenance) -> ReadingRow | None:
    """The newest stored reading of a kind with an equal provenance, if there is one."""
    query = select(ReadingRow).filter_by(kind=kind, provenance_hash=provenance.hash)
    with store.read() as session:
        return session.execute(query.order_by(ReadingRow.created_at.desc()).limit(1)).scalar_one_or_none()


def save(
    store: Store,
    kind: str,
    document: bytes,
    provenance: Provenance,
    *,
    rows: Iterable[DeclarativeBase] = (),
    input_id: str | None = None,
    files: dict[str, str] | None = None,
    again: str = "",
) -> str:
    """Keep a reading: its document whole, the rows that pages query, and its claim on blobs, in one transaction.

    Saving with an equal provenance a second time keeps the first reading and returns its id, so a step may run twice.
    (The end of a job is ``apps.jobs.save_reading``, which does not even put the document together then.)

    Args:
        store: The open store.
        kind: Kind of the job, ``"finance.read"`` and the like.
        document: The document, which its application can read.
        provenance: What it follows from.
        rows: Rows of the application's own tables that go with the reading; they name it by ``id_of``.
        input_id: Row of the input.
        files: Name and hash of blobs that the document speaks of (they are stored already).
        again: Id of the job where a second run was asked for: it gets a reading of its own.

    Returns:
        The reading's id.

    Raises:
        NotFound: One of the files is not stored.
        Unavailable: The document cannot be stored, see ``blobs.put``.
    """
    key = _key(kind, provenance, again)
    reading_id = id_of(kind, provenance, again=again)
    # Until its row is there the document is held under its own hash: two that save an equal provenance may differ.
    held = f"unsaved-{blobs.hash_of_bytes(document)}"

    def keep(sha256: str, *, swept: bool) -> bool:
        with store.write() as session:
            lock(session, key)
            if session.get(ReadingRow, reading_id) is not None:
                return True
            if swept and session.get(BlobRow, sha256) is None:
                return False
            session.add(
                ReadingRow(
                    id=reading_id,
                    key=key,
                    kind=kind,
                    input_id=input_id,
                    document_sha256=sha256,
                    provenance=provenance.as_dict(),
                    provenance_hash=provenance.hash,
                    created_at=now(),
                )
            )
            session.flush()
            session.add_all(rows)
            _claim(session, reading_id, {"document": sha256, **(files or {})})
            audit.record(session, "reading.save", reading_id, sha256)
            return True

    if not keep(blobs.put(store, reading_id, held, document), swept=True):
        keep(blobs.put(store, reading_id, held, document), swept=False)
    blobs.drop(store, reading_id, held)
    return reading_id


def _claim(session: Session, reading_id: str, files: dict[str, str]) -> None:
    for name, sha256 in files.items():
        if session.get(BlobRow, sha256) is None:
            raise NotFound(
                "the file '{name}' of the reading is not stored",
                action="run the job again",
                code="file_not_stored",
                values={"name": name},
            )
        blobs.refer(session, reading_id, name, sha256)


def is_stored(store: Store, reading_id: str) -> bool:
    """Whether there is such a reading."""
    with store.read() as session:
        return session.get(ReadingRow, reading_id) is not None


def get(store: Store, reading_id: str) -> ReadingRow:
    """The row of a reading.

    Raises:
        NotFound: There is no such reading.
    """
    with store.read() as session:
        row = session.get(ReadingRow, reading_id)
    if row is None:
        raise NotFound(
            "there is no reading '{id}'",
            action="see the list of readings",
            code="no_such_reading",
            values={"id": reading_id[:40]},
        )
    return row


def document(store: Store, reading_id: str) -> bytes:
    """The document of a reading, verified against its hash.

    Raises:
        NotFound: There is no such reading.
        Unavailable: Its content is damaged.
    """
    return blobs.get(store, get(store, reading_id).document_sha256)


def files(store: Store, reading_id: str) -> dict[str, str]:
    """Names and hashes of the blobs of a reading, its ``"document"`` among them."""
    return blobs.owned(store, reading_id)


def listing(store: Store, kind: str | None = None, limit: int = 100) -> list[ReadingRow]:
    """The newest readings first, of one kind where given."""
    query = select(ReadingRow).order_by(ReadingRow.created_at.desc(), ReadingRow.id).limit(limit)
    with store.read() as session:
        return list(session.execute(query if kind is None else query.filter_by(kind=kind)).scalars())
