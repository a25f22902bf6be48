"""Readings: stored once for an equal provenance, whole, with the rows that their application gives."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from apps.finance.records.tables import FilingRow
from apps.store import audit, blobs, readings
from apps.store.store import Store
from core_model.errors import NotFound
from tests.apps.store import documents
from tests.apps.store.documents import provenance


def test_a_document_comes_back_as_it_was_saved(store: Store) -> None:
    reading_id = readings.save(store, "finance.read", documents.document(), provenance())
    assert readings.document(store, reading_id) == documents.document()
    row = readings.get(store, reading_id)
    assert (row.kind, row.provenance, row.provenance_hash) == (
        "finance.read",
        provenance().as_dict(),
        provenance().hash,
    )
    assert blobs.get(store, row.document_sha256) == documents.document()
    assert audit.listing(store, reading_id)[0].subject_hash == row.document_sha256


def test_an_equal_provenance_keeps_the_first_reading(store: Store) -> None:
    first = readings.save(store, "finance.read", documents.document("First"), provenance())
    assert readings.save(store, "finance.read", documents.document("Second"), provenance()) == first
    assert readings.document(store, first) == documents.document("First")
    assert [row.id for row in readings.listing(store)] == [first]
    assert len([entry for entry in audit.listing(store) if entry.action == "reading.save"]) == 1
    assert len(list(store.blobs_dir.glob("??/*"))) == 1


def test_a_document_that_a_worker_with_a_clock_ahead_sweeps_up_while_it_is_saved_is_saved_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, swept = blobs.put, []

    def put(*given: Any) -> str:
        sha256 = real(*given)
        if not swept:
            with monkeypatch.context() as ahead:
                ahead.setattr(blobs, "now", lambda: datetime.now(UTC) + timedelta(days=1))
                swept.append(blobs.sweep(store))
        return sha256

    monkeypatch.setattr(blobs, "put", put)
    reading_id = readings.save(store, "finance.read", documents.document(), provenance())
    assert swept == [1]
    assert readings.document(store, reading_id) == documents.document()


@pytest.mark.parametrize(
    ("part", "other_one", "another"),
    [
        ("input_hash", "d" * 64, "e" * 64),
        ("steps", {"facts": "2"}, {"facts": "1", "statements": "1"}),
        ("settings", {}, {"reader": "pdf"}),
        ("weights", {"core": "d" * 64}, {}),
        ("libraries", {"lxml": "6.0"}, {"lxml": "5.4.0", "numpy": "2.1"}),
    ],
)
def test_another_part_of_the_provenance_is_another_reading(
    store: Store, part: str, other_one: object, another: object
) -> None:
    first = readings.save(store, "finance.read", documents.document(), provenance())
    other = readings.save(store, "finance.read", documents.document(), provenance(**{part: other_one}))
    assert other != first
    found = readings.find(store, "finance.read", provenance(**{part: other_one}))
    assert found is not None
    assert found.id == other
    assert readings.find(store, "finance.read", provenance(**{part: another})) is None
    assert readings.find(store, "medical.read", provenance()) is None


def test_a_second_run_that_was_asked_for_is_kept_beside_the_first_and_found(store: Store) -> None:
    first = readings.save(store, "finance.read", documents.document("First"), provenance())
    second = readings.save(store, "finance.read", documents.document("Second"), provenance(), again="job-2")
    assert readings.save(store, "finance.read", documents.document("Second"), provenance(), again="job-2") == second
    assert second != first
    found = readings.find(store, "finance.read", provenance())
    assert found is not None
    assert found.id == second


def test_two_workers_that_save_an_equal_provenance_at_once_make_one_reading(store: Store) -> None:
    made: list[str] = []

    def save(number: int) -> None:
        made.append(readings.save(store, "finance.read", documents.document(f"Company {number}"), provenance()))

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    assert readings.document(store, made[0]) in [documents.document(f"Company {number}") for number in range(4)]
    assert list(readings.files(store, made[0])) == ["document"]
    assert len(list(store.blobs_dir.glob("??/*"))) == 1


def test_a_reading_with_a_file_that_is_not_stored_is_not_kept(store: Store) -> None:
    with pytest.raises(NotFound, match="'facts' of the reading is not stored"):
        readings.save(store, "finance.read", documents.document(), provenance(), files={"facts": "0" * 64})
    assert readings.listing(store) == []


def test_the_files_of_a_reading_outlive_the_job_that_made_them(store: Store) -> None:
    facts = blobs.put(store, "job-1", "facts", b"parquet")
    reading_id = readings.save(store, "finance.read", documents.document(), provenance(), files={"facts": facts})
    blobs.release(store, "job-1")
    assert blobs.get(store, readings.files(store, reading_id)["facts"]) == b"parquet"


def row_of(reading_id: str) -> FilingRow:
    return FilingRow(
        reading_id=reading_id,
        company="Example Corp",
        form="10-K",
        period_end=date(2024, 12, 31),
        currency="USD",
        num_facts=3,
        num_anomalies=2,
    )


def test_the_rows_of_an_application_stand_and_fall_with_the_reading(store: Store) -> None:
    row = row_of(readings.id_of("finance.read", provenance()))
    reading_id = readings.save(store, "finance.read", documents.document(), provenance(), rows=[row])
    again = readings.save(store, "finance.read", documents.document(), provenance(), rows=[row_of(reading_id)])
    assert again == reading_id
    with store.read() as session:
        assert [each.reading_id for each in session.query(FilingRow)] == [reading_id]
    other = provenance(input_hash="c" * 64)
    row = row_of(readings.id_of("finance.read", other))
    with pytest.raises(NotFound):
        readings.save(store, "finance.read", b"{}", other, rows=[row], files={"facts": "0" * 64})
    with store.read() as session:
        assert session.query(FilingRow).count() == 1
