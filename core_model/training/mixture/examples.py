"""Examples as the core reads them: rows of a source, tokenised, as segments.

Shapes: L text pieces, N facts, V width of a teacher's vectors.
"""

import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from core_model.config import CoreConfig, Modality
from core_model.inputs.segments import UNITS, FactsSegment, TextSegment
from core_model.inputs.text import BEGIN, END, TextTokenizer
from core_model.training.mixture.cards import Kind


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A row for masked text: pieces of one text, or of several one after the other.

    Attributes:
        segment: At most a window long.
        identity: Of the first text in it.
    """

    segment: TextSegment
    identity: str

    @property
    def tokens(self) -> int:
        return len(self.segment)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A query and the passage that belongs to it.

    Attributes:
        query: With its prefix.
        passage: With its prefix.
        negatives: Passages that do not belong to it.
        query_key: Number of the query's words: equal queries have equal keys.
        passage_key: Number of the passage's words: another passage of the same key is no negative.
        identity: Of the pair.
    """

    query: TextSegment
    passage: TextSegment
    negatives: tuple[TextSegment, ...]
    query_key: int
    passage_key: int
    identity: str

    @property
    def tokens(self) -> int:
        return len(self.query) + len(self.passage) + sum(len(each) for each in self.negatives)


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A text and the number of its label among the source's ``labels``."""

    segment: TextSegment
    label: int
    identity: str

    @property
    def tokens(self) -> int:
        return len(self.segment)


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The facts of a report or record, those without a value left out.

    Attributes:
        segment: The facts.
        text: What stands beside them, with its marks; None where nothing does.
        targets: What else is to be told from them, as the source has it.
        identity: Of the company or patient.
    """

    segment: FactsSegment
    text: TextSegment | None
    targets: Mapping[str, Any]
    identity: str

    @property
    def tokens(self) -> int:
        return len(self.segment) + (len(self.text) if self.text is not None else 0)


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Images or candidates that belong together: one image, or the candidates of one scan.

    Attributes:
        arrays: By name; the first axis are the rows.
        columns: By name, a list with an entry a row.
        identity: Of the patient.
        tokens: That the core will read, from the patches of ``fields`` or the places of ``grids``.
    """

    arrays: Mapping[str, Tensor]
    columns: Mapping[str, Sequence[Any]]
    identity: str
    tokens: int


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """A caption and what a teacher makes of it.

    Attributes:
        segment: The caption, as a query.
        vector_V: Of the teacher, unit length, fp32.
        language: en or zh.
        identity: Of the caption.
    """

    segment: TextSegment
    vector_V: Tensor
    language: str
    identity: str

    @property
    def tokens(self) -> int:
        return len(self.segment)


Example = Text | Pair | Labelled | Facts | Pictures | Taught


