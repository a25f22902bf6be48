"""The audit chain: one row for each act, written in the act's own transaction, each sealed with the one before.

``hash = sha256(previous hash + canonical JSON of the row)``. A change, a removal or an insertion in the middle breaks
the chain from there on; triggers refuse the plain ways to do either. A chain cut off at its end cannot be seen from
the chain alone: keep a ``Head`` elsewhere and give it to ``verify``.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.store.engine import lock
from apps.store.ids import canonical, now
from apps.store.store import Store
from apps.store.tables import AuditRow
from core_model.errors import InputRejected, Unavailable

START = "0" * 64
AT_A_TIME = 1000  # rows in memory while the chain is verified
CHAIN = "~audit"  # the lock on it; sorts after all hashes


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row of the chain: how many there are, and the hash of the last."""

    count: int
    hash: str

    def __str__(self) -> str:
        return f"{self.count}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """The inverse of ``str``.

        Raises:
            InputRejected: The text is no head.
        """
        found = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text.strip())
        if found is None:
            raise InputRejected(
                "this is no head of an audit chain",
                allowed="COUNT:HASH, as 'tandem db verify' prints it",
                code="no_audit_head",
            )
        return cls(int(found[1]), found[2])


def record(
    session: Session, action: str, subject: str, subject_hash: str = "", *, outcome: str = "done", actor: str = "local"
) -> None:
    """Add an act to the chain; the last thing that a transaction does, since it holds the chain until its end.

    Args:
        session: The writing session of the act.
        action: What was done, for example ``"reading.delete"``.
        subject: Id of the row it was done to. Never a name or a path.
        subject_hash: Content hash that stays known when the content is gone.
        outcome: ``"done"``, or the code of the error.
        actor: Who did it.
    """
    session.flush()
    lock(session, CHAIN)
    last = session.execute(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).scalar_one_or_none()
    row = AuditRow(
        seq=1 if last is None else last.seq + 1,
        at=now().isoformat(),
        actor=actor,
        action=action,
        subject=subject,
        subject_hash=subject_hash,
        outcome=outcome,
        previous_hash=START if last is None else last.hash,
        hash="",
    )
    row.hash = seal(row)
    session.add(row)
    session.flush()


def seal(row: AuditRow) -> str:
    """The hash that belongs to a row's other columns."""
    content = [row.seq, row.at, row.actor, row.action, row.subject, row.subject_hash, row.outcome]
    return hashlib.sha256(row.previous_hash.encode() + canonical(content)).hexdigest()


def verify(store: Store, known: Head | None = None) -> Head:
    """Check the whole chain.

    Args:
        store: The store.
        known: A head from before, kept elsewhere: the chain must still pass through it.

    Returns:
        The head of the chain.

    Raises:
        Unavailable: A row was changed, is missing, or was put in; the message gives its number (codes
            ``audit_changed``, ``audit_incomplete``, ``audit_replaced``).
    """
    previous, count = START, 0
    with store.read() as session:
        rows = select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=AT_A_TIME)
        for row in session.execute(rows).scalars():
            if row.seq != count + 1:
                raise _missing(count + 1)
            if row.previous_hash != previous or row.hash != seal(row):
                raise Unavailable(
                    "row {seq} of the audit chain was changed",
                    action="move this database away and run 'tandem restore FILE' with the last backup that verifies",
                    code="audit_changed",
                    values={"seq": row.seq},
                )
            previous, count = row.hash, row.seq
            if known is not None and known.count == count and known.hash != previous:
                raise Unavailable(
                    "row {seq} of the audit chain is not the one that was known",
                    action="move this database away and run 'tandem restore FILE' with the last backup that verifies",
                    code="audit_replaced",
                    values={"seq": count},
                )
    if known is not None and known.count > count:
        raise _missing(count + 1)
    return Head(count, previous)


def _missing(seq: int) -> Unavailable:
    return Unavailable(
        "row {seq} of the audit chain is missing",
        action="move this database away and run 'tandem restore FILE' with the last backup that verifies",
        code="audit_incomplete",
        values={"seq": seq},
    )


def newest_hashes(session: Session, actions: Sequence[str]) -> dict[str, str]:
    """By subject, the content hash of the newest of its acts that is one of ``actions``."""
    acts = select(AuditRow.subject, AuditRow.subject_hash).where(AuditRow.action.in_(actions)).order_by(AuditRow.seq)
    return {row.subject: row.subject_hash for row in session.execute(acts)}


def listing(store: Store, subject: str | None = None, limit: int = 100) -> list[AuditRow]:
    """The newest acts first, of one subject where given."""
    query = select(AuditRow).order_by(AuditRow.seq.desc()).limit(limit)
    with store.read() as session:
        return list(session.execute(query if subject is None else query.where(AuditRow.subject == subject)).scalars())
