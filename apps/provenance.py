"""What a reading follows from: its input, the declared versions of its steps, its settings, weights and libraries.

A reading is made again when one of these changes, and not when a comment or a name in the code does: the version of a
step is declared beside it and raised by hand when its results change. A test of each application holds what the steps
make of a small input against what was recorded with the declared versions, so that a forgotten one is seen.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from core_model.errors import InputRejected, Unavailable

IDENTIFIES = ("weights_sha256", "decides")
"""Entries of a card that name its tensors by their hash; a card holds at least one."""
DECIDES = (*IDENTIFIES, "config", "channels", "tokenizer_sha256", "core_sha256", "settings", "num_layers", "linking")
"""Entries of a card that a result follows from, beside the threshold of its operating point."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a reading follows from: equal ones give the same reading.

    Attributes:
        input_hash: SHA-256 of what was read (of a folder: over the sorted hashes of its files).
        steps: Declared version of each step that made it.
        settings: Those that can change the result; small JSON.
        weights: Of each of the weights that took part, the hash of what in its card decides, see ``weights_in``.
        libraries: Versions of the libraries that decide, see ``libraries``.
    """

    input_hash: str
    steps: Mapping[str, str]
    settings: Mapping[str, Any]
    weights: Mapping[str, str]
    libraries: Mapping[str, str]

    @property
    def hash(self) -> str:
        """SHA-256 over all of it, in hex: the same for equal ones, in whatever order they were put together."""
        return _hash(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Provenance":
        """The inverse of ``as_dict``."""
        names = ("steps", "settings", "weights", "libraries")
        return cls(given["input_hash"], *(dict(given[name]) for name in names))


def version() -> str:
    """The installed version, or the one of ``pyproject.toml`` in a checkout that is not installed."""
    try:
        return installed("tandem")
    except PackageNotFoundError:
        import tomllib

        project = Path(__file__).resolve().parent.parent / "pyproject.toml"
        return tomllib.loads(project.read_text())["project"]["version"]


def libraries(*names: str) -> dict[str, str]:
    """The installed versions of libraries, by the names under which they are distributed.

    Raises:
        Unavailable: One is not installed.
    """
    try:
        return {name: installed(name) for name in names}
    except PackageNotFoundError as error:
        raise Unavailable(
            "the library {name} is not installed",
            action="install Tandem with all that it depends on",
            code="library_missing",
            values={"name": str(error.name)},
        ) from None


def weights_in(package: str, *names: str) -> dict[str, str]:
    """For each of the weights in the folder ``weights`` of a package the hash of what decides, see ``deciding``.

    How weights were made, and what was measured with them, may be told otherwise without making a stored reading stale.

    Args:
        package: ``"core_model"`` and the like.
        names: Of the cards, without their ending.

    Raises:
        Unavailable: A card is not there.
        InputRejected: A card is not JSON, or names no tensors.
    """
    folder = Path(str(import_module(package).__file__)).parent / "weights"
    return {name: _hash(deciding(card(folder, name))) for name in names}


def card(folder: Path, name: str) -> dict[str, Any]:
    """What the card of some weights says.

    Raises:
        Unavailable: It is not there.
        InputRejected: It is not JSON.
    """
    try:
        return json.loads((folder / f"{name}.json").read_text(encoding="utf8"))
    except FileNotFoundError:
        raise Unavailable(
            "the weights '{name}' are not installed",
            action="install a release or a checkout that is complete",
            code="weights_card_missing",
            values={"name": name},
        ) from None
    except ValueError as error:
        raise InputRejected(
            "a card of the weights '{name}' that is not JSON",
            action="reinstall the weights",
            code="weights_card_unreadable",
            values={"name": name},
        ) from error


def deciding(card: Mapping[str, Any]) -> dict[str, Any]:
    """What of a card a result follows from: the tensors by their hash, shapes and names, the threshold.

    Raises:
        InputRejected: It names no tensors.
    """
    found = {key: card[key] for key in DECIDES if key in card}
    if not found.keys() & set(IDENTIFIES):
        raise InputRejected("a card that names no weights", action="reinstall the weights", code="weights_card_empty")
    if "operating_point" in card:
        found["threshold"] = card["operating_point"]["threshold"]
    return found


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
