"""Examples of one inline XBRL report: its text, its captions, its tables, its notes, and the numbers in its sentences.

Names of concepts are put into words, ``AssetsCurrent`` as ``assets current``. Values are
as tagged, in full units; years count from the end of the report's period.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lxml import etree

from apps.finance.corpus import text_blocks
from apps.finance.filings import Fact, Filing
from apps.finance.filings.names import spoken
from apps.finance.filings.reader import open_report
from apps.finance.money import is_money
from apps.finance.statements.build import cover_period, visible_facts
from apps.finance.statements.locate import TableWithFacts, tables_with_facts
from apps.finance.statements.page.columns import Row
from apps.finance.statements.tables import TABLE, XHTML, plain
from apps.messages.names import spoken_member
from core_model.training.mixture.texts import Seen, pieces_of

_BLOCKS = frozenset(XHTML + name for name in ("p", "div", "li", "td", "body"))
_SENTENCE = re.compile(r"(?<=[.;:])\s+(?=[A-Z(“\"$])")
_LETTERS = re.compile(r"[A-Za-z]{2}")
_TEXT_BLOCK = re.compile(r"(?: policy)?(?: table)? text block$|^schedule of ")
_STANDARD = ("us-gaap", "srt", "ifrs-full")
LONGEST_NOTE = 3_000
"""Characters of a note that are kept."""
LONGEST_SENTENCE = 600
_FEWEST = 2
"""Facts that a table must have to be an example."""


@dataclass(slots=True)
class FilingExamples:
    """Rows by source, without identity.

    Attributes:
        text: Pieces of running text and table rows.
        captions: Pairs of a caption, with its section where it has one, and the concept's words.
        concepts: Captions labelled with the concept's name, without dimensions, of standard taxonomies.
        notes: Pairs of what a note is called and how it begins.
        sentences: Pairs of a concept's words and the sentence that states its value.
        mentions: Sentences with the facts that they state.
        facts: The facts of each table, of the newest period, with totals and the period before.
    """

    text: list[dict[str, Any]] = field(default_factory=list)
    captions: list[dict[str, Any]] = field(default_factory=list)
    concepts: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    sentences: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)


def examples_of(page: bytes) -> FilingExamples:
    """All examples of a report.

    Args:
        page: Its bytes.

    Raises:
        InputRejected: They are no readable inline XBRL document.
    """
    root, filing = open_report(page)
    visible = visible_facts(root, filing)
    tables = tables_with_facts(visible)
    found = FilingExamples()
    found.text = list(_text_rows(page))
    found.captions, found.concepts = _captions(tables)
    found.notes = list(_notes(filing))
    report = _Report(filing)
    found.sentences, found.mentions = _mentions(visible, report)
    found.facts = [row for table in tables if (row := _facts_of(table, report))]
    return found


def words_of(fact: Fact) -> str:
    """A fact's concept in words, with the members of its dimensions behind a comma."""
    members = [spoken_member(each.member) for each in fact.dimensions if not each.typed]
    return ", ".join([spoken(fact.concept), *members])


def unit_of(fact: Fact) -> str:
    """The kind of a fact's unit, a word of ``core_model.inputs.segments.UNITS``."""
    unit = fact.unit or ""
    if is_money(unit):
        return "money"
    if unit.endswith("/shares"):
        return "per_share"
    return {"shares": "shares", "pure": "share", "": "none"}.get(unit, "other")


class _Report:
    """What the facts of a report are compared with: its totals, and the values of a year before."""

    def __init__(self, filing: Filing) -> None:
        cover = cover_period(filing)
        self.end = _day(cover.end if cover is not None else filing.document.period_end)
        plain_facts = [fact for fact in filing.unique_facts() if fact.kind == "number" and fact.value is not None]
        self._of_concept: dict[tuple, list[Fact]] = {}
        for fact in plain_facts:
            self._of_concept.setdefault(_series(fact), []).append(fact)
        self._totals = {
            (fact.end, fact.instant): float(fact.value or 0)
            for fact in reversed(plain_facts)
            if not fact.dimensions and fact.local_name in _TOTALS
        }

    def entry(self, fact: Fact, name: str = "") -> dict[str, Any]:
        """A fact as examples hold it."""
        unit = unit_of(fact)
        end = _day(fact.end)
        year = round((end - self.end).days / 365.25, 3) if end and self.end else 0.0
        total = self._totals.get((fact.end, fact.instant)) if unit == "money" else None
        return {
            "name": name or words_of(fact),
            "value": float(fact.value or 0),
            "unit": unit,
            "year": year,
            "total": total or None,
            "prior": self.prior(fact),
        }

    def prior(self, fact: Fact) -> float | None:
        """The same thing about a year before: of a span of like length, or of the instant nearest to it."""
        end, days = _day(fact.end), _days(fact)
        if end is None:
            return None
        best: tuple[int, float] | None = None
        for other in self._of_concept.get(_series(fact), ()):
            ended = _day(other.end)
            if ended is None or abs(_days(other) - days) > 10:
                continue
            before = (end - ended).days
            if (350 <= before <= 380 or (fact.instant and 60 <= before <= 380)) and other.value is not None:
                far = abs(before - 365)
                if best is None or far < best[0]:
                    best = far, float(other.value)
        return None if best is None else best[1]


_TOTALS = (
    "Assets", "Revenues", "RevenueFromContractWithCustomerExcludingAssessedTax", "SalesRevenueNet",
    "RevenueFromContractWithCustomerIncludingAssessedTax",
)  # fmt: skip


def _series(fact: Fact) -> tuple:
    return fact.concept, fact.entity, fact.instant, fact.dimensions, fact.unit


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _days(fact: Fact) -> int:
    start, end = _day(fact.start), _day(fact.end)
    return (end - start).days if start and end and not fact.instant else 0


