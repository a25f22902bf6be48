"""Blobs come back as they were put, are found damaged when they are, and stay while somebody needs them."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from apps.settings import Settings
from apps.store import blobs, disk
from apps.store.store import Store
from core_model.errors import NotFound, Unavailable

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # SHA-256 of "abc", FIPS 180-2 appendix B.1


def files(store: Store) -> list[str]:
    return sorted(path.name for path in store.blobs_dir.glob("??/*"))


def test_bytes_come_back_under_their_sha256(store: Store) -> None:
    assert blobs.put(store, "job-1", "text", b"abc") == ABC
    assert blobs.get(store, ABC) == b"abc"
    assert blobs.owned(store, "job-1") == {"text": ABC}
    assert files(store) == [ABC]


@given(
    hnp.arrays(
        st.sampled_from([np.int16, np.uint8, np.float32, np.float64, np.bool_]),
        hnp.array_shapes(min_dims=0, max_dims=4),
    )
)
@hypothesis_settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arrays_come_back_equal_in_dtype_shape_and_bits(tmp_path_factory: pytest.TempPathFactory, array) -> None:
    global _shared
    if _shared is None:
        from apps.settings import load_settings

        folder = tmp_path_factory.mktemp("arrays")
        _shared = Store(load_settings(data_dir=folder, database_url=f"sqlite:///{folder}/tandem.db"))
    back = blobs.get_array(_shared, blobs.put_array(_shared, "job-1", "array", array))
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert np.asarray(back).tobytes() == array.tobytes()


_shared: Store | None = None


def test_an_array_in_fortran_order_or_strided_comes_back_equal(store: Store) -> None:
    volume = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)
    for array in (np.asfortranarray(volume), volume[:, ::-1, ::2]):
        assert np.array_equal(blobs.get_array(store, blobs.put_array(store, "job-1", "a", array)), array)


def test_an_array_is_read_only(store: Store) -> None:
    back = blobs.get_array(store, blobs.put_array(store, "job-1", "a", np.zeros(3)))
    with pytest.raises(ValueError, match="read-only"):
        back[0] = 1


def test_damage_is_found_when_a_blob_is_read(store: Store) -> None:
    sha256 = blobs.put(store, "job-1", "text", b"x" * 1000)
    assert blobs.get(store, sha256) == b"x" * 1000
    path = store.blobs_dir / sha256[:2] / sha256
    path.write_bytes(b"x" * 500 + b"y" + b"x" * 499)
    with pytest.raises(Unavailable, match="is damaged") as found:
        blobs.get(store, sha256)
    assert found.value.code == "blob_damaged"
    path.write_bytes(b"x" * 999)
    with pytest.raises(Unavailable, match="is damaged"):
        blobs.get_array(store, sha256)


def test_putting_a_damaged_content_again_repairs_it_for_everybody_who_needs_it(store: Store) -> None:
    for owner in ("job-1", "job-2"):
        blobs.put(store, owner, "text", b"abc")
    path = store.blobs_dir / ABC[:2] / ABC
    path.write_bytes(b"abd")
    with pytest.raises(Unavailable, match="is damaged"):
        blobs.get(store, ABC)
    assert blobs.release(store, "job-1") == []
    assert blobs.put(store, "job-3", "text", b"abc") == ABC
    assert blobs.get(store, ABC) == path.read_bytes() == b"abc"
    assert blobs.owned(store, "job-2") == blobs.owned(store, "job-3") == {"text": ABC}
    assert files(store) == [ABC]


def test_a_folder_that_refuses_to_be_read_is_told_without_its_path(store: Store, tmp_path: Path) -> None:
    blobs.put(store, "job-1", "text", b"abc")
    folder = store.blobs_dir / ABC[:2]
    folder.rename(tmp_path / "kept")
    folder.write_bytes(b"a file where the folder should be")
    with pytest.raises(Unavailable) as refused:
        blobs.get(store, ABC)
    assert str(refused.value) == "the blob folder cannot be used (Not a directory); check the disk."


def test_what_was_never_stored_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        blobs.get(store, "0" * 64)


def test_a_blob_goes_with_its_last_owner(store: Store) -> None:
    for owner in ("job-1", "reading-1"):
        blobs.put(store, owner, "text", b"abc")
    assert blobs.release(store, "job-1") == []
    assert blobs.get(store, ABC) == b"abc"
    assert blobs.release(store, "reading-1") == [ABC]
    assert files(store) == []
    with pytest.raises(NotFound):
        blobs.get(store, ABC)


def test_a_second_content_under_the_same_name_replaces_the_first(store: Store) -> None:
    blobs.put(store, "job-1", "text", b"abc")
    other = blobs.put(store, "job-1", "text", b"abcd")
    assert blobs.owned(store, "job-1") == {"text": other}
    assert files(store) == [other]


def test_content_that_is_put_while_it_is_removed_is_there_afterwards(store: Store) -> None:
    """Whatever the order, whoever puts content has it: two threads put and release the same bytes many times."""
    lost: list[str] = []

    def put_and_release(owner: str) -> None:
        for _ in range(15):
            sha256 = blobs.put(store, owner, "text", b"abc")
            try:
                assert blobs.get(store, sha256) == b"abc"
            except NotFound:
                lost.append(owner)
            blobs.release(store, owner)

    threads = [threading.Thread(target=put_and_release, args=(f"job-{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lost == []
    assert files(store) == []


def test_sweeping_removes_what_a_killed_process_left_and_nothing_else(store: Store) -> None:
    kept = blobs.put(store, "series-1", "volume", b"kept")
    stray = store.blobs_dir / "ab" / ("ab" * 32)
    unfinished = stray.with_name(".new-123")
    young = stray.with_name("ab" * 31 + "cd")
    stray.parent.mkdir(exist_ok=True)
    for path in (stray, unfinished, young):
        path.write_bytes(b"left behind")
    hours_ago = time.time() - 2 * blobs.SWEEP_AFTER_S
    for path in (stray, unfinished, store.blobs_dir / kept[:2] / kept):
        os.utime(path, (hours_ago, hours_ago))
    assert blobs.sweep(store) == 2
    assert files(store) == sorted([kept, young.name])


def test_what_a_worker_with_a_clock_ahead_sweeps_up_while_it_is_put_is_there_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its clock is a day ahead, so what was written a moment ago looks left behind."""
    ahead = datetime.now(UTC) + timedelta(days=1)
    real, swept = disk.write, []

    def write(folder: Path, chunks: object) -> Path:
        written = real(folder, chunks)  # type: ignore[arg-type]
        if not swept:
            monkeypatch.setattr(blobs, "now", lambda: ahead)
            swept.append(blobs.sweep(store))
            monkeypatch.undo()
        return written

    monkeypatch.setattr(disk, "write", write)
    sha256 = blobs.put(store, "job-1", "text", b"abc")
    assert swept == [1]
    assert blobs.get(store, sha256) == b"abc"


def test_a_folder_that_cannot_be_made_is_refused_and_leaves_no_row(sqlite_settings: Settings, tmp_path: Path) -> None:
    with Store(sqlite_settings) as store:
        sqlite_settings.blobs.write_text("a file where the folder should be")
        with pytest.raises(Unavailable, match="blob folder cannot be used") as refused:
            blobs.put(store, "job-1", "text", b"abc")
        assert refused.value.code == "blobs_unusable"
        assert blobs.owned(store, "job-1") == {}
