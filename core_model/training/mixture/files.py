"""Write a source of training data and its card, atomically; what must not be trained on is refused.

The kinds, each row with its ``identity`` (``split`` is filled in from it, by the one split rule):

- ``text``: ``text``, ``language`` (en, zh), ``kind`` (text, code): masked text.
- ``pairs``: ``query``, ``passage``, and where there are any ``negatives`` (a list of texts), ``query_kind`` and
  ``passage_kind`` (``query`` or ``passage``): contrastive.
- ``labelled``: ``text``, ``label``.
- ``facts``: ``facts``, a list of ``{"name", "value", "unit", "year", "total", "prior"}``; values as printed in their
  unit, null where missing; ``unit`` a word of ``core_model.inputs.segments.UNITS``, ``year`` relative to the report's
  date. Where there are any, ``text`` (a caption or sentence) and ``targets``.
- ``images``: uint8 ``fields`` [N, Y, X] and any other arrays (masks), columns (ratings, labels, spacing) of length N.
- ``volumes``: ``grids`` [N, G, C] of the stem's features around each candidate, other arrays, columns of length N (the
  scan, by which rows are grouped).
- ``taught``: ``vectors`` [N, V] of a teacher, unit length, and the columns ``text`` and ``language`` that they are of.
"""

import gzip
import hashlib
import json
import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core_model.checkpoint import write_atomically
from core_model.errors import InputRejected
from core_model.inputs.segments import UNITS
from core_model.training.mixture.cards import ENDING, LINES, Card, Domain, Kind, hash_of, read_card
from core_model.training.splits import split_of_ticker

_NAME = re.compile(r"[a-z0-9_]+")
_COLUMNS: dict[Kind, dict[str, type | tuple[type, ...]]] = {
    "text": {"text": str, "language": str, "kind": str},
    "pairs": {"query": str, "passage": str},
    "labelled": {"text": str, "label": (str, int)},
    "facts": {"facts": list},
}
FIELDS: dict[Kind, str] = {"images": "fields", "volumes": "grids", "taught": "vectors"}
"""The array that a source of arrays must have: what the core reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the writer of a source says of it; see ``Card``."""

    licence: str
    source: str
    command: str
    domain: Domain = "general"
    code: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)


class Tally:
    """Examples, identities and bytes by split, as rows come in.

    Args:
        name: Of the source, for errors.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.count, self.size = {"train": 0, "validation": 0}, {"train": 0, "validation": 0}
        self._split_of: dict[str, str] = {}

    def add(self, identity: object, size: int = 0) -> str:
        """Count a row; returns its split.

        Raises:
            InputRejected: The row has no identity, or one of the test split.
        """
        if not isinstance(identity, str) or not identity:
            raise _unfit(self._name, "identity")
        split = self._split_of.get(identity) or split_of_ticker(identity)
        if split == "test":
            raise InputRejected(
                "the source {name} holds an example of the test split",
                allowed="identities of the train and validation splits",
                action="leave out what core_model.training.splits calls test",
                code="source_with_test",
                values={"name": self._name},
            )
        self._split_of[identity] = split
        self.count[split] += 1
        self.size[split] += size
        return split

    @property
    def identities(self) -> dict[str, int]:
        splits = list(self._split_of.values())
        return {split: splits.count(split) for split in ("train", "validation")}


def write_lines(
    folder: str | Path, name: str, kind: Kind, rows: Iterable[Mapping[str, Any]], about: About
) -> tuple[Path, Card]:
    """Write a source of JSON lines and its card.

    Args:
        folder: Made if it does not exist.
        name: Of the source, lower case letters, digits and ``_``.
        kind: ``text``, ``pairs``, ``labelled`` or ``facts``.
        rows: Taken one by one; without ``split``, or with the one that the rule gives.
        about: What the card says of the source.

    Returns:
        Path of the card, and the card.

    Raises:
        InputRejected: A row lacks a column, is of the test split, or there is none of the train split.
    """
    if kind not in LINES or not _NAME.fullmatch(name):
        raise TypeError(f"no source of lines: {name}, {kind}")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{name}.partial"
    tally = Tally(name)
    try:
        with partial.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as stream:
            for row in rows:
                check_row(name, kind, row)
                line = json.dumps(dict(row), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
                split = tally.add(row.get("identity"), len(line))
                if row.get("split", split) != split:
                    raise _unfit(name, "split")
                if "split" not in row:
                    line = line[:-1] + b',"split":"' + split.encode() + b'"}'
                stream.write(line + b"\n")
        digest = _hash_unless_empty(partial, name, tally)
        file = folder / f"{name}-{digest[:12]}.jsonl.gz"
        _finish(partial, file)
    finally:
        partial.unlink(missing_ok=True)
    card = _card(name, kind, tally, about, file=file.name, sha256=digest)
    return _write_card(folder, card), card


def write_arrays(
    folder: str | Path,
    name: str,
    kind: Kind,
    arrays: Mapping[str, np.ndarray],
    columns: Mapping[str, Sequence[Any]],
    about: About,
    *,
    group: str = "",
) -> tuple[Path, Card]:
    """Write a source of arrays, the table of its columns, and its card.

    Args:
        folder: Made if it does not exist.
        name: Of the source.
        kind: ``images``, ``volumes`` or ``taught``.
        arrays: By name; the first axis of each are the rows.
        columns: By name, ``identity`` among them, of the same length; ``split`` is filled in.
        about: What the card says of the source.
        group: Column by which rows are joined to examples, for example the scan of candidates; such rows follow each
            other.

    Returns:
        Path of the card, and the card.

    Raises:
        InputRejected: Arrays and columns differ in length, a row is of the test split, or there is none to train on.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    from safetensors.numpy import save_file

    if kind in LINES or not _NAME.fullmatch(name):
        raise TypeError(f"no source of arrays: {name}, {kind}")
    if FIELDS[kind] not in arrays:
        raise _unfit(name, FIELDS[kind])
    if "identity" not in columns or (group and group not in columns):
        raise _unfit(name, "identity" if "identity" not in columns else group)
    rows = len(columns["identity"])
    lengths = {label: len(array) for label, array in arrays.items()}
    lengths |= {label: len(column) for label, column in columns.items()}
    for label, length in lengths.items():
        if length != rows:
            raise _unfit(name, label)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tally = Tally(name)
    size = sum(array[:1].nbytes for array in arrays.values())
    split = [tally.add(identity, size) for identity in columns["identity"]]
    partial = folder / f"{name}.partial"
    try:
        partial.touch()
        mode = partial.stat().st_mode
        save_file({label: np.ascontiguousarray(array) for label, array in arrays.items()}, str(partial))
        partial.chmod(mode)  # the library makes files that their owner alone may read
        digest = _hash_unless_empty(partial, name, tally)
        file = folder / f"{name}-{digest[:12]}.safetensors"
        _finish(partial, file)
    finally:
        partial.unlink(missing_ok=True)
    sink = pa.BufferOutputStream()
    table = {label: list(held) for label, held in columns.items()}
    pq.write_table(pa.table({**table, "split": split}), sink, compression="zstd")
    content = sink.getvalue().to_pybytes()
    table_digest = hashlib.sha256(content).hexdigest()
    table_file = f"{name}-{table_digest[:12]}.parquet"
    write_atomically(folder / table_file, content)
    card = _card(
        name, kind, tally, about, file=file.name, sha256=digest,
        group=group, columns_file=table_file, columns_sha256=table_digest,
    )  # fmt: skip
    return _write_card(folder, card), card


