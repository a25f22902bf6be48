"""Questions of two hops over long real text: the first passage names where the answer stands, windows away.

"Inventories: see note 17." stands in one window of a report, "Note 17: 4,512." in another, and several captions and
notes of the same form stand around them. Who reads the windows one by one sees eight notes and cannot tell which is
asked for. The text around is that of real reports; captions are drawn from the report's own tables, references and
answers at random. Text of a report serves the split of its company alone.
"""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core_model.errors import InputRejected
from core_model.inputs.segments import Segment, TextSegment
from core_model.inputs.text import BEGIN, END, TextTokenizer

FORMS = ("note", "unit", "period")
"""What stands windows away: a note's value, the unit of a table, the period of a column."""
_CAPTION = re.compile(r"[A-Z][A-Za-z,’'\- ]{8,48}[a-z]")
_SENTENCE = re.compile(r"(?<=[.;:])\s+")
_SCALES = ("units", "hundreds", "thousands", "millions", "billions")
_CURRENCIES = ("dollars", "euros", "pounds", "yen", "francs", "yuan", "rupees", "pesos")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
FEWEST_CAPTIONS = 24


@dataclass(frozen=True, slots=True)
class Report:
    """A report's text.

    Attributes:
        sentences: Piece numbers of its sentences and table rows, in order.
        captions: First cells of its table rows, each once.
        identity: Of its company.
    """

    sentences: tuple[tuple[int, ...], ...]
    captions: tuple[str, ...]
    identity: str


@dataclass(frozen=True, slots=True, eq=False)
class TwoHops:
    """A row with its questions.

    Attributes:
        form: One of ``FORMS``.
        identity: Of the report's company.
        row: The questions, each a text of its own, then the windows of the report.
        question_Q2: Begin and end of each question among the row's tokens.
        answer_S2: Begin and end of each possible answer.
        link_S2: Begin and end of the passage that refers to each.
        right_Q: The answer of each question, by number.
    """

    form: str
    identity: str
    row: list[Segment]
    question_Q2: Tensor
    answer_S2: Tensor
    link_S2: Tensor
    right_Q: Tensor


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """Size of the rows.

    Attributes:
        tokens: About so many tokens a row.
        window: Tokens of a window of the report.
        candidates: Passages that refer, and as many that answer: chance is one in so many.
        questions: Of one row.
        apart: Windows between a passage and its answer, at least; as far as there are so many.
    """

    tokens: int = 4096
    window: int = 512
    candidates: int = 8
    questions: int = 1
    apart: int = 2

    def __post_init__(self) -> None:
        if not 1 <= self.questions <= self.candidates:
            raise ValueError(f"{self.questions} questions about {self.candidates} passages")
        if self.windows < 2 * self.apart or self.window < 48:
            raise ValueError("windows are too few or too small to set passages apart")

    @property
    def windows(self) -> int:
        """Windows of the report."""
        return self.tokens // self.window


def report_of(lines: Sequence[str], tokenizer: TextTokenizer, identity: str) -> Report:
    """A report's text as pieces.

    Args:
        lines: Paragraphs and table rows, cells joined by ``" | "``.
        tokenizer: Of the core.
        identity: Of the company.
    """
    captions = dict.fromkeys(cell for line in lines if "|" in line and _CAPTION.fullmatch(cell := _first_cell(line)))
    texts = [part for line in lines for part in _SENTENCE.split(line) if part]
    return Report(tuple(tuple(ids) for ids in tokenizer.batch_ids(texts, marks=False)), tuple(captions), identity)


def _first_cell(line: str) -> str:
    return line.split("|", 1)[0].strip()


class TwoHopRows:
    """Rows of two hops over some reports.

    Args:
        reports: Those without enough captions or text are passed over.
        tokenizer: Of the core.
        shape: Size of the rows.

    Raises:
        InputRejected: No report is left.
    """

    def __init__(self, reports: Sequence[Report], tokenizer: TextTokenizer, shape: Shape) -> None:
        least = max(FEWEST_CAPTIONS, shape.candidates)
        self.reports = [
            report
            for report in reports
            if len(report.captions) >= least and sum(map(len, report.sentences)) >= shape.tokens
        ]
        self.tokenizer, self.shape = tokenizer, shape
        if not self.reports:
            raise InputRejected(
                "no report of {tokens} tokens with {captions} captions in its tables",
                action="give longer reports, or ask for shorter rows",
                code="reports_too_short",
                values={"tokens": shape.tokens, "captions": least},
            )

    def row(self, seed: int, form: str | None = None) -> TwoHops:
        """The row of a seed, for ever the same.

        Args:
            seed: Of all draws.
            form: One of ``FORMS``; drawn where ``None``.
        """
        rng = random.Random(seed)
        report = rng.choice(self.reports)
        return _drawn(report, self.tokenizer, self.shape, rng, form or rng.choice(FORMS))


