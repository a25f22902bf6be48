"""Finding the tables of the three primary statements in a report without linkbases."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from apps.finance.filings import Fact
from apps.finance.periods import Period
from apps.finance.statements.anchors import ANCHORS
from apps.finance.statements.choice.closing import closes
from apps.finance.statements.model import STATEMENTS, StatementName
from apps.finance.statements.tables import Table, facts_by_table, read_table
from apps.finance.statements.titles import TitleEvidence, text_before

_LEAST = 3.0
"""Weight of anchors below which a table is no candidate, unless its title says what it is."""

_FOOTER = re.compile(
    r"(?:see |the )?(?:accompanying )?notes?\b[^.]{0,120}?\b(?:statements|part)\b(?: of th(?:es)?e\b[^.]{0,120}\.)?",
    re.IGNORECASE,
)
"""What statements print at the foot of each page: that the notes are a part of them."""

_TOGETHER = 60
"""Characters of text between two tables that are parts of one statement, besides a repeated title."""

_REPEATED = 150
"""Characters of text between two parts, the repeated title among them, where the second has no anchors."""

_EQUITY = re.compile(r"EquityComponents|ComponentsOfEquity|EquityClasses|EquityDimension$")
"""Axes of the components of equity."""

_NEAR = 8
"""How many tables away the same statement may be printed for other periods."""


@dataclass
class TableWithFacts:
    """A table with facts and what speaks for it.

    Attributes:
        element: The ``table`` element.
        order: Its place among the tables with facts.
        facts: Its numeric facts.
        names: Local names of those without dimensions.
        weight: Weight of the anchors of each statement.
    """

    element: etree._Element
    order: int
    facts: list[Fact]
    tables: Mapping[etree._Element, "TableWithFacts"]
    by_element: Mapping[etree._Element, Fact]
    names: set[str] = field(default_factory=set)
    weight: dict[StatementName, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = {fact.local_name for fact in self.facts if not fact.dimensions}
        for statement, anchors in ANCHORS.items():
            self.weight[statement] = sum(anchors[name] for name in self.names & anchors.keys())

    @cached_property
    def before(self) -> str:
        """The text in front of it."""
        return text_before(self.element, self.tables)

    @cached_property
    def table(self) -> Table:
        """Its rows and columns."""
        return read_table(self.element, self.by_element)

    @cached_property
    def title(self) -> TitleEvidence:
        """What its title says; a title inside the table counts more than one in front of it."""
        inside = TitleEvidence(self.table.heading[:300])
        return inside if inside.statement else TitleEvidence(f"{self.before} {self.table.heading[:200]}")

    @cached_property
    def periods(self) -> set[Period]:
        """Periods of its facts without dimensions."""
        return {period for fact in self.facts if not fact.dimensions and (period := fact.period) is not None}

    @property
    def of_equity(self) -> bool:
        """Whether it shows how the components of equity changed: these stand side by side in its columns."""
        components = sum(any(_EQUITY.search(dimension.axis) for dimension in fact.dimensions) for fact in self.facts)
        return 3 * components >= len(self.facts)

    def score(self, statement: StatementName) -> float:
        """How much speaks for this table being the statement."""
        if self.of_equity:
            return float("-inf")
        instants = sum(fact.instant for fact in self.facts) / len(self.facts)
        fitting = instants if statement == "balance" else 1 - instants
        score = self.weight[statement] + min(len(self.names), 40) / 10
        if fitting < 0.6:
            score -= 6
        title = self.title
        if title.statement == statement:
            score += 4
        elif title.statement is not None:
            score -= 4
        if title.other:
            score -= 3
        return score


@dataclass(frozen=True)
class Located:
    """Where a statement stands.

    Attributes:
        parts: Its tables in document order.
        title: The words that name it, empty where none were found.
    """

    parts: tuple[TableWithFacts, ...]
    title: str


def locate(by_element: Mapping[etree._Element, Fact]) -> dict[StatementName, Located]:
    """The tables of the statements that the report holds.

    The table with the most anchor concepts of a statement without dimensions, the title of the statement near it and
    the right kind of periods is taken; neighbours that go on with it, or print it for another period, are added.

    Args:
        by_element: Visible numeric facts by their element, in document order.
    """
    candidates = tables_with_facts(by_element)
    best: dict[StatementName, TableWithFacts] = {}
    for statement in STATEMENTS:
        likely = [c for c in candidates if c.weight[statement] >= _LEAST or _titled(c, statement)]
        scored = [(c.score(statement), -c.order, c) for c in likely]
        scored = [entry for entry in scored if entry[0] >= _LEAST + 1]
        if scored:
            best[statement] = max(scored, key=lambda entry: entry[:2])[2]
    taken = set(map(id, best.values()))
    found = {}
    for statement, main in best.items():
        parts = [main]
        for step in (1, -1):
            place = main.order + step
            while 0 <= place < len(candidates) and id(candidates[place]) not in taken:
                neighbour, last = candidates[place], parts[-1] if step == 1 else parts[0]
                between = neighbour if step == 1 else last
                if not _goes_on(statement, parts, neighbour, between, titled=step == 1):
                    break
                parts.insert(len(parts) if step == 1 else 0, neighbour)
                taken.add(id(neighbour))
                place += step
        near = candidates[max(main.order - _NEAR, 0) : main.order + _NEAR + 1]
        further = [c for c in near if id(c) not in taken and _other_period(statement, main, c)]
        taken.update(map(id, further))
        parts.extend(further)
        found[statement] = Located(tuple(parts), main.title.quote if main.title.statement == statement else "")
    return found


def tables_with_facts(by_element: Mapping[etree._Element, Fact]) -> list[TableWithFacts]:
    """The tables that hold visible numeric facts, in the order of their first facts."""
    candidates: dict[etree._Element, TableWithFacts] = {}
    for order, (element, facts) in enumerate(facts_by_table(by_element).items()):
        candidates[element] = TableWithFacts(element, order, facts, candidates, by_element)
    return list(candidates.values())


def _titled(candidate: TableWithFacts, statement: StatementName) -> bool:
    """Whether a table without enough anchors bears the statement's title and looks like one."""
    if len(candidate.facts) < 6 or candidate.weight[statement] == 0:
        return False
    title = candidate.title
    return title.statement == statement and not title.other


