"""Two databases on one data folder: neither removes what the other lives from."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.settings import Settings, load_settings
from apps.store import audit, blobs, inputs
from apps.store.folders import ownership
from apps.store.ids import now
from apps.store.store import Store
from apps.store.tables import BlobRow
from core_model.errors import Unavailable


@pytest.fixture
def other(settings: Settings, tmp_path: Path) -> Iterator[Store]:
    """A store with another database on the data folder of ``store``."""
    elsewhere = load_settings(data_dir=settings.data_dir, database_url=f"sqlite:///{tmp_path}/try.db")
    with Store(elsewhere) as opened:
        yield opened


def put_old(store: Store, *contents: bytes) -> set[str]:
    """Contents that are old enough to be swept; their hashes."""
    hashes = {blobs.put(store, "series-1", str(number), content) for number, content in enumerate(contents)}
    age(store)
    return hashes


def age(store: Store) -> None:
    hours_ago = time.time() - 2 * blobs.SWEEP_AFTER_S
    for path in store.settings.data_dir.rglob("*"):
        os.utime(path, (hours_ago, hours_ago))


def held(store: Store) -> set[str]:
    return {path.name for path in store.blobs_dir.glob("??/*")}


def stray(store: Store) -> Path:
    path = store.blobs_dir / "ab" / ("ab" * 32)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"left behind by a killed process")
    age(store)
    return path


def test_a_second_database_neither_sweeps_nor_fills_the_folder_of_the_first(store: Store, other: Store) -> None:
    hashes = put_old(store, b"one", b"two", b"three")
    left = stray(store)
    assert blobs.sweep(other) == 0
    assert held(store) == {*hashes, left.name}
    with pytest.raises(Unavailable, match="TANDEM_BLOBS_DIR to a folder for this database alone") as refused:
        blobs.put(other, "job-1", "text", b"one")
    assert refused.value.code == "blobs_foreign"
    assert blobs.owned(other, "job-1") == {}
    assert blobs.sweep(store) == 1
    assert held(store) == hashes


def test_a_folder_from_before_the_marks_goes_to_the_database_that_names_a_file_in_it(
    store: Store, other: Store
) -> None:
    hashes = put_old(store, b"one", b"two")
    left = stray(store)
    shutil.rmtree(store.blobs_dir / ownership.MARK)
    assert blobs.sweep(other) == 0
    with pytest.raises(Unavailable) as refused:
        blobs.put(other, "job-1", "text", b"three")
    assert refused.value.code == "blobs_foreign"
    assert not (store.blobs_dir / ownership.MARK).exists()
    assert held(store) == {*hashes, left.name}
    assert blobs.sweep(store) == 1
    assert held(store) == hashes
    assert blobs.sweep(other) == 0


def test_contents_that_two_databases_name_stay_when_the_one_that_does_not_own_the_folder_lets_go(
    store: Store, other: Store
) -> None:
    (kept,) = put_old(store, b"one")
    with other.write() as session:  # as it was possible before the marks
        session.add(BlobRow(sha256=kept, size=3, added_at=now()))
        session.flush()
        blobs.refer(session, "job-1", "text", kept)
    assert blobs.release(other, "job-1") == [kept]
    assert blobs.get(store, kept) == b"one"


def test_one_alone_gets_an_empty_folder_that_several_reach_for(store: Store, other: Store) -> None:
    for one in (store, other):
        ownership.id_of(one)
    start, refused = threading.Barrier(8), []

    def put(one: Store, number: int) -> None:
        start.wait()
        try:
            blobs.put(one, "job-1", str(number), b"content")
        except Unavailable as state:
            refused.append((one, state.code))

    threads = [threading.Thread(target=put, args=((store, other)[n % 2], n)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loser = refused[0][0]
    assert refused == [(loser, "blobs_foreign")] * 4
    assert [path.name for path in store.blobs_dir.glob(".*")] == [ownership.MARK]


def test_a_database_restored_from_a_backup_keeps_its_folder(sqlite_settings: Settings, tmp_path: Path) -> None:
    with Store(sqlite_settings) as store:
        inputs.add(store, tmp_path)
    database = sqlite_settings.data_dir / "tandem.db"
    shutil.copy(database, tmp_path / "backup.db")
    with Store(sqlite_settings) as store:
        assert put_old(store, b"one") == held(store)
        inputs.add(store, sqlite_settings.data_dir)
    for file in sqlite_settings.data_dir.glob("tandem.db*"):
        file.unlink()
    shutil.copy(tmp_path / "backup.db", database)
    with Store(sqlite_settings) as store:
        sha256 = blobs.put(store, "job-1", "text", b"one")
        assert blobs.get(store, sha256) == b"one"


def test_each_database_has_an_inbox_of_its_own(store: Store, other: Store) -> None:
    uploads = [inputs.inbox(one) / "0a1b.zip" for one in (store, other)]
    for path in uploads:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"images of a patient")
    age(store)
    inputs.add(store, uploads[0])
    assert inputs.sweep(store) == 0
    assert [path.exists() for path in uploads] == [True, True]
    assert inputs.sweep(other) == 1
    assert [path.exists() for path in uploads] == [True, False]


def test_the_id_of_a_store_is_the_hash_of_its_first_act_and_never_changes(store: Store, tmp_path: Path) -> None:
    assert ownership.known_id(store) is None
    identifier = ownership.id_of(store)
    (begin,) = audit.listing(store)
    assert (begin.action, begin.hash) == ("store.begin", identifier)
    inputs.add(store, tmp_path)
    assert ownership.id_of(store) == ownership.known_id(store) == identifier
    assert audit.verify(store).count == 2
