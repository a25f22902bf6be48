"""The three statements: standardised lines, lines as reported, and where each value comes from. Plain data."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from apps.documents import Exact, Missing
from apps.finance.periods import Period
from apps.finance.statements.choice.scope import Scope
from apps.finance.statements.printing import printed_negative
from core_model.errors import Caution, Message

StatementName = Literal["income", "balance", "cash_flow"]
STATEMENTS: tuple[StatementName, ...] = ("income", "balance", "cash_flow")


def statement_message(name: StatementName) -> Message:
    """What a statement is called in a sentence: ``balance sheet``."""
    return Message(f"statement_{name}")


@dataclass(frozen=True, slots=True)
class StatementValue:
    """One number of a line in one period, or the reason why there is none.

    Attributes:
        period: When.
        value: In whole units, with the sign that the line's name gives it (see ``lines.py``); None where not available.
        unit: Short text of the unit, ``USD``, ``USD/shares``.
        fact_ids: The facts that it comes from, the chosen one first.
        derived: Whether it was computed from other lines and so is printed nowhere.
        not_available: Why there is no value; None where there is one.
        note: What a reader must know about the value: that the page prints a dash, or how it was computed; else None.
        printed: The number as the page prints it, ``"(1,234)"``; empty where the value is computed or the cell blank.
        turned: Whether parentheses and tag disagree about the sign here, unlike in the row's other columns.
    """

    period: Period
    value: Exact | None
    unit: str = ""
    fact_ids: tuple[str, ...] = ()
    derived: bool = False
    not_available: Message | None = None
    note: Message | None = None
    printed: str = ""
    turned: bool = False

    @property
    def as_printed(self) -> Decimal | None:
        """The value with the sign that the page gives it, which a tag need not have (a cost printed as a deduction)."""
        if self.value is None or not any(character.isdigit() for character in self.printed):
            return self.value
        negative = printed_negative(self.printed) and self.value != 0
        return self.value.copy_abs().copy_negate() if negative else self.value.copy_abs()


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One of the 30 key lines.

    Attributes:
        line: Standard name, ``"revenue"``.
        statement: The statement that it belongs to.
        label: Caption as reported, or why there is none.
        concept: The concept mapped to the line, or why there is none.
        confidence: 0 to 1 that the concept is this line.
        reason: Why this concept was chosen, or why there is none.
        values: Newest period first. Where the page does not print the line and it follows from others, the derived
            value stands behind the printed one (which is then not available) of the same period.
        scope: Whether the concept counts more or less than the line's definition.
    """

    line: str
    statement: StatementName
    label: str | Missing
    concept: str | Missing
    confidence: float
    reason: Message
    values: tuple[StatementValue, ...]
    scope: Scope = "exact"


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """One row of a statement as the company printed it.

    Attributes:
        label: Caption of the row as printed, without footnote marks.
        concept: Concept of its facts, or why it has none: a heading, a row without a tagged number.
        line: Standard name of the key line mapped to it, else empty.
        depth: Indentation, 0 for the outermost.
        heading: Whether the row carries a caption alone.
        total: Whether it is printed as a total (rule above, or its caption says so).
        values: In the order of the printed columns. Each ``value`` is as tagged, positive where the concept counts
            costs; its ``as_printed`` has the sign that the page gives it.
        dimensions: What the row is limited to, as ``axis=member``; empty for the whole company.
        headings: Captions of the headings above it, the outermost first.
    """

    label: str
    concept: str | Missing
    line: str
    depth: int
    heading: bool
    total: bool
    values: tuple[StatementValue, ...]
    dimensions: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statements:
    """The three statements of a report.

    Attributes:
        lines: All 30 key lines, in the order of ``lines.py``.
        reported: Rows as printed for each statement that was found.
        not_available: For each statement that was not found the reason.
        cautions: What was skipped or is uncertain.
    """

    lines: tuple[StatementLine, ...]
    reported: dict[StatementName, tuple[ReportedLine, ...]]
    not_available: dict[StatementName, Message] = field(default_factory=dict)
    cautions: tuple[Caution, ...] = ()

    def line(self, name: str) -> StatementLine:
        """The key line of that standard name."""
        return next(line for line in self.lines if line.line == name)
