"""A source made safe, as it runs in a process of its own (see ``apps.isolation``)."""

import json
from pathlib import Path
from typing import Any

from apps.isolation import Port
from ui.sources.sanitise import sanitise

HTML, VISIBLE = "html", "visible"
"""Files in the call's folder: the document, and the ids of the facts that can be seen in it, as JSON."""


def warm_up() -> None:
    """Make a small document safe, so that every call finds made what all of them need."""
    sanitise(b"<html xmlns='http://www.w3.org/1999/xhtml'><body><p style='color:red'>text</p></body></html>")


def make_safe(given: dict[str, Any], port: Port) -> None:
    """Write a source's safe form into the call's folder.

    Args:
        given: ``path`` of the source.
        port: The way back.
    """
    document = sanitise(Path(given["path"]).read_bytes())
    (port.folder / HTML).write_bytes(document.html)
    (port.folder / VISIBLE).write_text(json.dumps(sorted(document.visible)), encoding="utf8")