@dataclass(slots=True)
class Maker:
    """Makes examples of rows.

    Attributes:
        tokenizer: The core's.
        config: The core's.
        longest: Pieces at which a query, passage or labelled text is cut.
    """

    tokenizer: TextTokenizer
    config: CoreConfig
    longest: int
    _names: dict[str, Tensor] = field(default_factory=dict)

    def make(self, kind: Kind, row: Mapping[str, Any], labels: Mapping[Any, int]) -> Example:
        """The example of a row; texts for masking are made together, by ``texts``."""
        if kind == "pairs":
            query, passage = row["query"], row["passage"]
            before = row.get("passage_kind", "passage")
            return Pair(
                self._segment(f"{row.get('query_kind', 'query')}: {query}"),
                self._segment(f"{before}: {passage}"),
                tuple(self._segment(f"{before}: {text}") for text in row.get("negatives") or ()),
                zlib.crc32(query.encode()),
                zlib.crc32(passage.encode()),
                row["identity"],
            )
        if kind == "labelled":
            return Labelled(self._segment(f"query: {row['text']}"), labels[row["label"]], row["identity"])
        if kind == "facts":
            text = self._segment(f"query: {row['text']}") if row.get("text") else None
            return Facts(self.facts(row["facts"]), text, row.get("targets") or {}, row["identity"])
        if kind == "taught":
            (text,), (language,) = row["columns"]["text"], row["columns"]["language"]
            vector_V = torch.from_numpy(row["arrays"]["vectors"][0]).float()
            return Taught(self._segment(f"query: {text}"), vector_V, language, row["identity"])
        return self._pictures(kind, row)

    def texts(self, rows: Iterable[Mapping[str, Any]], most: int, *, together: bool) -> list[Text]:
        """Rows for masked text.

        Args:
            rows: Of the source, taken until their texts reach ``most`` pieces.
            most: Pieces of all rows, about.
            together: Whether texts follow each other in rows of exactly a window, so that the last row alone is
                shorter; else each text has rows of its own.
        """
        window = self.config.window
        runs: dict[Modality, tuple[list[int], list[tuple[int, str]]]] = {}
        made: list[Text] = []
        count = 0
        for row in rows:
            ids = [BEGIN, *self.tokenizer.ids(row["text"], marks=False), END]
            if together:
                run, starts = runs.setdefault(row["kind"], ([], []))
                starts.append((len(run), row["identity"]))
                run += ids
            else:
                made += _rows(ids, [(0, row["identity"])], row["kind"], window)
            count += len(ids)
            if count >= most:
                break
        for kind, (run, starts) in runs.items():
            made += _rows(run, starts, kind, window)
        return made

    def facts(self, facts: Sequence[Mapping[str, Any]]) -> FactsSegment:
        """A segment of facts; those without a value are left out."""
        there = [fact for fact in facts if fact.get("value") is not None]
        new = sorted({fact["name"] for fact in there} - self._names.keys())
        if len(self._names) > _MOST_NAMES:
            self._names.clear()
            new = sorted({fact["name"] for fact in there})
        for name, ids in zip(new, self.tokenizer.batch_ids(new, marks=False), strict=True):
            self._names[name] = torch.tensor(ids[:_LONGEST_NAME], dtype=torch.int64)
        nan = float("nan")

        def column(part: str, absent: float) -> Tensor:
            values = (fact.get(part) for fact in there)
            return torch.tensor([absent if value is None else float(value) for value in values], dtype=torch.float32)

        return FactsSegment(
            tuple(self._names[fact["name"]] for fact in there),
            column("value", nan),
            column("total", nan),
            column("prior", nan),
            torch.tensor([UNITS.index(fact.get("unit", "none")) for fact in there], dtype=torch.int64),
            column("year", 0.0),
        )

    def _segment(self, text: str) -> TextSegment:
        ids = self.tokenizer.ids(text, marks=False)[: self.longest - 2]
        return TextSegment(torch.tensor([BEGIN, *ids, END], dtype=torch.int64))

    def _pictures(self, kind: Kind, row: Mapping[str, Any]) -> Pictures:
        arrays = {name: torch.from_numpy(array) for name, array in row["arrays"].items()}
        if kind == "images":
            rows, *edges = arrays["fields"].shape[:1] + arrays["fields"].shape[-2:]
            tokens = rows * math.prod(-(-edge // self.config.patch) for edge in edges)
        else:
            tokens = arrays["grids"].shape[0] * arrays["grids"].shape[1]
        return Pictures(arrays, row["columns"], row["identity"], tokens)


_MOST_NAMES = 200_000
_LONGEST_NAME = 64


def _rows(ids: list[int], starts: list[tuple[int, str]], kind: Modality, window: int) -> list[Text]:
    """Pieces cut into rows of at most a window; each row has the identity of the text in which it begins."""
    made, last = [], 0
    for start in range(0, len(ids), window):
        while last + 1 < len(starts) and starts[last + 1][0] <= start:
            last += 1
        segment = TextSegment(torch.tensor(ids[start : start + window], dtype=torch.int64), kind)
        made.append(Text(segment, starts[last][1]))
    return made
