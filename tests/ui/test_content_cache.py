"""The cache of the screens: bounded by weight, and empty after a deletion."""

import threading

import pytest

from apps.finance.reading import FinanceReading
from apps.store.store import Store
from core_model.errors import NotFound
from tests.ui import made
from ui import content_cache, library
from ui.content_cache import ContentCache
from ui.sources.cached import safe_source


def test_the_entry_that_was_not_asked_for_longest_goes_first() -> None:
    cache: ContentCache[str] = ContentCache(10, weigh=len)
    calls: list[str] = []

    def make(text: str):
        return lambda: calls.append(text) or text

    for text in ("aaaa", "bbbb", "aaaa", "cccc", "aaaa", "bbbb"):
        assert cache.get(text, make(text)) == text
    assert calls == ["aaaa", "bbbb", "cccc", "bbbb"]


def test_an_entry_above_the_limit_is_kept_alone() -> None:
    cache: ContentCache[str] = ContentCache(3, weigh=len)
    cache.get("a", lambda: "aa")
    assert cache.get("b", lambda: "bbbbbb") == "bbbbbb"
    assert cache.get("b", lambda: "made again") == "bbbbbb"
    assert cache.get("a", lambda: "made again") == "made again"


def test_nothing_of_a_deleted_reading_stays_in_memory(store: Store) -> None:
    reading = made.report(store)
    library.reading(reading, FinanceReading)
    library.facts(reading)
    safe_source(reading)
    assert any(cache._entries for cache in ContentCache._all)
    library.delete(reading)
    assert not any(cache._entries for cache in ContentCache._all)
    with pytest.raises(NotFound):
        safe_source(reading)
    content_cache.clear_all()


def test_readings_and_facts_are_held_by_their_bytes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report of a bank has 23 MB, another one 300 KB: so many of them says nothing."""
    first, second = made.report(store), made.report(store, anomalies=())
    for reading in (first, second):
        library.reading(reading, FinanceReading)
    library.facts(first)
    weights = [held.num_bytes for held in library._readings._entries.values()]
    assert weights == [len(library.document_bytes(reading)) for reading in (first, second)]
    assert all(held.num_bytes > 10 * len(held.content) for held in library._facts._entries.values())
    content_cache.clear_all()
    monkeypatch.setattr(library._readings, "_limit", weights[0] + 1)
    for reading in (first, second):
        library.reading(reading, FinanceReading)
    assert len(library._readings._entries) == 1
    content_cache.clear_all()


def test_what_was_being_made_while_all_was_forgotten_is_not_kept() -> None:
    """A page that reads a document while another session deletes it gets its answer, and leaves nothing behind."""
    cache: ContentCache[str] = ContentCache(3)
    begun, deleted = threading.Event(), threading.Event()
    answers: list[str] = []

    def make() -> str:
        begun.set()
        assert deleted.wait(10)
        return "of the deleted reading"

    reading = threading.Thread(target=lambda: answers.append(cache.get("a", make)))
    reading.start()
    assert begun.wait(10)
    content_cache.clear_all()
    deleted.set()
    reading.join()
    assert answers == ["of the deleted reading"]
    assert cache.get("a", lambda: "made again") == "made again"
    assert cache.get("a", lambda: "made a third time") == "made again"
