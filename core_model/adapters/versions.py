"""The versions of an adapter side by side, and which of them is in use.

A domain's folder holds a folder a version (``1/``, ``2/``: card, weights, held-out samples), which is never changed
once it is there, and ``active.json``, which says by one rename which version is in use. Version 0 is what ships with
Tandem, read-only; it is in use until another is promoted::

    sentiment/
      active.json             {"format": 1, "version": 2, "before": [0, 1], ...}
      1/adapter.json  1/adapter-0a1b2c3d4e5f.safetensors  1/held_out.jsonl.gz
      2/...
"""

import gzip
import hashlib
import io
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from core_model.adapters.adapter import Adapter, adapter_card
from core_model.adapters.comparison import Comparison
from core_model.checkpoint import load_checkpoint, refuse_pickle, write_atomically
from core_model.core import Core
from core_model.errors import InputRejected, NotAllowed, NotFound, Unavailable

A = TypeVar("A", bound=Adapter)
POINTER, NAME, HELD_OUT, GATES = "active.json", "adapter", "held_out.jsonl.gz", "gates.json"
FORMAT = 1
"""Of the pointer."""
LONGEST_HELD_OUT = 64 << 20
"""Bytes of held-out samples that are read, unpacked."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which version is in use.

    Attributes:
        version: It.
        before: The versions that were in use before, the last one last: the way back.
        at: When it was promoted, UTC; empty where nothing was.
    """

    version: int = 0
    before: tuple[int, ...] = ()
    at: str = ""


