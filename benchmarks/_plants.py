"""Single wrong numbers put into a real report, and whether a check that held before then fails and names them."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Literal

from lxml import etree

from apps.documents import or_none
from apps.finance.anomaly.checking import check_statements
from apps.finance.anomaly.checks.lines.cash import HELD
from apps.finance.anomaly.model import Anomaly, CheckResult
from apps.finance.anomaly.printed.layout import Layout, read_layout
from apps.finance.anomaly.rounding import rounding_of
from apps.finance.filings import Fact, Filing
from apps.finance.filings.duplicates import find_duplicates
from apps.finance.filings.reader import open_report
from apps.finance.money import is_money
from apps.finance.statements import Statements, build_statements
from benchmarks._alterations import plain
from benchmarks.shared_data import FilingFile

Place = Literal["face", "notes", "dimensioned"]
TOLERANCES = 10
FACTOR = Decimal("1.12")
"""What a figure is multiplied with."""
OTHERS = ("EUR", "JPY", "GBP", "USD")
"""Currencies declared in a report that has only one."""


@dataclass
class Report:
    """A filing, read and checked."""

    file: FilingFile
    root: etree._Element
    filing: Filing
    statements: Statements
    layout: Layout

    @cached_property
    def untouched(self) -> tuple[list[CheckResult], list[Anomaly]]:
        """Verdicts and anomalies on it as it is."""
        return check_statements(self.filing, self.statements, self.layout)

    @cached_property
    def failing(self) -> set[tuple]:
        """What fails on it as it is."""
        return {_key(result) for result in self.untouched[0] if result.verdict == "fails"}

    @cached_property
    def on_face(self) -> set[str]:
        """Ids of the facts that the statements print."""
        rows = (row for of in self.statements.reported.values() for row in of)
        return {fact_id for row in rows for value in row.values for fact_id in value.fact_ids}

    @cached_property
    def face_concepts(self) -> set[str]:
        """Concepts of the statements."""
        return {or_none(row.concept) or "" for of in self.statements.reported.values() for row in of}

    @cached_property
    def numbers(self) -> list[Fact]:
        """Its numbers."""
        return [fact for fact in self.filing.facts if fact.kind == "number" and fact.value is not None and fact.end]

    def place(self, fact: Fact) -> Place:
        """Where a fact belongs."""
        return "face" if fact.fact_id in self.on_face else "dimensioned" if fact.dimensions else "notes"

    def finds(self, changes: Mapping[str, Fact]) -> bool:
        """Whether with some facts replaced a check fails that did not, and names one of them."""
        facts = [changes.get(fact.fact_id, fact) for fact in self.filing.facts]
        filing = replace(self.filing, facts=facts, duplicates=find_duplicates(facts))
        touched = any(fact.concept in self.face_concepts for fact in changes.values())
        statements = build_statements(self.root, filing) if touched else self.statements
        results, _ = check_statements(filing, statements, self.layout)
        return any(
            result.verdict == "fails"
            and _key(result) not in self.failing
            and not changes.keys().isdisjoint(result.fact_ids)
            for result in results
        )


def _key(result: CheckResult) -> tuple:
    return result.check_id, result.period, frozenset(result.fact_ids)


def read(file: FilingFile) -> Report:
    """Read a filing."""
    root, filing = open_report(file.path.read_bytes())
    return Report(file, root, filing, build_statements(root, filing), read_layout(root, filing))


def moved(fact: Fact) -> Fact:
    """The fact with ten times its rounding tolerance added; of an exact one half a unit of the last digit counts."""
    tolerance = rounding_of(fact)
    value = Decimal(fact.value or 0)
    if not tolerance:
        shown = min(int(value.as_tuple().exponent), 0) if fact.scale in (None, "", "0") else int(fact.scale or 0)
        tolerance = Decimal(5).scaleb(shown - 1)
    return replace(fact, value=plain(value + TOLERANCES * tolerance))


def cash_plants(report: Report) -> Iterator[dict[str, Fact]]:
    """Cash at the days that the cash-flow statement explains, wrong wherever it is stated."""
    wanted = {or_none(row.concept) for row in report.statements.reported.get("cash_flow", ())} & set(HELD)
    done = set()
    for row in report.statements.reported.get("cash_flow", ()):
        for value in row.values:
            for fact in (f for f in report.numbers if f.fact_id in value.fact_ids[:1] and f.concept in wanted):
                if fact.aspects not in done and fact.value and Decimal(fact.value):
                    done.add(fact.aspects)
                    yield {f.fact_id: _times(f) for f in report.numbers if f.aspects == fact.aspects}


def note_plants(report: Report, rng: random.Random, number: int) -> Iterator[dict[str, Fact]]:
    """Plain figures of the notes, each alone times 1.12."""
    there = [f for f in report.numbers if report.place(f) == "notes" and not f.hidden and Decimal(f.value or 0)]
    for fact in rng.sample(there, min(number, len(there))):
        yield {fact.fact_id: _times(fact)}


def unit_plants(report: Report, rng: random.Random, number: int) -> Iterator[dict[str, Fact]]:
    """Plain amounts of money, each alone in another currency that the report declares, or another where it has one."""
    declared = sorted({fact.unit for fact in report.numbers if fact.unit is not None and is_money(fact.unit)})
    own = report.filing.document.currency
    others = [unit for unit in (declared if len(declared) > 1 else OTHERS) if unit != own]
    there = [f for f in report.numbers if f.unit == own and not f.dimensions and not f.hidden and Decimal(f.value or 0)]
    for fact in rng.sample(there, min(number, len(there))):
        yield {fact.fact_id: replace(fact, unit=rng.choice(others))}


def sampled(facts: Sequence[Fact], rng: random.Random, number: int) -> list[Fact]:
    """Some facts."""
    return rng.sample(list(facts), min(number, len(facts)))


def _times(fact: Fact) -> Fact:
    """The fact with its value times ``FACTOR``, in its own last digit; that of a small one is another by a unit."""
    value = Decimal(fact.value or 0)
    unit = 2 * rounding_of(fact) or Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))
    wrong = (value * FACTOR / unit).to_integral_value() * unit
    return replace(fact, value=plain(wrong if wrong != value else value + unit.copy_sign(value)))
