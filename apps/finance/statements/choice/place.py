"""What arithmetic says of a row whose concept is none of a line's: a change in cash, the direction of net interest."""

import re
from collections.abc import Callable
from decimal import Decimal

from apps.finance.periods import Period
from apps.finance.statements.choice.closing import CLOSING
from apps.finance.statements.face import Face, FaceRow
from apps.finance.statements.printing import printed_negative

BEFORE_EXCHANGE = re.compile(
    r"(?:Excluding|Before)(?:The)?(?:(?:Effects?|Impact)Of)?(?:Changes?In)?(?:Foreign)?(?:Currency)?ExchangeRate"
)
"""Names of a change in cash that exchange effects are to be added to; other names may have them in already."""
_OPERATING = ("OperatingIncomeLoss", "ProfitLossFromOperatingActivities", "OperatingProfitLoss")
_PRETAX = ("IncomeLossFromContinuingOperationsBeforeIncomeTaxes", "ProfitLossBeforeTax", "IncomeLossBeforeIncomeTaxes")
_EXCHANGE = "EffectOfExchangeRate"


def changes_in_cash(face: Face, rows: list[FaceRow]) -> list[FaceRow]:
    """Those of the rows that are the sum of the three cash flows, and of exchange effects where these are printed, in
    every period that has them all.

    Args:
        face: The cash-flow statement.
        rows: Rows of flows of the whole company.
    """
    flows = [_row(face, names.__contains__) for names in CLOSING["cash_flow"].values()]
    if any(flow is None for flow in flows):
        return []
    effect = _row(face, lambda name: name.startswith(_EXCHANGE))
    found = []
    for row in rows:
        if BEFORE_EXCHANGE.search(row.local_name):
            continue
        judged = []
        for period in {entry.period for entry in row.entries}:
            own = _tagged(row, period)
            parts = [_tagged(flow, period) for flow in flows if flow is not None]
            if own is None or None in parts:
                continue
            extra = _tagged(effect, period) if effect is not None else None
            judged.append(own == sum(part for part in parts if part is not None) + (extra or 0) and own != 0)
        if judged and all(judged):
            found.append(row)
    return found


def direction_of_interest(face: Face, row: FaceRow) -> int:
    """By what a row of net interest is to be multiplied, as tagged, to be an expense; 0 where the page does not tell.

    The rows between operating income and income before tax, with the signs that the page prints, make up the difference
    of the two: either way round, whichever of them adds up.
    """
    ends = [
        number
        for names in (_OPERATING, _PRETAX)
        for number, other in enumerate(face.rows)
        if not other.dimensions and other.local_name.startswith(names)
    ]
    if len(ends) != 2 or row not in face.rows[ends[0] + 1 : ends[1]]:
        return 0
    for period in sorted({entry.period for entry in row.entries}, reverse=True):
        first, last = (_tagged(face.rows[end], period) for end in ends)
        between = [_printed(other, period) for other in face.rows[ends[0] + 1 : ends[1]] if not other.total]
        own, tagged = _printed(row, period), _tagged(row, period)
        if first is None or last is None or not own or not tagged:
            continue
        total = sum((amount for amount in between if amount is not None), Decimal(0))
        ways = [way for way in (1, -1) if way * total == last - first]
        if len(ways) == 1:
            return -ways[0] if (own > 0) == (tagged > 0) else ways[0]
    return 0


def _row(face: Face, wanted: Callable[[str], bool]) -> FaceRow | None:
    rows = (row for row in face.rows if row.concept and not row.dimensions and not row.instant)
    return next((row for row in rows if wanted(row.local_name)), None)


def _tagged(row: FaceRow, period: Period) -> Decimal | None:
    for entry in row.entries:
        if entry.period == period and entry.fact is not None and entry.fact.value is not None:
            return Decimal(entry.fact.value)
    return None


def _printed(row: FaceRow, period: Period) -> Decimal | None:
    """The amount with the sign that the page prints."""
    for entry in row.entries:
        if entry.period == period and entry.fact is not None and entry.fact.value is not None:
            amount = abs(Decimal(entry.fact.value))
            return -amount if printed_negative(entry.text) else amount
    return None
