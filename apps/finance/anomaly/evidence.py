"""What checks look things up in: facts by concept and period, their exact values and how far rounding may move them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from apps.documents import or_none
from apps.finance.anomaly.names import member_name, name_of, short
from apps.finance.anomaly.printed.layout import Layout
from apps.finance.anomaly.printed.table_sums import PrintedSums, read_sums
from apps.finance.anomaly.rounding import rounding_of
from apps.finance.filings import Dimension, Fact, Filing
from apps.finance.filings.duplicates import NAMED, most_precise, rounding_range
from apps.finance.money import is_money, is_per_share, per_share
from apps.finance.periods import Period
from apps.finance.statements.model import ReportedLine, Statements, StatementValue
from core_model.errors import Message


def period_of(fact: Fact) -> Period:
    """The period of a fact; one without an end where it has none."""
    return fact.period or Period("")


def agree(one: Fact, other: Fact) -> bool:
    """Whether rounding reconciles two numbers."""
    if one.value == other.value:
        return True
    (low, high), (bottom, top) = rounding_range(one), rounding_range(other)
    return low <= top and bottom <= high


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that a check uses, with the facts it rests on.

    Attributes:
        value: As reported, in whole units.
        rounding: How far the true number may lie from it.
        fact_ids: The facts, the chosen one first.
        name: What it is called.
        unit: Its unit.
        sign: What ``value`` is of the number as tagged: 1 that, -1 its opposite, 0 something computed from it.
    """

    value: Decimal
    rounding: Decimal
    fact_ids: tuple[str, ...]
    name: Message
    unit: str = ""
    sign: int = 1

    def __neg__(self) -> "Amount":
        return Amount(-self.value, self.rounding, self.fact_ids, self.name, self.unit, -self.sign)