def _text_rows(page: bytes) -> Iterator[dict[str, Any]]:
    """The report's lines in pieces; a line is taken once, so that repeated headings and footers are not learned by
    heart."""
    seen = Seen()
    lines = [line for line in text_blocks(page) if _LETTERS.search(line) and seen.new(line)]
    for piece in pieces_of("\n".join(lines)):
        if len(piece) >= 80:
            yield {"text": piece, "language": "en", "kind": "text"}


def _sections(rows: Iterable[Row]) -> Iterator[tuple[Row, str]]:
    """Each row with the caption of the row without numbers above it that it stands under; empty where none does."""
    above: list[tuple[float, str]] = []
    for row in rows:
        if not row.cells:
            while above and above[-1][0] >= row.offset:
                above.pop()
            if _LETTERS.search(row.caption) and len(row.caption) <= 80:
                above.append((row.offset, row.caption.rstrip(" :")))
            continue
        while above and (row.offset < above[-1][0]):
            above.pop()
        yield row, above[-1][1] if above else ""


def _captions(tables: Iterable[TableWithFacts]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    pairs, labelled = Seen(), Seen()
    captions: list[dict[str, Any]] = []
    concepts: list[dict[str, Any]] = []
    for table in tables:
        for row, section in _sections(table.table.rows):
            caption = row.caption
            if not _LETTERS.search(caption):
                continue
            texts = [caption, f"{section}: {caption}"] if section else [caption]
            for fact in {fact.concept: fact for cell in row.cells for fact in cell.facts}.values():
                words = spoken(fact.concept)
                captions += [{"query": text, "passage": words} for text in texts if pairs.new(f"{text}\n{words}")]
                if fact.dimensions or fact.concept.partition(":")[0] not in _STANDARD:
                    continue
                concepts += [
                    {"text": text, "label": fact.local_name} for text in texts if labelled.new(f"{text}\n{words}")
                ]
    return captions, concepts


def _notes(filing: Filing) -> Iterator[dict[str, Any]]:
    """What a tagged note, policy or schedule is called, and how it begins."""
    seen = Seen()
    for fact in filing.facts:
        if fact.kind != "text" or not fact.escaped or fact.dimensions:
            continue
        query, text = _TEXT_BLOCK.sub("", spoken(fact.concept)), fact.text
        if len(text) >= 200 and seen.new(f"{query}\n{text[:LONGEST_NOTE]}"):
            yield {"query": query, "passage": text[:LONGEST_NOTE]}


def _mentions(
    visible: Mapping[etree._Element, Fact], report: _Report
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Pairs, and facts with text, of the sentences outside tables that state numbers."""
    blocks: dict[etree._Element, list[etree._Element]] = {}
    for element, fact in visible.items():
        if fact.value is None or next(element.iterancestors(TABLE), None) is not None:
            continue
        block = next((each for each in element.iterancestors() if each.tag in _BLOCKS), None)
        if block is not None:
            blocks.setdefault(block, []).append(element)
    pairs: list[dict[str, Any]] = []
    stated: list[dict[str, Any]] = []
    seen = Seen()
    for block, elements in blocks.items():
        for sentence, inside in _sentences(block, elements):
            facts = list({visible[element].aspects: visible[element] for element in inside}.values())[:8]
            if not facts or len(sentence) > LONGEST_SENTENCE or not seen.new(sentence):
                continue
            stated.append({"facts": [report.entry(fact) for fact in facts], "text": sentence})
            for words in dict.fromkeys(words_of(fact) for fact in facts):
                pairs.append({"query": words, "passage": sentence})
    return pairs, stated


def _sentences(block: etree._Element, elements: list[etree._Element]) -> Iterator[tuple[str, list[etree._Element]]]:
    """The sentences of a block that hold some of the elements, with those that each holds."""
    wanted = set(elements)
    text, places = "", []
    for event, node in etree.iterwalk(block, events=("start", "end")):
        if event == "start":
            if node in wanted:
                places.append((len(text), node))
            text += node.text or "" if isinstance(node.tag, str) else ""
        elif node is not block:
            text += node.tail or ""
    starts = [0, *(match.end() for match in _SENTENCE.finditer(text)), len(text)]
    for start, end in zip(starts, starts[1:], strict=False):
        inside = [node for place, node in places if start <= place < end]
        sentence = plain(text[start:end])
        if inside and len(_LETTERS.findall(sentence)) >= 4:
            yield sentence, inside


def _facts_of(table: TableWithFacts, report: _Report) -> dict[str, Any] | None:
    """The facts of a table, of its newest period, under their captions or, in every other table, their concepts."""
    newest: dict[tuple, tuple[Fact, str]] = {}
    for row, section in _sections(table.table.rows):
        for cell in row.cells:
            for fact in cell.facts:
                if fact.value is None or fact.end is None:
                    continue
                held = newest.get(_series(fact))
                if held is None or (fact.end, _days(fact)) > (held[0].end or "", _days(held[0])):
                    newest[_series(fact)] = fact, f"{section}: {row.caption}" if section else row.caption
    if len(newest) < _FEWEST:
        return None
    by_caption = zlib.crc32("".join(sorted(table.names)).encode()) % 2 == 0
    entries = [
        report.entry(fact, ", ".join([caption, *words_of(fact).split(", ")[1:]]) if by_caption and caption else "")
        for fact, caption in newest.values()
    ]
    title = plain(f"{table.before[-160:]} {table.table.heading[:80]}")
    return {"facts": entries[:_MOST_FACTS], "text": title} if title else {"facts": entries[:_MOST_FACTS]}


_MOST_FACTS = 120
