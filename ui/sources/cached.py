"""Sanitised sources in memory, a bounded number of them; nothing of a deleted reading stays on disk."""

import threading
from collections import OrderedDict

from ui import library
from ui.sources.sanitise import SafeDocument, sanitise

MAX_BYTES = 96 * 1024 * 1024
_lock = threading.Lock()
_kept: OrderedDict[str, SafeDocument] = OrderedDict()


def safe_source(reading_id: str) -> SafeDocument:
    """The safe form of the reading's source document, made once for each content.

    Raises:
        NotFound: There is no such reading, or its source is gone.
    """
    sha256 = library.source_hash(reading_id)
    with _lock:
        document = _kept.get(sha256)
        if document is not None:
            _kept.move_to_end(sha256)
            return document
    document = sanitise(library.source(reading_id))
    with _lock:
        _kept[sha256] = document
        while len(_kept) > 1 and sum(len(kept.html) for kept in _kept.values()) > MAX_BYTES:
            _kept.popitem(last=False)
    return document