@dataclass
class Evidence:
    """A filing and its statements, indexed.

    Attributes:
        filing: The facts.
        statements: The statements built from them.
        layout: Where the facts stand on the page.
        cuts_off: Whether the report cuts its amounts off, so that each may have lost a whole unit of its last digit.
    """

    filing: Filing
    statements: Statements
    layout: Layout = field(default_factory=Layout)
    cuts_off: bool = False
    _lines: dict[tuple[str, Period], StatementValue] = field(default_factory=dict, init=False)
    _names: dict[tuple[str, str], Message] = field(default_factory=dict, init=False)
    _amounts: dict[tuple[str, Period], Amount] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        own = self.own_units
        for line in self.statements.lines:
            for value in line.values:
                held = self._lines.get((line.line, value.period))
                if value.value is not None and (held is None or value.unit in own or held.unit not in own):
                    self._lines[line.line, value.period] = value

    @cached_property
    def own_units(self) -> frozenset[str]:
        """The report's currency, and that a share: other currencies are translations for the reader's convenience."""
        currency = self.filing.document.currency or ""
        return frozenset({currency, per_share(currency)})

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """All facts by id."""
        return {fact.fact_id: fact for fact in self.filing.facts}

    @cached_property
    def printed_sums(self) -> PrintedSums:
        """What the tables of the page add up."""
        return read_sums(self.layout.grids, self.facts, self.rounding_of)

    def rounding_of(self, fact: Fact) -> Decimal:
        """How far the true number may lie from a stated one in this report."""
        rounding = rounding_of(fact)
        return 2 * rounding if self.cuts_off else rounding

    @cached_property
    def plain_numbers(self) -> dict[tuple[str, Period], list[Fact]]:
        """Numbers without dimensions, by concept and period."""
        index: dict[tuple[str, Period], list[Fact]] = defaultdict(list)
        for fact in self.filing.facts:
            if fact.kind == "number" and fact.value is not None and not fact.dimensions:
                index[fact.concept, period_of(fact)].append(fact)
        return dict(index)

    @cached_property
    def best_by_aspects(self) -> dict[tuple, Fact]:
        """The most precise number for each concept, period, dimensions and unit."""
        found: dict[tuple, Fact] = {}
        for fact in self.filing.unique_facts():
            if fact.kind == "number" and fact.value is not None and fact.end:
                found[fact.concept, period_of(fact), fact.dimensions, fact.unit] = fact
        return found

    @cached_property
    def _units_of(self) -> dict[tuple, str | None]:
        units: dict[tuple, str | None] = {}
        for *aspects, unit in self.best_by_aspects:
            if tuple(aspects) not in units or unit in self.own_units:
                units[tuple(aspects)] = unit
        return units

    def best(self, concept: str, period: Period, dimensions: tuple[Dimension, ...], unit: str | None) -> Fact | None:
        """The most precise number of a concept for a part of the company.

        Where no unit is given, it is in the report's currency if it is stated in that, else in any.
        """
        unit = unit or self._units_of.get((concept, period, dimensions))
        return self.best_by_aspects.get((concept, period, dimensions, unit))

    @cached_property
    def days_by_member(self) -> dict[tuple[str, str, str], list[Period]]:
        """For numbers with one dimension: by concept, axis and member the periods, newest first."""
        index: dict[tuple[str, str, str], list[Period]] = defaultdict(list)
        for concept, period, dimensions, _ in self.best_by_aspects:
            if len(dimensions) == 1:
                index[concept, dimensions[0].axis, dimensions[0].member].append(period)
        return {key: sorted(periods, reverse=True) for key, periods in index.items()}

    @cached_property
    def on_page(self) -> dict[str, StatementValue]:
        """What the statements print for a fact, by its id."""
        return {
            value.fact_ids[0]: value
            for rows in self.statements.reported.values()
            for row in rows
            for value in row.values
            if value.fact_ids
        }

    @cached_property
    def periods(self) -> dict[str, list[Period]]:
        """For each key line the periods in which it has a printed value, newest first."""
        found: dict[str, list[Period]] = defaultdict(list)
        for name, period in self._lines:
            found[name].append(period)
        return {name: sorted(periods, reverse=True) for name, periods in found.items()}

    def line(self, name: str, period: Period, *, derived: bool = False) -> Amount | None:
        """The value of a key line in a period, None where it is not printed.

        Args:
            name: Standard name.
            period: When.
            derived: Whether a computed value will do.
        """
        value = self._lines.get((name, period))
        if value is None or value.value is None or (value.derived and not derived):
            return None
        own = next((self.facts[i] for i in value.fact_ids[:1] if i in self.facts), None)
        rounding = self.rounding_of(own) if own is not None else Decimal(0)
        label = short(or_none(self.statements.line(name).label) or "")
        called = Message("name_caption", {"text": label}) if label else Message(f"term_{name}")
        sign = 1 if own is None or value.value == Decimal(own.value or 0) else -1
        return Amount(value.value, rounding, self.agreeing(value.fact_ids), called, value.unit, sign)

    def concept(self, names: str | Sequence[str], period: Period) -> Amount | None:
        """The most precise number without dimensions of the first of some concepts that has one in a period.

        Of amounts in several currencies those in the report's own count.
        """
        for name in [names] if isinstance(names, str) else names:
            facts = self.plain_numbers.get((name, period))
            if facts:
                held = self._amounts.get((name, period))
                if held is None:
                    held = self._amounts[name, period] = self._amount(name, facts)
                return held
        return None

    def _amount(self, name: str, facts: Sequence[Fact]) -> Amount:
        best = most_precise(facts)
        if is_money(best.unit) or is_per_share(best.unit):
            best = most_precise([fact for fact in facts if fact.unit in self.own_units] or facts)
        alike = [fact for fact in facts if fact is not best and fact.unit == best.unit][:NAMED]
        others = tuple(fact.fact_id for fact in alike if agree(fact, best))
        ids = (best.fact_id, *others)
        return Amount(Decimal(best.value or "0"), self.rounding_of(best), ids, self.name_of(name), best.unit or "")

    def agreeing(self, fact_ids: Sequence[str]) -> tuple[str, ...]:
        """A fact and those of its duplicates that say the same: the others are no evidence for what it says."""
        facts = [self.facts[i] for i in fact_ids if i in self.facts]
        return tuple(fact.fact_id for fact in facts if fact is facts[0] or agree(fact, facts[0]))

    @cached_property
    def captions(self) -> dict[str, str]:
        """The caption under which the statements print a concept, the first of several."""
        found: dict[str, str] = {}
        for rows in self.statements.reported.values():
            for row in rows:
                concept = or_none(row.concept)
                if concept and row.label and not row.dimensions:
                    found.setdefault(concept, row.label)
        return found

    def caption(self, row: ReportedLine) -> Message:
        """What to call a printed row: its caption, else the name of its concept."""
        return self._name(or_none(row.concept) or "", row.label)

    def name_of(self, concept: str) -> Message:
        """What to call a concept: its caption as reported, else its name."""
        return self._name(concept, self.captions.get(concept, ""))

    def part_name(self, fact: Fact) -> Message:
        """What to call a fact beside others of its concept: the last member that it is limited to, else its concept.

        Members that Tandem itself marks facts with, of another entity or of the company beside its group, name nothing.
        """
        named = [dimension.member for dimension in fact.dimensions if ":" in dimension.axis]
        return member_name(named[-1]) if named else self.name_of(fact.concept)

    def _name(self, concept: str, caption: str) -> Message:
        held = self._names.get((concept, caption))
        if held is None:
            held = self._names[concept, caption] = name_of(concept, caption)
        return held

    @cached_property
    def _concepts_in(self) -> dict[Period, list[str]]:
        index: dict[Period, set[str]] = defaultdict(set)
        for concept, period in self.plain_numbers:
            index[period].add(concept)
        return {period: sorted(concepts) for period, concepts in index.items()}

    def starting(self, prefix: str, period: Period) -> list[Amount]:
        """The numbers of all concepts whose local name begins with a prefix, in a period, by concept."""
        found = [name for name in self._concepts_in.get(period, ()) if name.partition(":")[2].startswith(prefix)]
        return [amount for name in found if (amount := self.concept(name, period)) is not None]

    def common_periods(self, names: Iterable[str]) -> list[Period]:
        """Periods in which all of some key lines are printed, newest first."""
        sets = [set(self.periods.get(name, ())) for name in names]
        return sorted(set.intersection(*sets), reverse=True) if sets else []