def _drawn(report: Report, tokenizer: TextTokenizer, shape: Shape, rng: random.Random, form: str) -> TwoHops:
    captions = rng.sample(report.captions, shape.candidates)
    references = rng.sample(range(10, 100), shape.candidates)
    wanted = rng.sample(range(shape.candidates), shape.questions)
    links, answers = [], []
    for caption, reference, value in zip(captions, references, _values(form, shape.candidates, rng), strict=True):
        link, lead = _wording(form, caption, reference)
        links.append((tokenizer.ids(link, marks=False), 0))
        before = tokenizer.ids(lead, marks=False)
        whole = tokenizer.ids(f"{lead} {value}.", marks=False)
        same = next((k for k, pair in enumerate(zip(before, whole, strict=False)) if pair[0] != pair[1]), len(before))
        answers.append((whole, same))
    questions = [[BEGIN, *tokenizer.ids(f"query: {_question(form, captions[k])}", marks=False), END] for k in wanted]
    question_Q2, start = [], 0
    for ids in questions:
        question_Q2.append((start, start + len(ids)))
        start += len(ids)
    passages = [*links, *answers]
    places = _places(shape, rng)
    while not _fit(passages, places, shape.window):
        places = _places(shape, rng)
    windows, found = _windows(report, shape, rng, start, passages, places)
    return TwoHops(
        form,
        report.identity,
        [TextSegment(torch.tensor(ids)) for ids in (*questions, *windows)],
        torch.tensor(question_Q2),
        torch.tensor(found[shape.candidates :]),
        torch.tensor(found[: shape.candidates]),
        torch.tensor(wanted),
    )


def _values(form: str, count: int, rng: random.Random) -> list[str]:
    if form == "note":
        return [f"{n:,}" for n in rng.sample(range(1_000, 99_999), count)]
    if form == "unit":
        pairs = [f"{scale} of {currency}" for scale in _SCALES for currency in _CURRENCIES]
        return rng.sample(pairs, count)
    dates = [f"{m} months ended {month}, {year}" for m in (3, 6, 9) for month in _MONTHS for year in range(2009, 2025)]
    return rng.sample(dates, count)


def _wording(form: str, caption: str, reference: int) -> tuple[str, str]:
    """The passage that refers, and how the one that answers begins."""
    if form == "note":
        return f"{caption}: see note {reference}.", f"Note {reference}:"
    if form == "unit":
        return f"{caption}: stated in the unit of table {reference}.", f"Table {reference}:"
    return f"{caption}: for the period of column {reference}.", f"Column {reference}:"


def _question(form: str, caption: str) -> str:
    if form == "note":
        return f"{caption}: which value does its note state?"
    if form == "unit":
        return f"{caption}: in which unit is it stated?"
    return f"{caption}: for which period is it?"


def _places(shape: Shape, rng: random.Random) -> list[int]:
    """Windows of the passages that refer, then of those that answer."""
    links = [rng.randrange(shape.windows) for _ in range(shape.candidates)]
    return links + [rng.choice([k for k in range(shape.windows) if abs(k - link) >= shape.apart]) for link in links]


def _fit(passages: Sequence[tuple[list[int], int]], places: Sequence[int], window: int) -> bool:
    held: Counter[int] = Counter()
    for (ids, _), place in zip(passages, places, strict=True):
        held[place] += len(ids)
    return max(held.values()) <= window


def _windows(
    report: Report,
    shape: Shape,
    rng: random.Random,
    start: int,
    passages: Sequence[tuple[list[int], int]],
    places: Sequence[int],
) -> tuple[list[list[int]], list[tuple[int, int]]]:
    """Windows of consecutive text with the passages between their sentences, and where each passage came to stand.

    Of a passage the part from its given piece on is what is looked for.
    """
    at = rng.randrange(len(report.sentences))
    windows: list[list[int]] = []
    found = [(0, 0)] * len(passages)
    for number in range(shape.windows):
        inside = [k for k, place in enumerate(places) if place == number]
        room = shape.window - sum(len(passages[k][0]) for k in inside)
        parts: list[tuple[int, list[int]]] = []
        while room > 0:
            text = list(report.sentences[at % len(report.sentences)])[:room]
            parts.append((-1, text))
            room -= len(text)
            at += 1
        for k in inside:
            parts.insert(rng.randint(0, len(parts)), (k, passages[k][0]))
        ids: list[int] = []
        for k, part in parts:
            if k >= 0:
                begin = start + number * shape.window + len(ids)
                found[k] = (begin + passages[k][1], begin + len(part))
            ids += part
        windows.append(ids[: shape.window])
    return windows, found
