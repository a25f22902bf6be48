"""Identities of the statements that cannot be judged although the page prints every term of them.

A term that has no tag, or whose tag is in another currency, of another period or of a part of the company, takes an
identity out of the report without a word. Where the page prints no such term, nothing is said.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from apps.documents import or_none
from apps.finance.anomaly.checks.lines.balance import ASSETS, LIABILITIES_AND_EQUITY
from apps.finance.anomaly.checks.lines.cash import CHANGES, HELD, PARTS
from apps.finance.anomaly.checks.lines.income import PRETAX, TAX, WHOLE
from apps.finance.anomaly.checks.lines.shares import BASIC_EPS, BASIC_SHARES, DILUTED_EPS, DILUTED_SHARES
from apps.finance.anomaly.checks.registry import check, not_applicable
from apps.finance.anomaly.evidence import Amount, Evidence, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.names import member_name
from apps.finance.anomaly.sentences import sentence
from apps.finance.money import per_share, unit_in_words
from apps.finance.periods import Period, day_before
from apps.finance.statements.model import ReportedLine, StatementName, StatementValue
from core_model.errors import Message

LEAST_ROWS = 3
"""Rows of one period that make a printed column one of that period."""


@dataclass(frozen=True, slots=True)
class Term:
    """One amount that an identity needs.

    Attributes:
        concepts: Those that it may have.
        caption: How pages call it, for a row without any tag.
        day: Whether it is the balance on the column's ``opening`` or ``closing`` day; else it is of its period.
        kind: What it is counted in.
    """

    concepts: tuple[str, ...]
    caption: re.Pattern[str]
    day: Literal["opening", "closing", ""] = ""
    kind: Literal["money", "per_share", "shares"] = "money"

    def unit(self, currency: str) -> str:
        """The unit that it must have in a report in some currency."""
        return {"money": currency, "per_share": per_share(currency), "shares": "shares"}[self.kind]


def _called(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


NEVER = _called(r"(?!)")
"""No caption names a term alone: "Basic" is said of earnings and of shares."""
_FLOW = r"(?:total\s+|net\s+)*cash\s+(?:flows?\s+)?.*\b{}\b.*activities|{}活动.*现金流量净额"
_OPENING = r"(?:cash|现金).*(?:beginning|start|期初|年初)|(?:期初|年初).*现金"
_CLOSING = r"(?:cash|现金).*(?:\bend\b|期末|年末)|(?:期末|年末).*现金"
CHANGE = Term(
    CHANGES, _called(r"(?:total\s+|net\s+)*(?:increase|decrease|change).*\bcash\b|现金.*净(?:增加|减少|变动)")
)
IDENTITIES: dict[str, tuple[StatementName, tuple[Term, ...]]] = {
    "balance_equality": (
        "balance",
        (
            Term(ASSETS, _called(r"total\s+assets|资产(?:总计|合计)")),
            Term(LIABILITIES_AND_EQUITY, _called(r"total\s+(?:liabilities|equity)\b.*\band\b.*|负债和.*(?:总计|合计)")),
        ),
    ),
    "cash_flow_total": (
        "cash_flow",
        (
            *(
                Term(concepts, _called(_FLOW.format(*words)))
                for concepts, words in zip(
                    PARTS, (("operating", "经营"), ("investing", "投资"), ("financing", "筹资")), strict=True
                )
            ),
            CHANGE,
        ),
    ),
    "cash_roll_forward": (
        "cash_flow",
        (Term(HELD, _called(_OPENING), "opening"), CHANGE, Term(HELD, _called(_CLOSING), "closing")),
    ),
    "income_after_tax": (
        "income",
        (
            Term(PRETAX, _called(r"(?:income|earnings|profit|loss).*before.*tax(?:es)?|利润总额")),
            Term(TAX, _called(r"(?:provision|benefit|income\s+tax).*\btax(?:es)?\b.*|所得税费用")),
            Term(WHOLE, _called(r"net\s+(?:income|earnings|profit|loss)(?:\s*\(loss\))?|净利润")),
        ),
    ),
    "eps_basic": (
        "income",
        (Term(BASIC_EPS, NEVER, kind="per_share"), Term(BASIC_SHARES, NEVER, kind="shares")),
    ),
    "eps_diluted": (
        "income",
        (Term(DILUTED_EPS, NEVER, kind="per_share"), Term(DILUTED_SHARES, NEVER, kind="shares")),
    ),
}
"""The statement and the terms of each identity."""


@check("terms_not_comparable")
def terms_not_comparable(evidence: Evidence) -> Iterable[CheckResult]:
    """A verdict for each printed term that keeps an identity from being judged."""
    currency = evidence.filing.document.currency
    if currency is None:
        yield not_applicable("terms_not_comparable", Message("currency_not_stated"))
        return
    found: dict[tuple[str, str, Period], CheckResult] = {}
    read = 0
    for identity, (statement, terms) in IDENTITIES.items():
        rows = [row for row in evidence.statements.reported.get(statement, ()) if not row.heading and row.values]
        for column, period in _columns(rows, statement):
            stated = {term: _amount(evidence, term, period, currency) for term in terms}
            there = [amount for amount in stated.values() if amount is not None]
            read += len(there) == len(terms)
            if not there or len(there) == len(terms):
                continue
            for term in (term for term, amount in stated.items() if amount is None):
                kept = _kept_out(evidence, rows, column, term, period, there, currency)
                if kept is not None:
                    key = (statement, kept.caption, period)
                    found.setdefault(key, _finding(identity, kept, period, there))
    yield from found.values()
    if read and not found:
        yield CheckResult("terms_not_comparable", "holds", sentence("identities_complete", count=read))


def _columns(rows: Sequence[ReportedLine], statement: StatementName) -> Iterator[tuple[int, Period]]:
    """The printed columns of a statement with the period of most of their rows."""
    widths = Counter(len(row.values) for row in rows)
    if not widths:
        return
    width = widths.most_common(1)[0][0]
    for column in range(width):
        periods = Counter(
            row.values[column].period
            for row in rows
            if len(row.values) == width and bool(row.values[column].period.start) == (statement != "balance")
        )
        if periods:
            period, count = periods.most_common(1)[0]
            if count >= LEAST_ROWS and period.end:
                yield column, period


def _wanted(term: Term, period: Period) -> Period:
    """The period for which an identity of a column needs a term."""
    if not term.day:
        return period
    return Period(day_before(period.start) if term.day == "opening" else period.end)


def _amount(evidence: Evidence, term: Term, period: Period, currency: str) -> Amount | None:
    """The amount of a term for the whole company, in the unit that it must have."""
    found = (evidence.concept(concept, _wanted(term, period)) for concept in term.concepts)
    return next((each for each in found if each is not None and each.unit == term.unit(currency)), None)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A printed term that cannot be compared.

    Attributes:
        caption: Of its row.
        printed: The number.
        fact_ids: Its facts; none where it has no tag.
        why: What keeps it out.
    """

    caption: str
    printed: str
    fact_ids: tuple[str, ...]
    why: Message