def _goes_on(
    statement: StatementName,
    parts: list[TableWithFacts],
    neighbour: TableWithFacts,
    between: TableWithFacts,
    titled: bool,
) -> bool:
    """Whether the neighbour holds more of the statement: the same periods, no other title between.

    A part with new anchors may stand behind what pages print at their edges. One without them (some rows between two
    page breaks, what is printed below the last total) stands close, or repeats the title.

    Args:
        statement: Which.
        parts: What is known of it.
        neighbour: The next table in front of or behind it.
        between: The later of the two that meet: the text in front of it lies between them.
        titled: Whether the title stands in the known parts, if anywhere: the neighbour follows them.
    """
    have = set().union(*(part.names for part in parts))
    wanted = closes(statement, have, neighbour.names)
    anchors = ANCHORS[statement]
    anchored = any(name in anchors for name in neighbour.names - have)
    if not anchored and (neighbour.of_equity or any(fact.dimensions for fact in neighbour.facts)):
        return False
    if neighbour.weight[statement] < max(w for s, w in neighbour.weight.items() if s != statement):
        return False
    periods = set().union(*(part.periods for part in parts))
    if not _same_span(statement, periods, neighbour.periods):
        return False
    title = TitleEvidence(_FOOTER.sub(" ", f"{between.before} {between.table.heading[:200]}"))
    if title.other or title.comprehensive:
        return False
    apart = len(_FOOTER.sub("", between.before).strip())
    if title.statement is None:  # a page break stands between, with whatever the page's edges print
        if anchored and not titled and neighbour.title.statement == statement and not neighbour.title.other:
            return True
        return (anchored and wanted) or apart <= _TOGETHER
    return title.statement == statement and (anchored or apart <= _REPEATED)


def _same_span(statement: StatementName, ours: set[Period], theirs: set[Period]) -> bool:
    if statement == "balance":
        return bool(theirs) and theirs <= ours
    durations = {period for period in theirs if period.start}
    return bool(durations) and durations <= {period for period in ours if period.start}


def _other_period(statement: StatementName, main: TableWithFacts, neighbour: TableWithFacts) -> bool:
    """Whether the neighbour prints the same statement for other periods: three months beside the year to date."""
    if statement == "balance" or neighbour.weight[statement] < 0.7 * main.weight[statement]:
        return False
    title = neighbour.title
    if title.statement != statement or title.other or main.periods & neighbour.periods:
        return False
    return len(main.names & neighbour.names) >= 0.7 * max(len(main.names), len(neighbour.names))
