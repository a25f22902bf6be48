"""Identities of the statements that cannot be judged although the page prints every term of them.

A term that has no tag, or whose tag is in another currency, of another period or of a part of the company, takes an
identity out of the report without a word. Where the page prints no such term, nothing is said.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from apps.documents import or_none
from apps.finance.anomaly.checks.balance import ASSETS, LIABILITIES_AND_EQUITY
from apps.finance.anomaly.checks.cash import CHANGES, HELD, PARTS
from apps.finance.anomaly.checks.income import PRETAX, TAX, WHOLE
from apps.finance.anomaly.checks.registry import check
from apps.finance.anomaly.checks.shares import BASIC_EPS, BASIC_SHARES, DILUTED_EPS, DILUTED_SHARES
from apps.finance.anomaly.evidence import Amount, Evidence, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.names import member_name
from apps.finance.anomaly.sentences import sentence
from apps.finance.money import is_money, is_per_share, unit_in_words
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
        day: Whether it is the balance at the column's ``opening`` or ``closing`` day; else it is of the column's period.
    """

    concepts: tuple[str, ...]
    caption: re.Pattern[str]
    day: str = ""


def _called(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


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
        (Term(BASIC_EPS, _called(r"(?!)")), Term(BASIC_SHARES, _called(r"(?!)"))),
    ),
    "eps_diluted": (
        "income",
        (Term(DILUTED_EPS, _called(r"(?!)")), Term(DILUTED_SHARES, _called(r"(?!)"))),
    ),
}
"""The statement and the terms of each identity."""


@check("terms_not_comparable")
def terms_not_comparable(evidence: Evidence) -> Iterable[CheckResult]:
    """A verdict for each printed term that keeps an identity from being judged."""
    found: dict[tuple[str, int, Period], CheckResult] = {}
    read = 0
    for identity, (statement, terms) in IDENTITIES.items():
        rows = [row for row in evidence.statements.reported.get(statement, ()) if not row.heading and row.values]
        for column, period in _columns(rows, statement):
            stated = {term: _amount(evidence, term, period) for term in terms}
            there = [amount for amount in stated.values() if amount is not None]
            read += len(there) == len(terms)
            if not there or len(there) == len(terms):
                continue
            for term in (term for term, amount in stated.items() if amount is None):
                for number, row in enumerate(rows):
                    cell = _printed(row, column, term)
                    why = cell and _why(evidence, row, cell, _wanted(term, period))
                    if cell and why and (statement, number, period) not in found:
                        found[statement, number, period] = _finding(evidence, identity, row, cell, why, period, there)
                        break
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


def _amount(evidence: Evidence, term: Term, period: Period) -> Amount | None:
    """The amount of a term for the whole company, in the report's currency where it is money."""
    for concept in term.concepts:
        amount = evidence.concept(concept, _wanted(term, period))
        if amount is not None:
            foreign = (is_money(amount.unit) or is_per_share(amount.unit)) and amount.unit not in evidence.own_units
            if not foreign:
                return amount
    return None


def _printed(row: ReportedLine, column: int, term: Term) -> StatementValue | None:
    """The cell of a column in which a row prints a term; None where it prints none there."""
    if column >= len(row.values):
        return None
    cell = row.values[column]
    concept = or_none(row.concept) or ""
    named = concept in term.concepts if concept else term.caption.match(row.label) is not None
    if term.day and named and not _is_of_day(row, term):
        return None
    return cell if named and any(character.isdigit() for character in cell.printed) else None


def _is_of_day(row: ReportedLine, term: Term) -> bool:
    return term.caption.search(row.label) is not None


def _why(evidence: Evidence, row: ReportedLine, cell: StatementValue, wanted: Period) -> Message | None:
    """Why a printed number does not do as the term of an identity; None where it would."""
    fact = next((evidence.facts[i] for i in cell.fact_ids if i in evidence.facts), None)
    if fact is None:
        return Message("term_has_no_tag")
    money = is_money(fact.unit) or is_per_share(fact.unit)
    if money and fact.unit not in evidence.own_units:
        return sentence("term_in_other_unit", unit=unit_in_words(fact.unit or ""))
    if period_of(fact) != wanted:
        return sentence("term_of_other_period", period=period_of(fact).message)
    if fact.dimensions:
        return sentence("term_of_part", members=[member_name(dimension.member) for dimension in fact.dimensions])
    return None


def _finding(
    evidence: Evidence,
    identity: str,
    row: ReportedLine,
    cell: StatementValue,
    why: Message,
    period: Period,
    there: Sequence[Amount],
) -> CheckResult:
    ids = cell.fact_ids[:1] or tuple(fact_id for amount in there for fact_id in amount.fact_ids[:1])
    return CheckResult(
        "terms_not_comparable",
        "fails",
        sentence(
            "term_not_comparable",
            title=sentence("title_quoted", title=Message(f"check_title_{identity}")),
            name=evidence.caption(row),
            printed=cell.printed,
            when=period.when,
            why=why,
        ),
        ids,
        period=period,
    )