def _kept_out(
    evidence: Evidence,
    rows: Sequence[ReportedLine],
    column: int,
    term: Term,
    period: Period,
    there: Sequence[Amount],
    currency: str,
) -> _Kept | None:
    """The number that a statement prints for a term in a column, and why it cannot be compared."""
    for row in rows:
        cell = _printed(row, column, term)
        why = cell and _why(evidence, cell, _wanted(term, period), term.unit(currency))
        if cell and why:
            return _Kept(row.label, cell.printed, cell.fact_ids[:1], why)
    return _below(evidence, term, there) if not term.day else None


def _below(evidence: Evidence, term: Term, there: Sequence[Amount]) -> _Kept | None:
    """A number without a tag in the table of a stated term, below all rows that have one."""
    places = evidence.layout.places
    stated = {place for amount in there for fact_id in amount.fact_ids for place in places.get(fact_id, ())}
    for number in sorted({number for number, _ in stated}):
        columns = {column for table, column in stated if table == number}
        for row in evidence.layout.grids[number].rows:
            for column in columns & row.cells.keys():
                cell = row.cells[column]
                if not cell.fact_id and term.caption.match(row.caption) and _is_number(cell.text):
                    return _Kept(row.caption, cell.text, (), Message("term_has_no_tag"))
    return None


def _is_number(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _printed(row: ReportedLine, column: int, term: Term) -> StatementValue | None:
    """The cell of a column in which a row prints a term; None where it prints none there."""
    if column >= len(row.values):
        return None
    concept = or_none(row.concept) or ""
    named = concept in term.concepts if concept else term.caption.match(row.label) is not None
    if not named or (term.day and term.caption.search(row.label) is None):
        return None
    return row.values[column] if _is_number(row.values[column].printed) else None


def _why(evidence: Evidence, cell: StatementValue, wanted: Period, unit: str) -> Message | None:
    """Why a printed number does not do as the term of an identity; None where it would."""
    fact = next((evidence.facts[i] for i in cell.fact_ids if i in evidence.facts), None)
    if fact is None:
        return Message("term_has_no_tag")
    if fact.unit != unit:
        return sentence("term_in_other_unit", unit=unit_in_words(fact.unit or ""))
    if period_of(fact) != wanted:
        return sentence("term_of_other_period", period=period_of(fact).message)
    if fact.dimensions:
        return sentence("term_of_part", members=[member_name(dimension.member) for dimension in fact.dimensions])
    return None


def _finding(identity: str, kept: _Kept, period: Period, there: Sequence[Amount]) -> CheckResult:
    return CheckResult(
        "terms_not_comparable",
        "fails",
        sentence(
            "term_not_comparable",
            title=sentence("title_quoted", title=Message(f"check_title_{identity}")),
            name=Message("name_caption", {"text": kept.caption}),
            printed=kept.printed,
            when=period.when,
            why=kept.why,
        ),
        kept.fact_ids or tuple(fact_id for amount in there for fact_id in amount.fact_ids[:1]),
        period=period,
    )
