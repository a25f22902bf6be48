"""What the other rows of the face say about a row: whether it is the total, a part, or the line before another step."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from apps.finance.filings import Fact
from apps.finance.periods import Period, apart, day_before
from apps.finance.quoted import in_quotes
from apps.finance.statements.captions import line_called
from apps.finance.statements.concepts import CANDIDATES, ConceptChoice
from apps.finance.statements.face import Face, FaceRow
from core_model.errors import Message

_COST_CAPTION = re.compile(
    r"^(?:total )?(?:other )?costs? of (?:sales|revenues?|goods|products?|services?|equipment|subscription|wireless)",
    re.IGNORECASE,
)
_REVENUES = ("Revenues", "RevenueFromContractWithCustomerExcludingAssessedTax", "SalesRevenueNet", "Revenue")
_TOTAL_REVENUE = re.compile(r"total (?:net |operating )*(?:revenues?|sales)\b", re.IGNORECASE)
_REVENUE = {candidate.concept for candidate in CANDIDATES["revenue"]}
_OTHER_REVENUE = re.compile(
    r"(?:OperatingLease\w*|RevenueNotFrom\w*|Lease)(?:Income|Revenue)\w*|PremiumsEarnedNet|InterestAndDividendIncomeOperating"
    r"|InterestIncomeExpenseNet|NoninterestIncome"
)
"""Names of revenue of other kinds than that from contracts with customers."""
_FIRST_COST = re.compile(r"Cost|(?<!Interest)Expense(?!Net$)|Depreciation")
"""Names of what stands below the revenue; a bank's interest expense is a part of its own."""
_LONG = re.compile(r"long-?\s?term|non-?\s?current|due after", re.IGNORECASE)
_EXCHANGE = re.compile(r"EffectOfExchangeRate", re.IGNORECASE)
"""How names of exchange effects begin; the name of a change before them has it in its middle."""


def revenue_is_whole(face: Face, row: FaceRow, candidate: ConceptChoice) -> Message | None:
    """Why a row of revenue is only a part of the revenue, or what is left of it is printed below, else None.

    It is where a total of revenue is printed under another concept, and a row of revenue from contracts also where
    revenue of another kind stands beside it; unless its own caption, or its place as a total below them, says that it
    is the total.
    """
    if _TOTAL_REVENUE.match(row.caption):
        return None
    if not row.local_name.startswith("RevenueFromContract"):
        return _revenue_below(face, row)
    others: list[FaceRow] = []
    for other in face.rows:
        if other is row and row.total and others:
            return None
        if other.dimensions or other.concept in ("", row.concept):
            continue
        total = _TOTAL_REVENUE.match(other.caption) is not None
        if not total and _FIRST_COST.search(other.local_name) and not _OTHER_REVENUE.fullmatch(other.local_name):
            break
        if total or _OTHER_REVENUE.fullmatch(other.local_name):
            others.append(other)
    return _parts(row, others) if others else None


def _revenue_below(face: Face, row: FaceRow) -> Message | None:
    """Why a row tagged as all revenue is not it: a total of it follows, under another of its concepts."""
    place = next((number for number, other in enumerate(face.rows) if other is row), len(face.rows))
    for other in face.rows[place + 1 :]:
        if _FIRST_COST.search(other.local_name):
            break
        called = _TOTAL_REVENUE.match(other.caption) or (other.total and line_called(other.caption) == "revenue")
        if called and other.concept in _REVENUE - {row.concept} and not other.dimensions:
            return _parts(row, [other])
    return None


def cost_is_whole(face: Face, row: FaceRow, candidate: ConceptChoice) -> Message | None:
    """Why a row of costs is only a part of the cost of revenue, else None.

    Two rows of costs without a total print no cost of revenue. The row is the total where its caption says so, or
    where it is revenue less the printed gross profit.
    """
    others = [
        other
        for other in face.rows
        if other.concept not in ("", row.concept) and not other.dimensions and _COST_CAPTION.match(other.caption)
    ]
    if not others or row.caption.lower().startswith("total"):
        return None
    if is_revenue_less_gross_profit(face, row):
        return None
    return _parts(row, others)


def is_revenue_less_gross_profit(face: Face, row: FaceRow) -> bool:
    """Whether the row is exactly what lies between the printed revenue and the printed gross profit."""
    newest = _newest(row)
    gross, own = _at(face, newest, "GrossProfit"), _value(row, newest)
    if gross is None or own is None:
        return False
    revenues = (_at(face, newest, name) for name in _REVENUES)
    return any(revenue is not None and revenue - own == gross for revenue in revenues)


def debt_is_long_term(face: Face, row: FaceRow, candidate: ConceptChoice) -> Message | None:
    """Why a row of debt may hold the current part, else None.

    ``LongTermDebt`` counts both parts by its definition; on the face it is the long-term part where the caption or
    the heading says so, or where the current part has a row of its own.
    """
    if candidate.concept != "us-gaap:LongTermDebt" or _LONG.search(f"{row.caption} {' '.join(row.headings)}"):
        return None
    current = ("DebtCurrent", "LongTermDebtCurrent", "LongTermDebtAndCapitalLeaseObligationsCurrent")
    if any(other.local_name in current for other in face.rows):
        return None
    return Message("may_hold_current_part", _caption(row))


def dividends_are_whole(face: Face, row: FaceRow, candidate: ConceptChoice) -> Message | None:
    """Why a row of dividends is only those on common stock, else None."""
    if not candidate.concept.endswith("CommonStock"):
        return None
    newest = _newest(row)
    others = [
        other
        for other in face.rows
        if other.local_name.startswith("PaymentsOfDividendsPreferred") and _value(other, newest)
    ]
    return _parts(row, others) if others else None


