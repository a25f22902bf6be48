"""Sanitised sources in memory, a bounded amount of them; nothing of a deleted reading stays.

What people have given is parsed in no process that serves a screen: each source is made safe in a process of its own,
with a budget.
"""

import json
import threading

from apps.isolation import Budget, run_isolated
from apps.jobs import scratch
from apps.store import blobs
from core_model.errors import InputRejected
from ui import library
from ui.content_cache import ContentCache
from ui.sources.parsing import HTML, VISIBLE
from ui.sources.sanitise import SafeDocument

MAKE_SAFE = "ui.sources.parsing:make_safe"
BUDGET = Budget(cpu_s=60, wall_s=300, memory_mib=1024, files_mib=1024)
"""Of one document: the largest annual reports take a second and 60 MiB, what is read at all at most 950 MB."""
AT_A_TIME = 2
REFUSED_FOR_GOOD = ("parse_too_long", "parse_too_much_memory", "parse_crashed")

_safe: ContentCache[SafeDocument | InputRejected] = ContentCache(
    96 * 1024 * 1024, weigh=lambda made: len(made.html) if isinstance(made, SafeDocument) else 1
)
_turns = threading.BoundedSemaphore(AT_A_TIME)


def safe_source(reading_id: str) -> SafeDocument:
    """The safe form of the reading's source document, made once for each content.

    Raises:
        NotFound: There is no such reading, or its source is gone.
        InputRejected: It goes over the budget; it is not tried again as long as this process remembers.
        Unavailable: No process can be started, or what it writes cannot be kept.
    """
    sha256 = library.source_hash(reading_id)
    made = _safe.get(sha256, lambda: _make(sha256))
    if isinstance(made, InputRejected):
        raise made.with_traceback(None)
    return made


def _make(sha256: str) -> SafeDocument | InputRejected:
    """The safe form of a stored source, or why there is none and never will be."""
    store = library.store()
    given = {"path": str(blobs.path_of(store, sha256))}
    try:
        with _turns, run_isolated(MAKE_SAFE, given, budget=BUDGET, folder=scratch(store)) as answered:
            visible = frozenset(map(str, json.loads(answered.file(VISIBLE).read_bytes())))
            return SafeDocument(answered.file(HTML).read_bytes(), visible)
    except InputRejected as refusal:
        if refusal.code not in REFUSED_FOR_GOOD:
            raise
        return refusal
