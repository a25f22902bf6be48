"""What a reading follows from besides its input: the version of the code, and hashes of files."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from core_model.errors import InputRejected, Unavailable

IDENTIFIES = ("weights_sha256", "decides")
"""Entries of a card that name its tensors by their hash; a card holds at least one."""
DECIDES = (*IDENTIFIES, "config", "channels", "tokenizer_sha256", "core_sha256", "facts", "halves", "linking")
"""Entries of a card that a result follows from, beside the threshold of its operating point."""


def version() -> str:
    """The installed version, or the one of ``pyproject.toml`` in a checkout that is not installed."""
    try:
        return installed("tandem")
    except PackageNotFoundError:
        import tomllib

        project = Path(__file__).resolve().parent.parent / "pyproject.toml"
        return tomllib.loads(project.read_text())["project"]["version"]


@cache
def code_version(*packages: str) -> str:
    """Version of the code of some packages: the release, and a hash over their Python files.

    Two checkouts with the same files have the same version, and a changed line has another one, so that a stored
    reading is never taken for one of changed code.
    """
    digest = hashlib.sha256()
    for name in sorted(packages):
        folder = Path(str(import_module(name).__file__)).parent
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.relative_to(folder.parent).as_posix().encode())
            digest.update(file.read_bytes())
    return f"{version()}+{digest.hexdigest()[:12]}"


def weights_hash(*names: str) -> str:
    """SHA-256 over what of the cards of shipped weights decides a result, see ``deciding``.

    How weights were made, and what was measured with them, may be told otherwise without making a stored reading stale.

    Raises:
        Unavailable: A card is not there.
        InputRejected: A card is not JSON, or names no tensors.
    """
    parts = {}
    for name in sorted(names):
        try:
            card = json.loads(_card(name).read_text(encoding="utf8"))
        except FileNotFoundError:
            raise Unavailable(
                f"the weights '{name}' are not installed",
                action="install a release or a checkout that is complete",
                code="weights_missing",
            ) from None
        except ValueError as error:
            raise InputRejected(
                f"a card of the weights '{name}' that is not JSON",
                action="reinstall the weights",
                code="card_unreadable",
            ) from error
        parts[name] = deciding(card)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _card(name: str) -> Path:
    """The card of shipped weights: beside the core's, or beside the detector's."""
    import core_model

    of_core = Path(str(core_model.__file__)).parent / "weights" / f"{name}.json"
    of_detector = Path(__file__).parent / "medical" / "nodules" / "weights" / f"{name}.json"
    return of_detector if of_detector.is_file() and not of_core.is_file() else of_core


def deciding(card: Mapping[str, Any]) -> dict[str, Any]:
    """What of a card a result follows from: the tensors by their hash, shapes and names, the threshold.

    Raises:
        InputRejected: It names no tensors.
    """
    found = {key: card[key] for key in DECIDES if key in card}
    if not found.keys() & set(IDENTIFIES):
        raise InputRejected("a card that names no weights", action="reinstall the weights", code="card_unreadable")
    if "operating_point" in card:
        found["threshold"] = card["operating_point"]["threshold"]
    return found
