"""Sanitised sources in memory, a bounded amount of them; nothing of a deleted reading stays."""

from ui import library
from ui.content_cache import ContentCache
from ui.sources.sanitise import SafeDocument, sanitise

_safe: ContentCache[SafeDocument] = ContentCache(96 * 1024 * 1024, weigh=lambda document: len(document.html))


def safe_source(reading_id: str) -> SafeDocument:
    """The safe form of the reading's source document, made once for each content.

    Raises:
        NotFound: There is no such reading, or its source is gone.
    """
    return _safe.get(library.source_hash(reading_id), lambda: sanitise(library.source(reading_id)))
