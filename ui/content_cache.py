"""Content in memory by its hash: bounded, shared by all sessions, emptied when something is deleted."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Content = TypeVar("Content")


class ContentCache(Generic[Content]):
    """A bounded cache of content that never changes; the one that was not asked for longest goes first.

    Args:
        limit: How much it holds at most, in what ``weigh`` counts; one entry always stays.
        weigh: Weight of an entry; each weighs 1 where not given.
    """

    _all: "list[ContentCache]" = []

    def __init__(self, limit: int, weigh: Callable[[Content], int] = lambda content: 1) -> None:
        self._limit, self._weigh = limit, weigh
        self._entries: OrderedDict[str, Content] = OrderedDict()
        self._lock = threading.Lock()
        self._cleared = 0
        ContentCache._all.append(self)

    def get(self, key: str, make: Callable[[], Content]) -> Content:
        """The content under ``key``, made where it is not there. What was being made while all was forgotten is not
        kept: it may be of what was deleted."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
            cleared = self._cleared
        made = make()
        with self._lock:
            if cleared != self._cleared:
                return made
            self._entries[key] = made
            while len(self._entries) > 1 and sum(map(self._weigh, self._entries.values())) > self._limit:
                self._entries.popitem(last=False)
        return made

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._cleared += 1


def clear_all() -> None:
    """Forget everything that any cache holds."""
    for cache in ContentCache._all:
        cache.clear()