class Versions:
    """The versions of one domain's adapter.

    Args:
        folder: Of the versions; made when the first is added.
        shipped: Card of version 0; None where nothing ships.
    """

    def __init__(self, folder: str | Path, shipped: str | Path | None = None) -> None:
        self.folder = Path(folder)
        self.shipped = Path(shipped) if shipped is not None else None
        self.domain = self.folder.name

    def numbers(self) -> list[int]:
        """The versions that there are, in order."""
        found = [0] if self.shipped is not None and self.shipped.is_file() else []
        if self.folder.is_dir():
            names = (path.name for path in self.folder.iterdir() if (path / f"{NAME}.json").is_file())
            found += sorted(int(name) for name in names if name.isdecimal() and str(int(name)) == name and name != "0")
        return found

    def card_path(self, version: int) -> Path:
        """Where a version's card lies.

        Raises:
            NotFound: There is no such version.
        """
        path = self.shipped if version == 0 and self.shipped else self.folder / str(version) / f"{NAME}.json"
        if not path.is_file():
            raise NotFound(
                "there is no version {version} of the adapter {domain}; there are {versions}",
                action="see them with 'tandem adapters list'",
                code="adapter_version_missing",
                values={"version": version, "domain": self.domain, "versions": self.numbers() or ["-"]},
            )
        return path

    def card(self, version: int) -> dict[str, Any]:
        """A version's card.

        Raises:
            NotFound: There is no such version.
            InputRejected: Its card is damaged.
        """
        return adapter_card(self.card_path(version))

    def load(self, kind: type[A], version: int, core: Core) -> A:
        """Read a version; see ``Adapter.load``."""
        path = self.card_path(version)
        return kind.load(path.parent, path.stem, core)

    def held_out(self, version: int) -> list[dict[str, Any]]:
        """The samples that a version was judged on; none where it brings none.

        Raises:
            InputRejected: They are not those of its card.
        """
        named = self.card(version).get("held_out")
        if not named:
            return []
        path = self.card_path(version).parent / Path(str(named["file"])).name
        content = path.read_bytes() if path.is_file() else b""
        given = hashlib.sha256(content).hexdigest()
        if given != named["sha256"]:
            raise InputRejected(
                "held-out samples with the SHA-256 {given}",
                allowed="{expected}, as the card has it",
                action="train the adapter anew, or take it again from where it came",
                code="held_out_differs",
                values={"given": given[:12], "expected": str(named["sha256"])[:12]},
            )
        return unpacked(content)

    def add(self, adapter: Adapter, card: Mapping[str, Any], held_out: Sequence[Mapping[str, Any]] = ()) -> int:
        """Keep an adapter as the next version; it is not in use yet.

        Args:
            adapter: It.
            card: What a reader must know: data with hashes and licence, split, metrics, limits, command, seed.
            held_out: Samples that it was judged on, and later ones are compared on.

        Returns:
            Its number.
        """
        number = self._next()
        entry = dict(card)
        if held_out:
            content = packed(held_out)
            write_atomically(self.folder / str(number) / HELD_OUT, content)
            digest = hashlib.sha256(content).hexdigest()
            entry["held_out"] = {"file": HELD_OUT, "sha256": digest, "n": len(held_out)}
        adapter.save(self.folder / str(number), NAME, entry, half=True)
        return number

    def take(self, path: str | Path, kind: type[Adapter], core: Core) -> int:
        """Keep an adapter that somebody gives as files: its card, with the weights beside it.

        Args:
            path: Of the card; the weights' file does where the card stands beside it.
            kind: What it must be.
            core: The core that it must have been made for.

        Raises:
            InputRejected: A pickle, damaged weights, another kind, another core, another format: nothing was kept.
            Unavailable: The card names weights that are not there.
            NotFound: There is no such file, or it has no card.
        """
        given = Path(path)
        if given.is_file():
            with given.open("rb") as stream:
                refuse_pickle(stream.read(9))
        card_path = given if given.suffix == ".json" else _card_beside(given)
        card = adapter_card(card_path)
        kind.load(card_path.parent, card_path.stem, core)
        number = self._next()
        target = self.folder / str(number)
        files = [Path(str(card["weights_file"])).name]
        files += [Path(str(card["held_out"]["file"])).name] if card.get("held_out") else []
        for name in files:
            source = card_path.parent / name
            if source.is_file():
                write_atomically(target / name, source.read_bytes())
        write_atomically(target / f"{NAME}.json", card_path.read_bytes())
        return number

    def _next(self) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        taken = [int(path.name) for path in self.folder.iterdir() if path.name.isdecimal()]
        number = max(taken, default=0) + 1
        while True:
            try:
                (self.folder / str(number)).mkdir()
            except FileExistsError:
                number += 1
            else:
                return number

    def remove(self, version: int) -> None:
        """Delete a version that is not in use.

        Raises:
            NotAllowed: It ships, or is in use.
            NotFound: There is no such version.
        """
        path = self.card_path(version)
        if version == 0 or version == self.pointer().version:
            raise NotAllowed(
                "version {version} ships with Tandem, or is in use",
                action="promote another version first",
                code="adapter_version_kept",
                values={"version": version},
            )
        shutil.rmtree(path.parent)

    def stamp(self) -> tuple[int, int, int] | None:
        """What changes with the pointer: its time, file and size; None where nothing was ever promoted."""
        try:
            found = os.stat(self.folder / POINTER)
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def pointer(self) -> Pointer:
        """Which version is in use.

        Raises:
            InputRejected: The pointer is damaged, or of another format.
        """
        try:
            held = json.loads((self.folder / POINTER).read_text(encoding="utf8"))
        except FileNotFoundError:
            return Pointer()
        except ValueError:
            held = {}
        given = held.get("format") if isinstance(held, dict) else None
        if given != FORMAT:
            raise InputRejected(
                "a pointer to the adapter in use of the format {given}",
                allowed="{expected}",
                action="remove active.json from the adapter's folder: version 0 is then in use",
                code="pointer_of_another_format",
                values={"given": str(given), "expected": FORMAT},
            )
        return Pointer(int(held["version"]), tuple(int(number) for number in held["before"]), str(held["at"]))

    def current(self) -> int | None:
        """The version in use; None where nothing ships and nothing was promoted."""
        version = self.pointer().version
        return version if version or self.shipped_there else None

    @property
    def shipped_there(self) -> bool:
        """Whether there is a version 0."""
        return self.shipped is not None and self.shipped.is_file()

    def keep(self, comparison: Comparison) -> None:
        """Keep the table of a comparison beside the candidate, for whoever looks at it later; not beside version 0."""
        if comparison.candidate:
            content = json.dumps({**comparison.as_dict(), "at": _utc()}, indent=1) + "\n"
            write_atomically(self.card_path(comparison.candidate).parent / GATES, content.encode())

    def promote(self, comparison: Comparison) -> Pointer:
        """Put a version in use, if its comparison with the one in use lets it.

        Raises:
            NotAllowed: It is worse on something that is guarded.
            NotFound: There is no such version.
            Unavailable: Another version was promoted since the comparison was made.
            InputRejected: Its weights are damaged.
        """
        load_checkpoint(self.card_path(comparison.candidate))
        comparison.require()
        now = self.pointer()
        if self.current() != comparison.current and comparison.current is not None:
            raise Unavailable(
                "version {now} is in use, and the comparison was made with {then}",
                action="compare again",
                code="comparison_out_of_date",
                values={"now": now.version, "then": comparison.current},
            )
        if now.version == comparison.candidate and self.stamp() is not None:
            return now
        return self._point(Pointer(comparison.candidate, (*now.before, now.version), _utc()))

    def rollback(self) -> Pointer:
        """Put the version in use that was so before.

        Raises:
            NotAllowed: There was none before.
        """
        now = self.pointer()
        before = list(now.before)
        while before and before[-1] not in (0, *self.numbers()):
            before.pop()
        if not before:
            raise NotAllowed(
                "there is no version of {domain} before the one in use",
                action="promote another version",
                code="nothing_to_roll_back",
                values={"domain": self.domain},
            )
        return self._point(Pointer(before[-1], tuple(before[:-1]), _utc()))

    def _point(self, pointer: Pointer) -> Pointer:
        self.folder.mkdir(parents=True, exist_ok=True)
        entry = {"format": FORMAT, "version": pointer.version, "before": list(pointer.before), "at": pointer.at}
        write_atomically(self.folder / POINTER, (json.dumps(entry) + "\n").encode())
        return pointer


