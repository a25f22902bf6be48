"""What a filing holds: facts, contexts, units, footnotes and information about the document. Plain data."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Literal, NamedTuple

from apps.finance.periods import Period
from core_model.errors import Caution, Message

Kind = Literal["number", "text", "fraction"]

_BLOCK_TAG = re.compile(r"<(?:/?(?:p|div|tr|td|th|li|ul|ol|table|h[1-6])|br|hr)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


class Dimension(NamedTuple):
    """One axis of a context and where on it the fact stands.

    Attributes:
        axis: QName of the dimension, ``"us-gaap:StatementBusinessSegmentsAxis"``.
        member: QName of the explicit member, or the text of a typed one.
        typed: Whether ``member`` is the text of a typed dimension.
    """

    axis: str
    member: str
    typed: bool = False


@dataclass(slots=True)
class Context:
    """Who and when: entity, period and dimensions of a group of facts.

    Attributes:
        context_id: The id that facts refer to.
        entity: Identifier of the reporting entity, for SEC filings the CIK with its leading zeros.
        scheme: URI of the identifier's scheme.
        start: First day of a duration as an ISO date; None for instants and "forever".
        end: Last day of a duration, or the day at whose end an instant stands, as an ISO date. A time of day other
            than midnight is kept behind the date.
        instant: Whether the period is an instant.
        dimensions: Axes with their members, sorted by axis; of segment and scenario together.
        problems: Why facts of this context cannot be used; empty where they can.
    """

    context_id: str
    entity: str = ""
    scheme: str = ""
    start: str | None = None
    end: str | None = None
    instant: bool = False
    dimensions: tuple[Dimension, ...] = ()
    problems: tuple[Message, ...] = ()


@dataclass(slots=True)
class Unit:
    """In what a number is measured.

    Attributes:
        unit_id: The id that facts refer to.
        numerators: QNames of the measures, sorted.
        denominators: QNames of the measures divided by, sorted.
        text: The unit in short: ``USD``, ``shares``, ``pure``, ``USD/shares``, ``A*B``; measures outside ISO 4217 and
            XBRL itself keep their prefix.
        problem: Why numbers in this unit cannot be used; None where they can.
    """

    unit_id: str
    numerators: tuple[str, ...] = ()
    denominators: tuple[str, ...] = ()
    text: str = ""
    problem: Message | None = None


@dataclass(slots=True)
class Footnote:
    """A footnote of the filing, with the facts it belongs to in ``Fact.footnotes``."""

    footnote_id: str
    text: str
    role: str = ""
    language: str = ""


@dataclass(slots=True)
class Relationship:
    """An ``ix:relationship``: facts on one side, footnotes or further facts on the other."""

    from_ids: tuple[str, ...]
    to_ids: tuple[str, ...]
    arcrole: str = ""
    linkrole: str = ""


class Tuple(NamedTuple):
    """An ``ix:tuple``: facts that belong together, as the columns of one printed row do (XBRL 2.1, section 4.9).

    Attributes:
        tuple_id: Its ``tupleID``, else its path; unique in the filing.
        concept: Prefixed QName; empty where a fact names a tuple that the document does not have.
        parent: ``tuple_id`` of the tuple that holds it, empty where none does.
    """

    tuple_id: str
    concept: str = ""
    parent: str = ""


@dataclass(slots=True)
class Fact:
    """One tagged statement of the report.

    Attributes:
        fact_id: Unique in the filing and the same whenever the file is read: the element's id, or its path
            ``/1/2/14`` (child numbers from the root, elements only) where it has none.
        concept: Prefixed QName. Well-known taxonomies always have their usual prefix (``us-gaap``, ``dei``, ``srt``,
            ``ifrs-full``), whatever the document calls them.
        namespace: The namespace that the prefix stands for, empty where the document does not declare it.
        kind: ``number`` (ix:nonFraction), ``text`` (ix:nonNumeric) or ``fraction``.
        value: A number as exact decimal text without exponent, superfluous zeros or plus sign, so that equal numbers
            are equal texts; a fraction as ``numerator/denominator``; text as it stands, XHTML where ``escaped``.
            None where nil or not available.
        nil: Whether the report says that there is no value.
        not_available: Why there is no value although the report meant one; None otherwise.
        context_id: The context's id as written.
        entity: Identifier of the reporting entity.
        start: First day, ISO date; None for instants and "forever".
        end: Last day or day of the instant, ISO date; None for "forever" and where the context is undefined.
        instant: Whether the period is an instant.
        dimensions: Axes with their members, sorted by axis.
        unit: Short text of the unit, None for text.
        unit_id: The unit's id as written.
        decimals: The attribute as written: an integer, ``INF`` or None.
        precision: The attribute as written.
        scale: The attribute as written.
        sign: ``-`` or None.
        format: QName of the transformation as written.
        element_id: The element's id, None where it has none.
        hidden: Whether it stands in ``ix:hidden`` and so is not visible in the document.
        escaped: Whether ``value`` is XHTML.
        footnotes: Ids of its footnotes in ``Filing.footnotes``.
        order: Position among the facts of the document, from 0.
        in_tuple: The tuple that groups it with others; None where none does.
        tuple_order: Its place in that tuple: the attribute ``order`` as written.
    """

    fact_id: str
    concept: str
    namespace: str
    kind: Kind
    value: str | None
    nil: bool
    not_available: Message | None
    context_id: str
    entity: str
    start: str | None
    end: str | None
    instant: bool
    dimensions: tuple[Dimension, ...]
    unit: str | None
    unit_id: str | None
    decimals: str | None
    precision: str | None
    scale: str | None
    sign: str | None
    format: str | None
    element_id: str | None
    hidden: bool
    escaped: bool
    footnotes: tuple[str, ...]
    order: int
    in_tuple: Tuple | None = None
    tuple_order: str | None = None

    @property
    def tuple_id(self) -> str:
        """Of the tuple that groups it with others, empty where none does."""
        return "" if self.in_tuple is None else self.in_tuple.tuple_id

    @property
    def period(self) -> Period | None:
        """When; None for "forever" and where the context is undefined."""
        if self.end is None:
            return None
        return Period(self.end, "" if self.instant else self.start or "")

    @property
    def local_name(self) -> str:
        """The concept without its prefix."""
        return self.concept.rpartition(":")[2]

    @property
    def text(self) -> str:
        """The value without markup, white space collapsed; empty where there is none."""
        value = self.value or ""
        if self.escaped:
            value = unescape(_TAG.sub("", _BLOCK_TAG.sub(" ", value)))
        return " ".join(value.split())

    @property
    def aspects(self) -> tuple:
        """What makes two facts duplicates of each other: concept, entity, period, dimensions, unit and tuple."""
        who_and_when = (self.entity, self.start, self.end, self.instant, self.dimensions)
        return (self.concept, *who_and_when, self.unit, self.tuple_id)


Agreement = Literal["complete", "consistent", "contradicting"]


@dataclass(slots=True)
class Duplicates:
    """Facts that state the same thing: equal concept, entity, period, dimensions and unit, and in the same tuple.

    Attributes:
        facts: At least two, in the order of the document.
        best: The most precise of them, the first of equals. A fact with a value goes before one without.
        agreement: ``complete`` where all values are the same, ``consistent`` where they differ by rounding alone,
            else ``contradicting``.
        reason: For contradictions which values cannot both be true; else None.
    """

    facts: list[Fact]
    best: Fact
    agreement: Agreement
    reason: Message | None = None


@dataclass(slots=True)
class DocumentInformation:
    """What the report says about itself; None with a reason in ``missing`` where it says nothing.

    Attributes:
        company: Registered name of the reporting entity.
        form: Form type, ``10-K``.
        period_end: Last day of the reporting period, ISO date.
        fiscal_year: The fiscal year in the company's own count.
        fiscal_period: ``FY``, ``Q1`` ...
        language: BCP 47 tag of the document.
        currency: ISO 4217 code that most monetary facts use.
        entity: Identifier of the reporting entity (CIK, LEI ...).
        entity_scheme: URI of the identifier's scheme.
        basis: ``group`` or ``company``: whose figures those of the whole reporting entity are; None where neither a
            dimension nor the kind of document tells, as in most reports.
        source_hash: SHA-256 of the bytes, hexadecimal.
        size: Bytes.
        missing: For each field that is None the reason.
    """

    company: str | None = None
    form: str | None = None
    period_end: str | None = None
    fiscal_year: int | None = None
    fiscal_period: str | None = None
    language: str | None = None
    currency: str | None = None
    entity: str | None = None
    entity_scheme: str | None = None
    basis: Literal["group", "company"] | None = None
    source_hash: str = ""
    size: int = 0
    missing: dict[str, Message] = field(default_factory=dict)


@dataclass(slots=True)
class Filing:
    """One inline XBRL document, read.

    Attributes:
        document: What the report says about itself.
        facts: In the order of the document.
        contexts: By id.
        units: By id.
        footnotes: By id.
        relationships: As written.
        duplicates: Every group of facts that state the same thing, with the most precise of each.
        cautions: What was skipped or could not be used; one entry for each kind, with its count.
    """

    document: DocumentInformation
    facts: list[Fact]
    contexts: dict[str, Context]
    units: dict[str, Unit]
    footnotes: dict[str, Footnote]
    relationships: list[Relationship]
    duplicates: list[Duplicates]
    cautions: list[Caution]

    def unique_facts(self) -> list[Fact]:
        """The facts without duplicates: of those that state the same thing the most precise, in document order."""
        lesser = {id(fact) for group in self.duplicates for fact in group.facts if fact is not group.best}
        return [fact for fact in self.facts if id(fact) not in lesser]