def check_row(name: str, kind: Kind, row: Mapping[str, Any]) -> None:
    """Refuse a row that lacks a column of its kind, or holds something else in it."""
    for column, types in _COLUMNS[kind].items():
        if not isinstance(row.get(column), types) or row[column] in ("", []):
            raise _unfit(name, column)
    if kind == "text" and (row["kind"] not in ("text", "code") or row["language"] not in ("en", "zh")):
        raise _unfit(name, "kind")
    if kind == "pairs" and {row.get("query_kind", "query"), row.get("passage_kind", "passage")} - {"query", "passage"}:
        raise _unfit(name, "passage_kind")
    if kind == "facts":
        for fact in row["facts"]:
            named = isinstance(fact, Mapping) and isinstance(fact.get("name"), str) and bool(fact["name"])
            if not named or fact.get("unit", "none") not in UNITS:
                raise _unfit(name, "facts")
            numbers = [fact.get(part) for part in ("value", "total", "prior", "year")]
            if not all(each is None or (isinstance(each, (int, float)) and math.isfinite(each)) for each in numbers):
                raise _unfit(name, "facts")
        if all(fact.get("value") is None for fact in row["facts"]):
            raise _unfit(name, "facts")


def _card(name: str, kind: Kind, tally: Tally, about: About, **files: str) -> Card:
    return Card(
        name=name,
        kind=kind,
        count=tally.count,
        identities=tally.identities,
        size=tally.size,
        licence=about.licence,
        source=about.source,
        command=about.command,
        domain=about.domain,
        code=about.code,
        details=dict(about.details),
        **files,
    )


def _hash_unless_empty(partial: Path, name: str, tally: Tally) -> str:
    if not tally.count["train"]:
        raise InputRejected(
            "the source {name} holds no example to train on",
            allowed="at least one identity of the train split",
            code="source_empty",
            values={"name": name},
        )
    return hash_of(partial)


def _finish(partial: Path, file: Path) -> None:
    with partial.open("rb") as stream:
        os.fsync(stream.fileno())
    os.replace(partial, file)


def _write_card(folder: Path, card: Card) -> Path:
    path = folder / (card.name + ENDING)
    before: set[str] = set()
    if path.is_file():
        try:
            old = read_card(path)
            before = {old.file, old.columns_file} - {""}
        except InputRejected:
            before = set()
    write_atomically(path, (json.dumps(card.as_dict(), indent=1, ensure_ascii=False) + "\n").encode())
    for file in before - {card.file, card.columns_file}:
        (folder / file).unlink(missing_ok=True)
    return path


def _unfit(name: str, column: str) -> InputRejected:
    return InputRejected(
        "the source {name} holds a row whose {column} is not as its kind asks for",
        allowed="the columns that core_model.training.mixture.files names",
        code="source_row_unfit",
        values={"name": name, "column": column},
    )