def net_income_is_the_parents(face: Face, row: FaceRow, candidate: ConceptChoice) -> Message | None:
    """Why net income available to common shareholders is not the parent's net income, else None.

    It is where it equals net income less what belongs to non-controlling interests, with no preferred dividends
    between, or where no other net income is printed.
    """
    if not candidate.concept.endswith("AvailableToCommonStockholdersBasic"):
        return None
    newest = _newest(row)
    own, whole = _value(row, newest), _at(face, newest, "ProfitLoss")
    others = _at(face, newest, "NetIncomeLossAttributableToNoncontrollingInterest")
    if whole is None or (own is not None and whole - (others or 0) == own):
        return None
    return Message("after_more_than_non_controlling", _caption(row))


def earnings_are_total(face: Face, row: FaceRow, candidate: ConceptChoice) -> Message | None:
    """Why earnings per share are those of continuing operations alone, else None."""
    if "ContinuingOperations" not in candidate.concept:
        return None
    if any("PerShare" in r.local_name or "PerBasicShare" in r.local_name for r in face.rows if _stops(r)):
        return Message("leaves_out_discontinued", _caption(row))
    return None


def _stops(row: FaceRow) -> bool:
    return "Discontinued" in row.local_name or row.local_name.startswith("EarningsPerShare")


def change_is_after_exchange(face: Face, row: FaceRow, candidate: ConceptChoice) -> Message | None:
    """Why a change in cash is the one before exchange effects, else None.

    Where the face prints cash at both ends, the change is measured against their difference with and without the
    effect of exchange rates; else the concept decides.
    """
    newest = _newest(row)
    change = _value(row, newest)
    if newest is None or change is None:
        return None
    effect = next((v for r in face.rows if _EXCHANGE.match(r.local_name) and (v := _value(r, newest))), None)
    if effect is None:
        return None
    before = Message("before_exchange_effects", _caption(row))
    differences = _differences(face, newest)
    if not differences:
        return before if "Excluding" in candidate.concept or "BeforeEffect" in candidate.concept else None
    off_after = min(abs(difference - change) for difference in differences)
    off_before = min(abs(difference - change - effect) for difference in differences)
    return before if off_before < off_after else None


def property_is_whole(face: Face, row: FaceRow, candidate: ConceptChoice) -> Message | None:
    """Why a utility's plant is only a part of the property that the face prints, else None."""
    newest = _newest(row)
    own, whole = _value(row, newest), _at(face, newest, "PropertyPlantAndEquipmentNet")
    if candidate.concept.endswith(":PropertyPlantAndEquipmentNet") or own is None or whole is None or whole < own:
        return None
    return _parts(row, [other for other in face.rows if other.local_name == "PropertyPlantAndEquipmentNet"])


CONFIRMED: dict[str, Callable[[Face, FaceRow], bool]] = {"cost_of_revenue": is_revenue_less_gross_profit}
"""By line: what proves a row of a candidate concept to be the line, whatever its caption says."""

STRUCTURE: dict[str, Callable[[Face, FaceRow, ConceptChoice], Message | None]] = {
    "revenue": revenue_is_whole,
    "cost_of_revenue": cost_is_whole,
    "net_income": net_income_is_the_parents,
    "eps_basic": earnings_are_total,
    "eps_diluted": earnings_are_total,
    "property_plant_equipment": property_is_whole,
    "long_term_debt": debt_is_long_term,
    "dividends_paid": dividends_are_whole,
    "change_in_cash": change_is_after_exchange,
}
"""By line: from the face, the row and its candidate to a reason against it."""


def _newest(row: FaceRow) -> Period | None:
    """The newest period of the row, of those that end on one day the longest."""
    return max((entry.period for entry in row.entries), key=lambda p: (p.end, p.days), default=None)


def _value(row: FaceRow, period: Period | None) -> Decimal | None:
    for entry in row.entries:
        if entry.period == period and entry.fact is not None and entry.fact.value is not None:
            return Decimal(entry.fact.value)
    return None


def _at(face: Face, period: Period | None, name: str) -> Decimal | None:
    rows = (row for row in face.rows if row.local_name == name and not row.dimensions)
    return next((value for row in rows if (value := _value(row, period)) is not None), None)


def _differences(face: Face, period: Period) -> list[Decimal]:
    """Closing less opening balances of cash that the face prints for the period, of one concept where it can be."""
    opening_day = day_before(period.start)
    facts: list[Fact] = [fact for row in face.rows if row.instant and not row.dimensions for fact in row.facts]
    opening = [fact for fact in facts if _within_a_day(fact.end, opening_day) and fact.value is not None]
    closing = [fact for fact in facts if _within_a_day(fact.end, period.end) and fact.value is not None]
    pairs = [(o, c) for o in opening for c in closing]
    alike = [(o, c) for o, c in pairs if o.concept == c.concept]
    return [Decimal(str(c.value)) - Decimal(str(o.value)) for o, c in alike or pairs]


def _within_a_day(one: str | None, other: str) -> bool:
    """Whether a balance stands on a day, or on the one beside it: a year's first day is taken for its eve."""
    return one == other or (bool(one and other) and abs(apart(str(one), other)) == 1)


def _parts(row: FaceRow, others: list[FaceRow]) -> Message:
    captions = list(dict.fromkeys(other.caption for other in (row, *others)))
    return Message("rows_are_parts", {"rows": [in_quotes(caption) for caption in captions[:3]]})


def _caption(row: FaceRow) -> dict[str, Any]:
    return {"caption": in_quotes(row.caption)}
