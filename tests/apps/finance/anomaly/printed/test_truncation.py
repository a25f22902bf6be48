"""Reports that cut their amounts off, told apart from those that round them."""

from decimal import Decimal

from apps.finance.anomaly.evidence import Amount
from apps.finance.anomaly.printed.page import PageRow
from apps.finance.anomaly.printed.structures import Structure
from apps.finance.anomaly.printed.truncation import cuts_off
from apps.finance.periods import Period
from core_model.errors import Message

DAYS = (Period("2024-12-31"), Period("2023-12-31"))


def row(*values: int) -> PageRow:
    """A row of amounts in whole units, one for each day."""
    name = Message("name_caption", {"text": "Row"})
    amounts = [Amount(Decimal(value), Decimal("0.5"), ("f",), name, "JPY") for value in values]
    return PageRow("Row", "", False, dict(zip(DAYS, amounts, strict=False)))


def total_of(short: tuple[int, int], terms: int = 8) -> Structure:
    """A sum of equal rows that falls short of its total by some units in each column."""
    rows = tuple((row(1000, 900), 1) for _ in range(terms))
    return Structure(row(1000 * terms + short[0], 900 * terms + short[1]), rows, DAYS, ())


def test_sums_that_all_fall_short_are_of_amounts_cut_off():
    assert cuts_off([total_of((5, 3))])
    assert cuts_off([total_of((3, 4)), total_of((2, 3))])


def test_sums_that_miss_either_way_or_by_little_are_of_rounded_amounts():
    assert not cuts_off([total_of((2, -1))])
    assert not cuts_off([total_of((1, 0)), total_of((0, 1))])


def test_short_sums_and_single_ones_say_nothing():
    assert not cuts_off([total_of((2, 2), terms=3)])
    assert not cuts_off([])


def test_what_is_more_than_a_unit_a_term_is_an_error():
    assert not cuts_off([total_of((9, 4))])
