"""How far the true number may lie from a stated one."""

from decimal import Decimal

from apps.finance.filings import Fact
from apps.finance.filings.duplicates import accuracy


def rounding_of(fact: Fact) -> Decimal:
    """Half a unit of the last digit that a number is accurate to; zero where it is exact or does not say.

    A ``decimals`` that is coarser than the number itself is not believed: it would explain any difference.
    """
    decimals = accuracy(fact)
    if decimals in (float("inf"), float("-inf")):
        return Decimal(0)
    half = Decimal(5).scaleb(-int(decimals) - 1)
    return half if half <= abs(Decimal(fact.value or 0)) or not Decimal(fact.value or 0) else Decimal(0)
