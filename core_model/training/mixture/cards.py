"""What a source of training data is: its card, read and checked.

``NAME.card.json`` stands beside the source's file and names it with its SHA-256. The file is written first, then the
card replaces the old one in one rename: a crash leaves the old pair or the new one, never a mixture of both.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from core_model.errors import InputRejected, NotFound

Kind = Literal["text", "pairs", "labelled", "facts", "images", "volumes", "taught"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Kinds of source."""
LINES: tuple[Kind, ...] = ("text", "pairs", "labelled", "facts")
"""Those that are gzipped JSON lines; the others are tensors with a table of columns."""
ENDING = ".card.json"

Domain = Literal["general", "finance", "medical"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A source of training data.

    Attributes:
        name: Of the source, letters, digits and ``_``.
        kind: One of ``KINDS``.
        file: Its file beside the card.
        sha256: Of the file.
        count: Examples by split, ``train`` and ``validation``; rows where arrays are grouped to examples.
        identities: Distinct identities by split.
        licence: Of the texts or images.
        source: Where they are from, in a sentence.
        command: That wrote the file.
        domain: ``general``, or the application that it is of.
        code: Whether its texts are program code.
        size: Bytes of the rows by split, before they are packed.
        group: Column by which the rows of arrays are joined to examples (the scan of a candidate); empty where every
            row is one.
        columns_file: Table of the columns of arrays; empty where there are none.
        columns_sha256: Of the table.
        details: What else a reader must know, as JSON values.
    """

    name: str
    kind: Kind
    file: str
    sha256: str
    count: Mapping[str, int]
    identities: Mapping[str, int]
    licence: str
    source: str
    command: str
    domain: Domain = "general"
    code: bool = False
    size: Mapping[str, int] = field(default_factory=dict)
    group: str = ""
    columns_file: str = ""
    columns_sha256: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def verify(self, folder: str | Path) -> None:
        """Check that the source's files are there and are those of the card.

        Raises:
            NotFound: A file is not there.
            InputRejected: A file differs from its SHA-256.
        """
        for name, sha256 in ((self.file, self.sha256), (self.columns_file, self.columns_sha256)):
            if name and hash_of(self.path(folder, name)) != sha256:
                raise source_differs(self.name)

    def path(self, folder: str | Path, file: str = "") -> Path:
        """Path of the source's file, or of another beside it.

        Raises:
            NotFound: It is not there.
        """
        path = Path(folder) / (file or self.file)
        if not path.is_file():
            raise NotFound(
                "the file of the source {name} is not beside its card",
                action="make it again with the command in the card",
                code="source_file_missing",
                values={"name": self.name},
            )
        return path


def read_card(path: str | Path) -> Card:
    """Read a card.

    Raises:
        NotFound: It is not there.
        InputRejected: It is not the card of a source.
    """
    path = Path(path)
    name = path.name.removesuffix(ENDING)
    try:
        held = json.loads(path.read_text(encoding="utf8"))
    except FileNotFoundError as error:
        raise NotFound(
            "there is no source called {name}",
            action="make it, or take it out of the shares",
            code="source_missing",
            values={"name": name},
        ) from error
    except ValueError as error:
        raise _not_a_card(name) from error
    needed = {"name", "kind", "file", "sha256", "count"}
    if not isinstance(held, dict) or not needed <= held.keys() or held["kind"] not in KINDS or held["name"] != name:
        raise _not_a_card(name)
    known = {each.name for each in fields(Card)}
    files = (held["file"], held.get("columns_file", ""))
    if not set(held) <= known or any(Path(str(file)).name != str(file) for file in files):
        raise _not_a_card(name)
    try:
        return Card(**held)
    except TypeError as error:
        raise _not_a_card(name) from error


def cards_in(folder: str | Path) -> dict[str, Card]:
    """The cards of a folder by the names of their sources, in the order of the names.

    Raises:
        InputRejected: A card is none.
    """
    found = (read_card(path) for path in sorted(Path(folder).glob("*" + ENDING)))
    return {card.name: card for card in found}


def hash_of(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def source_differs(name: str) -> InputRejected:
    """The error of a file that is not its card's."""
    return InputRejected(
        "a file of the source {name} that differs from its SHA-256 in the card",
        action="make the source again with the command in the card",
        code="source_differs",
        values={"name": name},
    )


def _not_a_card(name: str) -> InputRejected:
    return InputRejected(
        "the card of {name} is none of a source",
        allowed="a card that core_model.training.mixture.files wrote",
        action="make the source again",
        code="source_card_unreadable",
        values={"name": name},
    )
