"""The face of one statement: its rows with captions, headings, and one entry for each printed column."""

import re
from dataclasses import dataclass

from apps.finance.filings import Dimension, Fact
from apps.finance.filings.entity.taxonomies import is_own
from apps.finance.periods import Period
from apps.finance.statements.model import StatementName

_PAYMENT = re.compile(r"(?:Payments?(?:To|For|Of)|Repayments?Of|PurchaseOf)(?!\w*(?:Proceeds|Net\b))")
"""Names of cash paid, which their concepts count as positive."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row prints in one column.

    Attributes:
        period: The column's period, of the row's kind.
        fact: The fact printed there, None for a blank, a dash without a tag or a number without a tag.
        text: As printed, empty for a blank.
        dash: Whether a dash is printed.
        turned: Whether parentheses and tag disagree about the sign here, unlike in the row's other columns.
    """

    period: Period
    fact: Fact | None
    text: str
    dash: bool
    turned: bool = False


@dataclass(slots=True)
class FaceRow:
    """One row of the face.

    Attributes:
        caption: As printed, without footnote marks; wrapped captions are joined.
        headings: Captions of the headings above it, the outermost first.
        concept: Concept of its facts; empty for a heading or a row without a tag.
        dimensions: Axes and members that its facts are limited to; empty for the whole company.
        instant: Whether its facts are instants.
        depth: Indentation, 0 for the outermost.
        total: Whether it is printed as a total.
        entries: One for each printed column.
        also: The same row under each further concept that its cells are tagged with.
    """

    caption: str
    headings: tuple[str, ...]
    concept: str
    dimensions: tuple[Dimension, ...]
    instant: bool
    depth: int
    total: bool
    entries: list[Entry]
    also: tuple["FaceRow", ...] = ()

    @property
    def heading(self) -> bool:
        """Whether the row carries a caption alone."""
        return not self.entries

    @property
    def own(self) -> bool:
        """Whether the concept is of the company's own taxonomy."""
        return any(fact.concept == self.concept and is_own(fact) for fact in self.facts)

    @property
    def local_name(self) -> str:
        """The concept without its prefix."""
        return self.concept.rpartition(":")[2]

    @property
    def pays(self) -> bool:
        """Whether the concept counts cash paid."""
        return _PAYMENT.match(self.local_name) is not None

    @property
    def concepts(self) -> set[str]:
        """The concepts of all facts in its cells."""
        return {fact.concept for row in (self, *self.also) for fact in row.facts}

    @property
    def facts(self) -> list[Fact]:
        """The facts of the row, left to right."""
        return [entry.fact for entry in self.entries if entry.fact is not None]


@dataclass(frozen=True, slots=True)
class Face:
    """One statement as printed.

    Attributes:
        statement: Which.
        rows: Top to bottom, headings too.
        title: The words that name it.
        parts_left_out: Columns that show a part of the company only.
        tables: How many tables it is made of.
    """

    statement: StatementName
    rows: tuple[FaceRow, ...]
    title: str
    parts_left_out: int = 0
    tables: int = 1
