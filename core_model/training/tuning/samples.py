"""Own data before a training: read, looked through, split. What is wrong stops the training, with the whole list.

Two formats, each as CSV with a header or as JSON lines (``.jsonl``, ``.jsonl.gz``):

* labelled texts: ``text``, ``label``; and where there are any ``identity``, ``group``, ``split``;
* pairs: ``query``, ``passage``; and where there are any ``identity``, ``group``, ``split``, ``query_kind``,
  ``passage_kind``.

``identity`` is what must not stand on both sides of the split: a patient, a company. Without one it is the text itself,
without links, tickers and punctuation; of pairs the passage. The split follows from the identity, unless a column names
it.
"""

import csv
import gzip
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from core_model.errors import InputRejected, NotFound, Phrase
from core_model.training.command import sha256_of
from core_model.training.splits import Split, split_of

MOST_BYTES = 1 << 30
SHOWN = 20
"""Places of each kind of problem that a sentence names; the report has all."""
LEAST = {"train": 10, "validation": 2, "test": 2}
"""Samples of a split without which nothing can be trained or judged."""
_LEFT_OUT = re.compile(r"https?://\S+|[$@#]\w+|[^\w\s]|_")


def cleaned(text: str) -> str:
    """A text as an identity: lower case, without links, tickers, names and punctuation."""
    return " ".join(_LEFT_OUT.sub(" ", text.lower()).split())


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that stops a training.

    Attributes:
        kind: ``unlabelled``, ``duplicate``, ``leaking`` or ``unreadable``.
        place: Line or file, counted from 1.
        other: The place that it conflicts with; 0 where there is none.
    """

    kind: str
    place: int
    other: int = 0

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}" + (f" (as {self.other})" if self.other else "")


@dataclass(frozen=True, slots=True)
class SampleSet:
    """Samples by split, with what a card says of them.

    Attributes:
        train: Samples, JSON values.
        validation: The same.
        test: The same; empty where the data holds none.
        sha256: Of the file.
        name: Of the file, without its folder.
        problems: What speaks against a training; empty where nothing does.
    """

    train: list[dict[str, Any]]
    validation: list[dict[str, Any]]
    test: list[dict[str, Any]]
    sha256: str
    name: str
    problems: list[Problem] = field(default_factory=list)

    @property
    def held_out(self) -> list[dict[str, Any]]:
        """What the trained adapter is judged on: the test samples, or those of validation where there are none."""
        return self.test or self.validation

    def counts(self) -> dict[str, int]:
        """Samples of each split."""
        return {"train": len(self.train), "validation": len(self.validation), "test": len(self.test)}

    def report(self) -> dict[str, Any]:
        """JSON values: counts, labels, problems."""
        labels = Counter(str(sample["label"]) for sample in self.train if "label" in sample)
        problems = [{"kind": each.kind, "place": each.place, "other": each.other} for each in self.problems]
        return {"name": self.name, "sha256": self.sha256, **self.counts(), "labels": labels, "problems": problems}

    def require(self) -> None:
        """Stop where something speaks against a training.

        Raises:
            InputRejected: With the list of what does.
        """
        if self.problems:
            by_kind: dict[str, list[Problem]] = defaultdict(list)
            for problem in self.problems:
                by_kind[problem.kind].append(problem)
            raise InputRejected(
                "{count} samples that nothing may be trained on: {problems}",
                allowed="every sample with its label, once, and no identity in two splits",
                action="see the report of 'tandem train --check --json' for all of them, and correct the data",
                code="samples_refused",
                values={
                    "count": len(self.problems),
                    "problems": [_listed(kind, by_kind[kind]) for kind in sorted(by_kind)],
                },
            )
        short = {name: count for name, count in self.counts().items() if name != "test" and count < LEAST[name]}
        if short:
            raise InputRejected(
                "{train} samples for training and {validation} for validation",
                allowed="at least {least_train} and {least_validation}",
                action="give more: by their identities 7 of 10 are for training and 1 of 10 for validation",
                code="samples_too_few",
                values={
                    "train": len(self.train),
                    "validation": len(self.validation),
                    "least_train": LEAST["train"],
                    "least_validation": LEAST["validation"],
                },
            )


def _listed(kind: str, found: Sequence[Problem]) -> Phrase:
    more = f" +{len(found) - SHOWN}" if len(found) > SHOWN else ""
    values = {"places": ", ".join(_place(problem) for problem in found[:SHOWN]) + more}
    if kind == "unlabelled":
        return Phrase("samples_unlabelled", "without a label {places}", values)
    if kind == "duplicate":
        return Phrase("samples_duplicate", "the same as another {places}", values)
    if kind == "leaking":
        return Phrase("samples_leaking", "of one identity in two splits {places}", values)
    return Phrase("samples_unreadable", "not readable {places}", values)


def _place(problem: Problem) -> str:
    return f"{problem.place} = {problem.other}" if problem.other else str(problem.place)


def read_labelled(path: str | Path) -> SampleSet:
    """Labelled texts, looked through.

    Raises:
        NotFound: There is no such file.
        InputRejected: It is none of the formats, or lacks a column.
    """
    return _read(Path(path), ("text", "label"), "text")


def read_pairs(path: str | Path) -> SampleSet:
    """Pairs of a question and a passage, looked through; see ``read_labelled``. Without another identity it is the
    passage: none that is searched in the end was trained on."""
    return _read(Path(path), ("query", "passage"), "passage")


def _read(path: Path, columns: tuple[str, str], key: str) -> SampleSet:
    if not path.is_file():
        raise NotFound(
            "there is no such file of samples",
            action="give the path of a CSV or JSON lines file with --data, or in the settings",
            code="samples_missing",
        )
    rows = _rows(path)
    header = {name for row in rows[:1000] for name in row}
    missing = [name for name in columns if name not in header]
    if missing:
        raise InputRejected(
            "samples without the column {missing}; there are {given}",
            allowed="{wanted}, and where there are any identity, group, split",
            action="name the columns in the first line",
            code="samples_without_column",
            values={"missing": missing, "given": sorted(map(str, header))[:10] or ["-"], "wanted": list(columns)},
        )
    return looked_through(rows, columns, key, path.name, sha256_of(path))


def _rows(path: Path) -> list[dict[str, Any]]:
    content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
    try:
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
        if ".jsonl" in path.suffixes:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            rows = list(csv.DictReader(io.StringIO(text)))
        if not rows or not all(isinstance(row, dict) for row in rows):
            raise ValueError("no rows")
    except (ValueError, OSError, EOFError, csv.Error) as error:
        raise InputRejected(
            "samples that cannot be read ({kind})",
            allowed="CSV with a header, or JSON lines, in UTF-8, at most {most} MB",
            action="write them so",
            code="samples_unreadable_file",
            values={"kind": type(error).__name__, "most": MOST_BYTES >> 20},
        ) from error
    return rows


def looked_through(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], key: str, name: str, sha256: str
) -> SampleSet:
    """Samples by split, and what is wrong with them.

    Args:
        rows: As read; the first is number 1.
        columns: What every sample needs.
        key: The column that is the identity where there is no other.
        name: Of the file.
        sha256: Of the file.
    """
    found: dict[str, list[dict[str, Any]]] = {split: [] for split in get_args(Split)}
    problems: list[Problem] = []
    seen: dict[str, tuple[int, str]] = {}
    split_by: dict[str, tuple[str, int]] = {}
    for number, row in enumerate(rows, start=1):
        sample = {column: str(row.get(column) or "").strip() for column in columns}
        if not all(sample.values()):
            problems.append(Problem("unlabelled", number))
            continue
        same = "\t".join(cleaned(sample[column]) for column in columns if column != "label") or number
        identity = str(row.get("identity") or "").strip() or cleaned(sample[key]) or str(number)
        split = str(row.get("split") or "").strip() or split_of(identity)
        if split not in found:
            problems.append(Problem("unreadable", number))
            continue
        first, its_split = seen.setdefault(str(same), (number, split))
        if first != number:
            problems.append(Problem("duplicate" if its_split == split else "leaking", number, first))
            continue
        for whose in {identity, cleaned(sample[key])}:
            before, where = split_by.setdefault(whose, (split, number))
            if before != split:
                problems.append(Problem("leaking", number, where))
                break
        kept = {name: row[name] for name in ("group", "query_kind", "passage_kind", "negatives") if row.get(name)}
        found[split].append({**sample, "identity": identity, **kept})
    return SampleSet(found["train"], found["validation"], found["test"], sha256, name, problems)
