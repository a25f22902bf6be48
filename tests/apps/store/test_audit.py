"""The audit chain finds every change, and the database refuses the plain ways to make one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from apps.store import audit
from apps.store.audit import START, Head, seal
from apps.store.store import Store
from apps.store.tables import AuditRow
from core_model.errors import Unavailable

COLUMNS = ("at", "actor", "action", "subject", "subject_hash", "outcome", "previous_hash", "hash")


def fill(store: Store, count: int = 5) -> Head:
    for number in range(count):
        with store.write() as session:
            audit.record(session, "test.act", f"job-{number}", "ab" * 32)
    return audit.verify(store)


def unguarded(store: Store, *statements: str) -> None:
    """Do what somebody with the database in hand can do: take the triggers away, then change rows."""
    sqlite = store.engine.dialect.name == "sqlite"
    drop = (
        ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete")
        if sqlite
        else ("DROP TRIGGER audit_no_change ON audit",)
    )
    with store.write() as session:
        for statement in (*drop, *statements):
            session.execute(text(statement))


def test_a_whole_chain_verifies_and_gives_its_head(store: Store) -> None:
    assert audit.verify(store) == Head(0, START)
    head = fill(store, 3)
    assert head.count == 3
    assert audit.verify(store, head) == head
    assert [row.subject for row in audit.listing(store)] == ["job-2", "job-1", "job-0"]
    assert [row.seq for row in audit.listing(store, "job-1")] == [2]


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'other'", "DELETE FROM audit WHERE seq = 1"])
def test_the_database_refuses_to_change_or_delete_a_row(store: Store, statement: str) -> None:
    head = fill(store, 2)
    with pytest.raises(DBAPIError, match="only grows"), store.write() as session:
        session.execute(text(statement))
    assert audit.verify(store, head) == head


@pytest.mark.parametrize("column", COLUMNS)
def test_a_change_in_any_column_is_found_at_its_row(store: Store, column: str) -> None:
    fill(store)
    unguarded(store, f"UPDATE audit SET {column} = 'tampered' WHERE seq = 3")
    with pytest.raises(Unavailable, match="row 3 of the audit chain was changed") as found:
        audit.verify(store)
    assert found.value.code in ("audit_changed", "audit_incomplete")


def test_a_removed_row_is_found(store: Store) -> None:
    fill(store)
    unguarded(store, "DELETE FROM audit WHERE seq = 2")
    with pytest.raises(Unavailable, match="row 2 of the audit chain is missing"):
        audit.verify(store)


def test_a_row_that_was_changed_and_sealed_again_breaks_the_next(store: Store) -> None:
    fill(store)
    row = audit.listing(store)[2]
    row.actor = "somebody else"
    unguarded(store, f"UPDATE audit SET actor = 'somebody else', hash = '{seal(row)}' WHERE seq = {row.seq}")
    with pytest.raises(Unavailable, match=f"row {row.seq + 1} of the audit chain was changed"):
        audit.verify(store)


def test_a_chain_cut_off_at_its_end_is_found_by_a_head_that_was_kept(store: Store) -> None:
    head = fill(store)
    unguarded(store, "DELETE FROM audit WHERE seq >= 4")
    assert audit.verify(store).count == 3
    with pytest.raises(Unavailable, match="row 4 of the audit chain is missing"):
        audit.verify(store, head)


def test_a_chain_that_was_written_anew_is_found_by_a_head_that_was_kept(store: Store) -> None:
    head = fill(store)
    unguarded(store, "DELETE FROM audit")
    fill(store, 7)
    with pytest.raises(Unavailable, match="row 5 of the audit chain is not the one that was known"):
        audit.verify(store, head)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def row(seq: int, previous: str, content: list[str]) -> AuditRow:
    at, actor, action, subject, subject_hash, outcome = content
    made = AuditRow(
        seq=seq,
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        subject_hash=subject_hash,
        outcome=outcome,
        previous_hash=previous,
    )
    made.hash = seal(made)
    return made


@given(st.lists(st.lists(TEXTS, min_size=6, max_size=6), min_size=2, max_size=2, unique_by=tuple), TEXTS)
@settings(deadline=None)
def test_rows_that_differ_anywhere_have_different_seals(contents: list[list[str]], previous: str) -> None:
    one, other = (row(1, previous, content) for content in contents)
    assert one.hash != other.hash
    assert row(2, previous, contents[0]).hash != one.hash
    assert row(1, previous + "0", contents[0]).hash != one.hash


@given(st.lists(TEXTS, min_size=6, max_size=6), st.integers(0, 4), st.integers(1, 5))
@settings(deadline=None)
def test_moving_text_from_one_column_to_the_next_changes_the_seal(content: list[str], column: int, length: int) -> None:
    moved = list(content)
    moved[column + 1] = moved[column][-length:] + moved[column + 1]
    moved[column] = moved[column][:-length]
    if moved != content:
        assert row(1, START, moved).hash != row(1, START, content).hash
