"""Whether a report cuts its amounts off instead of rounding them, as Japanese ones do."""

from collections.abc import Iterable
from decimal import Decimal

from apps.finance.anomaly.printed.structures import Structure
from apps.finance.periods import Period

LONG = 5
"""Terms from which on a sum of rounded amounts and one of cut-off amounts can be told apart."""
LEAST_SUMS = 2
LEAST_LOST = Decimal("0.25")
"""Share of a unit that each term must have lost on average; cut-off amounts lose half a unit, rounded ones nothing."""


def cuts_off(structures: Iterable[Structure]) -> bool:
    """Whether every long sum of a report falls short of its total, and by so much that rounding does not explain it.

    Args:
        structures: The sums that its statements print.
    """
    lost, terms, sums = Decimal(0), 0, 0
    for structure in structures:
        for period in (*structure.holds, *structure.fails):
            short = _lost(structure, period)
            if short is None:
                continue
            units, count = short
            if not 0 <= units <= count:
                return False
            lost, terms, sums = lost + units, terms + count, sums + 1
    return sums >= LEAST_SUMS and lost >= LEAST_LOST * terms


def _lost(structure: Structure, period: Period) -> tuple[Decimal, int] | None:
    """By how many units of the last digit a sum falls short of its total, and its terms; None where they are few."""
    total, terms = structure.total.amounts[period], [amount for amount in structure.amounts(period) if amount.value]
    if total is None or not total.rounding or len(terms) < LONG:
        return None
    left = total.value - sum(amount.value for amount in terms)
    return left * (1 if total.value > 0 else -1) / (2 * total.rounding), len(terms)
