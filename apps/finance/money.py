"""Units and amounts: what a unit measures, in what scale amounts stand together, and how they are printed.

A table has one scale for all its money, a sentence one for all its amounts; both are as exact as the amounts. In
tables negatives stand in parentheses, as accountants print them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from apps.finance.exact import exactly
from core_model.errors import Message

SCALES = {1_000_000: "millions", 1_000: "thousands"}
"""The scales that amounts are shown in, the largest first, by what one unit of them stands for."""
SHARES, PURE = "shares", "pure"
_PER_SHARE = "/shares"
_CURRENCY = re.compile(r"[A-Z]{3}")
_ANY_CURRENCY = re.compile(r"\b[A-Z]{3}\b")


def is_money(unit: str | None) -> bool:
    """Whether a unit, as facts write it, is a currency: ``USD``."""
    return unit is not None and _CURRENCY.fullmatch(unit) is not None


def is_per_share(unit: str | None) -> bool:
    """Whether a unit is a currency a share: ``USD/shares``."""
    return unit is not None and is_money(unit.removesuffix(_PER_SHARE)) and unit.endswith(_PER_SHARE)


def is_ratio(unit: str | None) -> bool:
    """Whether a unit is one thing by another: ``USD/shares``, ``CNY/acme:Store``."""
    return unit is not None and "/" in unit


def per_share(currency: str) -> str:
    """The unit of a currency's amounts a share."""
    return currency + _PER_SHARE


def kind_of(unit: str) -> str:
    """A unit without which currency it is: ``money``, ``money/shares``, else the unit itself."""
    return _ANY_CURRENCY.sub("money", unit)


def unit_in_words(unit: str) -> Message:
    """What to call a unit: ``USD``, ``USD/shares``, ``shares``, ``plain numbers``, ``no unit``."""
    if is_per_share(unit):
        return Message("unit_per_share", {"currency": unit.removesuffix(_PER_SHARE)})
    codes = {"": "unit_none", PURE: "unit_pure", SHARES: "unit_shares"}
    return Message(codes[unit]) if unit in codes else Message("unit_named", {"unit": unit})


def least_places(unit: str) -> int:
    """How many decimals a number has at least that is not money: two where it is one thing by another."""
    return 2 if is_ratio(unit) else 0


@exactly
def round_unit(amounts: Iterable[Decimal]) -> tuple[int, int]:
    """The unit in which amounts of money are shown together in a table, and with how many decimals.

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
def printed(number: Decimal | str, scale: int = 1, places: int = 0) -> str:
    """A number as accountants print it in a table: thousands separated, negatives in parentheses.

    Args:
        number: It, or its exact decimal text.
        scale: What one unit of the result stands for.
        places: Decimals that it has at least.
    """
    value = Decimal(number) / scale
    decimals = max(places, -int(value.normalize().as_tuple().exponent), 0)
    shown = f"{abs(value):,.{decimals}f}"
    return f"({shown})" if value < 0 else shown


@dataclass(frozen=True, slots=True)
class Scale:
    """In what the amounts of a sentence are written.

    Attributes:
        factor: What one unit of the written numbers stands for: a key of ``SCALES``, or 1.
        unit: Unit of the amounts as facts write it.
    """

    factor: int
    unit: str

    def number(self, value: Decimal) -> Message:
        """An amount without its unit: thousands separated, no superfluous zeros, cents in full."""
        if self.unit.endswith(_PER_SHARE):
            return Message("number_per_share", {"amount": exact(value)})
        return Message(f"number_{SCALES[self.factor]}" if self.factor in SCALES else "number", {"amount": exact(value)})

    def amount(self, value: Decimal) -> Message:
        """An amount with its unit: ``97,703 million USD``, ``2.20 USD a share``, ``0.25``."""
        if self.unit in ("", PURE):
            return self.number(value)
        if self.unit.endswith(_PER_SHARE):
            currency = self.unit.removesuffix(_PER_SHARE)
            return Message("amount_per_share", {"amount": exact(value), "currency": currency})
        scale = f"_{SCALES[self.factor]}" if self.factor in SCALES else ""
        if self.unit == SHARES:
            return Message(f"amount_shares{scale}", {"amount": exact(value)})
        return Message(f"amount_money{scale}", {"amount": exact(value), "unit": self.unit})


def exact(value: Decimal) -> str:
    """A number as it is stored: decimal text in whole units, without exponent and idle zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@exactly
def scale_of(values: Iterable[Decimal], unit: str) -> Scale:
    """The largest scale in which amounts of one unit have at most one decimal, for a sentence.

    Args:
        values: All amounts of the sentence.
        unit: Their unit as facts write it, ``USD``, ``USD/shares``, ``shares``, ``pure``.
    """
    there = [abs(value) for value in values if value]
    if there and (unit == SHARES or is_money(unit)):
        for factor in SCALES:
            if max(there) >= factor and all(value * 10 % factor == 0 for value in there):
                return Scale(factor, unit)
    return Scale(1, unit)


def amount(value: Decimal, unit: str = "") -> Message:
    """One amount in its own scale, with its unit where one is given."""
    return scale_of([value], unit).amount(value)
