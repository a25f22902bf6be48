"""Read a source lazily: by number and split, from disk, whatever its size; and the seeded order in which it is read.

Lines are unpacked once into a file without a name, which goes with the process; of each row only its place is held in
memory. Arrays stay in their file until rows of them are asked for. What a source holds is checked when it is opened:
its hash, and that each identity is of the split that its row says.

Shapes: N rows.
"""

import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from safetensors import safe_open

from core_model.errors import InputRejected
from core_model.training.mixture.cards import LINES, Card
from core_model.training.splits import split_of_ticker

SPLITS = ("train", "validation")


class Lines:
    """A source of gzipped JSON lines.

    Args:
        folder: That holds the source.
        card: The source's card.

    Attributes:
        labels: Of a labelled source, in their order; a label's number is its place.

    Raises:
        NotFound: The file is not there.
        InputRejected: The file is not the card's, or holds what must not be trained on.
    """

    def __init__(self, folder: str | Path, card: Card) -> None:
        card.verify(folder)
        self.card = card
        place = 0
        starts: dict[str, list[int]] = {split: [] for split in SPLITS}
        ends: dict[str, list[int]] = {split: [] for split in SPLITS}
        checked = _Checked(card.name)
        labels: set[str | int] = set()
        self._rows: IO[bytes] = tempfile.TemporaryFile(prefix="tandem-")  # noqa: SIM115 - held as long as this is
        with gzip.open(card.path(folder), "rb") as stream:
            for line in stream:
                row = json.loads(line)
                split = checked.split(row.get("identity"), row.get("split"))
                self._rows.write(line)
                starts[split].append(place)
                place += len(line)
                ends[split].append(place)
                if card.kind == "labelled":
                    labels.add(row["label"])
        self._rows.flush()
        self._starts = {split: np.array(held, np.int64) for split, held in starts.items()}
        self._ends = {split: np.array(held, np.int64) for split, held in ends.items()}
        self.labels: list[Any] = sorted(labels, key=lambda label: (isinstance(label, str), label))

    def count(self, split: str) -> int:
        """Examples of a split."""
        return len(self._starts[split])

    def row(self, split: str, number: int) -> dict[str, Any]:
        """One example."""
        start, end = int(self._starts[split][number]), int(self._ends[split][number])
        return json.loads(os.pread(self._rows.fileno(), end - start, start))

    def close(self) -> None:
        """Let go of the unpacked rows."""
        self._rows.close()


class Arrays:
    """A source of arrays with columns; rows of one group are one example.

    Args:
        folder: That holds the source.
        card: The source's card.

    Raises:
        NotFound: A file is not there.
        InputRejected: A file is not the card's, or holds what must not be trained on.
    """

    def __init__(self, folder: str | Path, card: Card) -> None:
        import pyarrow.parquet as pq

        card.verify(folder)
        self.card = card
        self.labels: list[Any] = []
        self._table = pq.read_table(card.path(folder, card.columns_file))
        self._held = safe_open(str(card.path(folder)), "np")
        self._names = sorted(self._held.keys())
        checked = _Checked(card.name)
        identities, splits = (self._table.column(name).to_pylist() for name in ("identity", "split"))
        groups = self._table.column(card.group).to_pylist() if card.group else list(range(len(splits)))
        self._spans: dict[str, list[tuple[int, int]]] = {split: [] for split in SPLITS}
        start = 0
        for end in range(1, len(groups) + 1):
            if end == len(groups) or groups[end] != groups[start]:
                found = {checked.split(identities[k], splits[k]) for k in range(start, end)}
                if len(found) > 1:
                    raise _leaks(card.name)
                self._spans[found.pop()].append((start, end))
                start = end

    def count(self, split: str) -> int:
        """Examples of a split: groups, or rows where there are none."""
        return len(self._spans[split])

    def row(self, split: str, number: int) -> dict[str, Any]:
        """One example: its ``arrays`` by name, its ``columns`` by name, as lists, and its ``identity``."""
        start, end = self._spans[split][number]
        arrays = {name: self._held.get_slice(name)[start:end] for name in self._names}
        columns = self._table.slice(start, end - start).to_pydict()
        return {"arrays": arrays, "columns": columns, "identity": columns["identity"][0]}

    def close(self) -> None:
        """Nothing is held that another process would miss."""


Source = Lines | Arrays


def open_source(folder: str | Path, card: Card) -> Source:
    """Open a source of any kind; see ``Lines`` and ``Arrays``."""
    return Lines(folder, card) if card.kind in LINES else Arrays(folder, card)


class Order:
    """The order in which a source's examples are drawn: every one once, then all again in another order.

    Args:
        name: Of the source; two sources are drawn in different orders.
        count: Of its examples.
        seed: Of the order.
    """

    def __init__(self, name: str, count: int, seed: int) -> None:
        self._name, self._count, self._seed = name, count, seed
        self.epoch, self.place = 0, 0
        self._order_N = self._permutation()

    def next(self) -> int:
        """Number of the next example."""
        if self.place == self._count:
            self.epoch, self.place = self.epoch + 1, 0
            self._order_N = self._permutation()
        self.place += 1
        return int(self._order_N[self.place - 1])

    def state(self) -> list[int]:
        """Where the order stands, as plain values."""
        return [self.epoch, self.place]

    def load(self, state: Sequence[int]) -> None:
        """Take up ``state``."""
        self.epoch, self.place = int(state[0]), int(state[1])
        self._order_N = self._permutation()

    def _permutation(self) -> np.ndarray:
        seeds = [self._seed, self.epoch, zlib.crc32(self._name.encode())]
        return np.random.default_rng(seeds).permutation(self._count).astype(np.int64)


class _Checked:
    """Whether identities stand in their own split: each is hashed once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._known: dict[str, str] = {}

    def split(self, identity: object, said: object) -> str:
        if not isinstance(identity, str):
            raise _leaks(self._name)
        split = self._known.get(identity)
        if split is None:
            split = self._known[identity] = split_of_ticker(identity)
        if split != said or split not in SPLITS:
            raise _leaks(self._name)
        return split


def _leaks(name: str) -> InputRejected:
    return InputRejected(
        "the source {name} holds an example that is not of the split it says",
        allowed="train and validation, as core_model.training.splits has them",
        action="make the source again with the command in its card",
        code="source_leaks",
        values={"name": name},
    )
