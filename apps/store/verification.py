"""``tandem db verify``: the audit chain, the database file, and every blob against its hash."""

from dataclasses import dataclass, field

from sqlalchemy import select, text

from apps.store import audit, blobs
from apps.store.audit import Head
from apps.store.store import Store
from apps.store.tables import BlobRow
from core_model.errors import NotFound, Refusal, TandemError, Unavailable


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked and what is wrong with it.

    Attributes:
        head: Head of the audit chain: keep it elsewhere, a later check can be given it.
        num_blobs: How many contents were compared with their hashes.
        problems: What is wrong, with what to do; empty where all is well.
    """

    head: Head
    num_blobs: int
    problems: list[Refusal] = field(default_factory=list)


def verify(store: Store, known: Head | None = None) -> Verified:
    """Check everything that can be checked; what is wrong is listed, nothing is changed."""
    problems: list[Refusal] = []
    head = Head(0, audit.START)
    try:
        head = audit.verify(store, known)
    except TandemError as error:
        problems.append(error.refusal)
    with store.read() as session:
        if session.get_bind().dialect.name == "sqlite":
            for (said,) in session.execute(text("PRAGMA integrity_check")):
                if said != "ok":
                    damaged = Unavailable(
                        "the database file is damaged: {found}",
                        action="restore it from a backup",
                        code="database_file_damaged",
                        values={"found": str(said)},
                    )
                    problems.append(damaged.refusal)
        hashes = list(session.execute(select(BlobRow.sha256).order_by(BlobRow.sha256)).scalars())
    num_blobs = 0
    for sha256 in hashes:
        try:
            blobs.path_of(store, sha256, trust=False)
        except TandemError as error:
            if isinstance(error, NotFound) and not _named(store, sha256):
                continue  # let go of since the hashes were listed, as by a job that has ended
            problems.append(error.refusal)
        num_blobs += 1
    return Verified(head, num_blobs, problems)


def _named(store: Store, sha256: str) -> bool:
    with store.read() as session:
        return session.get(BlobRow, sha256) is not None
