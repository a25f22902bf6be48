"""Readings: the documents that jobs make, with what they follow from, and the rows that pages ask for."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.provenance import Provenance
from apps.store import audit, blobs, finance, medical
from apps.store.engine import lock
from apps.store.ids import canonical, derived_id, hash_of, now
from apps.store.store import Store
from apps.store.tables import BlobRow, ReadingRow
from core_model.errors import NotFound


def id_of(kind: str, provenance: Provenance, *, again: str = "") -> str:
    """The id that ``save`` gives a reading with these arguments, stored yet or not."""
    return derived_id("reading", _key(kind, provenance, again))


def _key(kind: str, provenance: Provenance, again: str) -> str:
    return hash_of([kind, provenance.hash, again])


def _columns(provenance: Provenance) -> dict[str, str]:
    return {
        "input_hash": provenance.input_hash,
        "code_version": hash_of([dict(provenance.steps), dict(provenance.libraries)]),
        "weights_hash": hash_of(dict(provenance.weights)),
        "settings_hash": hash_of(dict(provenance.settings)),
    }


def find(store: Store, kind: str, provenance: Provenance) -> ReadingRow | None:
    """The newest stored reading of a kind with this provenance, if there is one."""
    with store.read() as session:
        return _find(session, kind, provenance)


def _find(session: Session, kind: str, provenance: Provenance) -> ReadingRow | None:
    query = select(ReadingRow).filter_by(kind=kind, **_columns(provenance))
    return session.execute(query.order_by(ReadingRow.created_at.desc()).limit(1)).scalar_one_or_none()


def save(
    store: Store,
    kind: str,
    document: dict[str, Any],
    provenance: Provenance,
    *,
    input_id: str | None = None,
    study_id: str | None = None,
    files: dict[str, str] | None = None,
    again: str = "",
) -> str:
    """Keep a reading: its document whole, the rows that pages query, and its claim on blobs, in one transaction.

    Saving an equal provenance a second time keeps the first reading and returns its id, so a step may run twice.

    Args:
        store: The open store.
        kind: Kind of the job, ``"finance.read"`` or ``"medical.read"``.
        document: ``tandem.finance.reading/1`` or ``tandem.medical.reading/1``.
        provenance: What it follows from.
        input_id: Row of the input.
        study_id: Row of the study that was read.
        files: Name and hash of blobs that the document speaks of (they are stored already).
        again: Id of the job where a second run was asked for: it gets a reading of its own.

    Returns:
        The reading's id.
    """
    key = _key(kind, provenance, again)
    reading_id = id_of(kind, provenance, again=again)
    # Until its row is there the document is held under its own hash: two that save an equal provenance may differ.
    content = canonical(document)
    held = f"unsaved-{hash_of(document)}"
    sha256 = blobs.put(store, reading_id, held, content)
    with store.write() as session:
        lock(session, key)
        if session.get(ReadingRow, reading_id) is None:
            session.add(
                ReadingRow(
                    id=reading_id,
                    key=key,
                    kind=kind,
                    input_id=input_id,
                    study_id=study_id,
                    document_sha256=sha256,
                    created_at=now(),
                    **_columns(provenance),
                )
            )
            session.flush()
            _add_parts(session, reading_id, document, {"document": sha256, **(files or {})})
            audit.record(session, "reading.save", reading_id, sha256)
    blobs.drop(store, reading_id, held)
    return reading_id


def is_stored(store: Store, reading_id: str) -> bool:
    """Whether there is such a reading."""
    with store.read() as session:
        return session.get(ReadingRow, reading_id) is not None


def _add_parts(session: Session, reading_id: str, document: dict[str, Any], files: dict[str, str]) -> None:
    """The rows that pages query, and the reading's claim on its blobs."""
    rows_of = {
        finance.SCHEMA: finance.rows_of,
        finance.TYPED: finance.filing_rows,
        medical.SCHEMA: medical.rows_of,
    }.get(document.get("schema", ""))
    session.add_all(rows_of(reading_id, document) if rows_of else [])
    for name, sha256 in files.items():
        if session.get(BlobRow, sha256) is None:
            raise NotFound(f"the file '{name}' of the reading is not stored", action="run the job again")
        blobs.refer(session, reading_id, name, sha256)


def get(store: Store, reading_id: str) -> ReadingRow:
    """The row of a reading.

    Raises:
        NotFound: There is no such reading.
    """
    with store.read() as session:
        row = session.get(ReadingRow, reading_id)
    if row is None:
        raise NotFound(f"there is no reading '{reading_id[:40]}'", action="see the list of readings")
    return row


def document(store: Store, reading_id: str) -> dict[str, Any]:
    """The document of a reading, verified against its hash.

    Raises:
        NotFound: There is no such reading.
        Unavailable: Its content is damaged.
    """
    return json.loads(blobs.get(store, get(store, reading_id).document_sha256))


def files(store: Store, reading_id: str) -> dict[str, str]:
    """Names and hashes of the blobs of a reading, its ``"document"`` among them."""
    return blobs.owned(store, reading_id)


def listing(store: Store, kind: str | None = None, limit: int = 100) -> list[ReadingRow]:
    """The newest readings first, of one kind where given."""
    query = select(ReadingRow).order_by(ReadingRow.created_at.desc(), ReadingRow.id).limit(limit)
    with store.read() as session:
        return list(session.execute(query if kind is None else query.filter_by(kind=kind)).scalars())