class InUse:
    """The adapter in use, for a process that goes on while others promote: read again when the pointer changes.

    Args:
        versions: Of its domain.
        kind: Its class.
    """

    def __init__(self, versions: Versions, kind: type[Adapter]) -> None:
        self.versions, self.kind = versions, kind
        self._held: tuple[Any, Core, int | None, Adapter | None] | None = None

    def look(self, core: Core) -> tuple[int | None, Adapter | None]:
        """The version in use and its adapter; None where nothing ships and nothing was promoted.

        Raises:
            InputRejected: It is damaged, or was made for another core.
        """
        stamp = self.versions.stamp()
        if self._held is None or self._held[0] != stamp or self._held[1] is not core:
            version = self.versions.current()
            adapter = None if version is None else self.versions.load(self.kind, version, core)
            self._held = (stamp, core, version, adapter)
        return self._held[2], self._held[3]


def packed(samples: Sequence[Mapping[str, Any]]) -> bytes:
    """Samples as gzipped JSON lines, the same bytes for the same samples."""
    lines = "".join(json.dumps(dict(sample), ensure_ascii=False, sort_keys=True) + "\n" for sample in samples)
    return gzip.compress(lines.encode("utf8"), mtime=0)


def unpacked(content: bytes) -> list[dict[str, Any]]:
    """The inverse of ``packed``.

    Raises:
        InputRejected: It is not that, or unpacks to more than is read.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            text = stream.read(LONGEST_HELD_OUT + 1)
        if len(text) > LONGEST_HELD_OUT:
            raise ValueError("too long")
        return [json.loads(line) for line in text.decode("utf8").splitlines() if line]
    except (OSError, EOFError, ValueError) as error:
        raise InputRejected(
            "held-out samples that cannot be read",
            allowed="gzipped JSON lines, at most {most} MB",
            action="train the adapter anew",
            code="held_out_unreadable",
            values={"most": LONGEST_HELD_OUT >> 20},
        ) from error


def _card_beside(path: Path) -> Path:
    """The card that names a file of weights, beside it.

    Raises:
        NotFound: There is none.
    """
    for candidate in sorted(path.parent.glob("*.json")) if path.parent.is_dir() else []:
        try:
            if json.loads(candidate.read_text(encoding="utf8")).get("weights_file") == path.name:
                return candidate
        except (ValueError, AttributeError):
            continue
    raise NotFound(
        "there is no card that names these weights",
        allowed="an adapter is its card, a JSON file, with the safetensors that it names beside it",
        action="give the path of the card",
        code="adapter_without_card",
    )


def _utc() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
