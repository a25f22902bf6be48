"""Values that no page prints and that follow from those it prints. They stand beside, marked as derived."""

import re
from collections.abc import Callable
from decimal import Decimal

from apps.finance.periods import Period
from apps.finance.statements.choice.place import BEFORE_EXCHANGE
from apps.finance.statements.choice.scope import LEAVES_OUT
from apps.finance.statements.face import Face, FaceRow
from apps.finance.statements.model import StatementName, StatementValue
from apps.finance.statements.values import Sources, value_of
from core_model.errors import Message

Printed = dict[str, dict[Period, StatementValue]]
"""Printed values of each line by period, those with a value alone."""
_DIRECT = re.compile(r"CostOf|CostsOf|DirectCost|DirectOperatingCost|CostDirect|DirectTaxesAndLicenses|Fulfillment")
_DIRECT_CAPTION = re.compile(
    r"^(?:other )?(?:direct )?costs? of|^direct |^fulfil?lment|^purchased transportation|depreciation.*cost of",
    re.IGNORECASE,
)
"""Costs of what was sold, by name and by caption."""
_TEMPORARY = "TemporaryEquityCarryingAmountIncludingPortionAttributableToNoncontrollingInterests"
_REDEEMABLE = "RedeemableNoncontrollingInterestEquity"
_BETWEEN: dict[str, tuple[str, ...]] = {
    _TEMPORARY: ("TemporaryEquity", "RedeemableNoncontrollingInterest"),
    "TemporaryEquityCarryingAmountAttributableToParent": ("TemporaryEquityValue", "TemporaryEquityAdditional"),
    f"{_REDEEMABLE}CarryingAmount": (_REDEEMABLE,),
    f"{_REDEEMABLE}CommonCarryingAmount": (),
    f"{_REDEEMABLE}PreferredCarryingAmount": (),
    f"{_REDEEMABLE}OtherCarryingAmount": (),
    f"{_REDEEMABLE}FairValue": (),
    "TemporaryEquityValueExcludingAdditionalPaidInCapital": (),
    "TemporaryEquityAdditionalPaidInCapital": (),
}
"""Redeemable interests between liabilities and equity, with how the names of what each has in it already begin."""
_OF_OTHERS: dict[str, tuple[str, ...]] = {
    "StockholdersEquity": ("MinorityInterest",),
    "PartnersCapital": ("PartnersCapitalAttributableToNoncontrollingInterest", "MinorityInterest"),
    "EquityAttributableToOwnersOfParent": ("NoncontrollingInterests",),
}
"""Equity of the parent's owners alone, with the names of what belongs to others beside it."""


def derive(
    line: str, printed: Printed, faces: dict[StatementName, Face], sources: Sources
) -> dict[Period, StatementValue]:
    """Derived values of a line by period; empty where it does not follow from what is printed."""
    rule = _RULES.get(line)
    return rule(printed, faces, sources) if rule is not None else {}


def _revenue(printed: Printed, faces: dict[StatementName, Face], sources: Sources) -> dict[Period, StatementValue]:
    """A bank's revenue, where it prints no total of it: net interest income plus noninterest income."""
    rows = faces["income"].rows if "income" in faces else ()
    parts = [[row for row in rows if row.local_name == name and not row.dimensions] for name in _OF_A_BANK]
    if any(len(part) != 1 for part in parts):
        return {}
    return _sum([row for part in parts for row in part], sources, Message("net_interest_plus_noninterest"))


def _gross_profit(printed: Printed, faces: dict[StatementName, Face], sources: Sources) -> dict[Period, StatementValue]:
    costs = {value.fact_ids[0] for value in printed.get("cost_of_revenue", {}).values() if value.fact_ids}
    rows = faces["income"].rows if "income" in faces else ()
    row = next((row for row in rows if any(fact.fact_id in costs for fact in row.facts)), None)
    if row is None or not _covers_direct_costs(row, rows):
        return {}
    return _difference(printed, "revenue", "cost_of_revenue", Message("revenue_less_cost"))


def _covers_direct_costs(row: FaceRow, rows: tuple[FaceRow, ...] | list[FaceRow]) -> bool:
    """Whether a row of costs holds all direct costs: it leaves none out by its name or caption, and no other row of the
    face is one, unless the row is their total."""
    if "Excluding" in row.local_name or LEAVES_OUT.search(row.caption) or LEAVES_OUT.search(" ".join(row.headings)):
        return False
    others = [
        other
        for other in rows
        if other is not row
        and other.concept
        and other.concept != row.concept
        and not other.dimensions
        and (_DIRECT.match(other.local_name) or _DIRECT_CAPTION.search(other.caption))
    ]
    return not others or row.total or row.caption.lower().startswith("total")


def _cost(printed: Printed, faces: dict[StatementName, Face], sources: Sources) -> dict[Period, StatementValue]:
    found = _difference(printed, "revenue", "gross_profit", Message("revenue_less_gross_profit"))
    if found or "income" not in faces:
        return found
    parts: dict[str, list[FaceRow]] = {}
    for row in faces["income"].rows:
        if row.local_name in ("CostOfRevenue", "CostOfGoodsAndServicesSold") and len(row.dimensions) == 1:
            parts.setdefault(f"{row.concept} {row.dimensions[0].axis}", []).append(row)
    rows = next((group for group in parts.values() if len(group) > 1), [])
    if any(row.total for row in rows):
        return {}
    return _sum(rows, sources, Message("sum_of_costs"))


