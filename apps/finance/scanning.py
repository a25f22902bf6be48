"""What is looked for in a folder before its reports are read, as it runs in a process of its own (see
``apps.isolation``): which documents are one report stands in their content."""

import hashlib
import json
from pathlib import Path
from typing import Any

from apps.finance.sources import repeats_among, report_of, reports_in
from apps.isolation import Port

FOUND = "found"
"""File in the call's folder: as JSON the ``reports`` by their paths, and of the ``repeats`` among them the same report
elsewhere."""


def find(given: dict[str, Any], port: Port) -> None:
    """Write the reports of a folder into the call's folder.

    Args:
        given: ``folder``.
        port: The way back.

    Raises:
        InputRejected: As ``reports_in`` does.
    """
    reports = reports_in(Path(given["folder"]))
    repeats = {str(path): str(same) for path, same in repeats_among(reports).items()}
    found = {"reports": [str(path) for path in reports if str(path) not in repeats], "repeats": repeats}
    (port.folder / FOUND).write_text(json.dumps(found), encoding="utf8")


def hash_of(given: dict[str, Any], _port: Port) -> str:
    """The SHA-256 of a report of several documents.

    Args:
        given: ``path`` of their folder, and whether it may hold others (``among_others``).

    Raises:
        NotFound, InputRejected: As ``report_of`` does.
    """
    return hashlib.sha256(report_of(Path(given["path"]), among_others=given["among_others"])).hexdigest()
