"""``db verify`` finds a damaged content and a broken chain, and lists both."""

from pathlib import Path

import pytest
from sqlalchemy import text

from apps.messages import refused
from apps.store import blobs, inputs, readings
from apps.store.store import Store
from apps.store.tables import ReadingRow
from apps.store.verification import verify
from tests.apps.store.documents import provenance


def test_a_whole_store_verifies(store: Store, tmp_path: Path) -> None:
    inputs.add(store, tmp_path)
    blobs.put(store, "job-1", "text", b"abc")
    found = verify(store)
    assert (found.head.count, found.num_blobs, found.problems) == (1, 1, [])


def test_everything_that_is_wrong_is_listed(store: Store, tmp_path: Path) -> None:
    inputs.add(store, tmp_path)
    damaged, missing = (blobs.put(store, "job-1", content, content.encode()) for content in ("damaged", "missing"))
    blobs.get(store, damaged)
    (store.blobs_dir / damaged[:2] / damaged).write_bytes(b"demaged")
    (store.blobs_dir / missing[:2] / missing).unlink()
    trigger = "audit_no_update" if store.engine.dialect.name == "sqlite" else "audit_no_change ON audit"
    with store.write() as session:
        session.execute(text(f"DROP TRIGGER {trigger}"))
        session.execute(text("UPDATE audit SET actor = 'other'"))
    codes = {"blob_damaged": damaged, "no_such_content": missing}
    found = verify(store).problems
    assert [problem.code for problem in found] == ["audit_changed", *sorted(codes, key=codes.get)]
    problems = "\n".join(map(refused, found))
    assert "row 1 of the audit chain was changed" in problems
    assert f"{damaged[:12]} is damaged" in problems
    assert f"no stored content {missing[:12]}" in problems


def test_a_content_that_is_let_go_of_during_the_check_is_no_problem(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = blobs.put(store, "reading-1", "document", b"kept")
    blobs.put(store, "job-1", "draft", b"draft")
    path_of = blobs.path_of

    def while_the_job_ends(store: Store, sha256: str, *, trust: bool) -> Path:
        blobs.release(store, "job-1")
        return path_of(store, sha256, trust=trust)

    monkeypatch.setattr(blobs, "path_of", while_the_job_ends)
    found = verify(store)
    assert (found.num_blobs, found.problems) == (1, [])
    assert blobs.owned(store, "reading-1") == {"document": kept}


def test_a_document_that_was_exchanged_together_with_its_row_is_found(store: Store) -> None:
    """Its hash is right, and its rows are as it says: only the audit chain knows which one it was."""
    reading_id = readings.save(store, "other.read", b"as it was read", provenance())
    assert verify(store).problems == []
    other = blobs.put(store, reading_id, "of somebody", b"as somebody likes it")
    with store.write() as session:
        session.get_one(ReadingRow, reading_id).document_sha256 = other
    (problem,) = verify(store).problems
    assert (problem.code, problem.values) == ("document_replaced", {"id": reading_id})