def _selling(printed: Printed, faces: dict[StatementName, Face], sources: Sources) -> dict[Period, StatementValue]:
    if "income" not in faces:
        return {}
    whole = [row for row in faces["income"].rows if not row.dimensions]
    selling = [r for r in whole if r.local_name in ("SellingAndMarketingExpense", "SellingExpense", "MarketingExpense")]
    general = [r for r in whole if r.local_name == "GeneralAndAdministrativeExpense"]
    if len(selling) != 1 or len(general) != 1:
        return {}
    return _sum(selling + general, sources, Message("selling_plus_general"))


def _liabilities(printed: Printed, faces: dict[StatementName, Face], sources: Sources) -> dict[Period, StatementValue]:
    found = _difference(printed, "total_assets", "total_equity", Message("assets_less_equity"))
    if not found:
        return {}
    values = {}
    for period, value in found.items():
        redeemable = _between(faces["balance"], period, value.unit, sources)
        others = _of_others(faces["balance"], printed["total_equity"][period], sources)
        held = redeemable + others
        assert value.value is not None
        amount = value.value - sum((extra.value for extra in held if extra.value is not None), Decimal(0))
        note = value.note
        if redeemable and others:
            note = Message("assets_less_equity_and_both")
        elif redeemable:
            note = Message("assets_less_equity_and_redeemable")
        elif others:
            note = Message("assets_less_equity_and_non_controlling")
        ids = value.fact_ids + tuple(extra.fact_ids[0] for extra in held if extra.fact_ids)
        values[period] = StatementValue(period, amount, value.unit, ids, derived=True, note=note)
    return values


def _of_others(face: Face, equity: StatementValue, sources: Sources) -> list[StatementValue]:
    """What belongs to others than the parent's owners and is no part of the printed equity, at its day."""
    rows = [row for row in face.rows if not row.dimensions]
    own = next((row for row in rows if any(fact.fact_id in equity.fact_ids for fact in row.facts)), None)
    names = _OF_OTHERS.get(own.local_name, ()) if own is not None else ()
    held = [_value_at(row, equity.period, sources) for row in rows if row.local_name in names]
    return [value for value in held if value is not None and value.value is not None and value.unit == equity.unit][:1]


def _between(face: Face, period: Period, unit: str, sources: Sources) -> list[StatementValue]:
    """Redeemable interests at a day in one unit, each once: a total stands for the parts that are printed too."""
    held: dict[str, StatementValue] = {}
    for row in face.rows:
        if row.local_name in _BETWEEN and not row.dimensions:
            value = _value_at(row, period, sources)
            if value is not None and value.value is not None and value.unit == unit:
                held.setdefault(row.local_name, value)
    return [
        value
        for name, value in held.items()
        if not any(name != whole and _BETWEEN[whole] and name.startswith(_BETWEEN[whole]) for whole in held)
    ]


def _change(printed: Printed, faces: dict[StatementName, Face], sources: Sources) -> dict[Period, StatementValue]:
    """The change before exchange effects plus those effects."""
    if "cash_flow" not in faces:
        return {}
    whole = [row for row in faces["cash_flow"].rows if not row.dimensions and not row.instant]
    change = [row for row in whole if BEFORE_EXCHANGE.search(row.local_name)]
    effect = [row for row in whole if row.local_name.startswith("EffectOfExchangeRate")]
    if len(change) != 1 or len(effect) != 1:
        return {}
    return _sum(change + effect, sources, Message("change_plus_exchange"))


_OF_A_BANK = ("InterestIncomeExpenseNet", "NoninterestIncome")
_RULES: dict[str, Callable[[Printed, dict[StatementName, Face], Sources], dict[Period, StatementValue]]] = {
    "revenue": _revenue,
    "gross_profit": _gross_profit,
    "cost_of_revenue": _cost,
    "selling_general_administrative": _selling,
    "total_liabilities": _liabilities,
    "change_in_cash": _change,
}


def _difference(printed: Printed, whole: str, part: str, note: Message) -> dict[Period, StatementValue]:
    values = {}
    for period, of_whole in printed.get(whole, {}).items():
        of_part = printed.get(part, {}).get(period)
        if of_part is None or of_part.value is None or of_whole.value is None or of_part.unit != of_whole.unit:
            continue
        ids = of_whole.fact_ids[:1] + of_part.fact_ids[:1]
        values[period] = StatementValue(
            period, of_whole.value - of_part.value, of_whole.unit, ids, derived=True, note=note
        )
    return values


def _sum(rows: list[FaceRow], sources: Sources, note: Message) -> dict[Period, StatementValue]:
    if not rows:
        return {}
    values = {}
    for entry in rows[0].entries:
        parts = [_value_at(row, entry.period, sources) for row in rows]
        usable = [part for part in parts if part is not None and part.value is not None]
        if len(usable) < len(rows) or len({part.unit for part in usable}) != 1:
            continue
        amount = sum((part.value for part in usable if part.value is not None), Decimal(0))
        ids = tuple(part.fact_ids[0] for part in usable if part.fact_ids)
        values[entry.period] = StatementValue(entry.period, amount, usable[0].unit, ids, derived=True, note=note)
    return values


def _value_at(row: FaceRow, period: Period, sources: Sources) -> StatementValue | None:
    entry = next((entry for entry in row.entries if entry.period == period), None)
    return value_of(entry, row, sources) if entry is not None else None
