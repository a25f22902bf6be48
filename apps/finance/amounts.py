"""Amounts as accountants print them: in round units, thousands separated, negatives in parentheses."""

from collections.abc import Iterable
from decimal import Decimal

from apps.finance.exact import exactly

SCALES = {1_000_000: "millions", 1_000: "thousands"}


@exactly
def round_unit(amounts: Iterable[Decimal]) -> tuple[int, int]:
    """The unit in which amounts of money are shown together, and with how many decimals.

    Millions where they have at most one decimal, as reports print them, else thousands where they are whole.

    Args:
        amounts: All that stand in one table, in whole units of the currency.

    Returns:
        1,000,000, 1,000 or 1, and the decimals that all of them have: 0 or 1.
    """
    given = [amount for amount in amounts if amount]
    for scale, tenths, places in ((1_000_000, 1, 0), (1_000_000, 10, 1), (1_000, 1, 0)):
        if given and all(amount * tenths % scale == 0 for amount in given):
            return scale, places
    return 1, 0


@exactly
def printed(text: str, scale: int = 1, places: int = 0) -> str:
    """A number as accountants print it.

    Args:
        text: Exact decimal text.
        scale: What one unit of the result stands for.
        places: Decimals that it has at least.
    """
    value = Decimal(text) / scale
    decimals = max(places, -int(value.normalize().as_tuple().exponent), 0)
    shown = f"{abs(value):,.{decimals}f}"
    return f"({shown})" if value < 0 else shown
